#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.process_samples."""

from __future__ import annotations

DOCUMENTATION = r"""
module: process_samples
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Sample CPU and memory of each systemd service, and of each worker
description:
  - Reads C(/proc) at a steady pace, for as long as it is told, and returns what each service used. Meant to run asynchronously beside a load.
  - Processes of a service are added up. The workers of PM2 are told apart by their port, and in cluster mode by their instance.
  - Memory is what is resident (RSS), so that pages which processes share are counted more than once.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
options:
  seconds:
    description: How long samples are taken at the most.
    type: float
    required: true
  interval:
    description: Seconds from one sample to the next.
    type: float
    default: 1
  while_exists:
    description: File whose absence ends the sampling early.
    type: path
  nginx_status:
    description: Address of Nginx' status page. Its connections of clients are sampled too.
    type: str
"""

EXAMPLES = r"""
- name: A minute of all services
  tierstack.librechat.process_samples:
    seconds: 60
"""

RETURN = r"""
start:
  description: Time of the first sample, in seconds since 1970.
  returned: success
  type: float
times:
  description: Seconds of each sample since the first.
  returned: success
  type: list
  elements: float
cores:
  description: Cores of the machine.
  returned: success
  type: int
machine_cpu:
  description: CPU in use in percent of all cores of the machine, whoever used it.
  returned: success
  type: list
  elements: float
connections:
  description: Clients' connections to Nginx; empty without O(nginx_status).
  returned: success
  type: list
  elements: int
services:
  description: Of each service C(cpu), in percent of one core, and C(memory_mb). What did not run has no value.
  returned: success
  type: dict
  sample: {"worker 3080": {"cpu": [12.5, 13.0], "memory_mb": [81.2, 81.4]}}
"""

import os
import time

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url
from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.processes import (
    Series,
    active_connections,
    cpu_ticks,
    machine_ticks,
    service_name,
    unit_of,
    variables_of,
)

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def read(*path):
    """Return a file's text, whatever is in it."""
    with open(os.path.join("/proc", *path), encoding="utf-8", errors="replace") as file:
        return file.read()


class Processes:
    """All processes that belong to services. A process keeps its name as long as it lives."""

    def __init__(self):
        self.names = {}
        self.ticks = {}

    def name(self, pid):
        unit = unit_of(read(pid, "cgroup"))
        return unit and service_name(unit, read(pid, "cmdline"), variables_of(read(pid, "environ")))

    def sample(self, seconds):
        """Return name -> (CPU in percent of a core since the last sample, memory in MB)."""
        names, ticks, found = {}, {}, {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                stat = read(pid, "stat")
                key = pid, stat.rpartition(")")[2].split()[19]  # the time of its start, as numbers are used again
                # A process that has just been forked still looks like the one that forked it.
                names[key] = self.names[key] if key in self.ticks and key in self.names else self.name(pid)
                memory = int(read(pid, "statm").split()[1]) * PAGE_MB
            except (OSError, IndexError):
                continue
            ticks[key] = cpu_ticks(stat)
            if names[key]:
                # What a new process used before it was first seen belongs to its service as well.
                used = ticks[key] - self.ticks.get(key, 0 if self.ticks else ticks[key])
                cpu, total = found.get(names[key], (0, 0))
                found[names[key]] = cpu + 100 * used / TICKS_PER_SECOND / seconds, total + memory
        self.names, self.ticks = names, ticks
        return {name: (round(cpu, 1), round(memory, 1)) for name, (cpu, memory) in found.items()}


def connections(url):
    """Return the connections of clients, or None when Nginx does not say."""
    try:
        return active_connections(open_url(url, timeout=2, use_proxy=False).read().decode())
    except Exception:  # an Nginx that is busy or away is no reason to lose the other samples
        return None


def main():
    """Sample until the time is over or the file gone."""
    module = AnsibleModule(
        argument_spec={
            "seconds": {"type": "float", "required": True},
            "interval": {"type": "float", "default": 1},
            "while_exists": {"type": "path"},
            "nginx_status": {"type": "str"},
        },
        supports_check_mode=True,
    )
    seconds, interval, while_exists, nginx_status = (
        module.params[key] for key in ("seconds", "interval", "while_exists", "nginx_status")
    )
    if interval <= 0 or seconds <= 0:
        module.fail_json(msg="seconds and interval must be above 0.")
    processes, series, times, machine, open_now = Processes(), Series(), [], [], []
    begin = last = time.monotonic()
    busy, total = machine_ticks(read("stat"))
    processes.sample(interval)
    start = time.time()
    while last + interval <= begin + seconds + interval / 2 and (not while_exists or os.path.exists(while_exists)):
        time.sleep(max(0, begin + (len(times) + 1) * interval - time.monotonic()))
        now = time.monotonic()
        new_busy, new_total = machine_ticks(read("stat"))
        series.add(processes.sample(now - last))
        machine.append(round(100 * (new_busy - busy) / max(1, new_total - total), 1))
        if nginx_status:
            open_now.append(connections(nginx_status))
        times.append(round(now - begin, 2))
        last, busy, total = now, new_busy, new_total
    module.exit_json(
        start=start,
        times=times,
        cores=os.cpu_count(),
        machine_cpu=machine,
        connections=open_now,
        services=series.services,
    )


if __name__ == "__main__":
    main()
