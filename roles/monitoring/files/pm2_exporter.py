#!/usr/bin/python3
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of the workers that PM2 runs, and of the releases of this host.

The list of PM2 holds the whole environment of each worker, with its secrets: nothing of it is exported or logged but what is named here.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import logging
import os
import pathlib
import signal
import subprocess
import time

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

PATIENCE_S = 10
RETRY_S = 5
STATUSES = ("online", "launching", "waiting restart", "stopping", "stopped", "errored")

# Name -> (family, meaning, labels)
WORKER = ("name", "worker", "id")
METRICS = {
    "pm2_up": (GaugeMetricFamily, "Whether PM2 runs and answers", ()),
    "pm2_process_online": (GaugeMetricFamily, "Whether the worker is online", WORKER),
    "pm2_process_status": (GaugeMetricFamily, "1 for the worker's status, 0 for all others", (*WORKER, "status")),
    "pm2_process_restarts": (CounterMetricFamily, "Restarts since the worker was first started", WORKER),
    "pm2_process_unstable_restarts": (GaugeMetricFamily, "Restarts in a row of a worker that did not last", WORKER),
    "pm2_process_start_time_seconds": (GaugeMetricFamily, "When the worker was last started, since 1970", WORKER),
    "pm2_process_memory_bytes": (GaugeMetricFamily, "Resident memory of the worker", WORKER),
    "pm2_process_cpu_ratio": (GaugeMetricFamily, "Share of one core that the worker uses", WORKER),
    "tierstack_release_info": (GaugeMetricFamily, "The current release", ("version", "release", "config")),
    "tierstack_release_time_seconds": (GaugeMetricFamily, "When a release was last proved, since 1970", ()),
    "tierstack_release_under_way": (GaugeMetricFamily, "Whether a release is at work, by its lock here", ()),
    "tierstack_release_worker_out": (GaugeMetricFamily, "A worker that a release has taken out", ("worker",)),
    "tierstack_release_worker_left_out": (GaugeMetricFamily, "A worker that a release has not put back", ("worker",)),
    "tierstack_releases": (CounterMetricFamily, "Releases, by the audit log of this host", ("action", "result")),
}


def workers(text):
    """Yield (metric, labels, value) for the workers in the output of ``pm2 jlist``.

    :param text: PM2 may print notices before the list
    :raises ValueError: there is no list
    """
    processes = None
    for line in text.splitlines():
        if line.startswith("["):
            try:
                processes = json.loads(line)
            except ValueError:
                continue  # a notice such as "[PM2] Spawning PM2 daemon"
    if processes is None:
        raise ValueError("pm2 jlist printed no list")
    for process in processes:
        settings = process["pm2_env"]
        if settings.get("pmx_module"):
            continue  # PM2's own modules, such as pm2-logrotate
        environment = settings.get("env", {})
        address = f"{environment.get('HOST', '127.0.0.1')}:{environment.get('PORT', '')}"
        labels = (process["name"], address, str(process["pm_id"]))
        status, monitor = settings.get("status"), process.get("monit", {})
        yield "pm2_process_online", labels, status == "online"
        for each in STATUSES:
            yield "pm2_process_status", (*labels, each), status == each
        yield "pm2_process_restarts", labels, settings.get("restart_time", 0)
        yield "pm2_process_unstable_restarts", labels, settings.get("unstable_restarts", 0)
        yield "pm2_process_start_time_seconds", labels, settings.get("pm_uptime", 0) / 1000
        yield "pm2_process_memory_bytes", labels, monitor.get("memory", 0)
        yield "pm2_process_cpu_ratio", labels, monitor.get("cpu", 0) / 100


def release(history, current):
    """Yield (metric, labels, value) for what was proved on this host.

    :param history: text of history.json
    :param current: (release, configuration) that the links name
    """
    yield "tierstack_release_info", (current[0].rsplit("-", 1)[0], *current), 1
    yield "tierstack_release_time_seconds", (), max(pair["at"] for pair in json.loads(history))


def lock(text, now):
    """Yield (metric, labels, value) for the lock of a release.

    :param text: text of release.lock, None if there is none
    :param now: seconds since 1970
    """
    content = json.loads(text) if text else {"until_epoch": 0, "holder": {}}
    under_way = content["until_epoch"] > now
    yield "tierstack_release_under_way", (), under_way
    # A run that was killed leaves its lock behind, and nobody puts back what it has taken out.
    metric = "tierstack_release_worker_out" if under_way else "tierstack_release_worker_left_out"
    for worker in content["holder"].get("out", "").split():
        yield metric, (worker,), 1


def audit(text):
    """Yield (metric, labels, value) for the lines of audit.log. A line that is cut off counts for nothing."""
    counted = collections.Counter()
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            counted[entry["action"], entry["result"]] += 1
        except (ValueError, KeyError):
            continue
    for labels, count in counted.items():
        yield "tierstack_releases", labels, count


