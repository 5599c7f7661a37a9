#!/usr/bin/env python
"""What a run of this tree does to hosts that an older one has set up: the tasks that change something, and the programs that are started anew.

make up
tests/bench/upgrade.py --before CHECKOUT [--tier prod50]
"""

import argparse
import re
from pathlib import Path

from runs import ROOT, on_hosts, play

LISTENER = re.compile(r'(\S+):(\d+) +\S+ +users:\(\("([^"]+)",pid=(\d+)')


def listeners(tier):
    """Return each program that listens: host, port and name -> process."""
    asked = on_hosts(
        ROOT, ["ansible", "all", "--become", "--module-name=ansible.builtin.raw", "--args=ss -Hltnp"], tier
    )
    asked.check_returncode()
    found, host = {}, ""
    for line in asked.stdout.splitlines():
        host = line.split(" | ")[0] if " | " in line else host
        found |= {(host, port, name): pid for _address, port, name, pid in LISTENER.findall(line)}
    return found


def changed(output):
    """Return the tasks of a run that changed something, each with what its loop changed."""
    task, found = "", {}
    for line in output.splitlines():
        if line.startswith("TASK ["):
            task = line[6:].rsplit("]", 1)[0]
        elif line.startswith("changed: "):
            found.setdefault(task, []).append(line.removeprefix("changed: "))
    return found


def main():
    """Set up with the older tree, run this one, and print what it did."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--before", type=Path, required=True, help="checkout of the older tree")
    options.add_argument("--tier", default="prod50")
    given = options.parse_args()
    play(given.before.resolve(), ["site.yml"], given.tier).check_returncode()
    before = listeners(given.tier)
    done = play(ROOT, ["site.yml"], given.tier)
    after = listeners(given.tier)
    print(f"exit code {done.returncode}")
    for task, items in changed(done.stdout).items():
        print(f"changed: {task}", *items, sep="\n  ")
    anew = sorted(key for key, pid in before.items() if after.get(key) != pid)
    print("started anew:", ", ".join(f"{name} at {host}:{port}" for host, port, name in anew) or "nothing")


if __name__ == "__main__":
    main()
