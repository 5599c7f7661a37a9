# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.unusable_values."""

from __future__ import annotations

DOCUMENTATION = r"""
name: unusable_values
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Find values that nothing can be done with
description:
  - A type says little of a path, a port or an address. This filter finds those that a host could not use, or must not be given to a service.
  - An option whose name ends with C(_port) is a port.
positional: _input
options:
  _input:
    description: The variables that an inventory gives, by name.
    type: dict
    required: true
  paths:
    description: Names of options that are paths on a host.
    type: list
    elements: str
    required: true
  addresses:
    description: Names of options that are addresses.
    type: list
    elements: str
    required: true
  networks:
    description: Names of options that are lists of addresses and networks.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Say what cannot be used
  ansible.builtin.debug:
    msg: "{{ {'mongo_data_dir': '/', 'mongo_port': 27017} | tierstack.librechat.unusable_values(paths=['mongo_data_dir'], addresses=[], networks=[]) }}"
"""

RETURN = r"""
_value:
  description: A sentence for each value, with its name and what it is to be. Empty where all can be used.
  type: list
  elements: str
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.variables import unusable_values


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"unusable_values": unusable_values}
