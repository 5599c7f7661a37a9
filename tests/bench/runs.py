#!/usr/bin/env python
"""How long runs take that change nothing, here and in another checkout, in turn on the same hosts: the table of docs/architecture.md.

make up
tests/bench/runs.py [--other CHECKOUT] [--rounds 3] [--tier prod50]
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = {
    "site, unchanged": ["site.yml"],
    "site --check, unchanged": ["site.yml", "--check"],
    "deploy, unchanged": ["playbooks/deploy.yml"],
    "verify, healthy": ["playbooks/verify.yml"],
}
RECAP = re.compile(r"ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+) +skipped=(\d+)")


def on_hosts(checkout, command, tier):
    """Run a command of Ansible in a checkout, against the hosts of this one."""
    inventories = ["-i", f"inventories/{tier}", "-i", "lab/overlay"]
    environment = {**os.environ, "LAB_NAME": tier, "LAB_ROOT": str(ROOT), "ANSIBLE_NOCOLOR": "1"}
    return subprocess.run(
        [*command, *inventories], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def play(checkout, arguments, tier):
    """Run a playbook of a checkout against the hosts of this one."""
    return on_hosts(checkout, ["ansible-playbook", *arguments], tier)


def run(checkout, arguments, tier):
    """Return seconds, and the tasks that ran and were skipped on all hosts. A run that fails or changes something ends the benchmark."""
    begin = time.monotonic()
    done = play(checkout, arguments, tier)
    seconds = time.monotonic() - begin
    recap = [list(map(int, match)) for match in RECAP.findall(done.stdout)]
    if done.returncode or not recap or any(host[1] for host in recap):
        sys.exit(
            f"{' '.join(arguments)} in {checkout} failed or has changed something:\n{done.stdout[-3000:]}{done.stderr}"
        )
    return seconds, sum(host[0] for host in recap), sum(host[4] for host in recap)


def main():
    """Run each in turn and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--other", type=Path, help="another checkout, for the ratio")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--tier", default="prod50")
    given = options.parse_args()
    checkouts = [ROOT, *([given.other.resolve()] if given.other else [])]
    # Each checkout has its own files on the hosts: what the other one left is not counted.
    print(
        "| Run | Tasks, skipped | Seconds, median (least to most) | Other checkout | Ratio |\n| --- | --- | --- | --- | --- |"
    )
    for name, arguments in RUNS.items():
        seen = {checkout: [] for checkout in checkouts}
        for checkout in checkouts:
            play(checkout, ["site.yml"], given.tier).check_returncode()
            seen[checkout] = [run(checkout, arguments, given.tier) for _round in range(given.rounds)]
        cells = [
            f"{statistics.median(seconds := [one[0] for one in seen[checkout]]):.1f} ({min(seconds):.1f} to {max(seconds):.1f})"
            for checkout in checkouts
        ]
        medians = [statistics.median(one[0] for one in seen[checkout]) for checkout in checkouts]
        other = [cells[1], f"{medians[0] / medians[1]:.2f}"] if len(checkouts) == 2 else ["", ""]
        print(f"| {name} | {seen[ROOT][0][1]}, {seen[ROOT][0][2]} | {cells[0]} | {' | '.join(other)} |", flush=True)


if __name__ == "__main__":
    main()
