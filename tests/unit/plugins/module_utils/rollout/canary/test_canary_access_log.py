"""Nginx' log says of each server that was tried how it did, in both formats, and however often the log was rotated."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.access_log import tally
from ansible_collections.tierstack.librechat.plugins.modules.edge_timings import lines, pieces, stat

A, B = "10.0.0.1:3080", "10.0.0.1:3081"


def main_line(path, addresses, statuses, times, agent="Mozilla/5.0", begin=None, method="GET"):
    return (
        f'10.0.0.9 - - [23/Nov/2026:05:00:00 +0000] "{method} {path} HTTP/2.0" 200 12 "-" "{agent}" "-" '
        f'rt=0.010 uct="0.000" uht="{begin or times}" urt="{times}" ua="{addresses}" us="{statuses}"\n'
    )


def json_line(path, addresses, statuses, times, agent="Mozilla/5.0", begin=None, method="GET"):
    entry = {"method": method, "path": path, "user_agent": agent, "upstream": addresses, "upstream_status": statuses}
    entry |= {"uht": begin or times, "urt": times}
    return json.dumps(entry) + "\n"


@pytest.mark.parametrize("line", [main_line, json_line])
def test_each_server_that_was_tried_is_counted(line):
    found = tally(
        [
            line("/api/user", A, "200", "0.012"),
            line("/api/user", A, "404", "0.012"),
            line("/api/user", f"{A}, {B}", "502, 200", "0.001, 0.020"),
            line("/api/user", f"{A} : {B}", "504 : 200", "2.001 : 0.020"),
            line("/api/user", A, "500", "0.003"),
        ]
    )
    assert found[A] == {"requests": 5, "errors": 3, "durations_ms": {12: 2, 1: 1, 2001: 1, 3: 1}, "first_event_ms": {}}
    assert found[B] == {"requests": 2, "errors": 0, "durations_ms": {20: 2}, "first_event_ms": {}}


@pytest.mark.parametrize("line", [main_line, json_line])
def test_of_streams_failures_count_and_when_they_begin(line):
    found = tally(
        [
            line("/api/agents/chat/stream/1", A, "200", "31.2", begin="0.007"),
            line("/api/agents/chat/stream/2", A, "502", "0.1"),
            line("/api/agents/chat/stream/3", A, "404", "0.1"),
            line("/api/agents/chat/mock", A, "200", "0.1", method="POST"),
            line("/api/agents/tools", A, "200", "0.1"),
        ],
        ["/api/agents/"],
    )
    assert found == {A: {"requests": 5, "errors": 1, "durations_ms": {}, "first_event_ms": {7: 1}}}


@pytest.mark.parametrize("line", [main_line, json_line])
@pytest.mark.parametrize(
    ("addresses", "statuses", "times"), [("", "", ""), ("-", "-", "-"), ("workers", "502", "0.000")]
)
def test_what_no_server_was_asked_counts_for_none(line, addresses, statuses, times):
    assert tally([line("/", addresses, statuses, times)]) == {}


@pytest.mark.parametrize("status", ["-", "499"])
def test_a_client_that_goes_away_is_no_error(status):
    assert tally([main_line("/", A, status, "0.100")]) == {
        A: {"requests": 1, "errors": 0, "durations_ms": {}, "first_event_ms": {}}
    }


def test_what_a_client_sends_looks_like_no_part_of_the_line():
    agent = r"\x22 urt=\x220.001\x22 ua=\x2210.0.0.1:3081\x22 us=\x22500"
    assert tally([main_line("/", A, "200", "0.004", agent)]) == {
        A: {"requests": 1, "errors": 0, "durations_ms": {4: 1}, "first_event_ms": {}}
    }


def test_other_lines_are_left_out():
    old = main_line("/", A, "200", "0.004").partition(" ua=")[0] + "\n"
    assert tally([old, "\n", "{}\n", "{ no\n", '["a"]\n', '{"path": "/"}\n']) == {}


@pytest.fixture
def log(tmp_path):
    return tmp_path / "access.log"


def since(log, mark):
    return "".join(lines(pieces(str(log), mark, stat(log)), 1024))


def test_only_what_is_new_is_read(log):
    log.write_text("old\n")
    mark = stat(log)
    with log.open("a") as file:
        file.write("new\nhalf a l")
    assert since(log, mark) == "new\n"


def test_a_rotated_log_is_read_on(log):
    log.write_text("old\n")
    mark = stat(log)
    with log.open("a") as file:
        file.write("rest\n")
    log.rename(f"{log}.1")
    log.write_text("new\n")
    assert since(log, mark) == "rest\nnew\n"


def test_a_log_that_was_rotated_away_or_emptied_is_read_from_its_beginning(log):
    log.write_text("old and long\n")
    mark = stat(log)
    log.write_text("new\n")
    assert since(log, mark) == "new\n"
    log.rename(log.with_name("elsewhere"))
    log.write_text("newer\n")
    assert since(log, mark) == "newer\n"


def test_of_much_only_the_end_is_read_in_whole_lines(log):
    log.write_text("")
    mark = stat(log)
    log.write_text("".join(f"line {number:04}\n" for number in range(500)))
    log.rename(f"{log}.1")
    log.write_text("new\n")
    read = since(log, mark).splitlines()
    assert read[-1] == "new"
    assert 90 < len(read) <= 103
    assert all(len(line) == 9 for line in read[:-1])
