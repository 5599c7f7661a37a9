"""The watch sees what a real server does: asks it no more than allowed, and notices when it dies, is deaf, slow or broken."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.canary.verdict import canary_verdict
from ansible_collections.tierstack.librechat.plugins.module_utils.canary.watch import Watch

SLO = {"p95_ms": 200, "error_percent": 0.5, "first_event_ms": 1000, "event_loop_lag_ms": 100, "memory_mb": 1500}
ACCOUNT = {"email": "a@example.org", "password": "correct-horse", "endpoint": "mock", "body": {"text": "ping"}}


class Server(ThreadingHTTPServer):
    """A worker that can be made worse."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server_port}"
        self.counts = Counter()
        self.paths = []
        self.started = time.time() - 60
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
        time.sleep(server.delay)
        failed = server.fail_every and len(server.paths) % server.fail_every == 0
        return self.answer(500 if failed else 200, "{}")

    def send_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        time.sleep(self.server.first_event_after)
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
def canary():
    server = Server()
    yield server
    server.die()


@pytest.fixture
def old():
    server = Server()
    yield server
    server.die()


def watch(canary, *peers, **changes):
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
    begin = time.monotonic()
    observation = Watch({**options, **changes}).run()
    return observation, canary_verdict(observation, slo=SLO), time.monotonic() - begin


def test_a_good_canary_gets_the_requests_wanted_and_the_old_worker_the_same(canary, old):
    observation, verdict, seconds = watch(canary, old)
    assert verdict["passed"], verdict["reason"]
    assert 20 <= len(canary.paths) <= 30
    assert canary.paths.count("/api/banner") - canary.paths.count("/api/config") in (0, 1)
    assert len(old.paths) == len(canary.paths)
    assert observation["own_load"]["canary"]["requests"] == observation["canary"]["requests"] == len(canary.paths)
    assert seconds < 3


def test_own_load_is_never_faster_than_allowed(canary):
    watch(canary, rate=3, requests=1000)
    assert len(canary.paths) <= 8


def test_users_who_bring_enough_are_left_alone(canary, old):
    stopped = threading.Event()

    def users():
        while not stopped.wait(0.02):
            canary.counts["/api/user", 200] += 1

    threading.Thread(target=users, daemon=True).start()
    # The histogram is what tells how many calls there were.
    canary.metrics = lambda: (
        f'http_requests_total{{path="/api/user",status="200"}} {canary.counts["/api/user", 200]}\n'
        f'http_request_duration_seconds_bucket{{path="/api/user",le="0.01"}} {canary.counts["/api/user", 200]}\n'
    )
    observation, verdict, _seconds = watch(canary, old)
    stopped.set()
    assert canary.paths == old.paths == []
    assert observation["canary"]["requests"] >= 30
    assert verdict["passed"], verdict["reason"]


def test_300_ms_more_are_found_out(canary, old):
    canary.delay = 0.3
    _observation, verdict, _seconds = watch(canary, old)
    assert verdict["reason"].startswith("p95 of the canary 3")
    assert "promised 200 ms, old workers" in verdict["reason"]


def test_a_hopeless_canary_is_not_watched_to_the_end(canary, old):
    canary.fail_every = 2
    _observation, verdict, seconds = watch(canary, old, window_s=30, requests=60)
    assert verdict["reason"].startswith("errors of the canary")
    assert seconds < 25


def test_a_canary_that_does_not_answer_its_users_fails(canary, old):
    canary.delay = 7
    observation, verdict, _seconds = watch(canary, old, requests=22)
    assert observation["own_load"]["canary"]["unanswered"] >= 20
    assert verdict["reason"].startswith("errors of the canary 100 %")


def test_a_canary_that_dies_ends_the_watch(canary, old):
    threading.Timer(1.2, canary.die).start()
    _observation, verdict, seconds = watch(canary, old, window_s=20)
    assert not verdict["passed"]
    assert verdict["reason"].startswith(f"the canary {canary.address} has stopped after")
    assert seconds < 10


def test_a_canary_that_is_started_again_ends_the_watch(canary, old):
    def restart():
        canary.started = time.time()

    threading.Timer(0.5, restart).start()
    _observation, verdict, _seconds = watch(canary, old, window_s=20)
    assert "has died and was started again" in verdict["reason"]


def test_a_canary_that_is_not_there_ends_the_watch_at_once(old):
    gone = Server()
    gone.die()
    _observation, verdict, seconds = watch(gone, old)
    assert verdict["reason"].endswith("has stopped after 0 s: connection refused")
    assert seconds < 2


def test_a_wrong_secret_is_told(canary):
    assert "/metrics answers 401" in watch(canary, metrics_secret="4712")[1]["reason"]


def test_an_old_worker_that_dies_is_no_excuse(canary, old):
    canary.fail_every = 3
    threading.Timer(0.7, old.die).start()
    observation, verdict, _seconds = watch(canary, old)
    assert "is no longer compared" in observation["notes"][0]
    assert verdict["reason"].startswith("errors of the canary")
    assert "no old workers to compare" in verdict["reason"]


def test_the_first_event_of_a_stream_is_timed_on_both(canary, old):
    canary.first_event_after, old.first_event_after = 0.3, 0.02
    observation, _verdict, _seconds = watch(canary, old, account=ACCOUNT, window_s=3)
    own = observation["own_load"]
    assert (own["canary"]["streams"], own["canary"]["failed_streams"]) == (3, 0)
    assert all(300 <= value < 900 for value in own["canary"]["first_event_ms"])
    assert min(own["peers"]["first_event_ms"]) < 300


def test_a_stream_that_is_cut_has_failed(canary, old):
    canary.stream = canary.stream[:1]
    observation, verdict, _seconds = watch(canary, old, account=ACCOUNT)
    assert observation["own_load"]["canary"]["failed_streams"] == 3
    assert verdict["reason"].startswith("errors of the canary")


def test_an_account_that_may_not_log_in_is_a_note_and_no_failure(canary, old):
    observation, verdict, _seconds = watch(canary, old, account={**ACCOUNT, "password": "wrong"})
    assert observation["notes"] == ["first event: /api/auth/login answers 404"]
    assert verdict["passed"], verdict["reason"]
