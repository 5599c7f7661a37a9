#!/usr/bin/python3
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search the log lines of all hosts, by time, host, unit, request and text."""

from __future__ import annotations

import argparse
import gzip
import heapq
import itertools
import json
import os
import re
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

CENTRAL = Path("/var/log/central")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
# Lines of a file may be out of order by so many: a sender that was away sends old ones between new ones.
WINDOW = 5000
# A line may have been written to its file so much later than it came about, and still be looked for in it
EARLIER = 86400
# Clocks of hosts may differ by so many seconds.
CLOCKS = 300
NAME = re.compile(r"^(?P<unit>.+)\.log(-(?P<closed>\d{8}T\d{6}Z)(\.gz)?)?$")


def instant(text, now=None):
    """Return the time that is meant: a span before now such as 90m, or a date with or without a time."""
    now = now or time.time()
    if span := re.fullmatch(r"(\d+)([smhdw])", text):
        return now - int(span[1]) * SECONDS[span[2]]
    if text in ("now", "today", "yesterday"):
        day = datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return {"now": now, "today": day.timestamp(), "yesterday": (day - timedelta(days=1)).timestamp()}[text]
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; e.g. 90m, 2h, today, 2026-01-31, 2026-01-31T12:00:00Z"
        ) from None


def parse(line):
    """Return (time, entry) of a stored line; what is no JSON is an entry of its own."""
    try:
        entry = json.loads(line)
        return datetime.fromisoformat(entry["time"]).timestamp(), entry
    except (ValueError, TypeError, KeyError):
        return 0.0, {"message": line}


class Wanted:
    """What is looked for."""

    def __init__(self, *, since=None, until=None, hosts=(), units=(), request_id=None, pattern=None):
        self.since, self.until = since, until
        self.hosts, self.units = set(hosts), set(units)
        self.request_id = request_id
        self.pattern = re.compile(pattern) if pattern else None

    def has_file(self, path):
        """Tell whether lines that are wanted can be in this file, by its name and age."""
        name = NAME.match(path.name)
        return bool(
            name
            and (not self.hosts or path.parent.name in self.hosts)
            and (not self.units or name["unit"] in self.units | {"system"})
            and (self.since is None or path.stat().st_mtime >= self.since - CLOCKS)
        )

    def has_text(self, line):
        """Tell whether this raw line can be wanted: cheap, and before it is parsed."""
        return self.request_id is None or self.request_id in line

    def has_entry(self, moment, entry):
        return (
            (self.since is None or moment >= self.since)
            and (self.until is None or moment <= self.until)
            and (not self.units or entry.get("unit") in self.units)
            and (
                self.request_id is None or self.request_id in (entry.get("request_id"), *ids(entry.get("message", "")))
            )
            and (self.pattern is None or bool(self.pattern.search(entry.get("message", ""))))
        )


def ids(message):
    """Return the request ids that a message names."""
    return re.findall(r'request_?[iI]d"?[=:] ?"?([A-Za-z0-9._-]+)', message)


def lines_of(path):
    """Yield the lines of a file, compressed or not. One that is deleted meanwhile has none."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8", errors="replace") as file:
            for line in file:
                yield line.rstrip("\n")
    except FileNotFoundError:
        return


def streams(directory, wanted):
    """Return for each host and unit its files, the oldest first."""
    found = {}
    for path in directory.glob("*/*"):
        if wanted.has_file(path):
            found.setdefault((path.parent.name, NAME.match(path.name)["unit"]), []).append(path)
    for paths in found.values():
        paths.sort(key=lambda path: NAME.match(path.name)["closed"] or "9")
    return found


def too_late(path, until):
    """Tell whether a file begins long after what is looked for."""
    first = next(lines_of(path), None)
    return until is not None and first is not None and parse(first)[0] > until + EARLIER


def matches(paths, wanted):
    """Yield (time, entry) for what is wanted in the files of one stream."""
    for path in paths:
        if too_late(path, wanted.until):
            return
        for line in lines_of(path):
            if wanted.has_text(line):
                moment, entry = parse(line)
                if wanted.has_entry(moment, entry):
                    yield moment, entry


