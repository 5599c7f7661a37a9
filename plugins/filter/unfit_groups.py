# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.unfit_groups."""

from __future__ import annotations

DOCUMENTATION = r"""
name: unfit_groups
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Find groups of an inventory that have too many or too few hosts
description:
  - Compares the number of hosts of each group with a topology, and says what each group that does not fit needs.
positional: _input
options:
  _input:
    description: Number of hosts of each group. A group that is not there has none.
    type: dict
    required: true
  topology:
    description:
      - For each group what its C(hosts) are, in words, and the C(least) and C(most) of them.
      - With C(odd) their number must be odd, as of hosts that vote.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Refuse an even number of voters
  ansible.builtin.assert:
    that: __unfit | length == 0
    fail_msg: "{{ __unfit | join(' ') }}"
  vars:
    __unfit: "{{ {'mongo': 3} | tierstack.librechat.unfit_groups(topology) }}"
    topology:
      mongo: {hosts: members of the replica set, least: 1, most: 5, odd: true}
"""

RETURN = r"""
_value:
  description: A sentence for each group that does not fit.
  type: list
  elements: str
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.topology import unfit_groups


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"unfit_groups": unfit_groups}
