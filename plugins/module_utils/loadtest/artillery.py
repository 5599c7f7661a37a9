# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Artillery reports, in the figures of a load test. No input or output here.

Its report is ``aggregate``, of the whole test, and ``intermediate``, of each period of 10 s, both of ``counters`` and
``summaries`` (percentiles of times in ms). ``stream.*`` and ``held.*`` are counted by roles/loadtest/files/session.js.
"""

from __future__ import annotations

import re

PERIOD_S = 10
NO_ANSWER = "errors."
# A consequence of an answer that was counted already
CONSEQUENCE = "errors.Failed capture or match"
STREAM_FAILURES = {"stream.none": "question without a stream", "stream.cut": "stream cut"}
PERCENTILES = ("p50", "p95", "p99")
ENDPOINT = "plugins.metrics-by-endpoint."


def failures(counters):
    """Return what went wrong, each with its number: answers above 399, none at all, streams that never began, were refused or cut."""
    found = {}
    for name, number in counters.items():
        status = re.fullmatch(r"(?:http\.codes\.|stream\.status_)(\d+)", name)
        if status and int(status[1]) >= 400:
            reason = f"answered {status[1]}"
        elif name.startswith(NO_ANSWER) and name != CONSEQUENCE:
            reason = name.removeprefix(NO_ANSWER)
        elif name in STREAM_FAILURES:
            reason = STREAM_FAILURES[name]
        else:
            continue
        found[reason] = found.get(reason, 0) + number
    return found


def requests(counters):
    """Return how many requests were sent, streams included."""
    return counters.get("http.requests", 0) + counters.get("stream.requests", 0)


def elapsed(periods):
    """Return of each period (first second, length), counted from the first sign of the test."""
    begin = periods[0].get("firstMetricAt", int(periods[0]["period"])) / 1000
    found = []
    for period in periods:
        start = int(period["period"]) / 1000
        end = start + PERIOD_S
        if period is periods[-1]:
            end = min(end, period.get("lastMetricAt", 1000 * end) / 1000)
        first = max(start, begin)
        found.append((round(first - begin, 1), max(1.0, end - first)))
    return found


def progress_line(periods, seconds):
    """Return what the last period shows, in a line.

    :param seconds: how long users come
    """
    (first, length), last = elapsed(periods)[-1], periods[-1]
    counters = last["counters"]
    p95 = last["summaries"].get("http.response_time", {}).get("p95")
    failed = sum(failures(counters).values())
    words = [
        f"{round(first + length)} of {seconds} s" if first + length <= seconds else "last sessions end",
        f"{counters.get('vusers.created', 0) / length:.1f} arrivals/s",
        f"{requests(counters) / length:.1f} requests/s",
        "p95 -" if p95 is None else f"p95 {p95:.0f} ms",
        f"{failed} failed",
    ]
    return "{:>18}  {:>16}  {:>16}  {:>12}  {:>9}".format(*words)


def series(periods):
    """Return the course of the test: ``at`` is the middle of each period in seconds, the rest a value for each."""
    spans = elapsed(periods)
    found = {"at": [round(first + length / 2, 1) for first, length in spans]}
    for name, metric in (("response", "http.response_time"), ("first_event", "stream.first_event")):
        for percentile in PERCENTILES:
            found[f"{name}_{percentile}_ms"] = [one["summaries"].get(metric, {}).get(percentile) for one in periods]

    def rate(count):
        return [
            round(count(one["counters"]) / length, 2) for one, (_first, length) in zip(periods, spans, strict=False)
        ]

    found["requests_per_s"] = rate(requests)
    found["arrivals_per_s"] = rate(lambda counters: counters.get("vusers.created", 0))
    found["failed_per_s"] = rate(lambda counters: sum(failures(counters).values()))
    found["cut_per_s"] = rate(lambda counters: counters.get("stream.cut", 0))
    now, users = 0, []
    for one in periods:
        counters = one["counters"]
        now += counters.get("vusers.created", 0) - counters.get("vusers.completed", 0)
        now -= counters.get("vusers.failed", 0)
        users.append(now)
    found["sessions_at_once"] = users
    return found


def endpoints(aggregate):
    """Return for each kind of request its number, failures and percentiles, the slowest first."""
    found = []
    for name, times in aggregate["summaries"].items():
        path = name.removeprefix(ENDPOINT + "response_time.")
        if path == name:
            continue
        codes = {
            code.removeprefix(f"{ENDPOINT}{path}.codes."): number
            for code, number in aggregate["counters"].items()
            if code.startswith(f"{ENDPOINT}{path}.codes.")
        }
        found.append(
            {
                "path": re.sub(r"\{\{\s*base\s*\}\}", "", path),
                "requests": times["count"],
                "failed": sum(number for code, number in codes.items() if int(code) >= 400),
                **{f"{percentile}_ms": times[percentile] for percentile in PERCENTILES},
            }
        )
    return sorted(found, key=lambda one: -one["p95_ms"])


def figures(aggregate, held_s):
    """Return the figures of the whole test, and those of the time that was held.

    :param held_s: length of that time
    """
    counters, summaries = aggregate["counters"], aggregate["summaries"]
    sent, failed = requests(counters), sum(failures(counters).values())
    return {
        "requests": sent,
        "failed": failed,
        "failures": failures(counters),
        "streams": counters.get("stream.requests", 0),
        "streams_complete": counters.get("stream.complete", 0),
        "streams_cut": counters.get("stream.cut", 0),
        "sessions": counters.get("vusers.created", 0),
        "availability_percent": round(100 * (1 - failed / sent), 3) if sent else None,
        "p95_ms": summaries.get("held.response_time", {}).get("p95"),
        "first_event_ms": summaries.get("held.first_event", {}).get("p95"),
        "requests_per_s": round(counters.get("held.requests", 0) / held_s, 1),
        "whole": {
            name: {percentile: summaries[metric][percentile] for percentile in PERCENTILES}
            for name, metric in (
                ("response_ms", "http.response_time"),
                ("first_event_ms", "stream.first_event"),
                ("stream_ms", "stream.duration"),
            )
            if metric in summaries
        },
    }