def in_order(found, window=WINDOW):
    """Yield (time, number, entry) in the order of time, as far as the window sees."""
    heap = []
    for number, (moment, entry) in enumerate(found):
        heapq.heappush(heap, (moment, number, entry))
        if len(heap) > window:
            yield heapq.heappop(heap)
    yield from (heapq.heappop(heap) for _entry in range(len(heap)))


def search(directory, wanted):
    """Yield the entries that are wanted, of all hosts, in the order of time."""
    ordered = (in_order(matches(paths, wanted)) for paths in streams(directory, wanted).values())
    return (entry for _moment, _number, entry in heapq.merge(*ordered, key=lambda one: one[:2]))


def follow(directory, wanted, every=0.5):
    """Yield the entries that come in from now on; None when there are no more for the moment."""
    places = {}
    for path in directory.glob("*/*.log"):
        status = path.stat()
        places[path] = (status.st_ino, status.st_size)
    while True:
        for path in sorted(directory.glob("*/*.log")):
            if not wanted.has_file(path):
                continue
            inode, place = places.get(path, (None, 0))
            status = path.stat()
            if status.st_ino != inode:
                place = 0
            if status.st_size > place:
                with path.open("rb") as file:
                    file.seek(place)
                    new = file.read()
                complete = new.rfind(b"\n") + 1
                place += complete
                for line in new[:complete].decode(errors="replace").splitlines():
                    moment, entry = parse(line)
                    if wanted.has_text(line) and wanted.has_entry(moment, entry):
                        yield entry
            places[path] = (status.st_ino, place)
        yield None
        time.sleep(every)


def shown(entry):
    """Return an entry as a line to read."""
    severity = entry.get("severity", "")
    mark = f" {severity.upper()}" if severity in ("warning", "err", "crit", "alert", "emerg") else ""
    return (
        f"{entry.get('time', '-')} {entry.get('host', '-')} {entry.get('unit', '-')}{mark}: {entry.get('message', '')}"
    )


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Times: 90m, 2h, 3d ago, today, yesterday, 2026-01-31, 2026-01-31T12:00:00Z"
    )
    parser.add_argument("--since", type=instant, help="from this time on")
    parser.add_argument("--until", type=instant, help="up to this time")
    parser.add_argument("--host", action="append", default=[], help="of this host; may be repeated")
    parser.add_argument(
        "--unit", action="append", default=[], help="of this service, e.g. nginx, mongod; may be repeated"
    )
    parser.add_argument("--request-id", help="of this request, in all its parts")
    parser.add_argument("--grep", metavar="RE", help="whose message has this regular expression")
    parser.add_argument("--lines", type=int, metavar="N", help="only the last N")
    parser.add_argument("--json", action="store_true", help="as they are stored, one JSON object a line")
    parser.add_argument("-f", "--follow", action="store_true", help="what comes in from now on, too")
    parser.add_argument("--directory", type=Path, default=CENTRAL, help=argparse.SUPPRESS)
    return parser


def main():
    parser = arguments()
    options = parser.parse_args()
    if not os.access(options.directory, os.R_OK | os.X_OK):
        parser.exit(2, f"{options.directory} cannot be read: run this on the collector, as root or in the group adm.\n")
    try:
        wanted = Wanted(
            since=options.since,
            until=options.until,
            hosts=options.host,
            units=[unit.removesuffix(".service") for unit in options.unit],
            request_id=options.request_id,
            pattern=options.grep,
        )
    except re.error as error:
        parser.error(f"--grep: {error}")
    entries = search(options.directory, wanted)
    if options.follow and options.since is None and options.lines is None:
        entries = ()
    elif options.lines is not None:
        entries = iter(list(entries)[-options.lines :] if options.lines else ())
    newer = follow(options.directory, wanted) if options.follow else ()
    form = (lambda entry: json.dumps(entry, ensure_ascii=False)) if options.json else shown
    try:
        for entry in itertools.chain(entries, newer):
            if entry is None:
                sys.stdout.flush()
            else:
                sys.stdout.write(form(entry) + "\n")
        sys.stdout.flush()
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    main()
