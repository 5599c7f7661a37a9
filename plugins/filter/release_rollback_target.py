# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.release_rollback_target."""

from __future__ import annotations

DOCUMENTATION = r"""
name: release_rollback_target
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Find the release to go back to
description:
  - The one before the current one in the history, or the named one, unless a migration has made it impossible.
positional: _input
options:
  _input:
    description: The history of a host's releases, the last deployed first. Each has C(release), C(config) and C(at), seconds since 1970.
    type: list
    elements: dict
    required: true
  current:
    description: The C(release) and C(config) that run now.
    type: dict
    required: true
  wanted:
    description: A release, or the version it begins with. Empty for the one before.
    type: str
    default: ""
  migrations:
    description: Migrations that were run, each with C(name), C(release), C(at), C(one_way) and C(safe_path).
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Which release does a rollback return to
  ansible.builtin.debug:
    msg: "{{ history | tierstack.librechat.release_rollback_target(current=history[0]) }}"
  vars:
    history:
      - {release: v2-1f3a, config: 9c1b, at: 1769860800}
      - {release: v1-77c0, config: 9c1b, at: 1769774400}
"""

RETURN = r"""
_value:
  description: C(release), C(config) and C(at) of the target, or C(problem), the reason why there is none and what can be done instead.
  type: dict
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.releases import (
    NoRollbackTarget,
    rollback_target,
)


def release_rollback_target(history, current, wanted="", migrations=()):
    """See DOCUMENTATION."""
    try:
        return rollback_target(history, current, wanted, migrations)
    except NoRollbackTarget as reason:
        return {"problem": str(reason)}


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"release_rollback_target": release_rollback_target}
