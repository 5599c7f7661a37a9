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
  - When a worker does not become ready, every worker replaced so far goes back to the definition that was last proved, and the module fails.
    Nothing is written to O(ecosystem), from which PM2's unit starts them, so that a restart of the host brings back the workers that were proved.
  - In fork mode a worker is stopped before its successor starts, as both need its port. Take it out of the balancer and drain it first, if it serves.
    In cluster mode the new instances start beside the old ones, which go when each new one has proved ready, so that the port is never without
    an instance. Meanwhile there are twice as many.
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
      - Without it those in O(ecosystem) are wanted, which returns to what was last proved.
    type: list
    elements: dict
  ecosystem:
    description: File in which the definition that was last proved is kept, in the format of a PM2 ecosystem file.
    type: path
    required: true
  only:
    description: Names of the workers to act on and to report. All if left out.
    type: list
    elements: str
  prove:
    description:
      - Record what runs, when all of it is ready, in O(ecosystem); or go back when a worker does not become ready.
      - When V(false), neither is done. The module fails when a worker does not become ready, and the rest is up to the caller, who
        calls it again with O(prove=true) when all of the new workers have proved themselves, or without O(entries) to go back.
    type: bool
    default: true
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
  pid_file:
    description: File with the number of PM2's process, C(PM2_PID_FILE_PATH). C(pm2.pid) in O(home) if it is left out, or if there is no such file.
    type: path
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

- name: Replace the first one, and decide later
  tierstack.librechat.pm2_workers:
    entries: "{{ new_entries }}"
    only: [chat-3080]
    prove: false
    ecosystem: /srv/chat/ecosystem.json
    command: [/usr/bin/node, /opt/pm2/node_modules/pm2/bin/pm2]
    user: chat
    home: /srv/chat/.pm2
    ready_path: /readyz

- name: Back to what was last proved
  tierstack.librechat.pm2_workers:
    ecosystem: /srv/chat/ecosystem.json
    command: [/usr/bin/node, /opt/pm2/node_modules/pm2/bin/pm2]
    user: chat
    home: /srv/chat/.pm2
    ready_path: /readyz
"""

RETURN = r"""
steps:
  description: What was done, or would be done in check mode, in this order. In a failure, what was to be done.
  returned: always, when PM2 answers
  type: list
  elements: str
  sample: [replace chat-3080, replace chat-3081]
pending:
  description: The names of the workers by what there was to do, before it was done. The same in check mode.
  returned: always, when PM2 answers
  type: dict
  contains:
    replace:
      description: Those that run otherwise than wanted.
      type: list
      elements: str
    start:
      description: Those that do not run.
      type: list
      elements: str
    delete:
      description: Those that run and are not wanted.
      type: list
      elements: str
    prove:
      description: Those that need none of it, but O(ecosystem) does not say so. After an interrupted release there are some.
      type: list
      elements: str
  sample: {replace: [chat-3081], start: [], delete: [], prove: [chat-3080]}
daemon_version:
  description: Version of the PM2 that runs, which is not the one that is installed until it is restarted. Empty where none runs.
  returned: always, when PM2 answers
  type: str
  sample: 7.0.4
ready_seconds:
  description: Seconds that each worker took to become ready, by name.
  returned: success
  type: dict
  sample: {chat-3080: 2.4}
