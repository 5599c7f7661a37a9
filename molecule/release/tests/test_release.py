"""Releases under load: users keep calling and reading answers of 30 s through both Nginx, and none of them may notice."""

import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import lab
import releases
from figures import record

STREAM_S = 30
# A third of production's, so that the tests are shorter; the gate asks for itself what the users do not.
WINDOW = ("-e", "app_pm2_canary_window_s=10")

IMPATIENT = ("-e", json.dumps({"app_pm2_ready_timeout_s": 20, "app_pm2_listen_timeout_ms": 15000}))


@pytest.fixture(scope="module", autouse=True)
def nobody_noticed(traffic):
    """What goes on when a case ends is judged at the end of all."""
    yield
    traffic.stop()
    seen = traffic.whole()
    record("all of the above", **seen.figures)
    poisoned = [request for request in seen.failed if request.version.startswith("failing-")]
    assert [request for request in seen.failed if request not in poisoned] == []
    assert seen.cut == []


@pytest.fixture(scope="module")
def first(stack):
    """Return the release with which the tests begin."""
    return stack.release()


def assert_nobody_noticed(seen, rate=10):
    """No request failed and no answer was cut, and that there were enough of them to say so."""
    assert seen.failed == []
    assert seen.cut == []
    assert len(seen.requests) > rate * seen.seconds


def assert_nothing_switched(stack, pids, outcome):
    """A run failed with one message before it switched anything."""
    assert outcome.code != 0, outcome.output
    assert len(outcome.messages) == 1, outcome.output
    assert stack.pids() == pids
    assert stack.out() == set()


def test_without_a_release_nobody_misses_anything(traffic, first):
    with traffic.during() as seen:
        traffic.stopped.wait(15)
    record("no release", **seen.figures)
    assert_nobody_noticed(seen)


def test_a_good_release_reaches_every_worker_and_a_second_one_has_to_wait(stack, watched, tree, first):
    v2 = tree(releases.good, "v2", built=False)
    with ThreadPoolExecutor() as pool:
        first_one = pool.submit(watched, "good release", stack.deploy, v2, "v2", *WINDOW)
        lab.wait_for(lambda: stack.out() or first_one.done(), 300, "a worker is out")
        refused = stack.deploy(v2, "v3")
    outcome, seen = first_one.result()
    assert outcome.code == 0, outcome.output
    assert_nobody_noticed(seen)
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
    outcome, seen = watched("rollback", stack.run, "rollback", *WINDOW)
    assert outcome.code == 0, outcome.output
    assert_nobody_noticed(seen)
    assert stack.release() == first


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("slow", (), r"p95 of the canary \d+ ms, promised 200 ms, old workers \d+ ms"),
        ("failing", (), r"errors of the canary [\d.]+ %, promised 0.5 %, old workers [\d.]+ % \(\d+ of \d+ requests\)"),
        ("deaf", IMPATIENT, r"did not answer 200 within 20 s"),
    ],
    ids=["slow", "failing", "deaf"],
)
def test_a_poisoned_release_is_undone_with_its_reason(stack, watched, tree, first, kind, options, reason):
    outcome, seen = watched(
        f"{kind} release", stack.deploy, tree(getattr(releases, kind), kind), kind, *WINDOW, *options
    )
    poisoned = [request for request in seen.failed if request.version.startswith("failing-")]
    record(f"{kind} release", failed=len(seen.failed) - len(poisoned), met_the_poison=len(poisoned))
    assert outcome.code != 0
    assert re.search(reason, " ".join(" ".join(outcome.messages).split())), outcome.output
    assert stack.release() == first
    assert stack.out() == set()
    assert [request for request in seen.failed if request not in poisoned] == []
    assert seen.cut == []


def test_another_setting_reaches_every_worker_by_the_same_road(stack, watched, first):
    setting = json.dumps({"app_pm2_extra_env": {"APP_TITLE": "Another title"}})
    outcome, seen = watched("env only", stack.run, "deploy", "-e", setting, *WINDOW)
    assert outcome.code == 0, outcome.output
    assert_nobody_noticed(seen)
    assert stack.release() == first
    titles = {stack.ask(worker, "/api/config").json()["appTitle"] for worker in stack.workers}
    assert titles == {"Another title"}


def test_pm2_restarts_on_one_host_after_the_other(stack, watched):
    def daemons():
        return [host.check_output("systemctl show --property MainPID --value pm2-librechat") for host in stack.hosts]

    before = daemons()
    outcome, seen = watched("restart of PM2", stack.run, "restart")
    assert outcome.code == 0, outcome.output
    assert_nobody_noticed(seen)
    assert not set(daemons()) & set(before)
    assert stack.out() == set()


# What nobody can release: nothing is switched, and one message says why.


def test_a_version_that_does_not_exist_switches_nothing(stack, watched, tmp_path):
    repository = tmp_path / "app.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(repository)], check=True)
    pids = stack.pids()
    source = {"app_pm2_source": "git", "app_pm2_git_url": repository.as_uri(), "app_pm2_version": "v9.9.9"}
    outcome, seen = watched("no such version", stack.run, "deploy", "-e", json.dumps(source))
    assert_nothing_switched(stack, pids, outcome)
    assert "v9.9.9" in outcome.messages[0]
    assert_nobody_noticed(seen)


def test_a_build_that_fails_switches_nothing(stack, watched, tree):
    pids = stack.pids()
    outcome, seen = watched(
        "build fails", stack.deploy, tree(releases.unbuildable, "unbuildable", built=False), "unbuildable"
    )
    assert_nothing_switched(stack, pids, outcome)
    assert "npm" in outcome.messages[0]
    assert_nobody_noticed(seen)


def test_an_archive_with_another_checksum_switches_nothing(stack, watched, tmp_path):
    archive = tmp_path / "app.tar.gz"
    archive.write_bytes(b"not what was meant")
    pids = stack.pids()
    source = {
        "app_pm2_source": "archive",
        "app_pm2_archive": str(archive),
        "app_pm2_archive_checksum": f"sha256:{'0' * 64}",
    }
    outcome, seen = watched("wrong checksum", stack.run, "deploy", "-e", json.dumps(source))
    assert_nothing_switched(stack, pids, outcome)
    assert "checksum" in outcome.messages[0]
    assert_nobody_noticed(seen)


def test_a_disk_without_room_for_a_release_switches_nothing(stack, watched, tree):
    pids = stack.pids()
    big = ("-e", json.dumps({"stack_load": {"release_mb": 100_000_000}}))
    outcome, seen = watched("disk full", stack.deploy, tree(releases.good, "big"), "big", *big)
    assert_nothing_switched(stack, pids, outcome)
    assert "MB" in outcome.messages[0]
    assert_nobody_noticed(seen)


def test_a_host_that_cannot_be_reached_switches_nothing(stack, watched, tree):
    pids = stack.pids()
    host = stack.hosts[1]
    # With the sessions that are open: a controller keeps its connections.
    host.check_output("systemctl kill --kill-whom=all --signal=KILL ssh.service; systemctl stop ssh.service")
    try:
        outcome, seen = watched("host unreachable", stack.deploy, tree(releases.good, "lonely"), "lonely")
    finally:
        host.check_output("systemctl start ssh.service")
    assert_nothing_switched(stack, pids, outcome)
    assert "app-2" in outcome.messages[0]
    assert_nobody_noticed(seen)
