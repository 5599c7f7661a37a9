#!/usr/bin/python3
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the collected log lines within their bounds: close what is large or a day old, compress it, delete the oldest."""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import signal
import time
from datetime import datetime
from pathlib import Path

MB = 1 << 20
CLOSED = re.compile(r"\.log-\d{8}T\d{6}Z(\.gz)?$")
TIME = re.compile(rb'"time": ?"([^"]+)"')
# Left free for what comes in until the next run
SLACK = 0.1


def closed_files(directory):
    """Return the closed files, the oldest first."""
    return sorted(
        (path for path in directory.glob("*/*") if CLOSED.search(path.name)), key=lambda path: path.stat().st_mtime
    )


def begun(path):
    """Return the time of a file's first line, or that of its last change."""
    with path.open("rb") as file:
        found = TIME.search(file.readline(1 << 17))
    try:
        return datetime.fromisoformat(found[1].decode()).timestamp()
    except (TypeError, ValueError):
        return path.stat().st_mtime


def compress(path):
    """Replace a closed file by its compressed copy, of the same age."""
    new = path.with_name(path.name + ".new")
    with path.open("rb") as source, gzip.open(new, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, MB)
    shutil.copystat(path, new)
    new.replace(path.with_name(path.name + ".gz"))
    path.unlink()


def close(directory, rotate_bytes, now):
    """Rename files that are large or a day old; tell whether there were any."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    due = [
        path
        for path in directory.glob("*/*.log")
        if (size := path.stat().st_size) >= rotate_bytes or (size and begun(path) <= now - 86400)
    ]
    for path in due:
        path.rename(path.with_name(f"{path.name}-{stamp}"))
    return bool(due)


def delete(directory, days, total_bytes, now):
    """Delete closed files that are too old, and the oldest until all fit."""
    files = closed_files(directory)
    total = sum(path.stat().st_size for path in directory.glob("*/*"))
    for path in files:
        status = path.stat()
        if status.st_mtime >= now - 86400 * days and total <= total_bytes * (1 - SLACK):
            break
        path.unlink()
        total -= status.st_size


def keep(directory, *, rotate_mb, days, mb, reopen, now=None):
    """Do all of it once. What is closed now is compressed at the next run, when nobody writes to it any more."""
    now = now or time.time()
    for path in directory.glob("*/*.new"):
        path.unlink()
    for path in closed_files(directory):
        if path.suffix != ".gz":
            compress(path)
    if close(directory, rotate_mb * MB, now):
        reopen()
    delete(directory, days, mb * MB, now)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--rotate-mb", type=float, required=True)
    parser.add_argument("--days", type=float, required=True)
    parser.add_argument("--mb", type=float, required=True)
    parser.add_argument(
        "--pid-file", type=Path, required=True, help="of the collector, which is told to open its files anew"
    )
    options = parser.parse_args()

    def reopen():
        if options.pid_file.exists():
            os.kill(int(options.pid_file.read_text()), signal.SIGHUP)

    os.umask(0o027)
    keep(options.directory, rotate_mb=options.rotate_mb, days=options.days, mb=options.mb, reopen=reopen)


if __name__ == "__main__":
    main()
