# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.loadtest_page."""

from __future__ import annotations

DOCUMENTATION = r"""
name: loadtest_page
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Show a load test as a page
description:
  - Renders the verdicts of a load test, its course as plots, and what each service used. The page loads nothing else.
positional: _input
options:
  _input:
    description: What P(tierstack.librechat.loadtest_result#filter) returned.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: The page
  ansible.builtin.copy:
    content: "{{ report | tierstack.librechat.loadtest_result(load, slo, {}, about) | tierstack.librechat.loadtest_page }}"
    dest: /tmp/loadtest.html
    mode: "0644"
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
  description: The page.
  type: str
"""

import json

from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.loadtest import report_html


def loadtest_page(result):
    """Return what the documentation above says."""
    return report_html(json.loads(json.dumps(result)))


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"loadtest_page": loadtest_page}
