# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.release_history."""

from __future__ import annotations

DOCUMENTATION = r"""
name: release_history
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Tell what of a host's releases is kept
description:
  - Adds what was just proved to the history of a host's releases, and leaves out what is too old to be kept.
positional: _input
options:
  _input:
    description: The history so far, the last deployed first. Each has C(release), C(config) and C(at), seconds since 1970.
    type: list
    elements: dict
    required: true
  pair:
    description: The C(release) and C(config) that run now.
    type: dict
    required: true
  at:
    description: When they were proved, in seconds since 1970.
    type: int
    required: true
  keep:
    description: Releases that are kept. The current one and the one before are kept in any case.
    type: int
    required: true
  replaced:
    description: The C(release) and C(config) that ran before.
    type: dict
  returned:
    description: Whether this was a way back. The order then stays as it is.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: What is kept
  ansible.builtin.set_fact:
    history: "{{ [] | tierstack.librechat.release_history(pair={'release': 'v2-1f3a', 'config': '9c1b'}, at=1769860800, keep=5) }}"
"""

RETURN = r"""
_value:
  description: The history, in the same form.
  type: list
  elements: dict
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.releases import remember, retained


def release_history(history, pair, at, keep, replaced=None, returned=False):
    """See DOCUMENTATION."""
    after = history if returned else remember(history, pair, at, replaced)
    return retained(after, keep, pair)


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"release_history": release_history}
