# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.first_problem."""

from __future__ import annotations

DOCUMENTATION = r"""
name: first_problem
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Find the first failure among the results of several hosts
description:
  - For procedures that go back by themselves, and must therefore know of a failure on any host instead of ending there.
positional: _input
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
  names:
    description: Names of registered results, in the order in which they came.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Stop if it failed anywhere
  ansible.builtin.assert:
    that: problem == ''
    fail_msg: "{{ problem }}"
  vars:
    problem: "{{ hostvars | tierstack.librechat.first_problem(ansible_play_hosts_all, ['started', 'probed']) }}"
"""

RETURN = r"""
_value:
  description: The host and the reason, or an empty string.
  type: str
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.results import first_problem


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"first_problem": first_problem}
