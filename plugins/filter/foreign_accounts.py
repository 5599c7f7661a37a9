# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.foreign_accounts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: foreign_accounts
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Name the accounts of a host that a service must not take over
description:
  - An account is the service's own when its shell lets nobody in, its number is below 1000, and its home is the service's.
positional: _input
options:
  _input:
    description: The lines that C(getent passwd) and C(getent group) print of the services' names.
    type: list
    elements: str
    required: true
  services:
    description:
      - Dictionaries of C(name) and C(home), and C(packaged), true where a Debian package may have made the account, with a home of its own.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Refuse to take over the account of a web server
  ansible.builtin.assert:
    that: foreign | length == 0
  vars:
    passwd: ["www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin"]
    foreign: "{{ passwd | tierstack.librechat.foreign_accounts([{'name': 'chat', 'home': '/srv/chat'}]) }}"
"""

RETURN = r"""
_value:
  description: The accounts and groups in words. Empty where every name is new, or the service's own.
  type: list
  elements: str
  sample: ["an account www-data (uid 33, home /var/www, shell /usr/sbin/nologin)"]
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.accounts import foreign_accounts


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"foreign_accounts": foreign_accounts}