"""

import http.client
import json
import os
import re
from contextlib import closing
from urllib.parse import urlsplit

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.pool.redaction import redact
from ansible_collections.tierstack.librechat.plugins.module_utils.pm2.entries import (
    parse_jlist,
    plan,
    recorded,
    stamp,
    unproved,
    writes_to_journal,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.pm2.workers import NotReady, apply, restore

LOG_LINES = 5
# What the daemon calls itself among the processes
TITLE = re.compile(r"PM2 v([^:\s]+): God Daemon")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")

# PM2's command line takes a name that is in use as an order to restart; its own installer of modules starts beside, this way.
START_BESIDE = """
const [pm2Path, entryPath, name] = process.argv.slice(1);
const pm2 = require(pm2Path);
pm2.connect((error) => {
  if (error) throw error;
  pm2.start(entryPath, { force_name: name }, (problem) => {
    if (problem) console.error(problem);
    process.exit(problem ? 1 : 0);
  });
});
"""


class Pm2:
    """The daemon of one user, reached through PM2's command line."""

    def __init__(self, module):
        self.module = module
        self.home = module.params["home"]
        self.pid_files = [module.params["pid_file"], os.path.join(self.home, "pm2.pid")]
        self.command = self.runnable(module.params["command"])
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
            "PATH=" + os.path.dirname(self.command[0]) + ":/usr/bin:/bin",
        ]

    def runnable(self, command):
        """Return the command, with the daemon's own Node in place of one that this run has still to install."""
        if len(command) > 1 and not os.path.exists(command[0]) and self.is_alive():
            return [os.readlink(f"/proc/{self.pid()}/exe"), *command[1:]]
        return command

    def pid(self):
        """Return the number that the daemon has written down for its process.

        :raises OSError: it has written none
        :raises ValueError: what is there is no number
        """
        path = next((path for path in self.pid_files if path and os.path.exists(path)), self.pid_files[-1])
        with open(path, encoding="ascii") as pid:
            return int(pid.read())

    def is_alive(self):
        """Tell whether the daemon runs; asking PM2 itself would start one."""
        try:
            os.kill(self.pid(), 0)
        except (OSError, ValueError):
            return False
        return True

    def version(self):
        """Return the version of the daemon that runs, or an empty string."""
        try:
            with open(f"/proc/{self.pid()}/cmdline", encoding="utf-8", errors="replace") as title:
                found = TITLE.search(title.read())
        except (OSError, ValueError):
            return ""
        return found[1] if found else ""

    def execute(self, *words):
        """Run a command as the daemon's user and return its exit status, and its output or complaint."""
        code, out, err = self.module.run_command(self.prefix + list(words), cwd="/")
        return code, out if code == 0 else COLOURS.sub("", err or out).strip()

    def run(self, *arguments):
        """Run a PM2 command and return its output."""
        code, out = self.execute(*self.command, *arguments)
        if code != 0:
            self.module.fail_json(msg=f"pm2 {arguments[0]} failed: {out}", rc=code)
        return out

    def processes(self):
        """Return what runs, as :func:`parse_jlist` does."""
        return parse_jlist(self.run("jlist", "--silent")) if self.is_alive() else {}

    def start(self, entry, beside):
        """Start one entry, if asked to beside those of the same name, from a file only root and the daemon's user can read.

        :raises NotReady: PM2 refuses it
        """
        name = entry["name"]
        path = os.path.join(self.module.tmpdir, "entry.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"apps": [{**entry, "name": name + ".beside"} if beside else entry]}, file)
        staged = os.path.join(self.home, "entry.json")
        self.module.atomic_move(path, staged)
        os.chmod(staged, 0o644)
        try:
            if beside:
                *node, pm2 = self.command
                package = os.path.dirname(os.path.dirname(os.path.realpath(pm2)))
                code, out = self.execute(*(node or ["node"]), "-e", START_BESIDE, package, staged, name)
            else:
                code, out = self.execute(*self.command, "start", staged)
        finally:
            os.unlink(staged)
        if code != 0:
            raise NotReady(name, "PM2 does not start it: " + out)

    def delete(self, *workers):
        """Stop the workers of these names or ids: they get their kill_timeout to finish what they are doing."""
        self.run("delete", *map(str, workers), "--silent")

    def answering(self, url):
        """Return the processes that hold the connection on which the URL was answered.

        Instances of a cluster share a port: only this tells which of them it was.

        :raises OSError: no answer
        :raises http.client.HTTPException: not an answer of 200
        """
        parts = urlsplit(url)
        with closing(http.client.HTTPConnection(parts.netloc, timeout=5)) as connection:
            connection.connect()
            own_port = connection.sock.getsockname()[1]
            connection.request("GET", parts.path)
            status = connection.getresponse().status
            if status != 200:
                raise http.client.HTTPException(f"it answered {status}")
            rows = self.module.run_command(["ss", "-Htnp", f"sport = :{parts.port} and dport = :{own_port}"])[1]
        return {int(pid) for pid in re.findall(r"pid=(\d+)", rows)}


def read_ecosystem(path):
    """Return the entries that were last proved, by name."""
    try:
        with open(path, encoding="utf-8") as file:
            return {entry["name"]: entry for entry in json.load(file)["apps"]}
    except FileNotFoundError:
        return {}


def render(entries):
    """Return the text of an ecosystem file."""
    return json.dumps({"apps": list(entries.values())}, indent=2, sort_keys=True) + "\n" if entries else ""


def last_words(module, entry):
    """Return where the log of an entry is, and its end."""
    path = entry.get("error_file")
    if not path:
        return f"Its log is shown by: pm2 logs {entry['name']}."
    if writes_to_journal(entry):
        command = ["journalctl", "--identifier=" + entry["name"]]
        shown = [*command, f"--lines={LOG_LINES}", "--output=cat", "--no-pager", "--quiet"]
        _code, out, _err = module.run_command(shown)
        return f"Its log is shown by: {' '.join(command)}. It ends: " + redact(" | ".join(out.splitlines()), [])
    try:
        with open(path, "rb") as file:
            file.seek(max(os.path.getsize(path) - 4096, 0))
            lines = file.read().decode("utf-8", "replace").splitlines()[-LOG_LINES:]
    except OSError:
        lines = []
    return f"Its log is {path}" + (", which ends: " + redact(" | ".join(lines), []) if lines else ".")


def main():
    """Compare, then act."""
    module = AnsibleModule(
        argument_spec={
            "entries": {"type": "list", "elements": "dict"},
            "ecosystem": {"type": "path", "required": True},
            "only": {"type": "list", "elements": "str"},
            "prove": {"type": "bool", "default": True},
            "command": {"type": "list", "elements": "str", "required": True},
            "user": {"type": "str", "required": True},
            "home": {"type": "path", "required": True},
            "pid_file": {"type": "path"},
            "ready_path": {"type": "str", "required": True},
            "ready_timeout": {"type": "int", "default": 120},
        },
        supports_check_mode=True,
    )
    ecosystem, only, ready_path, ready_timeout = (
        module.params[key] for key in ("ecosystem", "only", "ready_path", "ready_timeout")
    )

    def of(workers):
        return {name: value for name, value in workers.items() if only is None or name in only}

    pm2 = Pm2(module)
    record = read_ecosystem(ecosystem)
    if module.params["entries"] is not None:
        wanted = of({entry["name"]: stamp(entry) for entry in module.params["entries"]})
    elif record:
        wanted = of(record)
    else:
        module.fail_json(
            msg=f"There is nothing to return to: no worker was proved yet, {ecosystem} does not exist or is empty."
        )
    proved = of(record)
    steps = plan(list(wanted.values()), of(pm2.processes()))
    to_prove = unproved(wanted, proved, steps)
    after = recorded(record, wanted, only) if module.params["prove"] else record
    result = {
        "changed": bool(steps) or after != record,
        "steps": [" ".join(step) for step in steps],
        "daemon_version": pm2.version(),
        "pending": {
            **{action: [name for step, name in steps if step == action] for action in ("replace", "start", "delete")},
            "prove": to_prove,
        },
        "diff": {
            "before_header": ecosystem,
            "after_header": ecosystem,
            "before": render(record),
            "after": render(after),
        },
    }
    if module.check_mode or not result["changed"]:
        module.exit_json(ready_seconds={}, **result)
    if not pm2.is_alive():
        module.fail_json(msg="No PM2 daemon runs in {}. Start its systemd unit first.".format(module.params["home"]))

    try:
        result["ready_seconds"] = apply(pm2, steps, wanted, ready_path, ready_timeout)
    except NotReady as error:
        words = [f"Worker {error}.", last_words(module, wanted[error.worker])]
        if module.params["prove"]:
            words.append(restore(pm2, proved, of, ready_path, ready_timeout))
        module.fail_json(msg=" ".join(words), steps=result["steps"], pending=result["pending"])
    if module.params["prove"]:
        staged = os.path.join(module.tmpdir, "ecosystem.json")
        with open(staged, "w", encoding="utf-8") as file:
            file.write(render(after))
        module.atomic_move(staged, ecosystem)
        os.chmod(ecosystem, 0o644)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
