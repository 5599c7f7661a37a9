# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.loadtest_result."""

from __future__ import annotations

DOCUMENTATION = r"""
name: loadtest_result
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Judge a load test by the service's SLOs
description:
  - Takes Artillery's report and the samples of all hosts, and gives a verdict on each SLO, the figures and their course.
  - An SLO that the profile does not test, or whose figure nobody measured, is C(not tested), never passed.
positional: _input
options:
  _input:
    description: Artillery's report, as its option C(--output) writes it.
    type: dict
    required: true
  load:
    description: What P(tierstack.librechat.loadtest_plan#filter) returned as C(load).
    type: dict
    required: true
  slo:
    description: The SLOs, C(p95_ms), C(first_event_ms), C(availability_percent), C(requests_per_s), C(connections), C(cpu_percent), C(memory_mb).
    type: dict
    required: true
  samples:
    description: Host names, each with what M(tierstack.librechat.process_samples) returned.
    type: dict
    required: true
  about:
    description: What the report says of the test, among it C(threads) of the load.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: The verdict
  ansible.builtin.debug:
    msg: "{{ (report | tierstack.librechat.loadtest_result(load, slo, {}, about)).explanation }}"
  vars:
    report:
      aggregate: {counters: {http.requests: 9, held.requests: 9}, summaries: {held.response_time: {p50: 30, p95: 80, p99: 90}}}
      intermediate:
        - {period: 0, firstMetricAt: 100, lastMetricAt: 9100, counters: {http.requests: 9, vusers.created: 3}, summaries: {}}
    load:
      {seconds: 10, sessions: 3, session_s: 2, session_requests: 3, accounts: 3, tests: [p95], held: {from: 0, to: 10},
       phases: [{name: all, seconds: 10, first: 0.3, last: 0.3, held: true}]}
    slo:
      {p95_ms: 200, first_event_ms: 1000, availability_percent: 99.5, requests_per_s: 100, connections: 200, cpu_percent: 60, memory_mb: 2048,
       planned_memory_mb: 6000}
    about:
      {profile: plan, service: chat.example.org, time: now, inventory: prod50, users: 50, workers: 4, load_host: one, threads: 1}
"""

RETURN = r"""
_value:
  description: A dictionary of C(verdict), C(verdicts), C(missed), C(explanation), C(figures), C(course), C(hosts), C(table) and more.
  type: dict
"""

import json

from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.verdicts import result


def loadtest_result(report, load, slo, samples, about):
    """Return what the documentation above says."""
    # Dictionaries and lists of Python's own: those of a template yield their values only once.
    return result(*(json.loads(json.dumps(one)) for one in (report, load, slo, samples, about)))


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"loadtest_result": loadtest_result}
