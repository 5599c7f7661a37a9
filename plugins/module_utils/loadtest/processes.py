# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What /proc says of processes, in CPU seconds and memory of each service. No input or output here."""

from __future__ import annotations

import json
import re

UNIT = re.compile(r"/([^/]+)\.service(?:/|$)")


def unit_of(cgroup):
    """Return the systemd service that a process belongs to, by its ``cgroup`` file; an empty text if to none."""
    found = UNIT.search(cgroup)
    return found.group(1) if found else ""


def variables_of(environ):
    """Return the variables in the ``environ`` file of a process; in cluster mode PM2 hides a worker's own in one of them."""
    pairs = (entry.partition("=") for entry in environ.split("\0"))
    found = {name: value for name, equals, value in pairs if equals}
    try:
        hidden = json.loads(found.get("pm2_env", "{}"))
    except ValueError:
        hidden = {}
    return {**found, **{name: str(hidden[name]) for name in ("PORT", "NODE_APP_INSTANCE") if name in hidden}}


def service_name(unit, command, variables):
    """Return the name under which a process is reported: its unit, and of PM2's processes the worker.

    :param command: its arguments; PM2's own begin with ``PM2``
    :param variables: its environment; a worker has a ``PORT``, and in cluster mode an instance
    """
    if not unit.startswith("pm2-") or "PORT" not in variables or command.startswith("PM2 "):
        return unit
    instance = variables.get("NODE_APP_INSTANCE", "0")
    return f"worker {variables['PORT']}" + ("" if instance == "0" else f" #{instance}")


def cpu_ticks(stat):
    """Return the ticks in user and kernel mode of a process' ``stat`` file; its second field may hold anything."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def machine_ticks(stat):
    """Return (busy, all) ticks of the machine, from ``/proc/stat``."""
    fields = [int(field) for field in stat.split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return sum(fields) - idle, sum(fields)


def active_connections(page):
    """Return the connections of clients on Nginx' status page, without the one that asked; None if it says nothing."""
    found = re.search(r"Active connections:\s*(\d+)", page)
    return int(found.group(1)) - 1 if found else None


class Series:
    """Samples of each service; what did not run at a time has None there."""

    def __init__(self):
        self.length = 0
        self.services = {}

    def add(self, sample):
        """Append a sample.

        :param sample: name -> (CPU in percent of a core, memory in MB)
        """
        for name in sample:
            self.services.setdefault(name, {"cpu": [None] * self.length, "memory_mb": [None] * self.length})
        for name, one in self.services.items():
            cpu, memory = sample.get(name, (None, None))
            one["cpu"].append(cpu)
            one["memory_mb"].append(memory)
        self.length += 1
