#!/usr/bin/python3
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start PM2 with the workers that were proved last.

Workers outlive a PM2 that dies. Of those that are there still, each one is asked to end and is replaced when it has, one after the other, so that the
others serve meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time

# In the environment of each worker, and of what it has started itself
DIGEST_VARIABLE = b"TIERSTACK_ENTRY="
PATIENCE_S = 5
# PM2 answers within a second; a machine that boots may be busy.
COMMAND_S = 60


def processes(proc=pathlib.Path("/proc")):
    """Return the processes of this user that belong to a worker: number -> (parent, name of the worker)."""
    found = {}
    for directory in proc.iterdir():
        if not directory.name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError, LookupError):
            if directory.stat().st_uid != os.getuid():
                continue
            variables = (directory / "environ").read_bytes().split(b"\0")
            if any(variable.startswith(DIGEST_VARIABLE) for variable in variables):
                name = next(variable[5:].decode() for variable in variables if variable.startswith(b"name="))
                parent = int((directory / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
                found[int(directory.name)] = parent, name
    return found


def outlived(found):
    """Return the workers among such processes, by name; what a worker has started ends with it.

    :param found: result of :func:`processes`
    """
    return {name: pid for pid, (parent, name) in found.items() if parent not in found}


def is_alive(pid):
    """Tell whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def end(pid, seconds):
    """Ask a worker to end, as PM2 does, and kill it when the time is over."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + seconds
        while is_alive(pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)


def is_ready(entry, path):
    """Tell whether the worker of an entry answers 200."""
    environment = entry["env"]
    address = environment.get("HOST", "127.0.0.1"), int(environment["PORT"])
    with contextlib.closing(http.client.HTTPConnection(*address, timeout=PATIENCE_S)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def read(path):
    """Return the entries of an ecosystem file, none when nothing was proved yet."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["apps"]
    except FileNotFoundError:
        return []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ecosystem", required=True, type=pathlib.Path)
    parser.add_argument("--ready-path", required=True)
    parser.add_argument("--ready-timeout", required=True, type=float, metavar="SECONDS")
    parser.add_argument(
        "--pause",
        required=True,
        type=float,
        metavar="SECONDS",
        help="time in which an edge takes a worker back that has refused requests",
    )
    parser.add_argument("command", nargs="+", help="command that runs PM2")
    options = parser.parse_args()
    # PM2 hands the environment of its caller on to each worker.
    environment = {name: os.environ[name] for name in os.environ if name in ("HOME", "PATH") or name.startswith("PM2_")}

    def pm2(*arguments):
        subprocess.run([*options.command, *arguments, "--silent"], env=environment, check=True, timeout=COMMAND_S)

    entries, old = read(options.ecosystem), outlived(processes())
    pm2("ping")
    new = [entry["name"] for entry in entries if entry["name"] not in old]
    if new:
        pm2("start", str(options.ecosystem), "--only", ",".join(new))
    for entry in entries:
        if entry["name"] in old:
            end(old.pop(entry["name"]), entry["kill_timeout"] / 1000)
            pm2("start", str(options.ecosystem), "--only", entry["name"])
            deadline = time.monotonic() + options.ready_timeout
            while not is_ready(entry, options.ready_path) and time.monotonic() < deadline:
                time.sleep(0.2)
            time.sleep(options.pause)
    for pid in old.values():
        end(pid, PATIENCE_S)


if __name__ == "__main__":
    main()
