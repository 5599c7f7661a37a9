"""The plan holds: what is written in the services' files is what the model says, and what MongoDB sees is what was planned for."""

import json

import pytest

# Kept elsewhere than in a file: the roles wait so long and judge so themselves, and the election timeout is in the replica set.
NOT_IN_FILES = {
    "rollout_canary_rate",
    "rollout_canary_requests",
    "rollout_canary_window_s",
    "rollout_drain_limit_s",
    "rollout_ready_timeout_s",
    "rollout_slo_error_percent",
    "rollout_slo_event_loop_lag_ms",
    "rollout_slo_first_event_ms",
    "rollout_slo_p95_ms",
    "rollout_workers_at_a_time",
    "mongo_election_timeout_ms",
    "mongo_start_timeout_s",
}


@pytest.fixture(scope="module")
def report(site, tmp_path_factory):
    """Return the plan with what runs beside it, as the playbook writes it."""
    directory = tmp_path_factory.mktemp("plan")
    code, output, _totals = site("-e", f"stack_plan_dir={directory}", name="playbooks/plan.yml")
    assert code == 0, output
    again_code, again, again_totals = site("-e", f"stack_plan_dir={directory}", name="playbooks/plan.yml")
    assert again_code == 0, again
    assert again_totals["changed"] == 0, again
    assert "app_pm2_workers" in output
    assert {path.name for path in directory.iterdir()} == {"plan.html", "plan.json", "plan.md"}
    return json.loads((directory / "plan.json").read_text())


def test_every_number_in_a_file_is_the_plans(report):
    variables = {name: number["value"] for name, number in report["numbers"].items() if number["variable"]}
    running = report["running"]["prod50-1"]
    assert set(variables) - set(running) == NOT_IN_FILES
    assert {name: value for name, value in running.items() if value != variables[name]} == {}


def test_a_run_after_convergence_would_restart_nothing(report):
    assert report["actions"] == []


def test_the_plan_knows_what_the_inventory_overrides(report):
    overridden = {name for name, number in report["numbers"].items() if number["overridden"]}
    assert overridden == {"app_release_register_max"}


def test_a_plan_without_any_host_rests_on_declared_sizes(site, tmp_path):
    declared = {
        "stack_plan_offline": True,
        "stack_plan_dir": str(tmp_path),
        "stack_cores": 8,
        "stack_memory_mb": 32768,
        "tier_users": 80,
    }
    code, output, _totals = site("-e", json.dumps(declared | {"ansible_host": "192.0.2.1"}), name="playbooks/plan.yml")
    assert code == 0, output
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert (plan["users"], plan["hosts"]["prod50-1"]["cores"]) == (80, 8)


def test_mongodb_holds_no_more_connections_than_planned(host, secrets, report):
    code = (
        "import pymongo; s = pymongo.MongoClient(host='127.0.0.1', username='admin', password={!r}, directConnection=True)"
        ".admin.command('serverStatus')['connections']; print(s['current'], s['current'] + s['available'])"
    ).format(secrets["mongo_admin_password"])
    current, accepted = map(int, host.check_output("python3 -c %s", code).split())
    assert 2 <= current <= report["numbers"]["mongo_sockets_steady"]["value"]
    assert accepted == report["numbers"]["mongo_max_incoming_connections"]["value"]
