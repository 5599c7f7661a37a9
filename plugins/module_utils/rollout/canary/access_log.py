# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Nginx' access log says of each upstream server, in either of the formats of the role nginx. No input or output here."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import zip_longest

# Format `main`. Nginx writes a quote inside of a value as \x22, so that what a client sends cannot look like the end of one.
REQUEST = re.compile(r'\] "(\S+) (\S+) [^"]*" \d{3} ')
UPSTREAM = re.compile(r' uht="([^"]*)" urt="([^"]*)" ua="([^"]*)" us="([^"]*)"$')
# Of the servers tried one after the other, and of those tried again after an internal redirect
SEPARATOR = re.compile(r", | : ")
SWITCHING_PROTOCOLS, CLIENT_GONE = 101, 499
NAMES = ("method", "path", "uht", "urt", "upstream", "upstream_status")


def fields(line):
    """Return method, path, and of the servers tried header times, times, addresses and statuses; None if it is not a line of ours."""
    if line.startswith("{"):
        try:
            entry = json.loads(line)
            return tuple(str(entry[name]) for name in NAMES)
        except (ValueError, KeyError, TypeError):
            return None
    request, upstream = REQUEST.search(line), UPSTREAM.search(line)
    return request.groups() + upstream.groups() if request and upstream else None


def milliseconds(text):
    """Seconds in the log, as a whole number of milliseconds; None of what did not happen."""
    return None if text in ("-", "") else round(1000 * float(text))


def attempts(*parts):
    """Yield header time, time, address and status of each server that was tried; None and 0 where there was no answer."""
    split = (SEPARATOR.split(text) for text in parts)
    for header_time, time, address, status in zip_longest(*split, fillvalue="-"):
        # A name without a port is that of the group: no server of it was there to be tried.
        if ":" in address:
            code = int(status) if status.isdecimal() else 0
            yield milliseconds(header_time), milliseconds(time), address, 0 if code == CLIENT_GONE else code


def nothing():
    return {"requests": 0, "errors": 0, "durations_ms": Counter(), "first_event_ms": Counter()}


def tally(lines, stream_paths=(), stream_regex="/stream/"):
    """Return what each server did.

    :param lines: lines of the log
    :param stream_paths: beginnings of paths whose durations say nothing
    :param stream_regex: what is asked for there with GET and matches is a stream, which begins with its header
    :returns: address -> ``requests``, ``errors`` (no answer, or one of 500 and above), ``durations_ms`` and ``first_event_ms``, how many took so
        many milliseconds
    """
    found, is_stream = {}, re.compile(stream_regex)
    for line in lines:
        parts = fields(line.rstrip("\n"))
        if not parts:
            continue
        method, path, *tried = parts
        left_out = path.startswith(tuple(stream_paths))
        stream = left_out and method == "GET" and is_stream.search(path)
        for header_time, time, address, status in attempts(*tried):
            seen = found.setdefault(address, nothing())
            seen["requests"] += 1
            seen["errors"] += status >= 500
            if stream and status == 200 and header_time is not None:
                seen["first_event_ms"][header_time] += 1
            if not left_out and status not in (0, SWITCHING_PROTOCOLS) and time is not None:
                seen["durations_ms"][time] += 1
    return {
        address: {name: dict(value) if name.endswith("_ms") else value for name, value in seen.items()}
        for address, seen in found.items()
    }
