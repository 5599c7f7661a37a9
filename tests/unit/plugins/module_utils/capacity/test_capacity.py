"""The capacity model: what it promises for all inputs, and what it says for three tiers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.tierstack.librechat.plugins.module_utils.binomial import at_least, at_most
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity import CapacityError, plan
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity.checks import CHECKS
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity.formulas import (
    FORMULAS,
    poisson_quantile,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity.inputs import INPUTS
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity.planning import Model
from hypothesis import given, settings
from hypothesis import strategies as st
from topologies import ALL, ONE_HOST, TIERS, hosts

ROOT = Path(__file__).resolve().parents[5]
# More of these is more load. The others are margins, costs that are not load, and sizes of what is there.
LOADS = [
    "calls_per_turn",
    "cores_per_stream",
    "cpu_s_per_call",
    "mongo_cpu_s_per_operation",
    "mongo_hot_mb_per_user",
    "mongo_operation_s",
    "mongo_operations_per_call",
    "peak_factor",
    "redis_deltas_per_stream",
    "redis_stream_mb",
    "request_rate_floor",
    "stream_s",
]
# What carries load. Waiting longer for an answer means fewer questions: a longer stream_s lowers rates, and so these are compared for the others.
CARRIES = [name for name, formula in FORMULAS.items() if formula.unit not in ("port",)]

users = st.integers(1, 20_000)
load_changes = st.dictionaries(st.sampled_from(LOADS), st.floats(0.3, 3), max_size=4).map(
    lambda factors: {name: INPUTS[name].value * factor for name, factor in factors.items()}
)


@st.composite
def stacks(draw):
    """Stacks of one to many hosts."""
    cores, memory = draw(st.integers(1, 64)), draw(st.integers(2, 256))
    if draw(st.booleans()):
        return hosts("one", 1, ALL, cores, memory)
    return {
        **hosts("data", draw(st.integers(1, 5)), ["mongo", "redis"], cores, memory),
        **hosts("app", draw(st.integers(1, 20)), ["app"], cores, memory),
        **hosts("edge", draw(st.integers(1, 4)), ["nginx", "monitoring"], cores, memory),
    }


def values(*args, **kwargs):
    sheet = Model(*args, **kwargs).sheet
    return {name: getattr(sheet, name) for name in FORMULAS}


@given(users, users, stacks(), load_changes)
def test_more_users_never_give_less_of_anything(one, other, stack, load):
    fewer, more = values(min(one, other), stack, load), values(max(one, other), stack, load)
    assert [name for name in CARRIES if more[name] < fewer[name]] == []


@given(users, stacks(), st.sampled_from([name for name in LOADS if name != "stream_s"]), st.floats(1, 5))
def test_more_load_never_gives_less_of_anything(count, stack, name, factor):
    less, more = values(count, stack), values(count, stack, {name: INPUTS[name].value * factor})
    assert [number for number in CARRIES if more[number] < less[number]] == []


@given(users, stacks(), st.floats(1, 5))
@settings(max_examples=30)
def test_longer_streams_never_leave_fewer_of_them_open(count, stack, factor):
    less, more = values(count, stack), values(count, stack, {"stream_s": 20 * factor})
    assert more["open_streams"] >= less["open_streams"]


@given(users, stacks(), load_changes, st.sampled_from(["fork", "cluster"]))
def test_all_pools_together_stay_below_what_the_server_may_be_asked_for(count, stack, load, exec_mode):
    numbers = values(count, stack, load, exec_mode=exec_mode)
    pools = numbers["workers_total"] * numbers["app_release_mongo_max_pool_size"]
    assert pools <= numbers["mongo_sockets_release"] <= 0.8 * numbers["mongo_max_incoming_connections"]
    assert 2 * numbers["mongo_max_incoming_connections"] <= numbers["mongo_nofile"]


@given(users, stacks(), load_changes)
def test_no_resource_is_zero_or_a_fraction(count, stack, load):
    for name, value in values(count, stack, load).items():
        if FORMULAS[name].variable and FORMULAS[name].unit != "%":
            assert isinstance(value, int), name
            assert value >= 1, name


@given(users, stacks(), load_changes)
@settings(max_examples=5)
def test_the_same_question_has_the_same_answer(count, stack, load):
    assert json.dumps(plan(count, stack, load)) == json.dumps(plan(count, stack, load))


@given(users, stacks(), st.sampled_from([name for name, formula in FORMULAS.items() if formula.variable]))
@settings(max_examples=100)
def test_an_override_changes_only_what_depends_on_it(count, stack, name):
    before = values(count, stack)
    model = Model(count, stack, overrides={name: before[name] * 2})
    after = {one: getattr(model.sheet, one) for one in FORMULAS}
    touched = {one for one in FORMULAS if name in model.sheet.closure(one)} | {name}
    assert {one for one in FORMULAS if after[one] != before[one]} <= touched
    number = model.number(name, FORMULAS[name])
    assert (number["overridden"], number["planned"]) == (True, before[name])


@given(st.integers(1, 5000), stacks())
@settings(max_examples=15)
def test_slack_is_the_number_of_users_that_still_fit(count, stack):
    for name, number in plan(count, stack)["numbers"].items():
        if number["slack"] is not None and count + number["slack"] < 1_000_000:
            at_slack = values(count + number["slack"], stack)[name]
            beyond = values(count + number["slack"] + 1, stack)[name]
            assert at_slack <= number["value"] < beyond, name


@given(st.integers(1, 5000), stacks())
@settings(max_examples=20)
def test_what_is_recommended_fits(count, stack):
    answer = plan(count, stack)
    if answer["recommendation"]:
        offered = {
            f"{number}-{one}": {key: kind[key] for key in ("groups", "cores", "memory_mb")}
            for number, kind in enumerate(answer["recommendation"]["hosts"])
            for one in range(kind["count"])
        }
        assert plan(count, offered)["fits"]


@pytest.mark.parametrize("stated", TIERS, ids=lambda stated: f"{stated}-users")
def test_a_tier_fits_on_its_hosts(stated):
    answer = plan(stated, TIERS[stated])
    assert [check["message"] for check in answer["checks"] if not check["ok"]] == []
    assert answer["most_users"]["users"] >= stated


def test_the_tables_of_the_documentation_are_those_of_the_model():
    run = subprocess.run(
        [sys.executable, ROOT / "tools/capacity", "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_roles_take_every_variable_of_the_model_and_no_other():
    numbers = yaml.safe_load((ROOT / "roles/stack/defaults/main/numbers.yml").read_text())
    assert numbers == {
        name: f"{{{{ stack_plan.numbers.{name}.value }}}}" for name, formula in FORMULAS.items() if formula.variable
    }


def test_every_input_says_on_what_it_rests():
    assert {one.basis for one in INPUTS.values()} == {"assumed", "measured", "chosen"}
    read = set()
    model = plan(50, ONE_HOST)["numbers"]
    for number in model.values():
        read |= set(number["inputs"])
    by_checks = {"cpu_ceiling", "memory_ceiling", "connection_headroom", "host_cores", "host_memory_mb", "host_disk_mb"}
    by_checks |= {"monitoring_cores", "pm2_memory_mb", "nginx_cpu_s_per_request"}
    by_checks |= {"nginx_connection_mb", "redis_operations_per_core"}
    assert set(INPUTS) - read - by_checks == set()


@pytest.mark.parametrize("nonsense", [0, -1, float("nan"), float("inf"), 1.5, True, "many", "", None, 1_000_001, [50]])
def test_a_number_of_users_that_makes_no_sense_is_refused(nonsense):
    with pytest.raises(CapacityError, match="tier_users is"):
        plan(nonsense, ONE_HOST)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"hosts": {}}, "No host is in group mongo"),
        ({"hosts": {"a": {"groups": ALL, "cores": 0, "memory_mb": 8192}}}, "cores of a is 0"),
        ({"hosts": {"a": {"groups": ALL, "cores": 4}}}, "memory_mb of a is 'unknown'"),
        ({"hosts": {"a": {"groups": [], "cores": 4, "memory_mb": 1}}}, "a is in none of the groups"),
        ({"load": {"stream": 20}}, "stack_load names stream"),
        ({"load": {"stream_s": 0}}, "stack_load.stream_s is 0"),
        ({"load": {"stream_s": float("nan")}}, "stack_load.stream_s is nan"),
        ({"load": {"worker_utilisation": 1.2}}, "It is a share"),
        ({"calibration": {"mongo_operation_s": -1}}, "stack_calibration.mongo_operation_s is -1"),
        ({"overrides": {"app_pm2_workers": 0}}, "app_pm2_workers is 0"),
        ({"overrides": {"app_pm2_workers": 2.5}}, "app_pm2_workers is 2.5"),
        ({"overrides": {"rollout_slo_error_percent": 0}}, "rollout_slo_error_percent is 0"),
        ({"overrides": {"rollout_slo_error_percent": 100}}, "rollout_slo_error_percent is 100"),
        ({"overrides": {"open_streams": 1}}, "open_streams is no variable"),
        ({"accepted": ["memry"]}, "stack_accepted_checks names memry"),
        ({"exec_mode": "threads"}, "exec_mode is 'threads'"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_an_input_that_makes_no_sense_is_refused_by_name(arguments, told):
    with pytest.raises(CapacityError, match=told):
        plan(50, **{"hosts": ONE_HOST, **arguments})


def test_a_million_users_on_one_core_do_not_fit_and_the_reasons_are_told():
    answer = plan(1_000_000, hosts("one", 1, ALL, 1, 4))
    assert not answer["fits"]
    assert {"workers", "processor", "memory", "databases"} <= {c["name"] for c in answer["checks"] if not c["ok"]}


@pytest.mark.parametrize(
    ("overrides", "name", "subject"),
    [
        ({"app_release_mongo_max_pool_size": 300}, "connections", "mongo"),
        ({"redis_maxclients": 20}, "connections", "redis"),
        ({"mongo_nofile": 900}, "descriptors", "mongo"),
        ({"redis_nofile": 900}, "descriptors", "redis"),
        ({"nginx_nofile": 1024}, "descriptors", "nginx"),
        ({"app_pm2_nofile": 64}, "descriptors", "app_pm2"),
        ({"app_release_mongo_min_pool_size": 11}, "limits", "app_pm2"),
        ({"app_pm2_max_memory_mb": 1024}, "limits", "app_pm2"),
        ({"redis_memory_limit_mb": 256}, "limits", "redis"),
        ({"app_pm2_kill_timeout_ms": 60000}, "timeouts", "app_release_drain_s"),
        ({"nginx_upstream_keepalive_timeout_s": 70}, "timeouts", "nginx_upstream_keepalive_timeout_s"),
        ({"app_release_mongo_wait_queue_timeout_ms": 15000}, "timeouts", "app_release_mongo_wait_queue_timeout_ms"),
        ({"app_release_login_max": 20}, "logins", "nginx"),
        ({"app_pm2_workers": 8}, "workers", "one-1"),
        ({"common_port_range_first": 60000}, "ports", "nginx"),
        ({"mongo_wiredtiger_cache_mb": 8192}, "memory", "one-1"),
        ({"nginx_worker_connections": 1999, "nginx_nofile": 4096}, "edge", "nginx"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_an_override_that_does_not_fit_is_named_with_its_remediation(overrides, name, subject):
    # What grows by itself with the override is held where it was, as on a server that was set up for less.
    held = {"mongo_max_incoming_connections": 500} if "app_release_mongo_max_pool_size" in overrides else {}
    answer = plan(50, ONE_HOST, overrides={**overrides, **held})
    failed = [check for check in answer["checks"] if not check["ok"]]
    assert (name, subject) in {(check["name"], check["subject"]) for check in failed}
    assert all(check["remediation"] for check in failed)
    assert not answer["fits"]
    culprit = next(iter(overrides))
    assert any(
        check["remediation"].startswith(f"take {culprit}: {overrides[culprit]} out of the inventory")
        for check in failed
    )
    assert plan(50, ONE_HOST, overrides={**overrides, **held}, accepted=list(CHECKS))["fits"]


def test_what_is_accepted_stands_in_nobodys_way():
    asked = {"hosts": ONE_HOST, "overrides": {"app_release_login_max": 20}}
    assert plan(50, **asked)["most_users"]["users"] == 0
    assert plan(50, **asked, accepted=["logins"])["most_users"]["users"] >= 50


def test_a_disk_is_checked_where_its_size_is_known():
    small = {name: {**host, "disk_mb": 20000} for name, host in ONE_HOST.items()}
    assert "disk" in {check["name"] for check in plan(50, small)["checks"] if not check["ok"]}
    assert "disk" not in {check["name"] for check in plan(50, ONE_HOST)["checks"]}


def test_a_calibration_makes_a_number_rest_on_measurement():
    assert plan(50, ONE_HOST)["numbers"]["open_streams"]["assumed"] == ["stream_s", "think_s"]
    number = plan(50, ONE_HOST, calibration={"stream_s": 25, "think_s": 50})["numbers"]["open_streams"]
    assert (number["value"], number["basis"], number["assumed"]) == (17, "measured", [])


def test_a_number_rests_on_the_weakest_of_what_it_read():
    numbers = plan(50, ONE_HOST, overrides={"redis_nofile": 8192})["numbers"]
    bases = {
        name: numbers[name]["basis"]
        for name in ("open_streams", "app_pm2_heap_mb", "mongo_slow_op_ms", "nginx_worker_processes", "redis_nofile")
    }
    assert list(bases.values()) == ["assumed", "measured", "chosen", "given", "given"]


def test_what_the_administrator_knows_wins_over_a_calibration():
    answer = plan(50, ONE_HOST, load={"stream_s": 30}, calibration={"stream_s": 10})
    assert (answer["inputs"]["stream_s"]["value"], answer["inputs"]["stream_s"]["basis"]) == (30, "given")


def test_a_cluster_counts_every_worker_twice_during_a_release():
    fork, cluster = (plan(50, ONE_HOST, exec_mode=mode)["numbers"] for mode in ("fork", "cluster"))
    assert fork["mongo_sockets_release"]["value"] == 68 + 12
    assert cluster["mongo_sockets_release"]["value"] == 68 + 48


def test_text_from_a_command_line_is_a_number():
    assert plan("50", ONE_HOST, overrides={"app_pm2_workers": "3"})["numbers"]["app_pm2_workers"]["value"] == 3


@pytest.mark.parametrize(
    ("mean", "share", "expected"), [(0.375, 0.9999, 4), (0.625, 0.9999, 5), (2.1, 0.9999, 9), (2.25, 0.9999, 10)]
)
def test_the_poisson_quantile_is_that_of_the_tables(mean, share, expected):
    assert poisson_quantile(mean, share) == expected


@given(st.floats(0.001, 2000))
def test_the_poisson_quantile_grows_with_the_mean(mean):
    assert poisson_quantile(mean, 0.9999) <= poisson_quantile(mean * 1.1, 0.9999)
    assert poisson_quantile(mean, 0.9999) > int(mean)


@given(users, stacks(), st.sampled_from(["fork", "cluster"]))
@settings(max_examples=30)
def test_a_release_never_takes_out_more_than_is_planned_to_be_spare(count, stack, exec_mode):
    numbers = values(count, stack, exec_mode=exec_mode)
    apps = sum("app" in host["groups"] for host in stack.values())
    assert 1 <= numbers["rollout_workers_at_a_time"] <= min(apps, numbers["app_pm2_workers"])
    assert apps > 1 or numbers["workers_total"] > numbers["rollout_workers_at_a_time"]


@given(st.floats(0.9, 1))
@settings(max_examples=40)
def test_a_canary_has_requests_enough_to_tell_a_bad_release_from_a_good_one(availability):
    numbers = values(50, ONE_HOST, {"availability": availability})
    slo, requests = numbers["slo_error_share"], numbers["rollout_canary_requests"]
    alarm = next(errors for errors in range(requests + 1) if at_least(errors, requests, slo) <= 0.01)
    assert at_most(alarm - 1, requests, min(0.99, 10 * slo)) <= 0.01


def test_the_slos_of_a_release_are_those_of_the_service():
    numbers = values(50, ONE_HOST)
    slos = {name: value for name, value in numbers.items() if name.startswith(("rollout_slo", "rollout_canary"))}
    assert slos == {
        "rollout_canary_window_s": 30,
        "rollout_canary_requests": 229,
        "rollout_canary_rate": 10,
        "rollout_slo_p95_ms": 200,
        "rollout_slo_error_percent": 0.5,
        "rollout_slo_first_event_ms": 1000,
        "rollout_slo_event_loop_lag_ms": 100,
    }


def test_synthetic_load_leaves_most_of_a_worker_to_its_users():
    assert values(50, ONE_HOST, {"calls_per_worker": 15})["rollout_canary_rate"] == 5
