"""Failures in plain words, and what the kernel says of mongod, without a server."""

from __future__ import annotations

import os
import socket
import time

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.pool.connection import (
    ConnectionFailed,
    Deployment,
    process_figures,
)
from pymongo.errors import AutoReconnect, OperationFailure

URI = "mongodb://alice:rabbit@127.0.0.1:1/?authSource=admin"


@pytest.fixture
def deployment():
    opened = Deployment(URI, 1)
    yield opened
    opened.close()


@pytest.fixture
def proc(tmp_path):
    """A process with three descriptors, one of them a socket."""
    (tmp_path / "7" / "fd").mkdir(parents=True)
    (tmp_path / "7" / "comm").write_text("mongod\n")
    (tmp_path / "7" / "limits").write_text(
        "Limit  Soft Limit  Hard Limit  Units\nMax open files            256                  512                  files\n"
    )
    for number, target in enumerate(("/data/a.wt", "anon_inode:[eventpoll]", "socket:[1]")):
        os.symlink(target, tmp_path / "7" / "fd" / str(number))
    return tmp_path


def test_nobody_there_is_said_within_the_timeout(deployment):
    begun = time.monotonic()
    with pytest.raises(ConnectionFailed, match=r"unreachable within 0.5 s: .*refused"):
        deployment.primary()
    assert time.monotonic() - begun < 1.5


def test_a_server_that_never_answers_is_given_up_within_the_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deployment = Deployment(f"mongodb://alice:rabbit@127.0.0.1:{silent.getsockname()[1]}/", 2)
        begun = time.monotonic()
        with pytest.raises(ConnectionFailed, match="unreachable within 1 s"):
            deployment.primary()
        assert time.monotonic() - begun < 2
        deployment.close()


def test_options_that_lead_nowhere_are_named():
    with pytest.raises(ConnectionFailed, match=r"/none\.pem"):
        Deployment(URI, 1, {"tls": True, "tlsCAFile": "/none.pem"})


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (OperationFailure("Authentication failed.", 18), "refuses user 'alice'"),
        (OperationFailure("not authorized on admin", 13), "clusterMonitor"),
        (OperationFailure("not master", 10107), "not primary any more"),
        (AutoReconnect("mongodb://alice:rabbit@127.0.0.1:1 closed"), "closed"),
    ],
)
def test_failures_in_plain_words(deployment, failure, words):
    text = deployment.explain(failure)
    assert words in text
    assert "rabbit" not in text


def test_limit_and_files_of_a_process_of_this_host(proc):
    assert process_figures(7, "db:27017", proc, "db") == {"open_files": 256, "other_files": 2}


@pytest.mark.parametrize(
    ("pid", "host", "program"), [(7, "other:27017", "mongod"), (8, "db:27017", "mongod"), (7, "db:27017", "bash")]
)
def test_another_host_or_process_is_not_taken_for_mongod(proc, pid, host, program):
    (proc / "7" / "comm").write_text(program)
    assert process_figures(pid, host, proc, "db") is None


def test_no_limit_is_no_limit(proc):
    (proc / "7" / "limits").write_text("Max open files            unlimited            unlimited            files\n")
    assert process_figures(7, "db:27017", proc, "db") is None
