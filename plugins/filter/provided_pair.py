# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.provided_pair."""

from __future__ import annotations

DOCUMENTATION = r"""
name: provided_pair
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Judge a certificate and its key before they go to a host
description:
  - Reads every certificate of the chain and the key, and says in words what would keep Nginx or a browser from using them.
  - Line ends of any kind, a byte order mark, blocks without a line break between them and text around them are recovered.
requirements:
  - cryptography, which ansible-core needs itself
positional: _input, key, name
options:
  _input:
    description: PEM text of the server's certificate, then of each one that signed the one before it.
    type: str
    required: true
  key:
    description: PEM text of the private key.
    type: str
    required: true
  name:
    description: Host name that the certificate is to be for.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Say what is wrong with a pair
  ansible.builtin.debug:
    msg: "{{ certificate | tierstack.librechat.provided_pair('', 'chat.example.org') }}"
  vars:
    certificate: |
      -----BEGIN CERTIFICATE-----
      MIIBszCCAVmgAwIBAgIUQ2
      -----END CERTIFICATE-----
"""

RETURN = r"""
_value:
  description: The judgement, C(problem), empty where the pair can serve; and C(pem), the chain and the key in one text.
  type: dict
  sample:
    problem: nginx_tls_certificate is for chat.example.com, not for chat.example.org.
    pem: ""
"""

from ansible_collections.tierstack.librechat.plugins.plugin_utils.provided_pair import provided_pair


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"provided_pair": provided_pair}
