# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.env_file."""

from __future__ import annotations

DOCUMENTATION = r"""
name: env_file
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Write settings as an environment file that Node and a shell read alike
description:
  - A value stands in single quotes, in which neither reader has special characters, or in double quotes if it has a single quote itself.
positional: _input
options:
  _input:
    description: Settings by name. True and false are written in lower case, as programs compare them.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Write the settings of a service
  ansible.builtin.copy:
    content: "{{ env.text }}"
    dest: /etc/chat.env
    mode: "0600"
  vars:
    env: "{{ {'APP_TITLE': 'Ada & Grace', 'DEBUG': false} | tierstack.librechat.env_file }}"
"""

RETURN = r"""
_value:
  description:
    - A dictionary of C(settings), with true and false as text, C(text), the lines of the file, sorted by name, and C(unfit), the names whose
      values no line can carry.
  type: dict
  sample: {settings: {DEBUG: "false"}, text: "DEBUG='false'", unfit: []}
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.environment_file import env_file


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"env_file": env_file}
