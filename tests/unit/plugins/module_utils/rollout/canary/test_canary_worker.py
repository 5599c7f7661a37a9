"""A worker's metrics give what happened between two looks, and own load fills up what the users do not bring."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.worker import (
    Worker,
    durations,
    own_rate,
    together,
)
from hypothesis import given
from hypothesis import strategies as st


def exposition(ok=0, failed=0, streams=0, fast=0, lag=0.0105, started=1000):
    return f"""
http_requests_total{{method="GET",path="/api/user",status="200"}} {ok}
http_requests_total{{method="GET",path="/api/user",status="500"}} {failed}
http_requests_total{{method="GET",path="/api/agents/chat/stream/#id",status="200"}} {streams}
http_requests_total{{method="GET",path="/metrics",status="200"}} 99
http_request_duration_seconds_bucket{{le="0.01",path="/api/user",status="200"}} {fast}
http_request_duration_seconds_bucket{{le="0.2",path="/api/user",status="200"}} {ok}
http_request_duration_seconds_bucket{{le="+Inf",path="/api/user",status="200"}} {ok + failed}
http_request_duration_seconds_bucket{{le="+Inf",path="/api/agents/chat/stream/#id",status="200"}} {streams}
http_request_duration_seconds_bucket{{le="+Inf",path="/metrics",status="200"}} 99
nodejs_eventloop_lag_p99_seconds {lag}
process_resident_memory_bytes {120 * 1024**2}
process_start_time_seconds {started}
"""


@pytest.fixture
def worker():
    return Worker("10.0.0.1:3080", ("/metrics",), ("/api/agents/",))


def test_what_counts_is_between_the_first_look_and_the_last(worker):
    worker.saw(exposition(ok=100, failed=5, streams=3, fast=90, lag=2))
    worker.saw(exposition(ok=140, failed=6, streams=5, fast=120))
    worker.saw(exposition(ok=150, failed=7, streams=9, fast=130))
    assert worker.figures() == {
        "requests": 58,
        "errors": 2,
        "durations_ms": {10: 40, 200: 10, 400: 2},
        "lag_ms": {10.5: 2},
        "memory_mb": {120: 2},
    }


def test_another_process_is_noticed_and_its_counts_are_not_compared(worker):
    assert not worker.saw(exposition(ok=100))
    assert not worker.saw(exposition(ok=101))
    assert worker.saw(exposition(ok=3, started=2000))
    assert worker.figures()["requests"] == 0


def test_a_worker_that_was_never_seen_has_done_nothing(worker):
    assert worker.figures()["requests"] == 0
    assert together([])["requests"] == 0


def test_what_has_no_figure_is_left_out(worker):
    for _time in range(2):
        worker.saw(exposition(lag="NaN"))
    assert worker.figures()["lag_ms"] == {}


def test_several_workers_are_counted_as_one():
    workers = [Worker(str(port)) for port in (1, 2)]
    for one in workers:
        one.saw(exposition())
        one.saw(exposition(ok=10, fast=10))
    assert together(workers)["requests"] == 20
    assert together(workers)["lag_ms"] == {10.5: 2}


def test_without_buckets_there_are_no_durations():
    assert durations({}) == {}


@given(
    wanted=st.integers(0, 2000),
    users=st.floats(0, 2000),
    own=st.integers(0, 2000),
    elapsed=st.floats(0.1, 29.9),
    limit=st.floats(0.1, 100),
)
def test_synthetic_load_is_bounded_and_never_more_than_is_missing(wanted, users, own, elapsed, limit):
    rate = own_rate(wanted, users, own, elapsed, 30, limit)
    assert 0 <= rate <= limit
    assert rate * (30 - elapsed) <= max(0, wanted - own - users) + 1e-6


@pytest.mark.parametrize(
    ("users", "own", "elapsed", "expected"), [(0, 0, 5, 9.16), (50, 0, 5, 0), (20, 0, 5, 4.36), (0, 229, 20, 0)]
)
def test_synthetic_load_makes_up_evenly_for_what_is_missing(users, own, elapsed, expected):
    assert own_rate(229, users, own, elapsed, 30, 10) == pytest.approx(expected)


def test_there_is_no_load_after_the_window():
    assert own_rate(229, 0, 0, 30, 30, 10) == 0
