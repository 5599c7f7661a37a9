#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of tierstack.librechat.apt, which is an action plugin."""

from __future__ import annotations

DOCUMENTATION = r"""
module: apt
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Install or remove Debian packages where they are not as wanted
notes:
  - Where another program has apt's lock, such as an unattended upgrade, it is waited for up to 15 minutes, and said. O(ansible.builtin.apt#module:lock_timeout)
    of the task wins.
extends_documentation_fragment:
  - tierstack.librechat.attributes
  - tierstack.librechat.read_first
seealso:
  - module: ansible.builtin.apt
"""

EXAMPLES = r"""
- name: Install Nginx
  tierstack.librechat.apt:
    name: nginx
    install_recommends: false
"""

RETURN = r"""
changed:
  description: Whether something was, or in check mode would be, changed. All else is as the module of C(ansible.builtin) returns it.
  returned: always
  type: bool
"""
