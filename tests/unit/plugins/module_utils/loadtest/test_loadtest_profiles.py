"""From a profile to phases, users and Artillery's script."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.profiles import plan_load, script
from rolespec import ROLES, load

ROLE = next(role for role in ROLES if role.name == "loadtest")
PROFILES = load(ROLE.path / "vars/main.yml")["__loadtest_profiles"]
PACE = {"think_before_s": 5, "answer_s": 2, "think_after_s": 10}
SLOS = {"requests_per_s": 100, "connections": 200}
CHAT = {
    "target": "https://192.0.2.1:443",
    "login_path": "/api/auth/login",
    "api_path": "/api",
    "chat_path": "/api/agents/chat/mock",
    "body": {"text": "hello"},
    "timeout_s": 30,
    "validate_certs": False,
    "progress": "/tmp/progress",
}

each_profile = pytest.mark.parametrize("name", PROFILES)


def planned(name, duration_s=0):
    return plan_load(PROFILES[name], PACE, SLOS, duration_s)


def test_plan_is_a_minute_at_5_and_five_at_10_sessions_a_second():
    found = planned("plan")
    assert [(one["seconds"], one["first"], one["last"]) for one in found["phases"]] == [(60, 5, 5), (300, 10, 10)]
    assert found["sessions"] == 60 * 5 + 300 * 10
    assert found["held"] == {"from": 60, "to": 360}


def test_slo_brings_its_requests_and_connections():
    found = planned("slo")
    rate = found["phases"][-1]["last"]
    assert rate * found["session_requests"] >= 100
    assert rate * found["session_s"] >= 200


def test_slo_is_held_only_when_the_first_users_go():
    found = planned("slo")
    rising = found["phases"][0]["seconds"]
    assert found["held"]["from"] - rising >= found["session_s"]


def test_spike_is_five_times_as_many_and_back():
    before, spike, after = (one["last"] for one in planned("spike")["phases"])
    assert spike / before == pytest.approx(5, rel=0.01)
    assert before == after


@each_profile
def test_a_given_duration_keeps_the_proportions(name):
    whole, short = planned(name), planned(name, 60)
    assert short["seconds"] == pytest.approx(60, abs=2)
    assert [one["last"] for one in short["phases"]] == [one["last"] for one in whole["phases"]]
    assert short["held"]["to"] == short["seconds"]


@each_profile
def test_there_are_more_accounts_than_sessions_at_once(name):
    found = planned(name)
    peak = max(max(one["first"], one["last"]) for one in found["phases"])
    assert found["accounts"] > peak * found["session_s"]


def test_a_test_shorter_than_a_session_does_not_judge_what_it_cannot_reach():
    assert "connections" in planned("slo")["tests"]
    assert {"requests", "connections"}.isdisjoint(planned("slo", 20)["tests"])


def test_only_slo_judges_requests_and_connections():
    assert [name for name in PROFILES if {"requests", "connections"} & set(planned(name)["tests"])] == ["slo"]


@each_profile
def test_the_script_asks_as_often_as_the_plan_says(name):
    found = planned(name)
    steps = script(found, PROFILES[name], PACE, CHAT)["scenarios"][0]["flow"]
    assert sum(1 for step in steps if not step.get("think")) == found["session_requests"]


def test_the_session_is_the_plans_own():
    steps = script(planned("plan"), PROFILES["plan"], PACE, CHAT)["scenarios"][0]["flow"]
    assert [next(iter(step)) for step in steps] == ["post", "think", "post", "function", "think"]
    assert [step["think"] for step in steps if "think" in step] == [5, 10]


@each_profile
def test_artillery_is_given_whole_numbers_of_arrivals(name):
    for phase in script(planned(name), PROFILES[name], PACE, CHAT)["config"]["phases"]:
        assert "rampTo" in phase or isinstance(phase["arrivalCount"], int)
