#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.pm2_workers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pm2_workers
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Run exactly these workers under PM2, replaced one after the other
description:
  - Compares what PM2 runs with what is wanted, and changes only what differs. A run without a difference restarts nothing.
  - A worker that differs is replaced, and proved ready, before the next one is touched.
  - When a worker does not become ready, every worker replaced so far goes back to the definition it had before, and the module fails.
    Nothing is written to O(ecosystem) or to PM2's dump, so that a restart of the host brings back the workers that were proved.
  - The PM2 daemon must run already, kept by systemd. The module never starts one, as it would live outside of the unit.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
options:
  entries:
    description:
      - The workers, as entries of a PM2 ecosystem file. Secrets do not belong here but in a file that the worker reads.
      - In fork mode there is one entry for each worker; in cluster mode one entry with a number of C(instances).
    type: list
    elements: dict
    required: true
  ecosystem:
    description: File in which the definition that was last proved is kept, in the format of a PM2 ecosystem file.
    type: path
    required: true
  command:
    description: Command that runs PM2, a word each, e.g. C([/usr/bin/node, /opt/pm2/node_modules/pm2/bin/pm2]).
    type: list
    elements: str
    required: true
  user:
    description: User who owns the PM2 daemon.
    type: str
    required: true
  home:
    description: PM2's own directory, C(PM2_HOME).
    type: path
    required: true
  ready_path:
    description: Path at which a worker answers 200 when it is ready, on the C(HOST) and C(PORT) of its entry's environment.
    type: str
    required: true
  ready_timeout:
    description: Seconds that a worker has to become ready.
    type: int
    default: 120
"""

EXAMPLES = r"""
- name: Two workers, each on its own port
  tierstack.librechat.pm2_workers:
    entries:
      - {name: chat-3080, script: /srv/chat/current/server.js, env: {HOST: 127.0.0.1, PORT: "3080"}}
      - {name: chat-3081, script: /srv/chat/current/server.js, env: {HOST: 127.0.0.1, PORT: "3081"}}
    ecosystem: /srv/chat/ecosystem.json
    command: [/usr/bin/node, /opt/pm2/node_modules/pm2/bin/pm2]
    user: chat
    home: /srv/chat/.pm2
    ready_path: /readyz
"""

RETURN = r"""
steps:
  description: What was done, or would be done in check mode, in this order.
  returned: success
  type: list
  elements: str
  sample: [replace chat-3080, replace chat-3081]
ready_seconds:
  description: Seconds that each worker took to become ready, by name.
  returned: success
  type: dict
  sample: {chat-3080: 2.4}
