"""Two runs never hold the lock at the same time, and a dead one does not keep it."""

import json
import multiprocessing
import stat

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.lock import Held, free, hold, moment

ALICE = {"owner": "alice", "controller": "ops-1", "pid": "4242", "action": "deploy 2.1.0"}


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "release.lock")


def contender(path, run, start, winners):
    start.wait()
    try:
        hold(path, run, {}, 60)
        winners.put(run)
    except Held:
        pass


@pytest.mark.parametrize("former_lease_s", [None, -1], ids=["nobody had it", "the lease is over"])
def test_of_many_processes_at_once_exactly_one_gets_it(path, former_lease_s):
    if former_lease_s is not None:
        hold(path, "former", {}, former_lease_s)
    context = multiprocessing.get_context("fork")
    start, winners = context.Barrier(8), context.SimpleQueue()
    runs = [context.Process(target=contender, args=(path, f"run-{number}", start, winners)) for number in range(8)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(30)
    winner = winners.get()
    assert winners.empty()
    with open(path, encoding="utf-8") as file:
        assert json.load(file)["run"] == winner


def test_everybody_may_read_who_holds_it(path, tmp_path):
    content, former = hold(path, "one", ALICE, 60)
    assert former is None
    assert json.loads((tmp_path / "release.lock").read_text()) == content
    assert stat.S_IMODE((tmp_path / "release.lock").stat().st_mode) == 0o644


def test_a_renewal_keeps_the_beginning_and_moves_the_end(path):
    first, _none = hold(path, "one", ALICE, 60)
    second, former = hold(path, "one", {**ALICE, "action": "canary"}, 600)
    assert former == first
    assert second["since"] == first["since"]
    assert second["until_epoch"] > first["until_epoch"]
    assert second["holder"]["action"] == "canary"


def test_the_message_says_who_where_what_since_when_until_when_and_how_to_go_on(path):
    content, _none = hold(path, "one", ALICE, 60)
    with pytest.raises(Held) as held:
        hold(path, "two", {}, 60)
    assert held.value.content == content
    for word in (*ALICE.values(), content["since"], content["until"], "rollout_take_lock=true", path):
        assert word in str(held.value)


@pytest.mark.parametrize("way", [{"gone": ["one"]}, {"force": True}])
def test_it_is_taken_from_a_run_that_is_dead(path, way):
    first, _none = hold(path, "one", ALICE, 60)
    second, former = hold(path, "two", {}, 60, **way)
    assert former == first
    assert second["since_epoch"] >= first["since_epoch"]
    with pytest.raises(Held):
        hold(path, "one", {}, 60)


def test_a_dry_run_tells_the_same_and_leaves_no_trace(path, tmp_path):
    hold(path, "one", {}, 60, dry_run=True)
    assert list(tmp_path.iterdir()) == []
    hold(path, "one", {}, 60)
    with pytest.raises(Held):
        hold(path, "two", {}, 60, dry_run=True)


def test_only_its_own_lock_is_freed_by_a_run(path):
    assert not free(path, "one")
    hold(path, "one", {}, 60)
    assert not free(path, "two")
    assert free(path, "one", dry_run=True)
    assert free(path, "one")
    assert not free(path, "one")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"run": "one"}'])
def test_what_is_no_lock_is_taken_by_force_only(path, tmp_path, text):
    (tmp_path / "release.lock").write_text(text)
    assert not free(path, "one")
    with pytest.raises(Held, match="cannot be read"):
        hold(path, "one", {}, 60)
    assert hold(path, "one", {}, 60, force=True)[1] is None


def test_a_moment_is_told_in_utc():
    assert moment(1769860800) == "2026-01-31T12:00:00Z"
