"""The filter renders a plan in each format, and refuses what is none."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.tierstack.librechat.plugins.filter.plan_report import plan_report
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity import plan

HOSTS = {"one": {"groups": ["mongo", "redis", "app", "nginx", "monitoring"], "cores": 4, "memory_mb": 16384}}
PLAN = plan(50, HOSTS)


@pytest.mark.parametrize(
    ("format", "begin"),
    [
        ("text", "LibreChat for 50 users on 1 host\n"),
        ("markdown", "# LibreChat for 50 users on 1 host\n"),
        ("json", "{\n"),
        ("html", "<!DOCTYPE html>\n"),
    ],
)
def test_each_format_begins_as_such_and_ends_its_last_line(format, begin):
    report = plan_report(PLAN, format)
    assert report.startswith(begin)
    assert report.endswith("\n")


def test_json_is_the_plan_itself():
    assert json.loads(plan_report(PLAN, "json")) == json.loads(json.dumps(PLAN))


def test_json_with_what_runs_has_that_and_the_actions_too():
    running = {"one": {"redis_nofile": 1}}
    report = json.loads(plan_report(PLAN, "json", running=running))
    assert report["running"] == running
    assert {
        "host": "one",
        "service": "Redis",
        "effect": "restart",
        "words": "restarted",
        "numbers": ["redis_nofile"],
    } in (report["actions"])


@pytest.mark.parametrize("value", [None, {}, "plan", {"numbers": {}}])
def test_what_is_no_plan_is_refused(value):
    with pytest.raises(AnsibleFilterError, match="needs a plan"):
        plan_report(value)


def test_an_unknown_format_is_refused_with_those_there_are():
    with pytest.raises(AnsibleFilterError, match="text, markdown, json, html"):
        plan_report(PLAN, "pdf")


@pytest.mark.parametrize("width", [0, -1, 59, 1001, 1.5, "wide"])
def test_a_width_that_is_none_is_refused(width):
    with pytest.raises(AnsibleFilterError, match="whole number from 60 to 1000"):
        plan_report(PLAN, width=width)
