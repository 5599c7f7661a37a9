"""Lines are found by time, host, unit, request and text, in files of every kind, and come in the order of time."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys

import pytest
from programs import load_program
from rolespec import ROOT

PROGRAM = ROOT / "roles/logs/files/stack_logs.py"
stack_logs = load_program(PROGRAM)

NOON = stack_logs.instant("2026-11-23T12:00:00Z")


def line(second, host, unit, message, **more):
    time = f"2026-11-23T12:00:{second:06.3f}Z"
    return json.dumps({"time": time, "host": host, "unit": unit, "severity": "info", "message": message, **more})


@pytest.fixture
def central(tmp_path):
    """Two hosts, a closed file, a compressed one, and a line that is no JSON."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    with gzip.open(one / "nginx.log-20261123T120001Z.gz", "wt") as file:
        file.write(line(0, "one", "nginx", "GET /first", request_id="r1") + "\n")
    (one / "nginx.log-20261123T120003Z").write_text(line(2, "one", "nginx", "GET /second", request_id="r2") + "\n")
    (one / "nginx.log").write_text(line(4, "one", "nginx", "GET /third", request_id="r3") + "\n")
    (one / "system.log").write_text(line(3, "one", "ssh", "Accepted key") + "\nbroken\n")
    late, early = line(5, "two", "chat", "late", requestId="x"), line(1, "two", "chat", '{"request_id":"r1"} early')
    (two / "chat.log").write_text(late + "\n" + early + "\n")
    for path in tmp_path.glob("*/*"):
        os.utime(path, (NOON + 10, NOON + 10))
    return tmp_path


def found(central, **wanted):
    return [entry["message"] for entry in stack_logs.search(central, stack_logs.Wanted(**wanted))]


def test_all_lines_in_the_order_of_time(central):
    everything = [
        "broken",
        "GET /first",
        '{"request_id":"r1"} early',
        "GET /second",
        "Accepted key",
        "GET /third",
        "late",
    ]
    assert found(central) == everything


@pytest.mark.parametrize(
    ("wanted", "messages"),
    [
        ({"hosts": ["two"]}, ['{"request_id":"r1"} early', "late"]),
        ({"units": ["nginx"]}, ["GET /first", "GET /second", "GET /third"]),
        ({"units": ["ssh"]}, ["Accepted key"]),
        ({"since": NOON + 2, "until": NOON + 4}, ["GET /second", "Accepted key", "GET /third"]),
        ({"request_id": "r1"}, ["GET /first", '{"request_id":"r1"} early']),
        ({"request_id": "r"}, []),
        ({"pattern": "^GET /(first|third)"}, ["GET /first", "GET /third"]),
        ({"units": ["nginx"], "pattern": "second", "hosts": ["one"]}, ["GET /second"]),
    ],
    ids=str,
)
def test_what_is_wanted(central, wanted, messages):
    assert found(central, **wanted) == messages


def test_a_file_that_cannot_match_is_not_opened(central):
    old = central / "one/nginx.log-20261123T120001Z.gz"
    old.write_bytes(b"not even gzip")
    os.utime(old, (NOON - 3600, NOON - 3600))
    assert found(central, units=["nginx"], since=NOON) == ["GET /second", "GET /third"]
    wanted = stack_logs.Wanted(hosts=["two"], units=["nginx"])
    assert not any(wanted.has_file(path) for path in central.glob("*/*"))


def test_new_lines_are_followed_also_into_the_next_file(central):
    log = central / "one/nginx.log"
    stream = stack_logs.follow(central, stack_logs.Wanted(units=["nginx"]), every=0)
    assert next(stream) is None
    with log.open("a") as file:
        file.write(line(6, "one", "nginx", "new") + "\n" + line(7, "one", "nginx", "half")[:20])
    assert next(stream)["message"] == "new"
    assert next(stream) is None
    log.rename(log.with_name("nginx.log-20261123T130000Z"))
    log.write_text(line(8, "one", "nginx", "next file") + "\n")
    assert next(entry for entry in stream if entry)["message"] == "next file"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90m", NOON - 5400),
        ("2h", NOON - 7200),
        ("3d", NOON - 259200),
        ("now", NOON),
        ("2026-11-23T11:00:00+00:00", NOON - 3600),
        ("2026-11-23T12:00:00Z", NOON),
    ],
)
def test_times(text, moment):
    assert stack_logs.instant(text, now=NOON) == moment


def test_a_time_that_is_none():
    with pytest.raises(argparse.ArgumentTypeError, match="no time"):
        stack_logs.instant("soon")


def test_a_window_puts_late_lines_in_their_place():
    lines = [(moment, {"n": moment}) for moment in (1, 3, 2, 5, 4)]
    assert [moment for moment, *_rest in stack_logs.in_order(iter(lines), window=2)] == [1, 2, 3, 4, 5]


def test_the_command(central):
    def run(*arguments):
        command = [sys.executable, PROGRAM, "--directory", central, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    answer = run("--unit", "nginx.service", "--lines", "1")
    assert answer.stdout == "2026-11-23T12:00:04.000Z one nginx: GET /third\n"
    assert json.loads(run("--json", "--request-id", "r2").stdout)["message"] == "GET /second"
    assert run("--grep", "(").returncode == 2
    assert "collector" in run("--directory", "/nowhere").stderr


def test_more_lines_than_the_window_are_all_there(tmp_path):
    (tmp_path / "one").mkdir()
    lines = [line(second / 1000, "one", "chat", f"n={second}") for second in range(3 * stack_logs.WINDOW)]
    (tmp_path / "one/chat.log").write_text("\n".join(lines) + "\n")
    messages = found(tmp_path)
    assert messages == [f"n={number}" for number in range(len(lines))]
