# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.mongo_leader."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mongo_leader
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Say on which host a replica set is formed and set up
description:
  - It is the host of the primary. Where no member names one, or its host is not among O(hosts), it is the first host.
positional: _input, set_name, hosts
options:
  _input:
    description:
      - What the members say of their set, the latest last, as the module M(tierstack.librechat.mongo_member_info) returns it.
        Who was not asked or did not answer is an empty dict.
    type: list
    elements: dict
    required: true
  set_name:
    description: Name of the set.
    type: str
    required: true
  hosts:
    description: Hosts of the play. A member is called after its host.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Who leads
  ansible.builtin.assert:
    that: said | tierstack.librechat.mongo_leader('rs0', ['mongo-1', 'mongo-2', 'mongo-3']) == 'mongo-2'
  vars:
    said:
      - {set_name: rs0, primary: "mongo-1:27017"}
      - {set_name: rs0, primary: "mongo-2:27017"}
      - {}
"""

RETURN = r"""
_value:
  description: The host.
  type: str
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.members import leader


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"mongo_leader": leader}
