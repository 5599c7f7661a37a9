"""site.yml makes stores in two steps: the servers one at a time, then once what they are together."""

from __future__ import annotations

import pytest
from rolespec import ROOT, load

PLAYS = load(ROOT / "playbooks/site.yml")


def runs_of(play):
    """The entry points that a play runs, as (role, entry point)."""
    roles = [task.get("ansible.builtin.import_role", {}) for task in play.get("tasks", [])]
    return [(one["name"].rpartition(".")[2], one.get("tasks_from", "main")) for one in roles if one]


@pytest.mark.parametrize(("role", "forms"), [("mongo", "replica_set"), ("redis", "cluster")])
def test_servers_come_first_and_one_at_a_time_then_all_of_them_once_what_they_form(role, forms):
    mine = [play for play in PLAYS if role in [name for name, _entry in runs_of(play)]]
    assert [runs_of(play) for play in mine] == [[(role, "main")], [(role, forms)]]
    servers, together = mine
    assert PLAYS.index(together) == PLAYS.index(servers) + 1
    assert servers["serial"] == 1
    # With serial the first host would form it before the others have been looked at.
    assert "serial" not in together
    assert "strategy" not in together
    same = ("hosts", "tags", "become", "any_errors_fatal", "environment")
    assert {key: servers[key] for key in same} == {key: together[key] for key in same}


@pytest.mark.parametrize("play", [play for play in PLAYS if "tasks" in play], ids=lambda play: play["name"])
def test_what_a_play_runs_is_an_entry_point_and_a_failure_on_one_host_stops_all(play):
    for role, entry in runs_of(play):
        spec = load(ROOT / f"roles/{role}/meta/argument_specs.yml")
        assert entry in spec["argument_specs"]
    assert play["any_errors_fatal"] is True
