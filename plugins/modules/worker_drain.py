#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.worker_drain."""

from __future__ import annotations

DOCUMENTATION = r"""
module: worker_drain
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Wait until workers have nothing left to do
description:
  - Asks each worker for its metrics until it answers no request, sends no stream and computes no answer, in two samples in a row.
    That is when C(http_requests_in_flight) is at most 1, which is the question itself, and C(sse_streams_in_flight) and
    C(generation_jobs_in_flight) are 0, each summed over its labels.
  - A worker that refuses the connection has nothing left.
  - The workers get new requests as long as a balancer sends them some. Take them out first, see M(tierstack.librechat.nginx_upstream).
  - Nothing is changed, and a worker that still has work at the limit is no failure. What becomes of it is up to the caller.
  - The workers are waited for at the same time.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
    details: No worker is asked, and all of them count as drained.
  diff_mode:
    support: none
options:
  workers:
    description: Addresses of the workers, each with its port, reachable from this host.
    type: list
    elements: str
    required: true
  metrics_path:
    description: Path of the metrics, in Prometheus' text format.
    type: str
    default: /metrics
  metrics_secret:
    description: Bearer token that the workers want for their metrics.
    type: str
  limit_s:
    description: Seconds after which a worker is waited for no longer.
    type: float
    required: true
  every_s:
    description: Seconds between two samples.
    type: float
    default: 0.5
seealso:
  - module: tierstack.librechat.nginx_upstream
"""

EXAMPLES = r"""
- name: Wait until the worker has finished its requests and streams
  tierstack.librechat.worker_drain:
    workers: ["192.0.2.10:3080"]
    metrics_secret: "{{ app_release_metrics_secret }}"
    limit_s: 75
  register: drain
"""

RETURN = r"""
drained:
  description: Whether all of the workers have nothing left to do.
  returned: success
  type: bool
seconds:
  description: Seconds until the last worker had nothing left to do, or until the limit.
  returned: success
  type: float
  sample: 11.5
workers:
  description: The same of each worker, by address.
  returned: success
  type: dict
  contains:
    drained:
      description: Whether it has nothing left to do.
      type: bool
    answers:
      description: Whether it has answered, unless it refuses connections now.
      type: bool
    seconds:
      description: Seconds until it had nothing left to do, or until the limit.
      type: float
    left:
      description:
        - What it had left at the end, each a number, under the keys C(requests), C(streams) and C(generations).
        - Null when it never said.
      type: dict
    problem:
      description: Why its last answer could not be used, or null.
      type: str
  sample:
    192.0.2.10:3080:
      drained: true
      answers: true
      seconds: 11.5
      left: {requests: 0, streams: 0, generations: 0}
      problem: null
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.drain import NOTHING_LEFT, drain, scrape

UNASKED = {"drained": True, "answers": False, "seconds": 0.0, "left": NOTHING_LEFT, "problem": None}


def main():
    """Wait for all workers at the same time."""
    module = AnsibleModule(
        argument_spec={
            "workers": {"type": "list", "elements": "str", "required": True},
            "metrics_path": {"type": "str", "default": "/metrics"},
            "metrics_secret": {"type": "str", "no_log": True},
            "limit_s": {"type": "float", "required": True},
            "every_s": {"type": "float", "default": 0.5},
        },
        supports_check_mode=True,
    )
    workers, path, secret = (module.params[key] for key in ("workers", "metrics_path", "metrics_secret"))
    limit_s, every_s = module.params["limit_s"], module.params["every_s"]

    def wait(address):
        return UNASKED if module.check_mode else drain(partial(scrape, address, path, secret), limit_s, every_s)

    with ThreadPoolExecutor(max(len(workers), 1)) as pool:
        found = dict(zip(workers, pool.map(wait, workers), strict=True))
    module.exit_json(
        changed=False,
        workers=found,
        drained=all(worker["drained"] for worker in found.values()),
        seconds=max((worker["seconds"] for worker in found.values()), default=0.0),
    )


if __name__ == "__main__":
    main()
