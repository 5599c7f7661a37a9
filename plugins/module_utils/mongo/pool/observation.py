# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What live counters say about the size of the pool."""

from __future__ import annotations

from math import ceil

KINDS = ("reads", "writes", "commands")
ENOUGH_OPERATIONS = 100
SMALLEST_POOL = 10
OURSELVES = 1


def sample(status, seconds):
    """What is of interest in an answer to serverStatus, taken at this time."""
    connections = status["connections"]
    waiting = connections.get("awaitingTopologyChanges", 0)
    return {
        "seconds": seconds,
        "current": connections["current"],
        "available": connections["available"],
        "created": connections["totalCreated"],
        "active": connections["active"],
        "busy": max(0, connections["active"] - waiting - OURSELVES),
        "queue": status["globalLock"]["currentQueue"]["total"],
        **{kind: (status["opLatencies"][kind]["ops"], status["opLatencies"][kind]["latency"]) for kind in KINDS},
    }


def summarise(samples):
    """The samples as extremes, means and rates."""
    first, last = samples[0], samples[-1]
    seconds = last["seconds"] - first["seconds"]
    operations = {kind: _rate(first[kind], last[kind], seconds) for kind in KINDS}
    return {
        "seconds": round(seconds, 3),
        "samples": len(samples),
        "connections": {
            "current_max": max(each["current"] for each in samples),
            "available_min": min(each["available"] for each in samples),
            "active_max": max(each["active"] for each in samples),
            "busy_max": max(each["busy"] for each in samples),
            "busy_mean": round(
                sum(operations[kind]["per_s"] * operations[kind]["mean_ms"] for kind in ("reads", "writes")) / 1000, 3
            ),
            "created_per_s": round((last["created"] - first["created"]) / seconds, 2),
        },
        "queue": {
            "max": max(each["queue"] for each in samples),
            "mean": round(sum(each["queue"] for each in samples) / len(samples), 2),
        },
        "operations": operations,
    }


def _rate(first, last, seconds):
    count, microseconds = last[0] - first[0], last[1] - first[1]
    return {
        "count": count,
        "per_s": round(count / seconds, 2),
        "mean_ms": round(microseconds / count / 1000, 3) if count else 0.0,
    }


def mean_operation_s(observed):
    """Mean time of a read or write in the server, or None when there were too few."""
    kinds = [observed["operations"][kind] for kind in ("reads", "writes")]
    count = sum(kind["count"] for kind in kinds)
    if count < ENOUGH_OPERATIONS:
        return None
    return sum(kind["count"] * kind["mean_ms"] for kind in kinds) / count / 1000


def recommend(observed, workers, max_pool_size, clients_per_worker=1, monitoring_connections=2):
    """``up``, ``down`` or ``keep`` for the pool, or ``unknown``, with what speaks for it.

    A driver opens a connection when all it has are busy, so that connections that are open were needed a short while ago.
    """
    pools = workers * clients_per_worker
    capacity = pools * max_pool_size
    connections, queue = observed["connections"], observed["queue"]
    opened = max(0, min(capacity, connections["current_max"] - pools * monitoring_connections))
    count = observed["operations"]["reads"]["count"] + observed["operations"]["writes"]["count"]
    evidence = [
        f"{opened} of {capacity} connections of the pools open",
        f"{connections['busy_max']} busy at most, {connections['busy_mean']:g} on average",
        f"queue of the server {queue['max']} at most, {queue['mean']:g} on average",
        f"{connections['created_per_s']:g} connections opened each second",
        f"{count} reads and writes in {observed['seconds']:g} s",
    ]

    def answer(direction, size, reason):
        return {"direction": direction, "max_pool_size": size, "reason": reason, "evidence": evidence}

    if count < ENOUGH_OPERATIONS:
        return answer(
            "unknown", max_pool_size, f"too little load to tell: fewer than {ENOUGH_OPERATIONS} reads and writes"
        )
    if connections["busy_max"] >= 0.8 * capacity:
        if queue["mean"] >= 1:
            return answer(
                "keep",
                max_pool_size,
                "the pools are full, but the server itself queues: more connections would wait there",
            )
        return answer("up", ceil(1.5 * max_pool_size), "the pools are full and the server does not queue")
    smaller = max(SMALLEST_POOL, ceil(2 * max(opened, connections["busy_max"]) / pools))
    if smaller < max_pool_size:
        return answer("down", smaller, "less than half of the pools is open under this load")
    return answer("keep", max_pool_size, "the pools are neither full nor idle")
