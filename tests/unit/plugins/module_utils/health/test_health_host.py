"""Disk and clock, and words for what the network does."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import time
from types import SimpleNamespace

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.health.probes import (
    BEGIN,
    clock,
    disk,
    http_offset,
    lacking,
    space,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken, Deadline, explain
from hypothesis import given
from hypothesis import strategies as st

LIMITS = {"free_percent": 10, "free_mb": 100, "free_inodes_percent": 5, "writable": True}


def filesystem(**values):
    blocks = {"f_frsize": 1048576, "f_blocks": 1000, "f_bfree": 250, "f_bavail": 200}
    return SimpleNamespace(**{**blocks, "f_files": 100, "f_favail": 50, "f_flag": 0, **values})


def test_space_is_what_is_left_for_those_who_are_not_root():
    assert space(filesystem()) == {
        "free_mb": 200,
        "free_percent": 21.1,
        "free_inodes_percent": 50.0,
        "writable": True,
    }


def test_a_file_system_without_inodes_or_size_lacks_none():
    found = space(filesystem(f_blocks=0, f_bfree=0, f_bavail=0, f_files=0, f_favail=0))
    assert found["free_percent"] == found["free_inodes_percent"] == 100


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, ""),
        ({"f_bavail": 50}, "has 6.2 % free, wanted 10"),
        ({"f_blocks": 400, "f_bavail": 90}, "has 90 MB free, wanted 100"),
        ({"f_favail": 4}, "has 4 % of inodes free, wanted 5"),
        ({"f_flag": os.ST_RDONLY}, "is read-only"),
    ],
)
def test_what_a_file_system_lacks_is_named(values, problem):
    assert lacking(space(filesystem(**values)), LIMITS) == problem


def test_a_path_that_is_not_there_is_broken():
    with pytest.raises(Broken, match="/nowhere: no such file"):
        disk({"paths": ["/nowhere"], **LIMITS}, None, True)


@given(st.floats(-100, 100), st.floats(0, 1), st.floats(0, 5))
def test_a_date_of_whole_seconds_never_accuses_a_right_clock_and_finds_a_wrong_one(offset, fraction, seconds):
    truth = 1_700_000_000 + fraction
    before, after = truth + offset, truth + seconds + offset
    found = http_offset(before, after, float(int(truth + seconds / 2)))
    assert abs(found) <= abs(offset) + 1e-3
    assert abs(found - offset) <= 1 + seconds + 1e-3


def test_a_clock_that_differs_from_the_reference_is_broken():
    options = {"url": None, "tolerance_s": 5}
    begin = time.time() - (time.monotonic() - BEGIN)
    assert abs(clock({**options, "reference": begin}, None, True)["offset_s"]) < 1
    with pytest.raises(Broken, match=r"clock is \+\d+.\d s off, allowed 5"):
        clock({**options, "reference": time.time() - 100000}, None, True)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "x"), "connection refused"),
        (ConnectionResetError(104, "x"), "connection reset"),
        (TimeoutError(), "no answer in time"),
        (socket.gaierror(-2, "x"), "name does not resolve"),
        (OSError(113, "No route to host"), "no route to host"),
        (http.client.RemoteDisconnected("x"), "closed without an answer"),
        (http.client.BadStatusLine("secret"), "not HTTP: BadStatusLine"),
        (http.client.IncompleteRead(b"secret"), "answer ended early"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "TLS failed: unknown"),
        (ValueError("secret"), "ValueError"),
    ],
)
def test_what_the_network_does_is_put_into_words_without_data(error, words):
    assert explain(error) == words


def test_a_deadline_that_is_over_leaves_no_time():
    with pytest.raises(TimeoutError):
        Deadline(0).left()
    assert 0 < Deadline(5).left() <= 5
