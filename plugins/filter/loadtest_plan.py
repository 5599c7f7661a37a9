# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.loadtest_plan."""

from __future__ import annotations

DOCUMENTATION = r"""
name: loadtest_plan
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Plan a load test from its profile
description:
  - Reckons the phases, how many sessions and accounts they take, and when figures are judged, and writes the script of Artillery.
positional: _input
options:
  _input:
    description: The profile, of C(questions), C(page), C(tests) and C(phases).
    type: dict
    required: true
  pace:
    description: Seconds of a session, C(think_before_s), C(answer_s) and C(think_after_s).
    type: dict
    required: true
  slo:
    description: What is to be reached, C(requests_per_s) and C(connections).
    type: dict
    required: true
  chat:
    description: The service, with C(target), C(login_path), C(api_path), C(chat_path), C(body), C(timeout_s), C(validate_certs), C(progress).
    type: dict
    required: true
  duration_s:
    description: Seconds during which sessions begin; 0 for the profile's own.
    type: int
    default: 0
"""

EXAMPLES = r"""
- name: Two minutes
  ansible.builtin.debug:
    msg: "{{ (profile | tierstack.librechat.loadtest_plan(pace, slo, chat, 120)).load }}"
  vars:
    profile: {questions: 1, page: false, tests: [p95], phases: [{name: all, seconds: 60, rate: [1, 5], held: true}]}
    pace: {think_before_s: 5, answer_s: 2, think_after_s: 10}
    slo: {requests_per_s: 100, connections: 200}
    chat:
      target: https://chat.example.org
      login_path: /api/auth/login
      api_path: /api
      chat_path: /api/agents/chat/mock
      body: {text: ping}
      timeout_s: 30
      validate_certs: true
      progress: /tmp/progress.jsonl
"""

RETURN = r"""
_value:
  description: A dictionary of C(load), what is known of the test before it runs, and C(script).
  type: dict
"""

import json

from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.profiles import plan_load, script


def loadtest_plan(profile, pace, slo, chat, duration_s=0):
    """Return what the documentation above says."""
    # Dictionaries and lists of Python's own: those of a template yield their values only once.
    profile, pace, slo, chat = (json.loads(json.dumps(one)) for one in (profile, pace, slo, chat))
    load = plan_load(profile, pace, slo, duration_s)
    return {"load": load, "script": script(load, profile, pace, chat)}


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"loadtest_plan": loadtest_plan}
