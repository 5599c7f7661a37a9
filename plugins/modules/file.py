#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of tierstack.librechat.file, which is an action plugin."""

from __future__ import annotations

DOCUMENTATION = r"""
module: file
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Set a path's kind, owner and mode where they are not as wanted
extends_documentation_fragment:
  - tierstack.librechat.attributes
  - tierstack.librechat.read_first
seealso:
  - module: ansible.builtin.file
"""

EXAMPLES = r"""
- name: Create a directory
  tierstack.librechat.file:
    path: /srv/librechat
    state: directory
    owner: root
    group: root
    mode: "0755"
"""

RETURN = r"""
changed:
  description: Whether something was, or in check mode would be, changed. All else is as the module of C(ansible.builtin) returns it.
  returned: always
  type: bool
"""
