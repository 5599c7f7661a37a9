# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.release_waves."""

from __future__ import annotations

DOCUMENTATION = r"""
name: release_waves
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Say in which order a release moves the workers
description:
  - The first wave is one worker, the canary. Then one of each host at a time, as many as may be out at once.
  - Hosts none of whose workers run come last, each as a whole. Where no worker runs at all there are no waves.
positional: _input
options:
  _input:
    description:
      - For each host C(pending), as the module M(tierstack.librechat.pm2_workers) returns it, and C(servers), the addresses of its workers by name.
    type: dict
    required: true
  at_a_time:
    description: Workers that may be out at once.
    type: int
    default: 1
"""

EXAMPLES = r"""
- name: In which order
  ansible.builtin.debug:
    msg: "{{ {'app-1': state} | tierstack.librechat.release_waves(at_a_time=1) }}"
  vars:
    state:
      pending: {replace: [chat-3080, chat-3081], start: [], delete: [], prove: []}
      servers: {chat-3080: "192.0.2.10:3080", chat-3081: "192.0.2.10:3081"}
"""

RETURN = r"""
_value:
  description: The waves, each with C(workers) (names by host), C(servers) (their addresses) and C(canary).
  type: list
  elements: dict
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.releases import waves


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"release_waves": waves}
