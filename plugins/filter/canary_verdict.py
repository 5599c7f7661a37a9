# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.canary_verdict."""

from __future__ import annotations

DOCUMENTATION = r"""
name: canary_verdict
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Judge the first worker of a release
description:
  - Compares what M(tierstack.librechat.canary_watch) saw of the canary, and M(tierstack.librechat.edge_timings) on the Nginx hosts, with what is
    SLOs and with the old workers at the same time.
  - The canary fails if more of its samples are above a limit than chance explains. The limit is the SLO, and less where the old
    workers are much better than that; where they break the SLO themselves, the canary may be half as bad again.
  - The same holds for each measure. See C(docs/releases.md) for the rule and its reasons.
positional: _input
options:
  _input:
    description: The RV(tierstack.librechat.canary_watch#module:observation).
    type: dict
    required: true
  edges:
    description: What M(tierstack.librechat.edge_timings) returned on each Nginx host. Results without C(upstreams) are left out.
    type: list
    elements: dict
    default: []
  slo:
    description:
      - "The SLOs: C(p95_ms), C(error_percent), C(first_event_ms), C(event_loop_lag_ms) and C(memory_mb)."
      - What has no SLO is not judged.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: The verdict
  ansible.builtin.debug:
    msg: "{{ (seen | tierstack.librechat.canary_verdict(slo={'p95_ms': 200, 'error_percent': 0.5})).reason }}"
  vars:
    seen:
      window_s: 30
      canary: {address: "192.0.2.10:3080"}
      synthetic_load: {canary: {requests: 229, errors: 0, unanswered: 0, durations_ms: {"4": 200, "9": 29}}}
"""

RETURN = r"""
_value:
  description:
    - C(passed), a boolean.
    - C(reason), one sentence with the figures that decide.
    - C(measures), a dictionary of figures for each measure, with its C(state), V(ok), V(breach) or V(not judged).
    - C(table), the same as lines of text.
  type: dict
  sample:
    passed: false
    reason: p95 of the canary 318 ms, SLO 200 ms, old workers 11 ms (412 requests)
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.verdict import canary_verdict


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"canary_verdict": canary_verdict}
