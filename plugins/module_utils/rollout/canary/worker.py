# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker as its metrics show it, from the first look at them to the last. No input or output here."""

from __future__ import annotations

from collections import Counter
from math import inf, isfinite

from ansible_collections.tierstack.librechat.plugins.module_utils.exposition import samples
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.verdict import merged

REQUESTS = "http_requests_total"
BUCKETS = "http_request_duration_seconds_bucket"
STARTED = "process_start_time_seconds"
MEMORY = "process_resident_memory_bytes"
LAGS = ("nodejs_eventloop_lag_p99_seconds", "nodejs_eventloop_lag_seconds")


class Worker:
    """The figures of one worker; see :func:`figures`.

    :param left_out: paths that are no work, such as that of the metrics
    :param stream_paths: beginnings of paths whose durations say nothing
    """

    def __init__(self, address, left_out=(), stream_paths=()):
        self.address = address
        self.left_out = tuple(left_out)
        self.stream_paths = tuple(stream_paths)
        self.first = self.last = None
        self.started = None
        self.several = False  # in cluster mode another process answers each time
        self.lag_ms, self.memory_mb = Counter(), Counter()

    def saw(self, exposition):
        """Take a look into account. Return whether the process is another than before.

        :raises ValueError: not an exposition
        """
        found = samples(exposition)
        by_name = {name: value for name, _labels, value in found}
        started, before, self.started = by_name.get(STARTED), self.started, by_name.get(STARTED)
        if self.first is None:
            # The lag since its start is not that of the window.
            self.first = self.last = self.counts(found)
            return False
        self.last = self.counts(found)
        self.several = self.several or started != before
        lag = next((by_name[name] for name in LAGS if name in by_name), None)
        if lag is not None and isfinite(lag):
            self.lag_ms[round(1000 * lag, 1)] += 1
        if MEMORY in by_name:
            self.memory_mb[round(by_name[MEMORY] / 1024**2)] += 1
        return started != before

    def was_silent(self, seconds):
        """It did not answer for so long: that is a lag as well."""
        self.lag_ms[round(1000 * seconds, 1)] += 1

    def counts(self, found):
        """Requests, errors, and durations by their bucket, as counted since the process started."""
        requests = errors = 0
        buckets = Counter()
        for name, labels, value in found:
            path = labels.get("path", labels.get("route", ""))
            if path in self.left_out:
                continue
            if name == REQUESTS:
                requests += value
                errors += value if labels.get("status", labels.get("status_code", "")).startswith("5") else 0
            elif name == BUCKETS and not path.startswith(self.stream_paths):
                buckets[float(labels.get("le", "inf"))] += value
        return {"requests": requests, "errors": errors, "buckets": buckets}

    def figures(self):
        """What it did between the first look and the last; of another process than at first, nothing is known."""
        first, last = self.first, self.last
        if first is None or self.several:
            first = last = {"requests": 0, "errors": 0, "buckets": {}}
        between = {bound: last["buckets"][bound] - first["buckets"].get(bound, 0) for bound in last["buckets"]}
        return {
            "requests": int(last["requests"] - first["requests"]),
            "errors": int(last["errors"] - first["errors"]),
            "durations_ms": durations(between),
            "lag_ms": dict(self.lag_ms),
            "memory_mb": dict(self.memory_mb),
        }


def durations(cumulative):
    """Upper end of a bucket in milliseconds -> how many are in it; beyond the last one, twice as much.

    :param cumulative: upper end in seconds -> how many are in it or below
    """
    found, below = {}, 0
    finite = max((bound for bound in cumulative if bound < inf), default=0)
    for bound in sorted(cumulative):
        if cumulative[bound] > below:
            found[round(1000 * min(bound, 2 * finite), 1)] = int(cumulative[bound] - below)
        below = cumulative[bound]
    return found


def together(workers):
    """The figures of several workers as those of one."""
    all_figures = [worker.figures() for worker in workers]
    return {
        name: merged(*(one[name] for one in all_figures))
        if name.endswith(("_ms", "_mb"))
        else sum(one[name] for one in all_figures)
        for name in ("requests", "errors", "durations_ms", "lag_ms", "memory_mb")
    }


def own_rate(wanted, users, own, elapsed, window, limit):
    """Requests a second of own load that make up, evenly until the end of the window, for what the users are not going to bring.

    :param users: requests of users so far
    :param own: own requests so far
    """
    rest = window - elapsed
    if rest <= 0 or elapsed <= 0:
        return 0.0
    missing = wanted - own - users * window / elapsed
    return min(max(missing / rest, 0.0), limit)