def families(found):
    """Return (metric, labels, value) as metric families."""
    made = {}
    for name, labels, value in found:
        if name not in made:
            family, meaning, label_names = METRICS[name]
            made[name] = family(name, meaning, labels=label_names)
        made[name].add_metric(labels, value)
    return list(made.values())


def read(path):
    """Return the text of a file, None if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


class Pm2:
    """The workers, as PM2 listed them last."""

    def __init__(self, home, pid_file, script):
        self._home, self._pid_file, self._script = home, pid_file, script
        self._listed = None, []
        self._problem = None

    def refresh(self):
        """Ask PM2. It is never asked when it does not run, because the question would start it."""
        process = self._process()
        try:
            if process is None:
                raise ValueError("PM2 does not run")
            self._listed = process, list(workers(self._jlist(process)))
            problem = None
        except subprocess.TimeoutExpired:
            problem = f"pm2 jlist did not answer within {PATIENCE_S} s"
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            problem = str(error) if error.__class__ is ValueError else f"pm2 jlist failed: {type(error).__name__}"
        if problem:
            self._listed = None, []
        if problem != self._problem:
            logging.info("%s", problem or "PM2 answers again")
            self._problem = problem

    def is_up(self):
        """Tell whether the daemon that answered last is there still."""
        return self._listed[0] is not None and self._listed[0] == self._process()

    def samples(self):
        _process, listed = self._listed
        is_up = self.is_up()
        yield "pm2_up", (), is_up
        yield from listed if is_up else []

    def _process(self):
        """Return (id, start time) of PM2's daemon, None if it does not run."""
        identity = (read(self._pid_file) or "").strip()
        if not identity.isdigit():
            return None
        proc = pathlib.Path("/proc", identity)
        stat, command = read(proc / "stat"), read(proc / "cmdline")
        return (identity, stat.rsplit(")", 1)[1].split()[19]) if stat and command and "God Daemon" in command else None

    def _jlist(self, process):
        """Return the output of ``pm2 jlist``, run by the Node that PM2 itself runs with."""
        node = os.readlink(f"/proc/{process[0]}/exe").removesuffix(" (deleted)")
        with subprocess.Popen(
            [node, self._script, "jlist", "--silent"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            env={**os.environ, "PM2_HOME": str(self._home), "HOME": str(self._home)},
        ) as client:
            try:
                return client.communicate(timeout=PATIENCE_S)[0]
            except subprocess.TimeoutExpired:
                os.killpg(client.pid, signal.SIGKILL)
                raise


class Releases:
    """What the files in the directory of the application say of releases."""

    def __init__(self, root):
        self._root = root
        self._audited = None, []

    def samples(self):
        # Until something was proved here there is no history and no link; a lock may be of somebody who cannot be told.
        with contextlib.suppress(OSError, ValueError, TypeError):
            current = tuple((self._root / link).readlink().name for link in ("current", "config/current"))
            yield from release(read(self._root / "history.json"), current)
        with contextlib.suppress(ValueError, KeyError):
            yield from lock(read(self._root / "release.lock"), time.time())
        yield from self._audit()

    def _audit(self):
        """The log is read anew only when it has changed."""
        path = self._root / "audit.log"
        try:
            found = path.stat()
        except OSError:
            return []
        version = found.st_ino, found.st_size, found.st_mtime_ns
        if version != self._audited[0]:
            self._audited = version, list(audit(read(path) or ""))
        return self._audited[1]


class Collector:
    """All of it, for a registry of Prometheus."""

    def __init__(self, *sources):
        self._sources = sources

    def describe(self):
        return []

    def collect(self):
        return families(sample for source in self._sources for sample in source.samples())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listen", required=True, metavar="ADDRESS:PORT")
    parser.add_argument(
        "--interval", required=True, type=float, metavar="SECONDS", help="time between questions to PM2"
    )
    parser.add_argument("--pm2-home", required=True, type=pathlib.Path)
    parser.add_argument("--pid-file", required=True, type=pathlib.Path)
    parser.add_argument("--pm2", required=True, metavar="SCRIPT")
    parser.add_argument("--app-root", required=True, type=pathlib.Path)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")

    pm2 = Pm2(options.pm2_home, options.pid_file, options.pm2)
    pm2.refresh()
    registry = CollectorRegistry()
    registry.register(Collector(pm2, Releases(options.app_root)))
    address, port = options.listen.rsplit(":", 1)
    start_http_server(int(port), addr=address, registry=registry)
    asked = time.monotonic()
    while True:
        time.sleep(RETRY_S)
        if not pm2.is_up() or time.monotonic() - asked >= options.interval:
            pm2.refresh()
            asked = time.monotonic()


if __name__ == "__main__":
    main()
