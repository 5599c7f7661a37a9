"""An SLO is kept, missed, or not tested; and whether the service was the limit at all."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.verdicts import result
from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.loadtest import report_html

HOSTILE = "</style><script>alert(1)</script>\"'&"
REPORT = json.loads((Path(__file__).parent / "report.json").read_text())
BEGIN = REPORT["intermediate"][0]["firstMetricAt"] / 1000
ALL = ["p95", "first_event", "availability", "requests", "connections", "cpu", "memory"]
LOAD = {
    "phases": [{"name": "all", "seconds": 20, "first": 9, "last": 9, "held": True}],
    "seconds": 20,
    "sessions": 185,
    "session_s": 5,
    "session_requests": 3,
    "accounts": 70,
    "held": {"from": 3, "to": 20},
    "tests": ALL,
}
SLOS = {
    "p95_ms": 200,
    "first_event_ms": 1000,
    "availability_percent": 99.5,
    "requests_per_s": 100,
    "connections": 200,
    "cpu_percent": 60,
    "memory_mb": 2048,
    "planned_memory_mb": 6000,
}
ABOUT = {
    "profile": "slo",
    "inventory": "prod50",
    "time": "20260101T000000Z",
    "service": "chat.example.org",
    "users": 50,
    "workers": 2,
    "load_host": "one",
    "threads": 1,
}


def sampled(cpu=20, machine=50, loader=30, memory=100, connections=210, start=-2):
    """A host with two workers, its samples a second apart from before the test to after it."""
    length = 45
    one = {"cpu": [cpu] * length, "memory_mb": [memory] * length}
    return {
        "start": BEGIN + start,
        "times": [float(second) for second in range(length)],
        "cores": 2,
        "machine_cpu": [machine] * length,
        "connections": [connections] * length,
        "services": {
            "worker 3080": one,
            "worker 3081": one,
            "nginx": one,
            "tierstack-loadtest": {"cpu": [loader] * length, "memory_mb": [300] * length},
        },
    }


def judged(samples=None, report=REPORT, load=None, **slo):
    return result(report, load or LOAD, {**SLOS, **slo}, {"one": sampled()} if samples is None else samples, ABOUT)


def outcome(found, name):
    return next(one for one in found["verdicts"] if one["name"] == name)


def test_what_is_too_slow_is_missed():
    assert outcome(judged(), "p95")["verdict"] == "missed"


def test_what_is_fast_enough_is_passed():
    assert outcome(judged(p95_ms=20000), "p95")["verdict"] == "passed"


def test_a_limit_itself_is_not_below_it():
    measured = judged()["figures"]["p95_ms"]
    assert outcome(judged(p95_ms=measured), "p95")["verdict"] == "missed"


def test_what_is_at_least_may_be_equal():
    assert outcome(judged(connections=210), "connections")["verdict"] == "passed"
    assert outcome(judged(connections=211), "connections")["verdict"] == "missed"


@pytest.mark.parametrize("name", ALL)
def test_what_a_profile_does_not_test_is_never_passed(name):
    found = judged(load={**LOAD, "tests": [one for one in ALL if one != name]}, p95_ms=10**6, first_event_ms=10**6)
    assert outcome(found, name)["verdict"] == "not tested"


@pytest.mark.parametrize("name", ["cpu", "memory", "connections"])
def test_what_nobody_measured_is_not_tested(name):
    assert outcome(judged(samples={}), name)["verdict"] == "not tested"


def test_one_miss_is_a_miss_of_all_and_is_named():
    found = judged(p95_ms=20000, first_event_ms=20000, requests_per_s=1, availability_percent=99)
    assert found["verdict"] == "passed"
    assert found["explanation"] == "Every SLO that was tested is kept."
    missed = judged(first_event_ms=20000, requests_per_s=1, availability_percent=99)
    assert missed["missed"] == ["Response time, p95, without streams"]
    assert "Response time, p95, without streams: 9416.8 ms, SLO below 200" in missed["explanation"]


def test_memory_is_that_of_the_workers_of_all_hosts():
    found = judged({"one": sampled(memory=100), "two": sampled(memory=300)})
    assert found["figures"]["memory_mb"] == 2 * 100 + 2 * 300
    assert "4 workers" in outcome(found, "memory")["remark"]
    assert "6000 MB" in outcome(found, "memory")["remark"]


def test_cpu_is_that_of_the_busiest_host_without_the_load():
    found = judged({"one": sampled(cpu=10, loader=100), "two": sampled(cpu=40)})
    assert found["figures"]["cpu_percent"] == 3 * 40 / 2
    assert found["figures"]["busiest_host"] == "two"


def test_samples_before_and_after_the_test_are_left_out():
    host = judged()["hosts"]["one"]
    assert host["at"][0] == 0
    assert len(host["at"]) == len(host["machine_cpu"]) == len(host["services"]["nginx"]["cpu"]) == 40


def test_a_worker_that_was_replaced_leaves_a_gap():
    sample = sampled()
    sample["services"]["worker 3081"] = {"cpu": [None] * 20 + [20] * 25, "memory_mb": [None] * 20 + [100] * 25}
    assert judged({"one": sample})["figures"]["memory_mb"] == 200


def test_a_busy_machine_is_named_as_the_limit():
    assert not judged({"one": sampled(loader=1, cpu=1)})["notes"]
    assert "97 % busy" in judged({"one": sampled(machine=97)})["notes"][0]


def test_a_busy_loader_is_named_as_the_limit():
    assert any("loadtest_threads" in note for note in judged({"one": sampled(loader=95)})["notes"])


def test_sessions_that_did_not_start_are_named():
    assert "Only 185 of 300 sessions" in judged(load={**LOAD, "sessions": 300})["notes"][-1]


def test_the_page_shows_every_verdict_and_loads_nothing():
    page = report_html(judged())
    for one in judged()["verdicts"]:
        assert one["title"] in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert page.count("<svg") == 8


def test_the_page_escapes_what_it_is_told():
    report = copy.deepcopy(REPORT)
    report["aggregate"]["counters"]["errors.<b>odd</b>"] = 1
    assert "&lt;b&gt;odd" in report_html(judged(report=report))


def hostile(value, key=""):
    """What was judged, but all of its words are hostile, but for those that only a verdict can be."""
    if isinstance(value, dict):
        return {name: hostile(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [hostile(one) for one in value]
    return HOSTILE if isinstance(value, str) and key != "verdict" else value


def test_whatever_the_page_is_told_stays_text():
    found = hostile(judged())
    for hosts in (found["hosts"], found["figures"]["hosts"]):
        hosts[HOSTILE] = hosts.pop("one")
    services = found["hosts"][HOSTILE]["services"]
    services[HOSTILE] = services.pop("nginx")
    page = report_html({**found, "notes": [HOSTILE]})
    assert "<script" not in page
    told = [
        element.tag for element in ElementTree.fromstring(page.split("\n", 1)[1]).iter() if HOSTILE in words(element)
    ]
    assert {"title", "h1", "b", "p", "td", "span", "code", "h3"} <= set(told)


def words(element):
    """What an element says itself, between its elements too."""
    return "".join([element.text or "", *(one.tail or "" for one in element)])


def test_the_page_copes_without_samples():
    assert "<svg" in report_html(judged(samples={}))
