#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.canary_watch."""

from __future__ import annotations

DOCUMENTATION = r"""
module: canary_watch
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Watch the first worker of a release among the old ones
description:
  - Looks at the metrics of the canary and of old workers at the same time, about once a second, for a window of time.
  - When the users do not bring the canary requests enough, the module asks for some paths itself, evenly over the rest of the window and
    never faster than O(rate); and asks one old worker the same at the same moments, so that the comparison is fair.
  - With an O(account), it also asks both the model a few questions, and measures the time to the first event of each answer.
  - "It ends early when the canary has stopped, was started again or has fallen silent, and when so much is wrong already that the rest of the
    window cannot make good."
  - It judges nothing. Give the RV(observation) to the filter P(tierstack.librechat.canary_verdict#filter).
  - Nothing is changed, unless a question to the model is a change to you.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
    details: Nobody is asked, and RV(observation) is null.
  diff_mode:
    support: none
options:
  canary:
    description: Address of the canary with its port, reachable from this host.
    type: str
    required: true
  peers:
    description: Addresses of old workers that are to be compared. There may be none. The first one gets the same own load as the canary.
    type: list
    elements: str
    default: []
  metrics_path:
    description: Path of the metrics, in Prometheus' text format.
    type: str
    default: /metrics
  metrics_secret:
    description: Bearer token that the workers want for their metrics.
    type: str
  stream_paths:
    description: Beginnings of paths at which answers stream. How long they take is not counted.
    type: list
    elements: str
    default: []
  window_s:
    description: Seconds that the canary is watched.
    type: float
    default: 30
  requests:
    description: Requests to the canary that are wanted within the window.
    type: int
    default: 229
  rate:
    description: Requests a second of own load to each worker, at the most.
    type: float
    default: 10
  paths:
    description: Paths of the own load, asked for in turn with C(GET), answered without a login. Without any there is no own load.
    type: list
    elements: str
    default: []
  account:
    description: An account that may ask the model, all of it or nothing. Without one, no question is asked, and there is no time to a first event.
    type: dict
    suboptions:
      email:
        description: Its address.
        type: str
      password:
        description: Its password.
        type: str
      endpoint:
        description: Name of the model's endpoint, the last part of the path of a question.
        type: str
      body:
        description: The question, as the application wants it.
        type: dict
  auth_path:
    description: Path of the login.
    type: str
    default: /api/auth/login
  chat_path:
    description: Beginning of the path of a question, and of its stream.
    type: str
    default: /api/agents/chat
  final_regex:
    description: The last event of a stream holds this. A stream that ends without it has failed.
    type: str
    default: '"final":\s*true'
  slo:
    description: The SLOs, for an early end. One that is left out does not end the watch.
    type: dict
    default: {}
    suboptions:
      p95_ms:
        description: Milliseconds in which 95 of 100 calls are answered.
        type: float
      error_percent:
        description: Percent of the calls that may fail.
        type: float
      first_event_ms:
        description: Milliseconds from a question to the first event of its answer.
        type: float
      event_loop_lag_ms:
        description: Milliseconds of lag of a worker's event loop.
        type: float
      memory_mb:
        description: Memory of a worker.
        type: float
seealso:
  - module: tierstack.librechat.edge_timings
"""

EXAMPLES = r"""
- name: Watch the canary
  tierstack.librechat.canary_watch:
    canary: "192.0.2.10:3080"
    peers: ["192.0.2.10:3081", "192.0.2.10:3082"]
    metrics_secret: "{{ app_release_metrics_secret }}"
    stream_paths: [/api/agents/]
    paths: [/api/banner, /api/config]
    slo: {p95_ms: 200, error_percent: 0.5, event_loop_lag_ms: 100, memory_mb: 1500}
  register: watch

- name: Judge it
  ansible.builtin.assert:
    that: verdict.passed
    fail_msg: "{{ verdict.reason }}"
  vars:
    verdict: "{{ watch.observation | tierstack.librechat.canary_verdict(slo={'p95_ms': 200, 'error_percent': 0.5}) }}"
"""

