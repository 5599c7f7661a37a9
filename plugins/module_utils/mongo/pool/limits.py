# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The most connections the application can ask for, and what a server lets it have."""

from __future__ import annotations

from math import floor
from typing import NamedTuple

DESCRIPTORS_PER_CONNECTION = 2

REMEDIATIONS = {
    "open files of the process": "Raise the limit of open files (LimitNOFILE), or lower the pool.",
    "net.maxIncomingConnections": "Raise net.maxIncomingConnections, or lower the pool.",
    "serverStatus.connections": "Find out what lowers the server's own limit, or lower the pool.",
}


class Limit(NamedTuple):
    """What stops a server from taking more connections."""

    name: str
    connections: int
    source: str


def worst_case(
    workers,
    max_pool_size,
    overlapping_workers=None,
    clients_per_worker=1,
    monitoring_connections=2,
    tool_connections=20,
):
    """All pools full while new workers stand beside old ones; unless said otherwise, beside every one of them."""
    overlapping = workers if overlapping_workers is None else overlapping_workers
    each = clients_per_worker * (max_pool_size + monitoring_connections)
    return {
        "total": (workers + overlapping) * each + tool_connections,
        "steady": workers * each + tool_connections,
        "formula": (
            f"({workers} workers + {overlapping} overlapping) x {clients_per_worker} clients"
            f" x ({max_pool_size} pool + {monitoring_connections} monitoring) + {tool_connections} tools"
        ),
    }


def parts_of_plan(plan):
    """The arguments of :func:`worst_case`, as the capacity plan has them."""
    value = {name: entry["value"] for name, entry in [*plan["inputs"].items(), *plan["numbers"].items()]}
    return {
        "workers": value["workers_total"],
        "max_pool_size": value["app_release_mongo_max_pool_size"],
        "overlapping_workers": value["workers_overlapping"],
        "clients_per_worker": value["mongo_clients_per_worker"],
        "monitoring_connections": value["mongo_monitoring_connections"],
        "tool_connections": value["mongo_tool_connections"],
    }


def limits_of(figures):
    """The limits of one server, the most telling first, from what could be read of it.

    :param figures: ``current`` and ``available``, and where known ``max_incoming``, ``open_files``, ``other_files`` and ``open_files_source``
    """
    limits = []
    if figures.get("open_files"):
        connections = max(0, figures["open_files"] - figures["other_files"]) // DESCRIPTORS_PER_CONNECTION
        source = (
            f"{figures['open_files_source']}: {figures['open_files']} descriptors, {figures['other_files']} of them for files, "
            f"{DESCRIPTORS_PER_CONNECTION} for each connection"
        )
        limits.append(Limit("open files of the process", connections, source))
    if figures.get("max_incoming"):
        limits.append(Limit("net.maxIncomingConnections", figures["max_incoming"], "getCmdLineOpts"))
    limits.append(Limit("serverStatus.connections", figures["current"] + figures["available"], "current + available"))
    return limits


def judge(total, limits, headroom):
    """Is the worst case below the headroom of every limit? The smallest one binds."""
    binding = min(limits, key=lambda limit: limit.connections)
    usable = floor(headroom * binding.connections + 1e-9)
    return {
        "fits": total <= usable,
        "binding": {**binding._asdict(), "usable": usable, "remediation": REMEDIATIONS[binding.name]},
        "limits": [limit._asdict() for limit in limits],
    }


def complaint(host, total, headroom, binding):
    """What is too small, and the remediation, in a sentence each."""
    return (
        f"{host} does not allow the worst case of {total} connections. Binding limit: {binding['name']}, {binding['connections']} connections"
        f" ({binding['source']}), of which {headroom:g} are {binding['usable']}. {binding['remediation']}"
    )
