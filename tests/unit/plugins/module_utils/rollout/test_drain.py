"""A worker is drained when it says twice in a row that it has nothing left, or nobody is there to say it."""

import itertools
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.drain import (
    NOTHING_LEFT,
    drain,
    scrape,
    work_left,
)

BUSY = """
http_requests_in_flight{path="/metrics"} 1
http_requests_in_flight{path="/api"} 3
sse_streams_in_flight{path="/stream"} 2
generation_jobs_in_flight{store="redis"} 1
"""
IDLE = 'http_requests_in_flight{path="/metrics"} 1\nsse_streams_in_flight 0\n'


@pytest.fixture
def worker():
    """A server that gives the answers put into its list, the last one for ever."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append((self.path, self.headers["Authorization"]))
            text = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            self.send_response(200 if text is not None else 503)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *_arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answers = [], [IDLE]
    server.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def wait_for(worker, limit_s=5.0):
    return drain(partial(scrape, worker.address, "/metrics", "secret"), limit_s, 0.01)


def test_the_work_left_is_the_sum_over_all_labels_without_the_question_itself():
    assert work_left(BUSY) == {"requests": 3, "streams": 2, "generations": 1}
    assert work_left(IDLE) == NOTHING_LEFT
    assert work_left("") == NOTHING_LEFT


def test_the_worker_is_asked_with_the_secret(worker):
    wait_for(worker)
    assert set(worker.asked) == {("/metrics", "Bearer secret")}


def test_two_idle_samples_in_a_row_are_needed(worker):
    worker.answers = [IDLE, BUSY, IDLE, BUSY, IDLE, IDLE]
    answer = wait_for(worker)
    assert answer["drained"]
    assert answer["left"] == NOTHING_LEFT
    assert len(worker.asked) == 6


@pytest.mark.parametrize("rest", [BUSY, IDLE + "generation_jobs_in_flight 1\n", IDLE + "sse_streams_in_flight 1\n"])
def test_at_the_limit_it_says_what_is_left(worker, rest):
    worker.answers = [rest]
    answer = wait_for(worker, 0.2)
    assert not answer["drained"]
    assert answer["answers"]
    assert answer["left"] == work_left(rest)
    assert 0.2 <= answer["seconds"] < 2


def test_an_answer_that_is_no_exposition_is_no_proof(worker):
    worker.answers = [None, "<html>"]
    answer = wait_for(worker, 0.2)
    assert not answer["drained"]
    assert answer["left"] is None
    assert "not a sample" in answer["problem"]


def test_a_passing_problem_begins_the_count_again(worker):
    worker.answers = [IDLE, None, IDLE, IDLE]
    assert wait_for(worker)["drained"]
    assert len(worker.asked) == 4


def test_a_worker_that_ends_meanwhile_has_nothing_left():
    answers = itertools.chain([BUSY], itertools.repeat(ConnectionRefusedError()))

    def ask(_timeout):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert drain(ask, 5, 0.01) == {
        "drained": True,
        "answers": False,
        "seconds": 0.0,
        "left": NOTHING_LEFT,
        "problem": None,
    }


def test_nobody_at_the_address_has_nothing_left():
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as unused:
        address = f"127.0.0.1:{unused.server_address[1]}"
    answer = drain(partial(scrape, address, "/metrics", None), 5, 0.01)
    assert answer["drained"]
    assert not answer["answers"]
