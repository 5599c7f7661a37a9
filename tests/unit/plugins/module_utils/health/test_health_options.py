"""What can be said of a probe."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.tierstack.librechat.plugins.module_utils.health.options import (
    COMMON,
    KINDS,
    LAYER_OF_KIND,
    LAYERS,
    PACE,
    complete,
    complete_all,
    probe_options,
    required_options,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.health.probes import ATTEMPTS, NO_REQUEST, only_reads
from ansible_collections.tierstack.librechat.plugins.modules.health_check import DOCUMENTATION

DEFAULTS = {name: option["default"] for name, option in PACE.items()}


def test_every_kind_has_an_attempt_and_a_layer():
    assert set(KINDS) == set(ATTEMPTS) == set(LAYER_OF_KIND)
    assert set(LAYER_OF_KIND.values()) <= set(LAYERS)


def test_an_option_means_the_same_in_every_kind():
    for options in KINDS.values():
        for name, option in options.items():
            assert {probe_options()[name]["type"]} == {option["type"]}, name
    assert not set(COMMON) & {name for options in KINDS.values() for name in options}


def test_secrets_are_hidden_from_the_log():
    hidden = {name for name, option in probe_options().items() if option.get("no_log")}
    assert hidden == {"uri", "password", "token"}
    assert probe_options()["before"]["options"]["body"]["no_log"]


def test_the_documentation_tells_every_default_of_a_kind():
    documented = yaml.safe_load(DOCUMENTATION)["options"]["probes"]["suboptions"]
    for kind, options in KINDS.items():
        for name, option in options.items():
            if "default" in option:
                value = option["default"]
                text = str(value).lower() if isinstance(value, bool) else str(value)
                text = text.removesuffix(".0").replace("'", "")
                assert f"V({text})" in str(documented[name]["description"]), (kind, name)


def test_a_probe_gets_the_defaults_of_its_kind_and_its_pace():
    probe, complaints = complete({"name": "a", "kind": "http", "url": "http://x/", "timeout": 2}, DEFAULTS)
    assert not complaints
    assert probe["status"] == [200]
    assert probe["timeout"] == 2
    assert (probe["samples"], probe["layer"]) == (1, "app")
    assert set(NO_REQUEST) <= set(probe)


def test_an_option_of_another_kind_is_refused():
    _probe, complaints = complete({"name": "a", "kind": "disk", "url": "http://x/", "port": None}, DEFAULTS)
    assert complaints == ["url is not an option of kind disk"]


@pytest.mark.parametrize(
    ("probe", "complaint"),
    [
        ({"kind": "clock"}, "one of the following is required: reference, url"),
        ({"kind": "clock", "reference": 1, "url": "http://x"}, "mutually exclusive: reference|url"),
        ({"kind": "tls", "host": "x", "client_cert": "c"}, "required together: client_cert, client_key"),
        ({"kind": "disk", "samples": 0}, "samples is 0, it must be more than 0"),
        ({"kind": "disk", "timeout": float("nan")}, "timeout is nan, it must be more than 0"),
        ({"kind": "disk", "interval": -1.0}, "interval is -1.0, it must not be negative"),
        ({"kind": "http", "url": "http://x", "redirects": -1}, "redirects is -1, it must not be negative"),
        ({"kind": "tcp", "host": "x"}, "missing required arguments: port"),
    ],
)
def test_nonsense_is_refused_with_its_place(probe, complaint):
    _probes, complaints = complete_all([{"name": "first", "kind": "disk"}, {"name": "a", **probe}], DEFAULTS)
    assert len(complaints) == 1
    assert complaints[0].startswith("probes[1] (a): ")
    assert complaint in complaints[0]


def test_two_probes_of_one_name_are_refused():
    _probes, complaints = complete_all([{"name": "a", "kind": "disk"}, {"name": "a", "kind": "disk"}], DEFAULTS)
    assert complaints == ["probes[1] (a): another probe has this name"]


def test_each_kind_needs_what_it_needs():
    assert ("kind", "mongodb", ("uri",)) in required_options()
    assert ("kind", "tcp", ("host", "port")) in required_options()


@pytest.mark.parametrize(
    ("options", "reads"),
    [
        ({"kind": "http", "method": "get"}, True),
        ({"kind": "http", "method": "POST"}, False),
        ({"kind": "stream", "method": "GET", "before": None}, True),
        ({"kind": "stream", "method": "GET", "before": [{}]}, False),
        ({"kind": "mongodb"}, True),
    ],
)
def test_only_what_reads_runs_in_check_mode(options, reads):
    assert only_reads(options) is reads
