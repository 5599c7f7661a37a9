# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.collected."""

from __future__ import annotations

DOCUMENTATION = r"""
name: collected
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Collect the results that hosts have registered
description:
  - Makes a dictionary of what each host has registered under the same name, for a task that judges all of it at once.
positional: _input, hosts, name
options:
  _input:
    description: Variables by host, C(hostvars).
    type: dict
    required: true
  hosts:
    description: Hosts to look at.
    type: list
    elements: str
    required: true
  name:
    description: Name of the registered result.
    type: str
    required: true
  key:
    description:
      - Only what stands in the results under this key, of hosts that have it. Without it, the whole result of every host, empty where there is none.
    type: str
"""

EXAMPLES = r"""
- name: Show the uptime of all hosts
  ansible.builtin.debug:
    msg: "{{ hostvars | tierstack.librechat.collected(ansible_play_hosts_all, '__uptime', key='stdout') }}"
"""

RETURN = r"""
_value:
  description: Results by host.
  type: dict
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.results import collected


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"collected": collected}
