"""The watch sees what a real server does: asks it no more than allowed, and notices when it dies, is slow or broken.

The servers are real, the time is simulated: it passes where the watch sleeps, and where a server is slow.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.clock import Clock
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.verdict import canary_verdict
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.watch import Watch

SLO = {"p95_ms": 200, "error_percent": 0.5, "first_event_ms": 1000, "event_loop_lag_ms": 100, "memory_mb": 1500}
ACCOUNT = {"email": "a@example.org", "password": "correct-horse", "endpoint": "mock", "body": {"text": "ping"}}


class SimulatedClock:
    """Time that passes at once. What goes on in the background takes time of its own, and holds nobody up."""

    def __init__(self):
        self.now = 1000.0
        self.due = []

    def monotonic(self):
        return self.now

    def wall(self):
        return 1.7e9 + self.now

    def sleep(self, seconds):
        end = self.now + seconds
        while self.due and (first := min(self.due, key=lambda one: one.moment)).moment <= end:
            self.now = max(self.now, first.moment)
            first.step()
        self.now = end

    def aside(self, task, *arguments):
        """Do a task now; meanwhile no time has passed for the others."""
        begin = self.now
        task(*arguments)
        self.now = begin

    def pool(self, _size):
        return self

    submit = aside

    def shutdown(self, wait):
        pass

    def start(self, steps):
        return Steps(self, steps)

    def after(self, seconds, event):
        """An event of the test, so many seconds from now."""

        def steps():
            yield seconds
            event()

        self.start(steps())


class Steps:
    """A generator on its way through simulated time."""

    def __init__(self, clock, steps):
        self.clock, self.steps, self.moment = clock, steps, clock.now
        clock.due.append(self)

    def step(self):
        begin = self.clock.now
        pause = next(self.steps, None)
        ended, self.clock.now = self.clock.now, begin
        if pause is None:
            self.stop()
        else:
            self.moment = ended + pause

    def stop(self, _timeout=None):
        if self in self.clock.due:
            self.clock.due.remove(self)


class Server(ThreadingHTTPServer):
    """A worker that can be made worse."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, clock):
        super().__init__(("127.0.0.1", 0), Handler)
        self.clock = clock
        self.address = f"127.0.0.1:{self.server_port}"
        self.counts = Counter()
        self.paths = []
        self.started = clock.wall() - 60
        self.delay = 0.0
        self.fail_every = 0
        self.stream = (b'data: {"created": true}\n\n', b'data: {"final": true}\n\n')
        self.first_event_after = 0.0
        self.secret = "4711"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def die(self):
        self.shutdown()
        self.server_close()

    def metrics(self):
        lines = [
            f'http_requests_total{{method="GET",path="{path}",status="{status}"}} {count}'
            for (path, status), count in self.counts.items()
        ]
        return "\n".join(
            [*lines, "nodejs_eventloop_lag_p99_seconds 0.0105", f"process_start_time_seconds {self.started}", ""]
        )


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass

    def answer(self, status, text, kind="application/json"):
        if self.path != "/metrics":
            self.server.counts[self.path, status] += 1
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        server = self.server
        if self.path == "/metrics":
            known = self.headers["Authorization"] == f"Bearer {server.secret}"
            return self.answer(200 if known else 401, server.metrics() if known else "")
        server.paths.append(self.path)
        if self.path.startswith("/api/agents/chat/stream/"):
            return self.send_stream()
        server.clock.now += server.delay
        failed = server.fail_every and len(server.paths) % server.fail_every == 0
        return self.answer(500 if failed else 200, "{}")

    def send_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.server.clock.now += self.server.first_event_after
        for event in self.server.stream:
            self.wfile.write(event)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/auth/login":
            known = body["password"] == ACCOUNT["password"]
            return self.answer(200 if known else 404, json.dumps({"token": "t"}))
        known = self.headers["Authorization"] == "Bearer t" and body == ACCOUNT["body"]
        return self.answer(200 if known else 401, json.dumps({"streamId": "4712"}))


@pytest.fixture
def clock():
    return SimulatedClock()


@pytest.fixture
def canary(clock):
    server = Server(clock)
    yield server
    server.die()


@pytest.fixture
def old(clock):
    server = Server(clock)
    yield server
    server.die()


def watch(canary, *peers, clock=None, **changes):
    options = {
        "canary": canary.address,
        "peers": [peer.address for peer in peers],
        "metrics_path": "/metrics",
        "metrics_secret": "4711",
        "stream_paths": ["/api/agents/"],
        "window_s": 2,
        "requests": 30,
        "rate": 25,
        "paths": ["/api/banner", "/api/config"],
        "account": None,
        "auth_path": "/api/auth/login",
        "chat_path": "/api/agents/chat",
        "final_regex": r'"final":\s*true',
        "slo": SLO,
    }
    observation = Watch({**options, **changes}, clock or canary.clock).run()
    return observation, canary_verdict(observation, slo=SLO)


