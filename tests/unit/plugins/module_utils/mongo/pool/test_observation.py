"""What live counters say, and when they say nothing."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.pool.observation import (
    mean_operation_s,
    recommend,
    sample,
    summarise,
)

STATUS = {
    "connections": {"current": 9, "available": 91, "totalCreated": 30, "active": 4, "awaitingTopologyChanges": 2},
    "globalLock": {"currentQueue": {"total": 3}},
    "opLatencies": {
        "reads": {"ops": 10, "latency": 1000},
        "writes": {"ops": 0, "latency": 0},
        "commands": {"ops": 5, "latency": 50},
    },
}


def samples(current=10, busy=0, queue=0, reads=1000, seconds=10, milliseconds=1):
    """Two samples, that far apart."""
    first = {"current": current, "available": 90, "created": 0, "active": busy, "busy": busy, "queue": queue}
    counts = {"reads": (reads, 1000 * milliseconds * reads), "writes": (0, 0), "commands": (0, 0)}
    return [
        {**first, "seconds": 0, "reads": (0, 0), "writes": (0, 0), "commands": (0, 0)},
        {**first, "seconds": seconds, "created": 20, **counts},
    ]


def test_whoever_waits_for_news_of_the_topology_and_we_ourselves_are_not_busy():
    assert sample(STATUS, 0)["busy"] == 4 - 2 - 1


def test_counters_become_rates_and_means():
    observed = summarise(samples(reads=1000, seconds=10, milliseconds=2))
    assert observed["operations"]["reads"] == {"count": 1000, "per_s": 100, "mean_ms": 2}
    assert observed["operations"]["writes"] == {"count": 0, "per_s": 0, "mean_ms": 0}
    assert observed["connections"]["created_per_s"] == 2
    assert observed["connections"]["busy_mean"] == pytest.approx(0.2)
    assert mean_operation_s(observed) == pytest.approx(0.002)


@pytest.mark.parametrize(
    ("load", "direction", "size"),
    [
        ({"reads": 99}, "unknown", 20),
        ({"reads": 99, "busy": 80, "current": 88}, "unknown", 20),
        ({"busy": 80, "current": 88}, "up", 30),
        ({"busy": 64, "current": 88}, "up", 30),
        ({"busy": 80, "current": 88, "queue": 5}, "keep", 20),
        ({"busy": 30, "current": 88}, "keep", 20),
        ({"busy": 4, "current": 8 + 28}, "down", 14),
        ({"busy": 1, "current": 8 + 4}, "down", 10),
        ({"busy": 1, "current": 8 + 40}, "keep", 20),
    ],
)
def test_four_pools_of_twenty(load, direction, size):
    answer = recommend(summarise(samples(**load)), workers=4, max_pool_size=20)
    assert (answer["direction"], answer["max_pool_size"]) == (direction, size)
    assert answer["evidence"]


def test_too_little_load_says_so_and_gives_no_operation_time():
    observed = summarise(samples(reads=3))
    assert "too little load to tell" in recommend(observed, 4, 20)["reason"]
    assert mean_operation_s(observed) is None


def test_a_small_pool_is_not_made_smaller():
    assert recommend(summarise(samples(current=8)), workers=4, max_pool_size=10)["direction"] == "keep"
