#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of tierstack.librechat.template, which is an action plugin."""

from __future__ import annotations

DOCUMENTATION = r"""
module: template
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Render a template and copy it where the host has another
extends_documentation_fragment:
  - tierstack.librechat.attributes
  - tierstack.librechat.read_first
notes:
  - Where I(dest) is a directory and does not end in a slash, the task fails; M(ansible.builtin.template) would put the file into the directory.
seealso:
  - module: ansible.builtin.template
"""

EXAMPLES = r"""
- name: Install nginx.conf
  tierstack.librechat.template:
    src: nginx.conf.j2
    dest: /etc/nginx/nginx.conf
    owner: root
    group: root
    mode: "0644"
    validate: nginx -t -q -c %s
"""

RETURN = r"""
changed:
  description: Whether something was, or in check mode would be, changed. All else is as the module of C(ansible.builtin) returns it.
  returned: always
  type: bool
"""
