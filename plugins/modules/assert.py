#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of tierstack.librechat.assert, which is an action plugin."""

from __future__ import annotations

DOCUMENTATION = r"""
module: assert
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Assert, and render the message only when it is needed
description:
  - Takes the options of M(ansible.builtin.assert), and returns what that one returns.
  - Its messages are rendered when they are shown. To render them takes longer than most assertions.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
seealso:
  - module: ansible.builtin.assert
"""

EXAMPLES = r"""
- name: Refuse a port that does not exist
  tierstack.librechat.assert:
    that: redis_port | int in range(1, 65536)
    quiet: true
    fail_msg: "redis_port is {{ redis_port }}; it must be 1 to 65535."
"""

RETURN = r"""
changed:
  description: Always false. All else is as M(ansible.builtin.assert) returns it.
  returned: always
  type: bool
"""
