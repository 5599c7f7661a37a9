"""Attempts side by side, in real time but on nothing but threads."""

from __future__ import annotations

import threading
import time

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.health.schedule import Run, Schedule, skipped
from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken

OPTIONS = {
    "kind": "http",
    "layer": "app",
    "samples": 1,
    "interval": 0.01,
    "timeout": 0.2,
    "successes": 1,
    "deadline": 0.5,
    "p50_ms": None,
    "p95_ms": None,
    "max_ms": None,
}


def probe(name="a", **options):
    return {**OPTIONS, "name": name, **options}


class Script:
    """Attempts that go as they are told, by the name of the probe: True, a reason, or a function."""

    def __init__(self, **lines):
        self.lines = {name: list(line) for name, line in lines.items()}
        self.calls = []

    def __call__(self, options, deadline):
        name = options["name"]
        self.calls.append(name)
        line = self.lines[name]
        step = line.pop(0) if len(line) > 1 else line[0]
        if callable(step):
            step = step(deadline)
        if step is not True:
            raise Broken(step)
        return {}


def run(probes, attempt, **options):
    begin = time.monotonic()
    found, history = Schedule(probes, attempt, **options).run()
    return found, history, time.monotonic() - begin


def test_results_come_in_the_order_of_the_probes():
    found, _history, _seconds = run(
        [probe("a"), probe("b")], Script(a=[lambda _deadline: time.sleep(0.05) or True], b=["no"])
    )
    assert [(one["name"], one["ok"], one["reason"]) for one in found] == [("a", True, ""), ("b", False, "no")]
    assert found[0]["healthy_after_s"] is not None
    assert found[1]["healthy_after_s"] is None


def test_every_sample_is_taken():
    found, _history, seconds = run([probe(samples=4, interval=0.03)], Script(a=[True]))
    assert found[0]["attempts"] == 4
    assert seconds >= 0.09
    assert found[0]["latency"]["p50"] is not None


@pytest.mark.parametrize(
    ("line", "ok"),
    [([True, "no", True, True], True), (["no", True, True, True], True), ([True, True, True, "no"], False)],
)
def test_successes_must_come_in_a_row_and_last(line, ok):
    found, _history, _seconds = run([probe(samples=4, successes=2)], Script(a=line))
    assert found[0]["ok"] is ok
    assert (found[0]["attempts"], found[0]["failures"]) == (4, 1)


def test_without_waiting_one_failure_is_the_end():
    script = Script(a=["no", True])
    found, _history, _seconds = run([probe()], script)
    assert (found[0]["reason"], script.calls) == ("no", ["a"])


def test_waiting_goes_on_until_it_is_healthy_and_keeps_the_history():
    found, history, _seconds = run([probe()], Script(a=["no", "no", "not yet", True]), wait=True)
    assert (found[0]["ok"], found[0]["attempts"], found[0]["failures"]) == (True, 4, 3)
    assert [(entry["ok"], entry["reason"]) for entry in history] == [(False, "no"), (False, "not yet"), (True, "")]


def test_waiting_ends_with_the_deadline():
    found, _history, seconds = run([probe(deadline=0.2)], Script(a=["no"]), wait=True)
    assert found[0]["reason"] == "no"
    assert 0.15 < seconds < 0.4


def test_waiting_needs_all_to_be_healthy_after_the_last_failure_of_any():
    """The first one is healthy, then goes away while the second one is waited for."""
    script = Script(a=[True, "gone", True], b=["no", "no", True])
    found, history, _seconds = run([probe("a"), probe("b")], script, wait=True)
    assert all(one["ok"] for one in found)
    assert [entry["ok"] for entry in history if entry["name"] == "a"] == [True, False, True]
    assert script.calls.count("a") >= 3


def test_a_healthy_stack_is_asked_once_even_when_waiting():
    script = Script(a=[True], b=[True])
    run([probe("a"), probe("b")], script, wait=True)
    assert sorted(script.calls) == ["a", "b"]


def test_an_attempt_that_never_ends_is_given_up_and_holds_up_nobody():
    release = threading.Event()
    probes = [probe("hangs", deadline=0.3), *(probe(str(number)) for number in range(5))]
    script = Script(hangs=[lambda _deadline: release.wait(10)], **{str(number): [True] for number in range(5)})
    found, _history, seconds = run(probes, script, threads=2)
    release.set()
    assert found[0]["reason"] == "no answer in time"
    assert all(one["healthy_after_s"] < 0.1 for one in found[1:])
    assert seconds < 0.5


def test_a_hanging_probe_is_not_started_twice():
    release = threading.Event()
    script = Script(a=[lambda _deadline: release.wait(10)])
    found, _history, seconds = run([probe(timeout=0.05, deadline=0.4)], script, wait=True)
    release.set()
    assert script.calls == ["a"]
    assert not found[0]["ok"]
    assert seconds < 0.7


def test_no_more_threads_than_allowed():
    busy, most, lock = 0, 0, threading.Lock()

    def attempt(_options, _deadline):
        nonlocal busy, most
        with lock:
            busy, most = busy + 1, max(most, busy + 1)
        time.sleep(0.02)
        with lock:
            busy -= 1
        return {}

    found, _history, _seconds = run([probe(str(number)) for number in range(12)], attempt, threads=3)
    assert all(one["ok"] for one in found)
    assert most == 3


def test_an_attempt_has_no_more_time_than_the_deadline_leaves():
    left = []
    script = Script(a=[lambda deadline: left.append(deadline.left()) or True])
    run([probe(timeout=5, deadline=0.3)], script)
    assert left[0] <= 0.3


def test_samples_that_the_deadline_cuts_off_are_not_a_success():
    found, _history, seconds = run([probe(samples=100, interval=0.05, deadline=0.2)], Script(a=[True]))
    assert "of 100 samples before the deadline" in found[0]["reason"]
    assert seconds < 0.4


def test_latencies_over_their_limit_break_a_probe():
    slow = Script(a=[lambda _deadline: time.sleep(0.03) or True])
    found, _history, _seconds = run([probe(max_ms=10)], slow)
    assert "allowed 10" in found[0]["reason"]
    assert found[0]["failures"] == 0


def test_when_waiting_only_the_last_samples_count_for_the_latency():
    line = [lambda _deadline: time.sleep(0.05) or True, True]
    found, _history, _seconds = run([probe(max_ms=20)], Script(a=line), wait=True)
    assert found[0]["ok"]
    assert found[0]["attempts"] == 2


def test_a_surprise_in_one_probe_is_a_reason_and_does_not_quote_data():
    def attempt(_options, _deadline):
        raise ValueError("secret")

    found, _history, _seconds = run([probe()], attempt)
    assert found[0]["reason"] == "ValueError"


def test_a_skipped_probe_counts_as_healthy():
    assert skipped(probe())["ok"]
    assert skipped(probe())["skipped"]
    assert set(skipped(probe())) == set(Run(probe()).result())
