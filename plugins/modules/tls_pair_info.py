#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of tierstack.librechat.tls_pair_info, which is an action plugin."""

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_pair_info
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Look at a certificate and its key on a host
description:
  - Asks C(openssl) on the host with one plain command, so that the modules that make keys and certificates run only where something differs.
  - The key is read on the host, and does not leave it.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
options:
  certificate:
    description: Path of the certificate, with its chain or without.
    type: path
    required: true
  key:
    description: Path of its private key.
    type: path
    required: true
  seconds:
    description: How long from now the certificate is to be valid.
    type: int
    default: 0
  authority:
    description: Path of the certificate of the authority that is to have signed it.
    type: path
"""

EXAMPLES = r"""
- name: Look at the pair
  tierstack.librechat.tls_pair_info:
    certificate: /etc/nginx/tls/self_signed.crt
    key: /etc/nginx/tls/self_signed.key
    seconds: 2592000
  register: __nginx_pair
"""

RETURN = r"""
lasts:
  description: Whether the certificate is valid for so long. False where there is none.
  returned: always
  type: bool
matches:
  description: Whether the key is that of the certificate.
  returned: always
  type: bool
names:
  description: The names of the certificate, each with its kind.
  returned: always
  type: list
  elements: str
  sample: ["DNS:chat.example.org"]
trusted:
  description: Whether O(authority) has signed it. False where none was named.
  returned: always
  type: bool
"""
