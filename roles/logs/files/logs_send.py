#!/usr/bin/python3
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take log lines from rsyslog's omprog and hand them to the collector by RELP over TLS.

A batch is confirmed when the collector has written all of it. rsyslog's own omrelp loses what it has sent and is not
acknowledged yet when it is stopped while the collector is away, and so does any action that then waits to be tried again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import select
import signal
import socket
import ssl
import sys
import time
from pathlib import Path

OFFER = b"relp_version=0\nrelp_software=tierstack\ncommands=syslog"
HIGHEST_NUMBER = 999_999_999
# In what Nginx says of a request, within a line of JSON: behind the ? may be the token of a password reset or of a login elsewhere.
QUERY = re.compile(rb'((?:request|upstream|referrer): \\"[^"?]*)\?(?:\\[/\\]|[^"\s\\])*')


def frame(number, command, data=b""):
    """Return a frame of the protocol."""
    head = b"%d %s %d" % (number, command, len(data))
    return head + (b" " + data if data else b"") + b"\n"


class Connection:
    """A session with the collector, of which every line is acknowledged."""

    def __init__(self, address, name, context, timeout):
        plain = socket.create_connection(address, timeout)
        try:
            self.socket = context.wrap_socket(plain, server_hostname=name)
        except BaseException:
            plain.close()
            raise
        self.stream = self.socket.makefile("rb")
        self.number = 0
        self._send([(b"open", OFFER)])

    def deliver(self, lines):
        """Return when the collector has all lines. What is acknowledged before it fails is taken off the list."""
        while lines:
            self._send([(b"syslog", line) for line in lines[:1000]], lines)

    def _send(self, commands, lines=None):
        numbers = []
        for _command in commands:
            self.number = self.number % HIGHEST_NUMBER + 1
            numbers.append(self.number)
        self.socket.sendall(b"".join(frame(number, *one) for number, one in zip(numbers, commands, strict=True)))
        for number in numbers:
            answered, status = self._answer()
            if answered != number or status != b"200":
                raise ConnectionError(f"the collector answered {status.decode(errors='replace')} to line {number}")
            if lines:
                del lines[0]

    def _answer(self):
        head = b""
        while head.count(b" ") < 3:
            byte = self.stream.read(1)
            if not byte:
                raise ConnectionError("the collector closed the connection")
            head += byte
            if byte == b"\n":
                break
        words = head.split()
        if len(words) < 3 or words[1] != b"rsp":
            raise ConnectionError(f"the collector sent {head!r}")
        data = self.stream.read(int(words[2]) + 1) if head.endswith(b" ") else b""
        return int(words[0]), data[:3]

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.settimeout(1)
            self.socket.sendall(frame(self.number % HIGHEST_NUMBER + 1, b"close"))
            self.socket.unwrap()
        self.stream.close()
        self.socket.close()


