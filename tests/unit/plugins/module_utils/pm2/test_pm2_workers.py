"""Workers are replaced one after the other, each proved before the next; what fails leaves as much as it can. With a daemon and a time that are
simulated: the real ones are in tests/integration/targets/pm2_workers."""

from __future__ import annotations

import http.client

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.pm2.entries import plan, stamp
from ansible_collections.tierstack.librechat.plugins.module_utils.pm2.workers import (
    NotReady,
    apply,
    replace,
    restore,
    wait_until_ready,
)

PATH = "/readyz"


class Time:
    """A clock that goes on only where somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Daemon:
    """PM2 with instances that answer so many seconds after their start; None: never; an exception: it is refused."""

    def __init__(self, clock, ready_after=1.0, restarts=0):
        self.clock, self.ready_after, self.restarts = clock, ready_after, restarts
        self.running, self.did, self.next_id = [], [], 0

    def runs(self, entry):
        """Let an entry run since long ago."""
        for _instance in range(int(entry.get("instances", 1))):
            self.running.append(self.instance(entry, since=-100.0, restarts=0))
        return self

    def instance(self, entry, since, restarts):
        self.next_id += 1
        return {
            "name": entry["name"],
            "port": entry["env"]["PORT"],
            "since": since,
            "id": self.next_id,
            "pid": 1000 + self.next_id,
            "mode": entry.get("exec_mode", "fork"),
            "digest": entry["env"]["TIERSTACK_ENTRY"],
            "status": "online",
            "restarts": restarts,
        }

    def processes(self):
        found = {}
        for one in self.running:
            found.setdefault(one["name"], []).append(one)
        return found

    def start(self, entry, beside):
        self.did.append(("beside" if beside else "start", entry["name"]))
        if isinstance(self.ready_after, NotReady):
            raise self.ready_after
        for _instance in range(int(entry.get("instances", 1))):
            self.running.append(self.instance(entry, self.clock.now, self.restarts))

    def delete(self, *workers):
        self.did.append(("delete", *workers))
        self.running = [one for one in self.running if one["id"] not in workers and one["name"] not in workers]

    def answering(self, url):
        ready = {
            one["pid"]
            for one in self.running
            if f":{one['port']}/" in url
            and self.ready_after is not None
            and (one["since"] < 0 or self.clock.now - one["since"] >= self.ready_after)
        }
        if not ready:
            raise http.client.HTTPException("it answered 503")
        return ready


@pytest.fixture
def clock():
    return Time()


def worker(port, version="v1", **settings):
    return stamp({"name": f"chat-{port}", "script": version, "env": {"PORT": str(port)}, **settings})


def cluster(version="v1", instances=2):
    return worker(3080, version, exec_mode="cluster", instances=instances)


def test_the_seconds_until_a_worker_answers_are_returned(clock):
    daemon = Daemon(clock, ready_after=3.0)
    daemon.start(worker(3080), beside=False)
    assert wait_until_ready(daemon, worker(3080), PATH, 20, clock=clock) == pytest.approx(3, abs=0.3)


def test_a_worker_that_never_answers_is_given_up_in_time_with_the_last_answer(clock):
    daemon = Daemon(clock, ready_after=None)
    daemon.start(worker(3080), beside=False)
    with pytest.raises(
        NotReady, match=r"chat-3080: http://127.0.0.1:3080/readyz did not answer 200 within 20 s \(it answered 503\)"
    ):
        wait_until_ready(daemon, worker(3080), PATH, 20, clock=clock)
    assert clock.now == pytest.approx(20, abs=0.5)


def test_a_worker_that_stops_by_itself_is_not_waited_for(clock):
    daemon = Daemon(clock, ready_after=None, restarts=5)
    daemon.start(worker(3080), beside=False)
    with pytest.raises(NotReady, match="PM2 has restarted it 5 times"):
        wait_until_ready(daemon, worker(3080), PATH, 120, clock=clock)
    assert clock.now < 5


def test_a_worker_in_fork_mode_is_stopped_before_its_successor_starts(clock):
    daemon = Daemon(clock).runs(worker(3080))
    replace(daemon, worker(3080, "v2"), PATH, 20, clock)
    assert daemon.did == [("delete", "chat-3080"), ("start", "chat-3080")]


def test_instances_of_a_cluster_go_when_the_new_ones_are_proved(clock):
    daemon = Daemon(clock).runs(cluster())
    replace(daemon, cluster("v2"), PATH, 20, clock)
    assert daemon.did == [("beside", "chat-3080"), ("delete", 1, 2)]
    assert {one["digest"] for one in daemon.running} == {cluster("v2")["env"]["TIERSTACK_ENTRY"]}


def test_a_cluster_whose_new_instances_do_not_become_ready_keeps_the_old_ones(clock):
    daemon = Daemon(clock, ready_after=None).runs(cluster())
    daemon.answering = lambda url: {1001, 1002}  # the old ones, on the port that all share
    with pytest.raises(NotReady):
        replace(daemon, cluster("v2"), PATH, 20, clock)
    assert [one["id"] for one in daemon.running] == [1, 2]


def test_the_next_worker_is_not_touched_when_one_fails(clock):
    old = [worker(3080), worker(3081)]
    daemon = Daemon(clock, ready_after=None)
    for one in old:
        daemon.runs(one)
    wanted = {one["name"]: one for one in (worker(3080, "v2"), worker(3081, "v2"))}
    with pytest.raises(NotReady, match="chat-3080"):
        apply(daemon, plan(list(wanted.values()), daemon.processes()), wanted, PATH, 20, clock)
    assert daemon.processes()["chat-3081"][0]["digest"] == old[1]["env"]["TIERSTACK_ENTRY"]


@pytest.mark.parametrize(
    ("ready_after", "told"),
    [
        (1.0, "The workers that were there before run again."),
        (NotReady("chat-3080", "PM2 does not start it: no memory"), "The workers could not be brought back either: chat-3080: PM2 does"),
    ],
    ids=["well", "badly"],
)  # fmt: skip
def test_a_return_to_what_was_proved_says_how_it_went(clock, ready_after, told):
    daemon = Daemon(clock, ready_after).runs(worker(3080, "v2"))
    proved = {"chat-3080": worker(3080)}
    assert restore(daemon, proved, lambda workers: workers, PATH, 20, clock).startswith(told)


def test_a_return_to_nothing_leaves_nothing(clock):
    daemon = Daemon(clock).runs(worker(3080, "v2"))
    assert (
        restore(daemon, {}, lambda workers: workers, PATH, 20, clock) == "No worker was there before, and none is left."
    )
    assert daemon.running == []
