# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.unknown_variables."""

from __future__ import annotations

DOCUMENTATION = r"""
name: unknown_variables
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Find variables that no role knows
description:
  - Ansible ignores a variable whose name is misspelt. This filter finds such names, and says which one was probably meant.
positional: _input
options:
  _input:
    description: Names found in the inventory.
    type: list
    elements: str
    required: true
  known:
    description: Names that the roles declare.
    type: list
    elements: str
    required: true
  prefixes:
    description: Beginnings of names that belong to the collection. Other names are not looked at.
    type: list
    elements: str
    required: true
  renamed:
    description: Names of earlier versions, each with the name of today.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Refuse misspelt variables
  ansible.builtin.assert:
    that: __unknown | length == 0
  vars:
    __unknown: "{{ ['mongo_port'] | tierstack.librechat.unknown_variables(known=['mongo_port'], prefixes=['mongo_']) }}"
"""

RETURN = r"""
_value:
  description: A dictionary with C(name) and C(hint) for each unknown variable, sorted by name.
  type: list
  elements: dict
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.variables import unknown_variables


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"unknown_variables": unknown_variables}
