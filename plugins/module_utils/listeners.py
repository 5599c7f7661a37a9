# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: which program listens on which TCP port of a host, as ``ss`` and ``ps`` show it."""

from __future__ import annotations

import re

QUESTION = "ss --no-header --listening --tcp --numeric --processes && echo processes: && ps -eo pid=,user:64="
PROCESS = re.compile(r'\("((?:[^"\\]|\\.)*)",pid=(\d+),')


def answer(output):
    """Read the output of the question.

    :return: a dict for each socket and process: ``address``, ``port``, ``name``, ``pid`` and ``user``; name and user are empty and the
        process is 0 where the host does not tell them
    """
    sockets, _mark, processes = output.partition("processes:\n")
    users = dict(line.split(None, 1) for line in processes.splitlines() if len(line.split()) == 2)
    found = []
    for line in sockets.splitlines():
        columns = line.split()
        if len(columns) < 5 or columns[0] != "LISTEN":
            continue
        address, _colon, port = columns[3].rpartition(":")
        for name, pid in PROCESS.findall(line) or [("", "0")]:
            user = users.get(pid, "").strip()
            found.append({"address": address, "port": int(port), "name": name, "pid": int(pid), "user": user})
    return found
