#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.loadtest_watch."""

from __future__ import annotations

DOCUMENTATION = r"""
module: loadtest_watch
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Watch a load test until it ends
description:
  - Shows a line for each period of a load test that runs as a systemd unit, and returns when the unit has ended.
  - The lines appear while the task runs, as the part on the controller asks the host again and again.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
options:
  unit:
    description: Name of the systemd unit.
    type: str
    required: true
  path:
    description: File into which the test writes a line of JSON for each period.
    type: path
    required: true
  seconds:
    description: How long the test is to take, to be shown.
    type: int
    required: true
  after:
    description: Number of lines that were seen before.
    type: int
    default: 0
"""

EXAMPLES = r"""
- name: Watch the load test
  tierstack.librechat.loadtest_watch:
    unit: loadtest.service
    path: /var/lib/loadtest/progress.jsonl
    seconds: 360
"""

RETURN = r"""
running:
  description: Whether the unit still runs.
  returned: success
  type: bool
result:
  description: What systemd says of the unit's end.
  returned: success
  type: str
  sample: success
words:
  description: The unit's last lines in the journal, if it failed.
  returned: success
  type: list
  elements: str
periods:
  description: What the file holds after the lines that were seen before.
  returned: success
  type: list
  elements: dict
"""

import json
import os

from ansible.module_utils.basic import AnsibleModule


def read_lines(path):
    """Return the lines that are complete."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line for line in file.read().splitlines(keepends=True) if line.endswith("\n")]


def main():
    """Look once."""
    module = AnsibleModule(
        argument_spec={
            "unit": {"type": "str", "required": True},
            "path": {"type": "path", "required": True},
            "seconds": {"type": "int", "required": True},
            "after": {"type": "int", "default": 0},
        },
        supports_check_mode=True,
    )
    # First whether it runs, then what it wrote: so nothing that it wrote before its end is missed.
    _code, out, _err = module.run_command(
        ["systemctl", "show", "--property=ActiveState,Result", module.params["unit"]], check_rc=True
    )
    state = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
    words = []
    if state["Result"] != "success":
        _code, out, _err = module.run_command(
            ["journalctl", "--unit", module.params["unit"], "-n", "8", "--output", "cat"]
        )
        words = out.splitlines()
    module.exit_json(
        words=words,
        running=state["ActiveState"] in ("active", "activating", "deactivating", "reloading"),
        result=state["Result"],
        periods=[json.loads(line) for line in read_lines(module.params["path"])[module.params["after"] :]],
    )


if __name__ == "__main__":
    main()
