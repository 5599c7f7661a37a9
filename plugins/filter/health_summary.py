# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.health_summary."""

from __future__ import annotations

DOCUMENTATION = r"""
name: health_summary
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Make one verdict and one table of the health of several hosts
description:
  - Takes what M(tierstack.librechat.health_check) returned on each host, and gives the verdict on all of them together.
  - A host without results, because Ansible did not reach it, is a broken V(host).
positional: _input
options:
  _input:
    description: Host names, each with the module's result.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: One verdict
  ansible.builtin.debug:
    msg: "{{ {'web-1': here, 'db-1': {'unreachable': true}} | tierstack.librechat.health_summary }}"
  vars:
    here: {probes: []}
"""

RETURN = r"""
_value:
  description: A dictionary of C(healthy), C(verdict), C(explanation) and C(table), the lines of a table.
  type: dict
  sample: {healthy: false, verdict: "host: db-1 cannot be reached"}
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.health.verdict import summarize


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"health_summary": summarize}
