"""What a stack that is probed all the time shows of it."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.exposition import samples
from ansible_collections.tierstack.librechat.plugins.module_utils.health.metrics import exposition, live


def result(name, layer, ok=True, milliseconds=12.0, **evidence):
    latency = {"p50": milliseconds, "p95": milliseconds, "max": milliseconds}
    return {"name": name, "layer": layer, "ok": ok, "latency": latency, "evidence": evidence}


def shown(*results):
    return {(name, *labels.values()): value for name, labels, value in samples(live(results, 1000.5))}


def test_a_healthy_stack_shows_every_probe_and_how_long_it_took():
    assert shown(result("db", "mongodb"), result("page", "edge", milliseconds=250.0)) == {
        ("tierstack_healthy",): 1,
        ("tierstack_health_time_seconds",): 1000.5,
        ("tierstack_probe_up", "db", "mongodb"): 1,
        ("tierstack_probe_up", "page", "edge"): 1,
        ("tierstack_probe_duration_seconds", "db", "mongodb"): 0.012,
        ("tierstack_probe_duration_seconds", "page", "edge"): 0.25,
    }


def test_one_broken_probe_is_enough_and_has_no_duration():
    found = shown(result("db", "mongodb", ok=False, milliseconds=None), result("page", "edge"))
    assert found["tierstack_healthy",] == 0
    assert found["tierstack_probe_up", "db", "mongodb"] == 0
    assert ("tierstack_probe_duration_seconds", "db", "mongodb") not in found


def test_a_certificate_has_an_end_and_an_answer_a_first_event():
    found = shown(
        result("certificate", "edge", not_after_epoch=1866704331), result("answer", "stream", first_event_ms=830.0)
    )
    assert found["tierstack_probe_certificate_not_after_seconds", "certificate"] == 1866704331
    assert found["tierstack_probe_first_event_seconds", "answer"] == 0.83


def test_an_answer_without_any_event_has_no_time_of_the_first():
    found = shown(result("answer", "stream", ok=False, milliseconds=None, first_event_ms=None))
    assert [key for key in found if key[0] == "tierstack_probe_first_event_seconds"] == []


def test_what_stands_in_a_name_does_not_break_the_line():
    name = 'a "quoted\\ \n name'
    assert samples(exposition([("up", "Help.", [({"probe": name}, 1)])])) == [("up", {"probe": name}, 1.0)]
