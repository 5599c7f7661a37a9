# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module reaches a Redis server of its own host."""

from __future__ import annotations


class ModuleDocFragment:
    """Options that the modules for Redis share."""

    DOCUMENTATION = r"""
options:
  socket:
    description: Unix socket of the server. It stays the same when address or port change.
    type: path
    required: true
  login_user:
    description: User with all rights.
    type: str
    required: true
  login_password:
    description: Password of O(login_user).
    type: str
    required: true
requirements:
  - redis (Python package), on the host
"""
