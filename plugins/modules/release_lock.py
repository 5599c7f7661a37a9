#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.release_lock."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release_lock
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: One release at a time, across controllers
description:
  - Takes, renews and frees a lock that is a file on the host. It outlives the play that took it, so that the next run can tell that
    a run was interrupted, and which.
  - The lock has a lease. A run renews it between its steps; when the lease is over, the next run takes the lock.
  - The host's own clock counts, and no two runs ever get the lock at the same time.
  - Beside the lock lies a file with the suffix C(.guard), which stays.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
    details: A lock that another run holds is a failure in check mode, too.
  diff_mode:
    support: none
options:
  path:
    description: The lock. Its directory must exist.
    type: path
    required: true
  state:
    description:
      - With V(held) the lock is taken, or its lease renewed. When another run has it, the module fails.
      - With V(free) it is removed if it is this run's own, and left alone otherwise.
    type: str
    choices: [held, free]
    required: true
  run:
    description: What this run is known by. No other run has the same.
    type: str
    required: true
  holder:
    description: Who that is, in free form. It is kept in the lock and shown to others.
    type: dict
    default: {}
  lease_s:
    description: Seconds from now for which the lock is held. Required with O(state=held).
    type: int
  gone:
    description: Runs that are known to be dead. Their lock is taken at once.
    type: list
    elements: str
    default: []
  force:
    description: Take the lock whoever has it.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Nobody else releases meanwhile
  tierstack.librechat.release_lock:
    path: /srv/chat/release.lock
    state: held
    run: 0d9f6c5e
    holder: {owner: alice, controller: ops-1, pid: "4242", action: deploy 2.1.0}
    lease_s: 900

- name: The next may
  tierstack.librechat.release_lock:
    path: /srv/chat/release.lock
    state: free
    run: 0d9f6c5e
"""

RETURN = r"""
holder:
  description: The content of the lock. In a failure, that of the other run; null when nobody holds it, or it cannot be read.
  returned: when O(state=held), also on failure
  type: dict
  contains:
    run:
      description: What the run is known by.
      type: str
    holder:
      description: Who that is.
      type: dict
    since:
      description: When the run took the lock, in UTC. The same in seconds since 1970 is C(since_epoch).
      type: str
    until:
      description: When its lease is over, in UTC. The same in seconds since 1970 is C(until_epoch).
      type: str
  sample:
    run: 0d9f6c5e
    holder: {owner: alice, controller: ops-1, pid: "4242", action: deploy 2.1.0}
    since: "2026-01-31T12:00:00Z"
    since_epoch: 1769860800
    until: "2026-01-31T12:15:00Z"
    until_epoch: 1769861700
interrupted:
  description: What the lock said, when it was taken from a run that never freed it. Null otherwise.
  returned: when O(state=held)
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.lock import Held, free, hold


def main():
    """Take, renew or free."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "state": {"type": "str", "choices": ["held", "free"], "required": True},
            "run": {"type": "str", "required": True},
            "holder": {"type": "dict", "default": {}},
            "lease_s": {"type": "int"},
            "gone": {"type": "list", "elements": "str", "default": []},
            "force": {"type": "bool", "default": False},
        },
        required_if=[("state", "held", ["lease_s"])],
        supports_check_mode=True,
    )
    path, run = module.params["path"], module.params["run"]
    try:
        if module.params["state"] == "free":
            module.exit_json(changed=free(path, run, module.check_mode))
        holder = {name: str(value) for name, value in module.params["holder"].items()}
        content, former = hold(
            path, run, holder, *(module.params[key] for key in ("lease_s", "gone", "force")), module.check_mode
        )
    except Held as held:
        module.fail_json(msg=str(held), holder=held.content)
    except OSError as error:
        module.fail_json(msg=f"The lock {path} cannot be written: {error}")
    ours = former is not None and former["run"] == run
    module.exit_json(changed=not ours, holder=content, interrupted=None if ours else former)


if __name__ == "__main__":
    main()