def test_a_good_canary_gets_the_requests_wanted_and_the_old_worker_the_same(canary, old):
    observation, verdict = watch(canary, old)
    assert verdict["passed"], verdict["reason"]
    assert 20 <= len(canary.paths) <= 30
    assert canary.paths.count("/api/banner") - canary.paths.count("/api/config") in (0, 1)
    assert len(old.paths) == len(canary.paths)
    assert observation["synthetic_load"]["canary"]["requests"] == observation["canary"]["requests"] == len(canary.paths)
    assert observation["window_s"] == 2


def test_synthetic_load_is_never_faster_than_allowed(canary):
    watch(canary, rate=3, requests=1000)
    assert len(canary.paths) <= 8


def test_users_who_bring_enough_are_left_alone(canary, old):
    # The histogram is what tells how many calls there were.
    canary.metrics = lambda: (
        f'http_requests_total{{path="/api/user",status="200"}} {50 * canary.clock.now:.0f}\n'
        f'http_request_duration_seconds_bucket{{path="/api/user",le="0.01"}} {50 * canary.clock.now:.0f}\n'
    )
    observation, verdict = watch(canary, old)
    assert canary.paths == old.paths == []
    assert observation["canary"]["requests"] >= 30
    assert verdict["passed"], verdict["reason"]


def test_300_ms_more_are_found_out(canary, old):
    canary.delay = 0.3
    _observation, verdict = watch(canary, old)
    assert verdict["reason"].startswith("p95 of the canary 300 ms")
    assert "SLO 200 ms, old workers" in verdict["reason"]


def test_a_hopeless_canary_is_not_watched_to_the_end(canary, old):
    canary.fail_every = 2
    observation, verdict = watch(canary, old, window_s=30, requests=60)
    assert verdict["reason"].startswith("errors of the canary")
    assert observation["window_s"] < 25


def test_a_canary_that_does_not_answer_its_users_fails(canary, old):
    canary.delay = 7
    observation, verdict = watch(canary, old, requests=22)
    assert observation["synthetic_load"]["canary"]["unanswered"] >= 20
    assert verdict["reason"].startswith("errors of the canary 100 %")


def test_a_canary_that_dies_ends_the_watch(canary, old):
    canary.clock.after(1.2, canary.die)
    observation, verdict = watch(canary, old, window_s=20)
    assert not verdict["passed"]
    assert verdict["reason"].startswith(f"the canary {canary.address} has stopped after 2 s")
    assert observation["window_s"] == 2


def test_a_canary_that_is_started_again_ends_the_watch(canary, old):
    def restart():
        canary.started = canary.clock.wall()

    canary.clock.after(0.5, restart)
    _observation, verdict = watch(canary, old, window_s=20)
    assert "has died and was started again" in verdict["reason"]


def test_a_canary_that_is_not_there_ends_the_watch_at_once(old):
    gone = Server(old.clock)
    gone.die()
    observation, verdict = watch(gone, old)
    assert verdict["reason"].endswith("has stopped after 0 s: connection refused")
    assert observation["window_s"] == 0


def test_a_wrong_secret_is_told(canary):
    assert "/metrics answers 401" in watch(canary, metrics_secret="4712")[1]["reason"]


def test_an_old_worker_that_dies_is_no_excuse(canary, old):
    canary.fail_every = 3
    old.clock.after(0.7, old.die)
    observation, verdict = watch(canary, old)
    assert "is no longer compared" in observation["notes"][0]
    assert verdict["reason"].startswith("errors of the canary")
    assert "no old workers to compare" in verdict["reason"]


def test_the_first_event_of_a_stream_is_timed_on_both(canary, old):
    canary.first_event_after, old.first_event_after = 0.3, 0.02
    observation, _verdict = watch(canary, old, account=ACCOUNT, window_s=3)
    own = observation["synthetic_load"]
    assert (own["canary"]["streams"], own["canary"]["failed_streams"]) == (3, 0)
    assert own["canary"]["first_event_ms"] == {300: 3}
    assert own["peers"]["first_event_ms"] == {20: 3}


def test_a_stream_that_is_cut_has_failed(canary, old):
    canary.stream = canary.stream[:1]
    observation, verdict = watch(canary, old, account=ACCOUNT)
    assert observation["synthetic_load"]["canary"]["failed_streams"] == 3
    assert verdict["reason"].startswith("errors of the canary")


def test_an_account_that_may_not_log_in_is_a_note_and_no_failure(canary, old):
    observation, verdict = watch(canary, old, account={**ACCOUNT, "password": "wrong"})
    assert observation["notes"] == ["first event: /api/auth/login answers 404"]
    assert verdict["passed"], verdict["reason"]


def test_in_real_time_requests_and_questions_go_on_side_by_side(canary, old):
    observation, _verdict = watch(canary, old, clock=Clock(), account=ACCOUNT, requests=1000)
    own = observation["synthetic_load"]
    assert own["canary"]["requests"] > own["canary"]["streams"] > 0
    assert own["canary"]["requests"] == observation["canary"]["requests"]
