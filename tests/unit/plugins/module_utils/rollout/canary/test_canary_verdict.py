"""A canary that is worse never passes where a better one fails; a good one passes on a busy machine; the poisons do not."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.percentile import percentile
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.verdict import (
    MEASURES,
    canary_verdict,
    certain_breach,
    limit_of,
    merged,
    p95,
)
from hypothesis import assume, given
from hypothesis import strategies as st

SLO = {"p95_ms": 200, "error_percent": 0.5, "first_event_ms": 1000, "event_loop_lag_ms": 100, "memory_mb": 1500}
CANARY, OLD = "10.0.0.1:3080", "10.0.0.1:3081"


def seen(durations=(), errors=0, first_events=(), failed_streams=0):
    return {
        "requests": len(durations) + len(first_events),
        "errors": errors + failed_streams,
        "unanswered": 0,
        "durations_ms": dict(Counter(durations)),
        "first_event_ms": dict(Counter(first_events)),
    }


def worker(lags=(10.5,) * 30, memory=(120,) * 30):
    return {"requests": 0, "errors": 0, "durations_ms": {}, "lag_ms": Counter(lags), "memory_mb": Counter(memory)}


def observed(canary=None, old=None, canary_worker=None, old_worker=None, **more):
    nothing = {"requests": 0, "errors": 0, "durations_ms": {}, "lag_ms": {}, "memory_mb": {}}
    return {
        "window_s": 30,
        "canary": {"address": CANARY, **(canary_worker or worker())},
        "peers": {"addresses": [OLD], **((old_worker or worker()) if old else nothing)},
        "synthetic_load": {"canary": canary or seen([5] * 229), "peers": old or seen()},
        **more,
    }


def verdict(*args, edges=(), slo=None, **kwargs):
    return canary_verdict(observed(*args, **kwargs), edges, SLO if slo is None else slo)


def calls(rng, count, base=6.0, busy=0.0, login=0.0):
    """Durations as a worker has them: most a few milliseconds, some waiting for the machine, some logins."""
    found = []
    for _time in range(count):
        value = rng.lognormvariate(0, 0.4) * base
        if rng.random() < busy:
            value += rng.expovariate(1 / 40)
        if rng.random() < login:
            value += rng.uniform(80, 160)
        found.append(round(value))
    return found


def errors(rng, count, share):
    return sum(rng.random() < share for _time in range(count))


# What a release is judged for


def test_a_canary_like_the_old_workers_passes_and_says_with_what():
    found = verdict(old=seen([5] * 229))
    assert found["passed"]
    assert found["reason"].startswith("the canary keeps the SLOs: 0 of 229 requests failed, p95 5 ms of 200 ms")
    assert {one["state"] for one in found["measures"] if one["name"] != "first event"} == {"ok"}


def test_300_ms_more_are_undone_with_figures():
    found = verdict(seen([318] * 206), seen([11] * 206))
    assert not found["passed"]
    assert found["reason"] == "p95 of the canary 318 ms, SLO 200 ms, old workers 11 ms (206 requests)"


def test_what_the_old_workers_do_much_better_is_refused_within_the_slo():
    found = verdict(seen([150] * 206), seen([10] * 206))
    assert found["reason"] == (
        "p95 of the canary 150 ms, SLO 200 ms, old workers 10 ms, allowed beside them 115 ms (206 requests)"
    )


def test_where_all_are_slow_the_canary_is_not_blamed():
    assert verdict(seen([420] * 206), seen([400] * 206))["passed"]
    assert not verdict(seen([620] * 206), seen([400] * 206))["passed"]


def test_without_old_workers_the_slo_is_the_limit():
    assert verdict(seen([190] * 229))["passed"]
    assert verdict(seen([210] * 229))["reason"].endswith("SLO 200 ms, no old workers to compare (229 requests)")


def test_errors_are_undone_with_figures():
    found = verdict(seen([5] * 229, errors=12), seen([5] * 229))
    assert found["reason"] == ("errors of the canary 5.24 %, SLO 0.5 %, old workers 0 % (12 of 229 requests)")


def test_errors_that_the_old_workers_have_as_well_are_not_the_canarys():
    assert verdict(seen([5] * 229, errors=12), seen([5] * 229, errors=14))["passed"]


def test_a_single_error_is_an_accident():
    assert verdict(seen([5] * 229, errors=1), seen([5] * 229))["passed"]


def test_cut_streams_are_errors():
    assert not verdict(seen([5] * 229, first_events=[9] * 6, failed_streams=6), seen([5] * 229))["passed"]


def test_late_first_events_are_undone_even_if_few():
    found = verdict(seen([5] * 229, first_events=[1400, 1500, 1600]), seen([5] * 229, first_events=[20, 30, 25]))
    assert found["reason"].startswith("first event of the canary 1600 ms, SLO 1000 ms, old workers 30 ms")


def test_a_deaf_event_loop_and_too_much_memory_are_undone():
    good = seen([5] * 229)
    assert "event loop lag" in verdict(old=good, canary_worker=worker(lags=[10] * 15 + [250] * 15))["reason"]
    assert "memory" in verdict(old=good, canary_worker=worker(memory=[1600] * 30))["reason"]
    # PM2 stops a worker there, however large the others are.
    large = worker(memory=[1450] * 30)
    assert not verdict(old=good, canary_worker=worker(memory=[1600] * 30), old_worker=large)["passed"]


def test_a_canary_that_has_died_fails_whatever_else_was_seen():
    found = verdict(old=seen([5] * 229), problem="the canary has stopped after 3 s: connection refused")
    assert (found["passed"], found["reason"]) == (False, "the canary has stopped after 3 s: connection refused")


def test_a_breach_that_was_certain_stays_one():
    assert not verdict(old=seen([5] * 229), breach="p95 of the canary 318 ms")["passed"]


def test_who_has_shown_nothing_does_not_pass():
    assert canary_verdict(None)["reason"] == "the canary was not watched"
    found = verdict(seen([5] * 7), seen([5] * 7))
    assert found["reason"] == "only 7 requests of the canary were seen in 30 s, it takes 20 to judge it"
    assert {one["name"]: one["state"] for one in found["measures"]}["p95"] == "not judged"
    assert not verdict(slo={})["passed"]


def test_few_samples_are_enough_to_fail():
    assert "errors of the canary" in verdict(seen([5] * 4, errors=3))["reason"]


def test_a_canary_that_nginx_cannot_reach_fails():
    edges = [{"upstreams": {CANARY: {"requests": 9, "errors": 9, "durations_ms": {}}}}]
    assert "errors of the canary" in verdict(seen(), edges=edges)["reason"]


# From where the figures come


def test_nginx_and_synthetic_load_add_up_over_all_hosts_and_workers():
    upstreams = {
        CANARY: {"requests": 50, "errors": 1, "durations_ms": {"12": 50}},
        OLD: {"requests": 60, "errors": 0, "durations_ms": {"9": 60}},
        "10.0.0.2:3080": {"requests": 40, "errors": 2, "durations_ms": {"8": 40}},
    }
    edges = [{"mark": {}, "upstreams": upstreams}, {"upstreams": upstreams}, {"skipped": True}, None]
    found = verdict(seen([5] * 100), seen([5] * 100), edges=edges)
    by_name = {one["name"]: one for one in found["measures"]}
    assert (by_name["errors"]["samples"], by_name["errors"]["bad"]) == (200, 2)
    assert (by_name["errors"]["old"], by_name["p95"]["old"]) == (round(100 * 4 / 300, 2), 9)


def test_streams_of_users_count_as_well_as_own_ones():
    edges = [{"upstreams": {CANARY: {"requests": 9, "errors": 0, "durations_ms": {}, "first_event_ms": {"1400": 9}}}}]
    assert "first event of the canary 1400 ms" in verdict(old=seen([5] * 229), edges=edges)["reason"]


def test_without_nginx_and_synthetic_load_the_workers_own_count_is_taken():
    counted = {**worker(), "requests": 400, "errors": 0, "durations_ms": {"10": 390, "25": 10}}
    found = verdict(seen(), seen(), canary_worker=counted, old_worker=counted)
    assert found["passed"]
    assert found["measures"][0]["samples"] == 400


def test_the_table_has_a_line_for_each_measure_and_each_note():
    table = verdict(old=seen([5] * 229), notes=["first event: /api/auth/login answers 404"])["table"]
    assert [line.split("  ")[0] for line in table[:3]] == ["measure", "errors", "p95"]
    assert table[-1] == "not measured: first event: /api/auth/login answers 404"
    assert len(table) == 2 + 1 + len(MEASURES)


# An early end


def test_a_breach_is_certain_only_when_the_rest_of_the_window_cannot_make_good():
    assert certain_breach(observed(seen([5] * 40, errors=3), seen([5] * 40)), SLO, 10) is None
    assert "errors" in certain_breach(observed(seen([5] * 40, errors=20), seen([5] * 40)), SLO, 10)
    assert certain_breach(observed(seen([318] * 20), seen([9] * 20)), SLO, 20) is None
    assert "p95" in certain_breach(observed(seen([318] * 60), seen([9] * 60)), SLO, 6)


# For all samples

SAMPLES = st.lists(st.integers(1, 900), min_size=20, max_size=120)
worse = st.lists(st.integers(0, 600), min_size=120, max_size=120)


@given(SAMPLES, SAMPLES, worse, st.integers(0, 20), st.integers(0, 20))
def test_a_worse_canary_never_passes_where_a_better_one_fails(durations, old, more, failed, more_failed):
    assume(failed <= len(durations))
    better = verdict(seen(durations, errors=failed), seen(old))
    added = [one + extra for one, extra in zip(durations, more, strict=False)]
    assert not (verdict(seen(added, errors=failed + more_failed), seen(old))["passed"] and not better["passed"])


@given(SAMPLES, st.integers(0, 20))
def test_equal_workers_pass_however_good_or_bad_they_are(durations, failed):
    both = seen(durations, errors=min(failed, len(durations)))
    assert verdict(both, both, slo={**SLO, "memory_mb": 1500})["passed"]


@given(st.floats(1, 1e4), st.floats(0, 1e4), st.floats(0, 1e4), st.sampled_from(MEASURES))
def test_the_limit_grows_with_the_old_workers_and_is_never_below_what_they_have(objective, one, other, measure):
    low, high = sorted((one, other))
    assert limit_of(measure, objective, low) <= limit_of(measure, objective, high)
    assert limit_of(measure, objective, low) >= (min(low, objective) if measure.hard else low)


@given(st.lists(st.integers(0, 50), max_size=200))
def test_p95_is_that_of_the_samples(values):
    assert p95(merged(Counter(values))) == percentile(values, 0.95)


# On a busy machine of two cores


def outcome(rng, make_canary, make_old=None, share=0.0, count=229):
    canary = seen(make_canary(count), errors=errors(rng, count, share))
    return verdict(canary, seen((make_old or make_canary)(count)))["passed"]


@pytest.mark.parametrize(
    ("busy", "login"), [(0, 0), (0.04, 0), (0.3, 0), (0, 0.05), (0.04, 0.045), (0.2, 0.06)], ids=str
)
def test_noise_does_not_undo_a_good_release(busy, login):
    rng = random.Random(4711)
    passed = sum(outcome(rng, lambda n: calls(rng, n, 8, busy, login), share=0.001) for _time in range(300))
    assert passed >= 297


def test_a_cold_start_of_some_seconds_does_not_undo_a_good_release():
    rng = random.Random(4711)
    passed = sum(
        outcome(rng, lambda n: calls(rng, 30, 40) + calls(rng, n - 30, 8, 0.05), lambda n: calls(rng, n, 8, 0.05))
        for _time in range(200)
    )
    assert passed >= 198


def test_300_ms_more_never_pass():
    rng = random.Random(4711)
    assert not any(
        outcome(rng, lambda n: [300 + one for one in calls(rng, n, 8, 0.1)], lambda n: calls(rng, n, 8, 0.1))
        for _time in range(200)
    )


def test_5_percent_of_500_pass_once_in_a_hundred_times():
    rng = random.Random(4711)
    assert sum(outcome(rng, lambda n: calls(rng, n, 8), share=0.05) for _time in range(500)) <= 10
    assert not verdict(seen([8] * 229, errors=229 // 20), seen([8] * 229))["passed"]


def test_the_errors_that_the_slo_allows_pass_99_times_in_a_hundred():
    rng = random.Random(4711)
    assert sum(outcome(rng, lambda n: calls(rng, n, 8), share=0.005) for _time in range(500)) >= 490
