"""The collected lines stay within their bounds, whatever comes in."""

from __future__ import annotations

import gzip
import os
import random
import time

from programs import load_program

logs_keep = load_program("roles/logs/files/logs_keep.py")


def noise(kilobytes):
    """Return a line that cannot be compressed much."""
    return random.Random(kilobytes).randbytes(kilobytes * 512).hex() + "\n"


def size(directory):
    return sum(path.stat().st_size for path in directory.glob("*/*"))


def test_the_space_is_bounded_and_the_newest_is_kept(tmp_path):
    log = tmp_path / "one/chat.log"
    log.parent.mkdir()
    reopened, largest, now = [], 0, time.time()
    for run in range(60):
        with log.open("a") as file:
            file.write(noise(64 + run))
        logs_keep.keep(tmp_path, rotate_mb=0.1, days=30, mb=1, reopen=lambda: reopened.append(1), now=now + 300 * run)
        largest = max(largest, size(tmp_path))
    assert largest <= logs_keep.MB
    assert len(reopened) > 10
    newest = logs_keep.closed_files(tmp_path)[-1]
    assert newest.stat().st_mtime >= max(path.stat().st_mtime for path in tmp_path.glob("*/*.gz"))


def test_a_closed_file_is_compressed_one_run_later(tmp_path):
    log = tmp_path / "one/chat.log"
    log.parent.mkdir()
    log.write_text("x" * 300_000)

    def keep(now):
        logs_keep.keep(tmp_path, rotate_mb=0.1, days=30, mb=10, reopen=lambda: None, now=now)

    keep(1_700_000_000)
    closed = tmp_path / "one/chat.log-20231114T221320Z"
    # The collector may still hold it for a moment.
    with closed.open("a") as file:
        file.write("late\n")
    os.utime(closed)
    keep(time.time())
    assert not closed.exists()
    assert gzip.decompress(closed.with_name(closed.name + ".gz").read_bytes()).endswith(b"xlate\n")


def test_age(tmp_path):
    (tmp_path / "one").mkdir()
    now = time.time()
    old, young = tmp_path / "one/chat.log-20200101T000000Z.gz", tmp_path / "one/chat.log-20260101T000000Z.gz"
    for path, days in ((old, 31), (young, 29)):
        path.write_bytes(b"")
        os.utime(path, (now - 86400 * days,) * 2)
    logs_keep.keep(tmp_path, rotate_mb=1, days=30, mb=10, reopen=lambda: None, now=now)
    assert not old.exists()
    assert young.exists()


def test_a_small_file_is_closed_after_a_day(tmp_path):
    (tmp_path / "one").mkdir()
    log = tmp_path / "one/ssh.log"
    log.write_text('{ "time": "2026-11-23T12:00:00.5+00:00", "message": "x" }\n')
    reopened = []
    begun = logs_keep.begun(log)
    for later in (80_000, 90_000):
        logs_keep.keep(tmp_path, rotate_mb=1, days=30, mb=10, reopen=lambda: reopened.append(1), now=begun + later)
        assert log.exists() == (later < 86400)
    assert reopened == [1]


def test_other_files_are_left_alone(tmp_path):
    (tmp_path / "one").mkdir()
    other = tmp_path / "one/chat.log-old"
    other.write_text("kept")
    os.utime(other, (0, 0))
    logs_keep.keep(tmp_path, rotate_mb=1, days=1, mb=1, reopen=lambda: None)
    assert other.read_text() == "kept"