class Sender:
    """The collector, whether it is there or not. Nothing is given back to rsyslog, which would lose it when it stops.

    What cannot be delivered before a stop is kept in a file, and goes first after the next start.
    """

    def __init__(self, connect, kept, idle=lambda: None, pause=2.0):
        self.connect, self.kept, self.idle, self.pause = connect, kept, idle, pause
        self.connection = None
        self.sent, self.suspended = 0, False
        self.stopping = self.trying = False

    def stop(self, *_signal):
        """Wait for the collector no longer."""
        self.stopping = True
        if self.trying:
            raise InterruptedError("stopping")

    def deliver(self, batch):
        """Return when the collector has all of the batch, or when it is kept for the next start."""
        if self.stopping and self.kept.exists():
            self._write(self.kept, "ab", batch)
            return
        waiting = self._kept_lines() + batch
        while not self._try(waiting):
            if self.stopping:
                new = self.kept.with_suffix(".new")
                self._write(new, "wb", waiting)
                new.replace(self.kept)
                return
            self.idle()
            time.sleep(self.pause)
        self.kept.unlink(missing_ok=True)

    def _try(self, lines):
        """Tell whether the collector has all lines now. After a restart of the collector the second attempt succeeds."""
        missing = len(lines)
        for _attempt in range(2):
            try:
                self.trying = True
                self.connection = self.connection or self.connect()
                self.connection.deliver(lines)
                self.suspended = False
                break
            except OSError:
                self.trying = False
                self.close()
                if self.stopping:
                    break
        else:
            self.suspended = True
        self.trying = False
        self.sent += missing - len(lines)
        return not lines

    def _kept_lines(self):
        return self.kept.read_bytes().split(b"\n")[:-1] if self.kept.exists() else []

    @staticmethod
    def _write(path, mode, lines):
        with path.open(mode) as file:
            file.writelines(line + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def queued(statistics):
    """Return the lines that wait, in memory and on disk, by the last report of rsyslog's impstats."""
    sizes = {}
    for line in statistics.splitlines():
        try:
            entry = json.loads(line[line.index("{") :])
        except ValueError:
            continue
        if entry.get("origin") == "core.queue" and str(entry.get("name", "")).startswith("main Q"):
            sizes[entry["name"]] = int(entry.get("size", 0))
    return sum(sizes.values())


def exposition(sender, waiting):
    """Return the metrics, for node exporter's textfile collector."""
    rows = (
        ("tierstack_logs_suspended", "gauge", "1 while the collector cannot be reached", int(sender.suspended)),
        ("tierstack_logs_queued", "gauge", "Log lines that wait for the collector", waiting),
        ("tierstack_logs_lines_total", "counter", "Log lines that the collector has acknowledged", sender.sent),
        ("tierstack_logs_time_seconds", "gauge", "When this was written", int(time.time())),
    )
    return "".join(f"# HELP {name} {text}\n# TYPE {name} {kind}\n{name} {value}\n" for name, kind, text, value in rows)


def report(sender, statistics, metrics):
    """Write the metrics at once; rsyslog's statistics are read and cut."""
    waiting = 0
    if statistics.exists():
        waiting = queued(statistics.read_text(errors="replace"))
        os.truncate(statistics, 0)
    new = metrics.with_suffix(".new")
    new.write_text(exposition(sender, waiting))
    new.chmod(0o644)
    new.replace(metrics)


def lines_of(descriptor, every, idle):
    """Yield the lines that come in; call ``idle`` at least so often."""
    rest, due = b"", time.monotonic()
    while True:
        if time.monotonic() >= due:
            idle()
            due = time.monotonic() + every
        if not select.select([descriptor], [], [], max(0, due - time.monotonic()))[0]:
            continue
        read = os.read(descriptor, 1 << 16)
        if not read:
            return
        *lines, rest = (rest + read).split(b"\n")
        yield from lines


def without_queries(line):
    """Return the line without the queries of the addresses that Nginx' error log names."""
    return QUERY.sub(rb"\1", line) if b"error.log" in line else line


def serve(lines, answer, sender):
    """Speak with omprog: a transaction is confirmed when nothing of it can be lost any more."""
    batch = []
    answer("OK")
    for line in lines:
        if line == b"BEGIN TRANSACTION":
            batch = []
            answer("OK")
        elif line == b"COMMIT TRANSACTION":
            sender.deliver(batch)
            answer("OK")
        else:
            batch.append(without_queries(line))
            answer("DEFER_COMMIT")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", required=True, help="host:port of the collector")
    parser.add_argument("--name", required=True, help="the collector's name, as in its certificate")
    parser.add_argument("--ca", required=True, type=Path)
    parser.add_argument("--certificate", required=True, type=Path)
    parser.add_argument("--key", required=True, type=Path)
    parser.add_argument("--statistics", required=True, type=Path, help="impstats' file")
    parser.add_argument("--metrics", required=True, type=Path)
    parser.add_argument("--kept", required=True, type=Path, help="file for what cannot be delivered before a stop")
    parser.add_argument("--every", type=float, default=15, help="seconds between two reports")
    parser.add_argument("--timeout", type=float, default=10, help="seconds in which the collector must answer")
    options = parser.parse_args()

    context = ssl.create_default_context(cafile=options.ca)
    context.load_cert_chain(options.certificate, options.key)
    host, port = options.address.rsplit(":", 1)

    def connect():
        return Connection((host.strip("[]"), int(port)), options.name, context, options.timeout)

    def idle():
        report(sender, options.statistics, options.metrics)

    def answer(text):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    os.umask(0o077)
    sender = Sender(connect, options.kept, idle)
    # systemd tells all processes of the unit. This one ends when rsyslog closes its input.
    signal.signal(signal.SIGTERM, sender.stop)
    with contextlib.suppress(BrokenPipeError):
        serve(lines_of(0, options.every, idle), answer, sender)
    sender.close()


if __name__ == "__main__":
    main()