"""

import json
import os
import time

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url
from ansible_collections.tierstack.librechat.plugins.module_utils.pm2 import parse_jlist, plan, ready_url, stamp

# A worker that PM2 has restarted this often while it was waited for will not become ready.
HOPELESS_RESTARTS = 5
POLL_SECONDS = 0.25


class NotReady(Exception):
    """A worker did not become ready."""

    def __init__(self, worker, reason):
        super().__init__(f"{worker}: {reason}")
        self.worker = worker


class Pm2:
    """The daemon of one user, reached through PM2's command line."""

    def __init__(self, module):
        self.module = module
        self.home = module.params["home"]
        # PM2 copies its caller's environment into each worker: give it nothing that a worker should not see.
        self.prefix = [
            "runuser",
            "-u",
            module.params["user"],
            "--",
            "env",
            "-i",
            "PM2_HOME=" + self.home,
            "HOME=" + self.home,
            "PATH=" + os.path.dirname(module.params["command"][0]) + ":/usr/bin:/bin",
        ] + module.params["command"]

    def is_alive(self):
        """Tell whether the daemon runs; asking PM2 itself would start one."""
        try:
            with open(os.path.join(self.home, "pm2.pid"), encoding="ascii") as pid:
                os.kill(int(pid.read()), 0)
        except (OSError, ValueError):
            return False
        return True

    def run(self, *arguments):
        """Run a PM2 command and return its output."""
        code, out, err = self.module.run_command(self.prefix + list(arguments), cwd="/")
        if code != 0:
            self.module.fail_json(msg=f"pm2 {arguments[0]} failed: {(err or out).strip()}", rc=code)
        return out

    def processes(self):
        """Return what runs, as :func:`parse_jlist` does."""
        return parse_jlist(self.run("jlist", "--silent")) if self.is_alive() else {}

    def start(self, entry):
        """Start one entry, from a file only root and the daemon's user can read."""
        path = os.path.join(self.module.tmpdir, "entry.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"apps": [entry]}, file)
        staged = os.path.join(self.home, "entry.json")
        self.module.atomic_move(path, staged)
        os.chmod(staged, 0o644)
        try:
            self.run("start", staged, "--silent")
        finally:
            os.unlink(staged)

    def delete(self, name):
        """Stop the workers of this name: they get their kill_timeout to finish what they are doing."""
        self.run("delete", name, "--silent")


def wait_until_ready(pm2, name, url, timeout):
    """Wait for an answer of 200 and return the seconds it took.

    :raises NotReady: the time ran out, or PM2 gave up or keeps restarting the worker
    """
    begin = time.monotonic()
    reason = "no answer"
    next_look = begin + 2
    while time.monotonic() - begin < timeout:
        try:
            open_url(url, timeout=5, use_proxy=False)
            return round(time.monotonic() - begin, 1)
        except Exception as error:  # every way of not answering is the same here
            reason = str(error)
        if time.monotonic() > next_look:
            next_look = time.monotonic() + 2
            for instance in pm2.processes().get(name, []):
                if instance["status"] == "errored" or instance["restarts"] >= HOPELESS_RESTARTS:
                    raise NotReady(
                        name, "it stops by itself; PM2 has restarted it {} times".format(instance["restarts"])
                    )
        time.sleep(POLL_SECONDS)
    raise NotReady(name, f"{url} did not answer 200 within {timeout} s ({reason})")


def read_ecosystem(path):
    """Return the entries that were last proved, by name."""
    try:
        with open(path, encoding="utf-8") as file:
            return {entry["name"]: entry for entry in json.load(file)["apps"]}
    except FileNotFoundError:
        return {}


def render(entries):
    """Return the text of an ecosystem file."""
    return json.dumps({"apps": entries}, indent=2, sort_keys=True) + "\n"


def apply(pm2, steps, wanted, ready_path, ready_timeout):
    """Take the steps and return the seconds each worker took to become ready.

    :raises NotReady: a worker did not become ready
    """
    seconds = {}
    for action, name in steps:
        if action in ("replace", "delete"):
            pm2.delete(name)
        if action in ("replace", "start"):
            pm2.start(wanted[name])
            seconds[name] = wait_until_ready(pm2, name, ready_url(wanted[name], ready_path), ready_timeout)
    return seconds


def way_back(pm2, proved, ready_path, ready_timeout):
    """Return to the entries that were last proved, and say how it went."""
    try:
        apply(pm2, plan(list(proved.values()), pm2.processes()), proved, ready_path, ready_timeout)
    except NotReady as error:
        return f"The workers could not be brought back either: {error}."
    return (
        "The workers that were there before run again." if proved else "No worker was there before, and none is left."
    )


def main():
    """Compare, then act."""
    module = AnsibleModule(
        argument_spec={
            "entries": {"type": "list", "elements": "dict", "required": True},
            "ecosystem": {"type": "path", "required": True},
            "command": {"type": "list", "elements": "str", "required": True},
            "user": {"type": "str", "required": True},
            "home": {"type": "path", "required": True},
            "ready_path": {"type": "str", "required": True},
            "ready_timeout": {"type": "int", "default": 120},
        },
        supports_check_mode=True,
    )
    ecosystem, ready_path, ready_timeout = (module.params[key] for key in ("ecosystem", "ready_path", "ready_timeout"))
    entries = [stamp(entry) for entry in module.params["entries"]]
    pm2 = Pm2(module)
    proved = read_ecosystem(ecosystem)
    wanted = {entry["name"]: entry for entry in entries}
    steps = plan(entries, pm2.processes())
    result = {
        "changed": bool(steps) or proved != wanted,
        "steps": [" ".join(step) for step in steps],
        "diff": {
            "before_header": ecosystem,
            "after_header": ecosystem,
            "before": render(list(proved.values())) if proved else "",
            "after": render(entries),
        },
    }
    if module.check_mode or not result["changed"]:
        module.exit_json(ready_seconds={}, **result)
    if not pm2.is_alive():
        module.fail_json(msg="No PM2 daemon runs in {}. Start its systemd unit first.".format(module.params["home"]))

    try:
        result["ready_seconds"] = apply(pm2, steps, wanted, ready_path, ready_timeout)
    except NotReady as error:
        log = wanted[error.worker].get("error_file", "shown by: pm2 logs " + error.worker)
        module.fail_json(
            msg=f"Worker {error}. Its log is {log}. {way_back(pm2, proved, ready_path, ready_timeout)}",
            steps=result["steps"],
        )
    pm2.run("save", "--force", "--silent")
    staged = os.path.join(module.tmpdir, "ecosystem.json")
    with open(staged, "w", encoding="utf-8") as file:
        file.write(render(entries))
    module.atomic_move(staged, ecosystem)
    os.chmod(ecosystem, 0o644)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