RETURN = r"""
observation:
  description: What was seen. Null in check mode.
  returned: success
  type: dict
  contains:
    window_s:
      description: Seconds that it took.
      type: float
    canary:
      description:
        - The C(address) of the canary and its figures.
        - C(requests) and C(errors) are what it counted itself, own load and all. C(durations_ms) are those of its calls, by the upper ends of
          the buckets of its histogram. C(lag_ms) and C(memory_mb) have a sample for each second. All three are dictionaries of a value and
          how often it was seen.
      type: dict
    peers:
      description: The C(addresses) of the old workers that were there to the end, and the same figures of all of them together.
      type: dict
    synthetic_load:
      description:
        - For C(canary) and C(peers), of which the first is asked, C(requests), C(errors) (no answer, or one of 400 and above), C(unanswered),
          C(streams) and C(failed_streams) of the own load, which are part of the requests and errors, and their exact C(durations_ms) and
          C(first_event_ms).
      type: dict
    problem:
      description: Why the canary could not be watched to the end, or null.
      type: str
    breach:
      description: The breach of an SLO that was certain before the end, or null.
      type: str
    notes:
      description: What could not be measured, and why.
      type: list
      elements: str
  sample:
    window_s: 30.0
    canary:
      address: 192.0.2.10:3080
      requests: 241
      errors: 0
      durations_ms: {"5": 201, "10": 38, "25": 2}
      lag_ms: {"10.5": 17, "11.1": 13}
      memory_mb: {"104": 12, "105": 18}
    peers:
      addresses: [192.0.2.10:3081]
      requests: 244
      errors: 0
      durations_ms: {"5": 206, "10": 38}
      lag_ms: {"10.5": 21, "11.2": 9}
      memory_mb: {"117": 30}
    synthetic_load:
      canary:
        requests: 229
        errors: 0
        unanswered: 0
        streams: 0
        failed_streams: 0
        durations_ms: {"4": 180, "5": 40, "9": 9}
        first_event_ms: {}
      peers:
        requests: 229
        errors: 0
        unanswered: 0
        streams: 0
        failed_streams: 0
        durations_ms: {"4": 182, "5": 41, "8": 6}
        first_event_ms: {}
    problem: null
    breach: null
    notes: []
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.watch import Watch


def main():
    """Watch, unless in check mode."""
    module = AnsibleModule(
        argument_spec={
            "canary": {"type": "str", "required": True},
            "peers": {"type": "list", "elements": "str", "default": []},
            "metrics_path": {"type": "str", "default": "/metrics"},
            "metrics_secret": {"type": "str", "no_log": True},
            "stream_paths": {"type": "list", "elements": "str", "default": []},
            "window_s": {"type": "float", "default": 30},
            "requests": {"type": "int", "default": 229},
            "rate": {"type": "float", "default": 10},
            "paths": {"type": "list", "elements": "str", "default": []},
            "account": {
                "type": "dict",
                "options": {
                    "email": {"type": "str"},
                    "password": {"type": "str", "no_log": True},
                    "endpoint": {"type": "str"},
                    "body": {"type": "dict"},
                },
                "required_together": [["email", "password", "endpoint", "body"]],
            },
            "auth_path": {"type": "str", "default": "/api/auth/login"},
            "chat_path": {"type": "str", "default": "/api/agents/chat"},
            "final_regex": {"type": "str", "default": r'"final":\s*true'},
            "slo": {
                "type": "dict",
                "default": {},
                "options": {
                    name: {"type": "float"}
                    for name in ("p95_ms", "error_percent", "first_event_ms", "event_loop_lag_ms", "memory_mb")
                },
            },
        },
        supports_check_mode=True,
    )
    account = module.params["account"]
    options = {**module.params, "account": account if account and account["email"] else None}
    module.exit_json(changed=False, observation=None if module.check_mode else Watch(options).run())


if __name__ == "__main__":
    main()
