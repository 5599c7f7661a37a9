# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the canary as good as the SLOs ask, and about as good as the old workers are at the same time? No input or output here.

Each measure is a set of samples: durations of calls, times to a first event, lags and sizes of memory, one a second. Its limit is::

    tolerated  = 1.5 x p95 of the old workers
    absolute   = the larger of the SLO and what is tolerated     (memory: the SLO, as PM2 stops a worker there)
    regression = tolerated + half of the SLO
    limit      = the smaller of absolute and regression              (without old workers: the SLO)

So a canary may use up the SLO as long as it is not much slower than the old workers are; where they break the SLO themselves, because the
database or the machine is slow, it may be half as slow again; and from 10 ms to 120 ms is a bad release, although the SLO is 200 ms.

A single p95 jumps when one call in twenty is slow by its nature, such as a login. So it is not p95 that is compared: of the canary's samples, as
many are counted as are above the limit, and the canary fails if so many were improbable (less than 1 %, exact binomial distribution) with the one
in twenty that p95 allows. Errors are the same thing with another share: that of the SLO, or of the old workers if theirs is larger.

Few samples are enough to fail: two of two streams that come too late are no accident. To pass takes more, see ``Measure.least``; with fewer a
measure is not judged. Requests must be judged, or the canary has not shown anything, and fails.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from ansible_collections.tierstack.librechat.plugins.module_utils.binomial import at_least

RISK = 0.01
SLOW_SHARE = 0.05  # p95
TOLERANCE = 1.5
LEAST_REQUESTS = 20


class Measure(NamedTuple):
    """What is compared. ``samples`` is the key of a worker's figures, ``slo`` that of the SLO, ``least`` the samples needed to pass."""

    name: str
    samples: str
    slo: str
    unit: str
    noun: str
    least: int
    hard: bool = False


MEASURES = (
    Measure("p95", "durations_ms", "p95_ms", "ms", "requests", LEAST_REQUESTS),
    Measure("first event", "first_event_ms", "first_event_ms", "ms", "streams", 2),
    Measure("event loop lag", "lag_ms", "event_loop_lag_ms", "ms", "samples", 5),
    Measure("memory", "memory_mb", "memory_mb", "MB", "samples", 5, hard=True),
)
NO_FIGURES = {"requests": 0, "errors": 0, "unanswered": 0, **{measure.samples: {} for measure in MEASURES}}


def merged(*counts):
    """Value -> how often, of several such; JSON has made strings of their keys."""
    found = {}
    for one in counts:
        for value, number in (one or {}).items():
            found[float(value)] = found.get(float(value), 0) + int(number)
    return found


def number_of(counts):
    return sum(counts.values())


def above(counts, limit):
    return sum(number for value, number in counts.items() if value > limit)


def p95(counts):
    """By nearest rank; None of nothing."""
    wanted, passed = ceil((1 - SLOW_SHARE) * number_of(counts) - 1e-9), 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= wanted:
            return value
    return None


def limit_of(measure, objective, old):
    """The value above which a sample of the canary is one too many."""
    if old is None:
        return objective
    tolerated = TOLERANCE * old
    return min(objective if measure.hard else max(objective, tolerated), tolerated + objective / 2)


def figures(observation, edges):
    """The figures of the canary and of the old workers, each from all that saw them.

    Requests of users are in Nginx' log, own ones in the observation: they add up. Where Nginx has seen too few, the worker's own count, which
    is coarser and has both, takes their place.
    """
    canary = observation["canary"]["address"]
    upstreams = [item for edge in edges for item in ((edge or {}).get("upstreams") or {}).items()]
    return {
        side: combined(
            observation.get(side),
            (observation.get("synthetic_load") or {}).get(side),
            [seen for address, seen in upstreams if (address == canary) == (side == "canary")],
        )
        for side in ("canary", "peers")
    }


def combined(worker, own, edges):
    worker, own = {**NO_FIGURES, **(worker or {})}, {**NO_FIGURES, **(own or {})}
    outside = [*edges, own]
    result = {
        "requests": sum(seen["requests"] for seen in outside),
        "errors": sum(seen["errors"] for seen in outside),
        "durations_ms": merged(*(seen["durations_ms"] for seen in outside)),
        "first_event_ms": merged(*(seen.get("first_event_ms") for seen in outside)),
        "lag_ms": merged(worker["lag_ms"]),
        "memory_mb": merged(worker["memory_mb"]),
    }
    if result["requests"] < LEAST_REQUESTS:
        result["requests"] = max(result["requests"], worker["requests"] + own["unanswered"])
        result["errors"] = max(result["errors"], worker["errors"] + own["unanswered"])
    if number_of(result["durations_ms"]) < LEAST_REQUESTS:
        result["durations_ms"] = merged(worker["durations_ms"])
    return result


def state_of(bad, samples, share, least, expected=0):
    """``breach`` if so many bad ones are improbable among the samples, or among those that are expected to be there in the end."""
    if bad and at_least(bad, max(samples, expected), min(share, 1)) < RISK:
        return "breach"
    return "ok" if samples >= least else "not judged"


