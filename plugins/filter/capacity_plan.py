# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.capacity_plan."""

from __future__ import annotations

DOCUMENTATION = r"""
name: capacity_plan
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: From a number of users and the hosts to every number of the stack
description:
  - Computes workers, connection pools, memory, limits and timeouts of MongoDB, Redis, PM2, Nginx, the kernel and Prometheus, and says of each
    why it is what it is, on what it rests, and how many more users fit before it has to grow.
  - Checks that it all fits together and onto the hosts. What does not fit is no error of the filter; see RV(_value.checks).
  - Reads and changes nothing. The same arguments give the same plan.
positional: _input
options:
  _input:
    description: Users at the same time, 1 to 1,000,000.
    type: int
    required: true
  hosts:
    description:
      - Every host with its C(groups) (of C(mongo), C(redis), C(app), C(nginx), C(monitoring)), C(cores) and C(memory_mb), and C(disk_mb) where it is known.
      - Each group needs a host; a host may be in all. Hosts of one group are set up alike, by the smallest of them.
    type: dict
    required: true
  load:
    description:
      - What the administrator knows better than the defaults, such as C(stream_s) or C(peak_factor). The inputs are in docs/capacity.md.
    type: dict
    default: {}
  calibration:
    description: The same, as measured on this site. O(load) wins over it.
    type: dict
    default: {}
  overrides:
    description: Numbers that the administrator sets, by the name of the role's variable. What depends on them follows, the rest stays.
    type: dict
    default: {}
  accepted:
    description: Names of checks whose failure the administrator accepts.
    type: list
    elements: str
    default: []
  exec_mode:
    description: How PM2 runs the workers. It decides how many of them are there twice during a release.
    type: str
    choices: [fork, cluster]
    default: fork
"""

EXAMPLES = r"""
- name: Workers for 50 users on one host
  ansible.builtin.debug:
    msg: "{{ plan.numbers.app_pm2_workers.value }} workers: {{ plan.numbers.app_pm2_workers.formula }}"
  vars:
    plan: >-
      {{ 50 | tierstack.librechat.capacity_plan(hosts={
           'one': {'groups': ['mongo', 'redis', 'app', 'nginx', 'monitoring'], 'cores': 4, 'memory_mb': 16384}}) }}

- name: Refuse what does not fit
  ansible.builtin.assert:
    that: not plan.fits
    success_msg: "{{ plan.checks | rejectattr('ok') | map(attribute='message') | join('; ') }}. {{ plan.recommendation.text }}."
  vars:
    plan: >-
      {{ 500 | tierstack.librechat.capacity_plan(
           hosts={'one': {'groups': ['mongo', 'redis', 'app', 'nginx', 'monitoring'], 'cores': 2, 'memory_mb': 4096}},
           load={'stream_s': 30},
           overrides={'app_release_mongo_max_pool_size': 50}) }}
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    users:
      description: Users at the same time.
      type: int
    fits:
      description: Whether every check holds or is accepted.
      type: bool
    most_users:
      description: How many C(users) these hosts take, and what is C(binding) then.
      type: dict
    numbers:
      description:
        - >-
          Each number by name, with C(value), C(unit), C(variable), C(layer), C(formula) in words, the C(inputs) it read and their values, C(source),
          C(slack) (users that may be added before it has to grow; none if it does not depend on them), C(overridden), C(planned) (what the model
          says), C(basis) (V(measured), V(assumed), V(chosen) or V(given)) and the C(assumed) inputs on which it rests.
        - Those with C(variable) are variables of the roles; the others stand between them and the inputs.
      type: dict
    checks:
      description: Each comparison, with C(name), C(subject), C(ok), C(accepted), C(value), C(limit), C(unit), C(message) and the cheapest C(remediation).
      type: list
      elements: dict
    hosts:
      description: Each host with what is planned of its memory, cores and disk, by service.
      type: dict
    inputs:
      description: Each input with C(value), C(unit), C(meaning), C(basis) and C(source).
      type: dict
    recommendation:
      description: Which C(hosts) would do, and the same as C(text), when those given do not and others would.
      type: dict
"""

from ansible.errors import AnsibleFilterError
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity import CapacityError, plan


def capacity_plan(users, hosts, load=None, calibration=None, overrides=None, accepted=None, exec_mode="fork"):
    """Return the plan; see the documentation above."""
    try:
        return plan(users, hosts, load, calibration, overrides, accepted, exec_mode)
    except CapacityError as exc:
        raise AnsibleFilterError(str(exc)) from exc


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"capacity_plan": capacity_plan}
