"""The steps from what PM2 runs to what it should run are the smallest safe ones."""

import json

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.pm2.entries import (
    DIGEST_VARIABLE,
    parse_jlist,
    plan,
    ready_url,
    recorded,
    stamp,
    stands_beside,
    unproved,
)
from hypothesis import given
from hypothesis import strategies as st


def worker(port, **settings):
    return stamp({"name": f"chat-{port}", "script": "server.js", "env": {"PORT": str(port)}, **settings})


def running(*entries, status="online"):
    """Return what PM2 would say of these entries."""
    processes = [
        {
            "name": entry["name"],
            "pid": 1000 + number,
            "pm_id": number,
            "pm2_env": {
                "status": status,
                "restart_time": 0,
                "env": entry["env"],
                "exec_mode": entry.get("exec_mode", "fork") + "_mode",
            },
        }
        for entry in entries
        for number in range(entry.get("instances", 1))
    ]
    return parse_jlist("[PM2] a notice\n" + json.dumps(processes) + "\n")


def test_what_runs_as_wanted_is_left_alone():
    workers = [worker(3080), worker(3081)]
    assert plan(workers, running(*workers)) == []


def test_workers_start_where_nothing_runs():
    assert plan([worker(3080), worker(3081)], {}) == [("start", "chat-3080"), ("start", "chat-3081")]


def test_a_change_replaces_only_the_worker_that_changed():
    old, new = worker(3080), worker(3080, max_memory_restart="1G")
    assert plan([new, worker(3081)], running(old, worker(3081))) == [("replace", "chat-3080")]


@pytest.mark.parametrize("status", ["stopped", "errored", "stopping"])
def test_a_worker_that_does_not_run_is_replaced(status):
    assert plan([worker(3080)], running(worker(3080), status=status)) == [("replace", "chat-3080")]


def test_a_cluster_with_too_few_instances_is_replaced():
    assert plan([worker(3080, instances=3)], running(worker(3080, instances=2))) == [("replace", "chat-3080")]


def test_workers_not_wanted_any_more_go_last():
    steps = plan([worker(3080, node_args=["-v"]), worker(3082)], running(worker(3080), worker(3081)))
    assert steps == [("replace", "chat-3080"), ("start", "chat-3082"), ("delete", "chat-3081")]


def test_modules_of_pm2_itself_are_not_ours_to_delete():
    text = json.dumps([{"name": "pm2-logrotate", "pid": 1, "pm2_env": {"pmx_module": True, "status": "online"}}])
    assert parse_jlist(text) == {}


def test_output_without_a_list_is_an_error():
    with pytest.raises(ValueError, match="no list of processes"):
        parse_jlist("[PM2] Spawning PM2 daemon\n")


def test_a_digest_does_not_depend_on_the_order_of_keys():
    left = stamp({"name": "a", "env": {"X": "1", "Y": "2"}})
    right = stamp({"env": {"Y": "2", "X": "1"}, "name": "a"})
    assert left["env"][DIGEST_VARIABLE] == right["env"][DIGEST_VARIABLE]


def test_a_worker_is_asked_at_its_own_address_and_port():
    entry = {"name": "a", "env": {"HOST": "192.0.2.7", "PORT": "3081"}}
    assert ready_url(entry, "/readyz") == "http://192.0.2.7:3081/readyz"


@pytest.mark.parametrize(
    ("present", "wanted", "beside"),
    [("cluster", "cluster", True), ("fork", "cluster", False), ("cluster", "fork", False), ("fork", "fork", False)],
)
def test_only_a_cluster_stands_beside_a_cluster(present, wanted, beside):
    instances = running(worker(3080, exec_mode=present))["chat-3080"]
    assert stands_beside(worker(3080, exec_mode=wanted), instances) == beside


def by_name(*entries):
    return {entry["name"]: entry for entry in entries}


def test_what_runs_as_wanted_and_is_not_recorded_so_is_unproved():
    old, new, other = worker(3080), worker(3080, cwd="/new"), worker(3081)
    assert unproved(by_name(new, other), by_name(old, other), []) == ["chat-3080"]
    assert unproved(by_name(new, other), by_name(old, other), [("replace", "chat-3080")]) == []
    assert unproved(by_name(new, other), by_name(new, other), []) == []


def test_a_worker_that_is_gone_and_still_recorded_is_unproved():
    assert unproved({}, by_name(worker(3080)), []) == ["chat-3080"]


def test_the_record_is_what_is_wanted():
    assert recorded(by_name(worker(3080), worker(3081)), by_name(worker(3081))) == by_name(worker(3081))


def test_the_record_of_workers_not_acted_on_stays():
    old, other, new = worker(3080), worker(3081), worker(3080, cwd="/new")
    record = recorded(by_name(old, other), by_name(new), only=["chat-3080"])
    assert record == by_name(new, other)
    assert list(record) == ["chat-3080", "chat-3081"]


def test_the_record_of_a_worker_not_wanted_any_more_goes():
    assert recorded(by_name(worker(3080), worker(3081)), {}, only=["chat-3080"]) == by_name(worker(3081))


ports = st.sets(st.integers(3080, 3090), max_size=6)


@given(wanted=ports, present=ports)
def test_the_steps_always_lead_to_exactly_the_wanted_workers(wanted, present):
    entries = [worker(port) for port in sorted(wanted)]
    names = {f"chat-{port}" for port in present}
    for action, name in plan(entries, running(*[worker(port, old=True) for port in present])):
        assert action != "start" or name not in names
        names = names - {name} if action == "delete" else names | {name}
    assert names == {entry["name"] for entry in entries}
