"""Probes are complete before they leave the controller."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.tierstack.librechat.plugins.filter.health_probes import health_probes

TCP = {"name": "worker", "kind": "tcp", "host": "10.0.0.5", "port": 3080}


def test_a_probe_gets_every_option_of_its_kind():
    (probe,) = health_probes([TCP])
    assert probe["layer"] == "process"
    assert (probe["timeout"], probe["samples"]) == (5.0, 1)


def test_a_clock_that_is_compared_with_the_controllers_is_left_out():
    clocks = [
        {"name": "clock", "kind": "clock", "reference": 1.5},
        {"name": "world", "kind": "clock", "url": "https://example.org/"},
    ]
    assert [probe["name"] for probe in health_probes([*clocks, TCP])] == ["world", "worker"]


def test_what_is_wrong_with_a_probe_is_said():
    with pytest.raises(AnsibleFilterError, match=r"worker.*uri is not an option of kind tcp"):
        health_probes([{**TCP, "uri": "x"}])
