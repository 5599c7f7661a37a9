"""What starts PM2's workers finds those that outlived a PM2 that died, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.pm2.entries import DIGEST_VARIABLE
from programs import load_program

PROGRAM = "roles/app_pm2/files/pm2_start.py"


@pytest.fixture(scope="module")
def start():
    return load_program(PROGRAM)


@pytest.fixture
def proc(tmp_path):
    """Make a directory as /proc is, of processes: number -> (parent, environment)."""

    def make(found):
        for number, (parent, variables) in found.items():
            directory = tmp_path / str(number)
            directory.mkdir()
            (directory / "environ").write_bytes("\0".join(variables).encode() + b"\0")
            (directory / "stat").write_text(f"{number} (node (x) y) S {parent} {number} 0", encoding="utf-8")
        (tmp_path / "uptime").touch()
        return tmp_path

    return make


def worker(port):
    return ["PATH=/usr/bin", f"name=chat-{port}", f"PORT={port}", f"{DIGEST_VARIABLE}=0123456789abcdef"]


def test_a_worker_is_told_from_what_it_has_started_and_from_other_processes(start, proc):
    found = start.processes(
        proc(
            {
                10: (1, worker(3080)),
                11: (10, worker(3080)),
                12: (11, worker(3080)),
                20: (1, worker(3081)),
                30: (1, ["A=b"]),
            }
        )
    )
    assert set(found) == {10, 11, 12, 20}
    assert start.outlived(found) == {"chat-3080": 10, "chat-3081": 20}


def test_workers_of_another_user_are_nobodys_business(start, proc, monkeypatch):
    workers = proc({10: (1, worker(3080))})
    monkeypatch.setattr(start.os, "getuid", lambda: os.stat(workers).st_uid + 1)
    assert start.processes(workers) == {}


def test_nothing_outlived_where_nothing_runs(start, proc):
    assert start.outlived(start.processes(proc({30: (1, ["A=b"])}))) == {}


@pytest.mark.parametrize(
    ("stubborn", "patience", "ended_by"), [(False, 30, -signal.SIGINT), (True, 0.5, -signal.SIGKILL)]
)
def test_a_worker_is_asked_to_end_and_killed_when_it_does_not(start, stubborn, patience, ended_by):
    # In a shell's background it would be ignored in any case.
    action = "SIG_IGN" if stubborn else "SIG_DFL"
    program = f"import signal, time; signal.signal(signal.SIGINT, signal.{action}); print(flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        process.stdout.readline()
        signal.signal(signal.SIGCHLD, lambda *_: process.poll())  # its parent is no PM2 that is gone
        begin = time.monotonic()
        start.end(process.pid, patience)
        assert process.wait(5) == ended_by
        assert (time.monotonic() - begin >= patience) is stubborn
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


PM2 = """
import os, pathlib, sys
log = pathlib.Path(os.environ["PM2_HOME"], "asked")
with log.open("a") as file:
    print(*sys.argv[1:], sorted(os.environ), file=file)
"""


@pytest.mark.parametrize("names", [["chat-3080", "chat-3081"], []])
def test_the_workers_that_were_proved_are_started_with_no_more_than_their_environment(tmp_path, names):
    ecosystem = tmp_path / "ecosystem.json"
    if names:
        ecosystem.write_text(json.dumps({"apps": [{"name": name, "kill_timeout": 1000, "env": {}} for name in names]}))
    (tmp_path / "pm2.py").write_text(PM2)
    command = [
        sys.executable,
        PROGRAM,
        f"--ecosystem={ecosystem}",
        "--ready-path=/readyz",
        "--ready-timeout=1",
        "--pause=0",
        "--",
    ]
    environment = {"HOME": "/", "PATH": os.environ["PATH"], "PM2_HOME": str(tmp_path), "INVOCATION_ID": "of systemd"}
    subprocess.run([*command, sys.executable, str(tmp_path / "pm2.py")], env=environment, check=True)
    asked = [line.split(" [") for line in (tmp_path / "asked").read_text().splitlines()]
    started = [f"start {ecosystem} --only chat-3080,chat-3081"] if names else []
    assert [words.removesuffix(" --silent") for words, _environment in asked] == ["ping", *started]
    assert all("INVOCATION_ID" not in passed for _words, passed in asked)
