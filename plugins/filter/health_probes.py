# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.health_probes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: health_probes
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Complete probes, so that they can be made without Ansible
description:
  - Checks the probes of M(tierstack.librechat.health_check) as the module does, and gives each of them every option of its kind.
  - Probes of a clock that are compared with the controller's are left out, as they are right at one moment only.
positional: _input
options:
  _input:
    description: Probes, as the module takes them.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: What is looked at when nobody looks
  ansible.builtin.copy:
    content: "{{ [{'name': 'worker', 'kind': 'tcp', 'host': '10.0.0.5', 'port': 3080}] | tierstack.librechat.health_probes | to_json }}"
    dest: /etc/probes.json
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The probes with all their options.
  type: list
  elements: dict
  sample: [{name: worker, kind: tcp, layer: process, host: 10.0.0.5, port: 3080, timeout: 5.0}]
"""

from ansible.errors import AnsibleFilterError
from ansible_collections.tierstack.librechat.plugins.module_utils.health.options import PACE, complete_all


def plain(value):
    """Return what templates have made as plain lists and dicts: the others take a hundred times as long to copy."""
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def health_probes(probes):
    """Return the probes in full, without those that would go out of date."""
    lasting = [plain(probe) for probe in probes if probe.get("reference") is None]
    done, complaints = complete_all(lasting, {name: option["default"] for name, option in PACE.items()})
    if complaints:
        raise AnsibleFilterError("; ".join(complaints))
    return done


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"health_probes": health_probes}
