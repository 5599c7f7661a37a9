"""Artillery's report, by one that it wrote: 185 sessions in 20 s on a machine that was too busy, with two answers 500."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.artillery import (
    elapsed,
    endpoints,
    failures,
    figures,
    progress_line,
    series,
)

REPORT = json.loads((Path(__file__).parent / "report.json").read_text())


def test_requests_are_counted_with_their_streams():
    found = figures(REPORT["aggregate"], held_s=17)
    assert (found["requests"], found["streams"], found["sessions"]) == (369 + 183, 183, 185)


def test_availability_is_of_all_requests():
    found = figures(REPORT["aggregate"], held_s=17)
    assert found["failures"] == {"answered 500": 2}
    assert found["availability_percent"] == pytest.approx(100 * (1 - 2 / 552), abs=0.001)


def test_times_are_of_the_time_that_was_held():
    found = figures(REPORT["aggregate"], held_s=17)
    assert found["p95_ms"] == REPORT["aggregate"]["summaries"]["held.response_time"]["p95"]
    assert found["first_event_ms"] == REPORT["aggregate"]["summaries"]["held.first_event"]["p95"]
    assert found["requests_per_s"] == 7


def test_nothing_held_is_nothing_measured():
    empty = {"counters": {}, "summaries": {}}
    assert figures(empty, 10)["p95_ms"] is None
    assert figures(empty, 10)["availability_percent"] is None


def test_each_way_to_fail_is_counted_once():
    counters = {
        "http.codes.200": 90,
        "http.codes.429": 3,
        "http.codes.502": 2,
        "stream.status_502": 1,
        "stream.none": 6,
        "stream.cut": 4,
        "stream.complete": 7,
        "errors.ECONNREFUSED": 5,
        "errors.Failed capture or match": 5,
    }
    assert failures(counters) == {
        "answered 429": 3,
        "answered 502": 3,
        "question without a stream": 6,
        "stream cut": 4,
        "ECONNREFUSED": 5,
    }


def test_periods_are_counted_from_the_first_sign_of_the_test():
    spans = elapsed(REPORT["intermediate"])
    assert spans[0][0] == 0
    assert spans[0][1] < 10
    assert [length for _first, length in spans[1:-1]] == [10] * (len(spans) - 2)
    assert sum(length for _first, length in spans) == pytest.approx(38.3, abs=0.1)


def test_the_course_has_a_value_for_each_period():
    course = series(REPORT["intermediate"])
    assert {len(values) for values in course.values()} == {len(REPORT["intermediate"])}
    assert course["sessions_at_once"][-1] == 0
    assert course["at"] == sorted(course["at"])


def test_endpoints_are_named_without_the_host():
    found = {one["path"]: one for one in endpoints(REPORT["aggregate"])}
    assert set(found) == {"/api/auth/login", "/api/agents/chat/mock"}
    assert found["/api/auth/login"]["failed"] == 1


def test_progress_says_how_far_the_test_is():
    line = progress_line(REPORT["intermediate"][:2], 20)
    assert "13 of 20 s" in line
    assert "arrivals/s" in line
    assert "p95 6976 ms" in line
    assert "0 failed" in line


def test_progress_after_the_last_arrival_waits_for_sessions():
    assert "last sessions end" in progress_line(REPORT["intermediate"], 20)
