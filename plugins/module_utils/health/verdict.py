# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: from attempts to one verdict. No I/O."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.health.expect import shorten
from ansible_collections.tierstack.librechat.plugins.module_utils.percentile import percentile

# From low to high: what stands higher needs what stands lower.
LAYERS = ["host", "process", "mongodb", "redis", "app", "edge", "stream", "monitoring"]


def latency(values):
    """What is said of latencies in milliseconds."""
    return {
        "p50": percentile(values, 0.5),
        "p95": percentile(values, 0.95),
        "max": max(values, default=None),
    }


def too_slow(values, options):
    """Which limit the latencies exceed, or an empty string."""
    found = latency(values)
    for name in ("p50", "p95", "max"):
        limit = options.get(f"{name}_ms")
        if limit is not None and found[name] is not None and found[name] > limit:
            return f"{name} is {found[name]:g} ms, allowed {limit:g}"
    return ""


def broken(results):
    """What is broken, lowest layer first; within a layer as it was asked for."""
    return sorted((result for result in results if not result["ok"]), key=lambda result: LAYERS.index(result["layer"]))


def verdict(results):
    """The lowest broken layer and what is wrong there, or ``healthy``."""
    lowest = next(iter(broken(results)), None)
    return f"{lowest['layer']}: {lowest['reason']}" if lowest else "healthy"


def describe(results):
    """The verdict for a person: with the probe's name, what was seen, and what else is broken."""
    found = broken(results)
    if not found:
        return "healthy"
    lowest = found[0]
    seen = f" ({lowest['detail']})" if lowest["detail"] else ""
    others = [result["name"] for result in found[1:]]
    also = f" Also broken: {', '.join(others)}." if others else ""
    return f"{verdict(results)}. Probe {lowest['name']}{seen}.{also}"


HEADINGS = ("layer", "probe", "state", "p50 ms", "p95 ms", "max ms", "tries", "seen")


def table(results):
    """The results as lines of a table, lowest layer first."""
    rows = [HEADINGS]
    for result in sorted(results, key=lambda result: LAYERS.index(result["layer"])):
        state = "skipped" if result["skipped"] else "ok" if result["ok"] else "BROKEN"
        times = [_figure(result["latency"][name]) for name in ("p50", "p95", "max")]
        seen = ": ".join(filter(None, (result["reason"], result["detail"])))
        rows.append((result["layer"], result["name"], state, *times, str(result["attempts"]), seen))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = range(3, 7)
    return [
        "  ".join(
            cell.rjust(width) if number in numbers else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _figure(value):
    return "-" if value is None else f"{value:.1f}"


def summarize(hosts):
    """One verdict, its explanation and one table from the module's results on several hosts.

    :param hosts: host name: the module's result there, or what Ansible said of a host that it did not reach
    """
    results = []
    for host, result in hosts.items():
        if "probes" not in result:
            results.append(unprobed(host, result))
            continue
        for probe in result["probes"]:
            own = probe["layer"] == "host"
            names = {"name": f"{host} {probe['name']}", "reason": probe["reason"] and f"{host}: {probe['reason']}"}
            results.append({**probe, **names} if own else probe)
    return {
        "healthy": not broken(results),
        "verdict": verdict(results),
        "explanation": describe(results),
        "table": table(results),
    }


def unprobed(host, result):
    """The result for a host on which no probe could run."""
    return {
        "name": host,
        "kind": "host",
        "layer": "host",
        "ok": False,
        "skipped": False,
        "reason": f"{host} {'cannot be reached' if result.get('unreachable') else 'was not probed'}",
        "detail": shorten(result.get("msg", "")),
        "attempts": 0,
        "latency": latency([]),
    }
