"""Releases under load: users keep calling and reading answers through both Nginx, and none of them may notice."""

import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import lab
import releases
from figures import record

# A third of production's, so that the tests are shorter; the gate asks for itself what the users do not.
WINDOW = ("-e", "rollout_canary_window_s=10")

IMPATIENT = ("-e", json.dumps({"rollout_ready_timeout_s": 20, "app_pm2_listen_timeout_ms": 15000}))


def test_a_good_release_reaches_every_worker_and_a_second_one_has_to_wait(stack, traffic, watched, tree, first):
    v2 = tree(releases.good, "v2", built=False)
    usual, traffic.stream_s = traffic.stream_s, 30
    with ThreadPoolExecutor() as pool:
        first_one = pool.submit(watched, "good release", stack.deploy, v2, "v2", *WINDOW)
        lab.wait_for(lambda: stack.out() or first_one.done(), 900, "a worker is out", every=1)
        taken_out, traffic.stream_s = time.time(), usual
        refused = stack.deploy(v2, "v3")
    outcome, seen = first_one.result()
    assert outcome.code == 0, outcome.output
    assert releases.noticed(seen) == []
    assert any(answer.begin < taken_out < answer.end and answer.end - answer.begin > 29 for answer in seen.streams)
    assert stack.release().startswith("v2-")
    assert stack.out() == set()
    assert refused.code != 0
    assert len(refused.messages) == 1, refused.output
    record("good release", seconds_per_worker=round(outcome.seconds / len(stack.workers), 1))
    for host in stack.hosts:
        assert not host.file("/srv/librechat/release.lock").exists
        line = json.loads(host.file("/srv/librechat/audit.log").content_string.splitlines()[-1])
        assert (line["action"], line["from"], line["result"]) == ("deploy", first, "done")


def test_a_rollback_returns_to_the_release_before(stack, watched, first):
    outcome, seen = watched("rollback", stack.run, "rollback")
    assert outcome.code == 0, outcome.output
    assert releases.noticed(seen) == []
    assert stack.release() == first


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("slow", (), r"p95 of the canary \d+ ms, SLO 200 ms, old workers \d+ ms"),
        ("failing", (), r"errors of the canary [\d.]+ %, SLO 0.5 %, old workers [\d.]+ % \(\d+ of \d+ requests\)"),
        (
            "deaf",
            IMPATIENT,
            r"did not answer 200 within 20 s .* Its log is shown by: journalctl --identifier=librechat-3080",
        ),
    ],
    ids=["slow", "failing", "deaf"],
)
def test_a_poisoned_release_is_undone_with_its_reason(stack, watched, tree, first, kind, options, reason):
    outcome, seen = watched(
        f"{kind} release", stack.deploy, tree(getattr(releases, kind), kind), kind, *WINDOW, *options
    )
    noticed = releases.noticed(seen)
    record(f"{kind} release", failed=len(noticed), met_the_poison=len(seen.failed + seen.cut) - len(noticed))
    assert outcome.code != 0
    assert re.search(reason, " ".join(" ".join(outcome.messages).split())), outcome.output
    assert stack.release() == first
    assert stack.out() == set()
    assert noticed == []


def test_pm2_restarts_on_one_host_after_the_other(stack, watched):
    def daemons():
        return [host.check_output("systemctl show --property MainPID --value pm2-librechat") for host in stack.hosts]

    before = daemons()
    outcome, seen = watched("restart of PM2", stack.run, "restart")
    assert outcome.code == 0, outcome.output
    assert releases.noticed(seen) == []
    assert not set(daemons()) & set(before)
    assert stack.out() == set()


def test_workers_outlive_a_pm2_that_is_killed_and_are_taken_over_one_after_the_other(stack, watched):
    host, before = stack.hosts[0], stack.pids()

    def kill():
        host.check_output("systemctl kill --kill-who=main --signal=KILL pm2-librechat")
        lab.wait_for(
            lambda: host.run("systemctl is-active pm2-librechat").stdout == "active\n", 300, "PM2 is back", every=1
        )

    _done, seen = watched("PM2 killed", kill)
    after = stack.pids()
    moved = [worker for worker in before if after[worker] != before[worker]]
    assert moved == [worker for worker in before if worker.startswith(host.address)]
    assert None not in after.values()
    assert releases.noticed(seen) == []


# What nobody can release. That a wrong checksum and a host that is away are refused, the default scenario shows.


@pytest.fixture
def refused(stack, watched):
    """Run a deploy that fails before it switches anything, and return its only message."""

    def run(case, *arguments):
        pids = stack.pids()
        outcome, seen = watched(case, stack.run, "deploy", *arguments)
        assert outcome.code != 0, outcome.output
        assert len(outcome.messages) == 1, outcome.output
        assert stack.pids() == pids
        assert stack.out() == set()
        assert releases.noticed(seen) == []
        return outcome.messages[0]

    return run


def test_a_version_that_does_not_exist_switches_nothing(refused, tmp_path):
    repository = tmp_path / "app.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(repository)], check=True)
    source = {"app_release_source": "git", "app_release_git_url": repository.as_uri(), "app_release_version": "v9.9.9"}
    assert "v9.9.9" in refused("no such version", "-e", json.dumps(source))


def test_a_build_that_fails_switches_nothing(stack, refused, tree):
    unbuildable = tree(releases.unbuildable, "unbuildable", built=False)
    assert "npm" in refused("build fails", *stack.source(unbuildable, "unbuildable"))


def test_a_disk_without_room_for_a_release_switches_nothing(stack, refused, tree):
    big = json.dumps({"stack_load": {"release_mb": 100_000_000}})
    assert "MB" in refused("disk full", *stack.source(tree(releases.good, "big", built=False), "big"), "-e", big)
