#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of tierstack.librechat.group, which is an action plugin."""

from __future__ import annotations

DOCUMENTATION = r"""
module: group
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Create a group where it is missing
extends_documentation_fragment:
  - tierstack.librechat.attributes
  - tierstack.librechat.read_first
seealso:
  - module: ansible.builtin.group
"""

EXAMPLES = r"""
- name: Create the group
  tierstack.librechat.group:
    name: librechat
    system: true
"""

RETURN = r"""
changed:
  description: Whether something was, or in check mode would be, changed. All else is as the module of C(ansible.builtin) returns it.
  returned: always
  type: bool
"""
