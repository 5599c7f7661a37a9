"""From results to one verdict, a table and reports."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.health.options import LAYERS
from ansible_collections.tierstack.librechat.plugins.module_utils.health.reports import junit, prometheus
from ansible_collections.tierstack.librechat.plugins.module_utils.health.verdict import (
    broken,
    describe,
    latency,
    percentile,
    summarize,
    table,
    too_slow,
    verdict,
)
from hypothesis import given
from hypothesis import strategies as st


def result(name, layer, reason="", **more):
    found = {"name": name, "kind": "http", "layer": layer, "ok": not reason, "skipped": False, "reason": reason}
    return {**found, "detail": "", "attempts": 1, "failures": int(bool(reason)), "latency": latency([1.5]), **more}


results = st.lists(
    st.builds(result, st.text("abc", min_size=1), st.sampled_from(LAYERS), st.sampled_from(["", "x", "y z"])),
    max_size=9,
)


@given(results)
def test_the_verdict_names_the_lowest_broken_layer(found):
    layers = [one["layer"] for one in found if not one["ok"]]
    if layers:
        assert verdict(found).partition(":")[0] == min(layers, key=LAYERS.index)
    else:
        assert verdict(found) == "healthy"


def test_without_a_primary_the_workers_health_does_not_matter():
    found = [
        result("worker", "app"),
        result("banner", "app", "status 500, wanted 200"),
        result("database", "mongodb", "no primary", detail="db-1:27017: connection refused"),
    ]
    assert verdict(found) == "mongodb: no primary"
    assert (
        describe(found) == "mongodb: no primary. Probe database (db-1:27017: connection refused). Also broken: banner."
    )


def test_the_first_probe_of_a_layer_speaks_for_it():
    assert verdict([result("a", "app", "one"), result("b", "app", "two")]) == "app: one"


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_a_value_that_enough_others_do_not_exceed(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"p50_ms": 3}, ""),
        ({"p50_ms": 2.5}, "p50 is 3 ms, allowed 2.5"),
        ({"p95_ms": 4}, "p95 is 9 ms, allowed 4"),
        ({"max_ms": 9}, ""),
        ({}, ""),
    ],
)
def test_a_latency_over_its_limit_is_named(limits, reason):
    assert too_slow([1, 2, 3, 4, 9], limits) == reason


def test_no_latency_is_not_too_slow():
    assert too_slow([], {"max_ms": 1}) == ""


def test_a_table_has_the_lowest_layer_first_and_even_columns():
    lines = table([result("b", "edge", "down", detail="seen"), result("a", "host", skipped=True)])
    assert [line.split()[0] for line in lines] == ["layer", "host", "edge"]
    assert "skipped" in lines[1]
    assert lines[2].endswith("down: seen")
    assert [line[: lines[0].index("seen")].rstrip()[-2:] for line in lines] == ["es", " 1", " 1"]


def test_several_hosts_have_one_verdict():
    good, bad = {"probes": [result("disk", "host")]}, {"probes": [result("disk", "host", "/ has 1 % free")]}
    assert summarize({"a": good})["verdict"] == "healthy"
    assert summarize({"a": good, "b": bad})["verdict"] == "host: b: / has 1 % free"
    assert summarize({"a": bad, "b": {"unreachable": True}})["verdict"] == "host: a: / has 1 % free"
    silent = summarize({"a": {"probes": [result("x", "app", "down")]}, "b": {"unreachable": True}})
    assert silent["verdict"] == "host: b cannot be reached"
    assert not silent["healthy"]
    failed = summarize({"a": {"failed": True, "msg": "Failed to import the required Python library (redis)"}})
    assert failed["explanation"].startswith("host: a was not probed. Probe a (Failed to import")
    assert len(silent["table"]) == 3


def test_nothing_broken_is_an_empty_list():
    assert broken([result("a", "app", skipped=True)]) == []


def test_junit_has_every_probe_and_survives_strange_text():
    found = [
        result('<a>&"b"', "app", "no\x00\x1b\ud800 <way>", detail="]]>"),
        result("b", "edge"),
        result("c", "stream", skipped=True),
    ]
    suite = ElementTree.fromstring(junit(found, 1.25).encode())
    assert dict(suite.attrib) == {
        "name": "health_check",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
        "time": "1.250",
    }
    assert [case.get("classname") for case in suite] == ["app", "edge", "stream"]
    assert suite[0].get("name") == '<a>&"b"'
    assert suite[0][0].get("message") == "no??? <way>"


def test_prometheus_text_says_the_same():
    found = [result('a"\\\n', "app", "x"), result("b", "edge"), result("c", "stream", skipped=True)]
    text = prometheus(found, "app: x", moment=1700000000.5)
    assert 'tierstack_health_healthy{verdict="app: x"} 0\n' in text
    assert "tierstack_health_timestamp_seconds 1700000000.5\n" in text
    assert 'tierstack_health_probe_healthy{name="a\\"\\\\\\n",kind="http",layer="app"} 0\n' in text
    assert 'tierstack_health_probe_latency_seconds{name="b",kind="http",layer="edge",quantile="0.95"} 0.0015\n' in text
    assert 'name="c"' not in text
    assert text.endswith("\n")
    families = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(families) == len(set(families)) == 6
