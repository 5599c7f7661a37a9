# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring what PM2 runs to what is wanted: one worker after the other, each proved before the next one is touched.

The daemon is an object with

- ``processes()``: what runs, as :func:`.entries.parse_jlist` returns it,
- ``start(entry, beside)``: start an entry, if asked to beside those of its name; raises :class:`NotReady` when PM2 refuses it,
- ``delete(*names or ids)``: stop workers, which end what they are doing,
- ``answering(url)``: the processes that answer 200 at a URL; raises OSError or http.client.HTTPException when none does.
"""

from __future__ import annotations

import http.client
import time

from .entries import is_cluster, plan, ready_url, stands_beside

# A worker that PM2 has restarted this often while it was waited for will not become ready.
HOPELESS_RESTARTS = 5
POLL_S = 0.25
# PM2 is asked more seldom: each question starts a Node.
LOOK_S = 2


class NotReady(Exception):
    """A worker did not become ready."""

    def __init__(self, worker, reason):
        super().__init__(f"{worker}: {reason}")
        self.worker = worker


def wait_until_ready(daemon, entry, path, timeout, old=(), clock=time):
    """Wait for an answer of 200, in cluster mode from each instance, and return the seconds it took.

    :param path: absolute path at which a worker answers 200 when it is ready
    :param timeout: seconds
    :param old: ids of instances of the same name that do not count
    :param clock: what has ``monotonic`` and ``sleep``
    :raises NotReady: the time ran out, or PM2 gave up or keeps restarting the worker
    """
    name, url = entry["name"], ready_url(entry, path)
    begin = clock.monotonic()
    reason = "no answer"
    next_look = begin + LOOK_S
    instances, ready = [], set()
    while clock.monotonic() - begin < timeout:
        if not instances or clock.monotonic() > next_look:
            next_look = clock.monotonic() + LOOK_S
            instances = [found for found in daemon.processes().get(name, []) if found["id"] not in old]
            for instance in instances:
                if instance["status"] == "errored" or instance["restarts"] >= HOPELESS_RESTARTS:
                    raise NotReady(name, f"it stops by itself; PM2 has restarted it {instance['restarts']} times")
        try:
            ready |= daemon.answering(url)
            missing = {instance["pid"] for instance in instances} - ready if is_cluster(entry) else set()
            if not missing and instances:
                return round(clock.monotonic() - begin, 1)
            reason = f"{len(missing)} of {len(instances)} instances did not"
        except (OSError, http.client.HTTPException) as error:
            reason = str(error)
        clock.sleep(POLL_S)
    raise NotReady(name, f"{url} did not answer 200 within {timeout} s ({reason})")


def replace(daemon, entry, path, timeout, clock=time):
    """Put the entry in the place of what runs under its name, and return the seconds it took to become ready.

    :raises NotReady: it did not become ready; what could stay beside it still runs
    """
    instances = daemon.processes().get(entry["name"], [])
    old = [instance["id"] for instance in instances]
    beside = bool(old) and stands_beside(entry, instances)
    if old and not beside:
        daemon.delete(entry["name"])
    try:
        daemon.start(entry, beside)
        seconds = wait_until_ready(daemon, entry, path, timeout, old if beside else (), clock)
    except NotReady:
        new = [found["id"] for found in daemon.processes().get(entry["name"], []) if found["id"] not in old]
        if beside and new:
            daemon.delete(*new)
        raise
    if beside:
        daemon.delete(*old)
    return seconds


def apply(daemon, steps, wanted, path, timeout, clock=time):
    """Take the steps and return the seconds each worker took to become ready.

    :param steps: result of :func:`.entries.plan`
    :param wanted: entries by name
    :raises NotReady: a worker did not become ready; the steps behind it are not taken
    """
    seconds = {}
    for action, name in steps:
        if action == "delete":
            daemon.delete(name)
        else:
            seconds[name] = replace(daemon, wanted[name], path, timeout, clock)
    return seconds


def restore(daemon, proved, of, path, timeout, clock=time):
    """Return to the entries that were last proved, and say how it went.

    :param proved: entries by name
    :param of: takes workers by name, and returns those that are acted on
    """
    try:
        apply(daemon, plan(list(proved.values()), of(daemon.processes())), proved, path, timeout, clock)
    except NotReady as error:
        return f"The workers could not be brought back either: {error}."
    return (
        "The workers that were there before run again." if proved else "No worker was there before, and none is left."
    )