def judge_errors(canary, old, objective, more=1.0):
    """Failed requests against the share of the SLO, or the old workers' if it is larger."""
    samples, bad = canary["requests"], canary["errors"]
    old_share = old["errors"] / old["requests"] if old["requests"] else None
    share = max(objective / 100, old_share or 0)
    return {
        "name": "errors",
        "unit": "%",
        "noun": "requests",
        "canary": round(100 * bad / samples, 2) if samples else None,
        "old": None if old_share is None else round(100 * old_share, 2),
        "slo": objective,
        "allowed": round(100 * share, 2),
        "samples": samples,
        "bad": bad,
        "state": state_of(bad, samples, share, LEAST_REQUESTS, ceil(more * samples)),
    }


def judge_measure(measure, canary, old, objective, more=1.0):
    """The samples of the canary above the limit that the SLO and the old workers give."""
    mine, theirs = canary[measure.samples], old[measure.samples]
    old_p95 = p95(theirs) if number_of(theirs) >= measure.least else None
    limit = limit_of(measure, objective, old_p95)
    samples, bad = number_of(mine), above(mine, limit)
    return {
        "name": measure.name,
        "unit": measure.unit,
        "noun": measure.noun,
        "canary": p95(mine),
        "old": old_p95,
        "slo": objective,
        "allowed": round(limit, 1),
        "samples": samples,
        "bad": bad,
        "state": state_of(bad, samples, SLOW_SHARE, measure.least, ceil(more * samples)),
    }


def judge(observation, edges, slo, more=1.0):
    """All measures that have an SLO, the errors first.

    :param more: so many times the samples are expected to be there in the end: what is a breach then, is certain now
    """
    seen = figures(observation, edges)
    both = seen["canary"], seen["peers"]
    found = [judge_errors(*both, float(slo["error_percent"]), more)] if slo.get("error_percent") is not None else []
    return found + [
        judge_measure(measure, *both, float(slo[measure.slo]), more)
        for measure in MEASURES
        if slo.get(measure.slo) is not None
    ]


def certain_breach(observation, slo, more):
    """The sentence for a breach that no further sample is expected to make good, or None."""
    return next((sentence(one) for one in judge(observation, [], slo, more) if one["state"] == "breach"), None)


def amount(value, unit):
    return "nothing" if value is None else f"{value:g} {unit}"


def sentence(judged):
    """A measure with its figures."""
    unit = judged["unit"]
    old = f", old workers {amount(judged['old'], unit)}" if judged["old"] is not None else ", no old workers to compare"
    below = judged["canary"] is not None and judged["canary"] <= judged["slo"]
    allowed = f", allowed beside them {amount(judged['allowed'], unit)}" if below else ""
    count = f"{judged['bad']} of {judged['samples']}" if judged["name"] == "errors" else str(judged["samples"])
    return (
        f"{judged['name']} of the canary {amount(judged['canary'], unit)}, SLO {amount(judged['slo'], unit)}"
        f"{old}{allowed} ({count} {judged['noun']})"
    )


def table(measures):
    """The measures as lines for a person."""
    rows = [("measure", "canary", "old workers", "SLO", "allowed", "samples", "above", "result")]
    for one in measures:
        values = (amount(one[key], one["unit"]) if one[key] is not None else "-" for key in ("canary", "old"))
        limits = (amount(one[key], one["unit"]) for key in ("slo", "allowed"))
        rows.append((one["name"], *values, *limits, str(one["samples"]), str(one["bad"]), one["state"]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if 0 < place < len(row) - 1 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def canary_verdict(observation, edges=(), slo=None):
    """Return the verdict on a canary.

    :param observation: what canary_watch returned
    :param edges: what edge_timings returned on each Nginx host
    :param slo: the SLOs: ``p95_ms``, ``error_percent``, ``first_event_ms``, ``event_loop_lag_ms``, ``memory_mb``; one that is left out is not judged
    :returns: ``passed``, ``reason`` (one sentence), ``measures`` and ``table`` (lines)
    """
    if not observation:
        return {"passed": False, "reason": "the canary was not watched", "measures": [], "table": []}
    measures = judge(observation, edges or (), slo or {})
    breach = next((sentence(one) for one in measures if one["state"] == "breach"), None)
    reason = observation.get("problem") or breach or observation.get("breach") or unproved(observation, measures)
    return {
        "passed": not reason,
        "reason": reason or praise(measures),
        "measures": measures,
        "table": table(measures) + [f"not measured: {note}" for note in observation.get("notes") or ()],
    }


def unproved(observation, measures):
    """Why nothing is known of the canary, or None."""
    about_requests = [one for one in measures if one["noun"] == "requests"]
    if about_requests and all(one["state"] != "not judged" for one in about_requests):
        return None
    requests = max((one["samples"] for one in about_requests), default=0)
    return (
        f"only {requests} requests of the canary were seen in {observation['window_s']:g} s, "
        f"it takes {LEAST_REQUESTS} to judge it"
    )


def praise(measures):
    """What was seen of a good canary."""
    seen = [one for one in measures if one["state"] == "ok"]
    return "the canary keeps the SLOs: " + ", ".join(
        f"{one['bad']} of {one['samples']} requests failed"
        if one["name"] == "errors"
        else f"{one['name']} {amount(one['canary'], one['unit'])} of {amount(one['slo'], one['unit'])}"
        for one in seen
    )
