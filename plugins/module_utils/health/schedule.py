# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: probes side by side, each attempt within its time, until each has its result."""

from __future__ import annotations

import queue
import threading
import time

from ansible_collections.tierstack.librechat.plugins.module_utils.health.verdict import latency, too_slow
from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken, Deadline, explain

# An attempt that ends by its own timeout can say more than one that is given up: it gets this much longer.
GRACE_S = 0.1


class Run:
    """The attempts of one probe. Times are seconds since the beginning of all."""

    def __init__(self, options):
        self.options = options
        self.begin = None  # of its first attempt
        self.due = 0.0
        self.serial = 0  # of the attempt that is awaited
        self.busy_until = None
        self.hangs = False
        self.settled = False
        self.attempts = self.failures = self.streak = 0
        self.latencies = []
        self.evidence = {}
        self.problem = Broken("not tried")
        self.healthy_after = None
        self.last_success = -1.0

    @property
    def ends(self):
        return self.begin + self.options["deadline"]

    def succeeded(self, began, now, evidence):
        self.attempts += 1
        self.streak += 1
        self.latencies.append(round((now - began) * 1000, 1))
        self.evidence = evidence
        self.problem = None
        self.last_success = began
        if self.healthy_after is None:
            self.healthy_after = round(now, 2)

    def failed(self, problem):
        self.attempts += 1
        self.failures += 1
        self.streak = 0
        self.evidence = problem.evidence
        self.problem = problem
        self.healthy_after = None

    def window(self):
        """The latencies that count: those of the last attempts wanted."""
        return self.latencies[-max(self.options["samples"], self.options["successes"]) :]

    def lacks(self):
        """What is missing for a good result, or None."""
        if self.problem:
            return self.problem
        samples, successes = self.options["samples"], self.options["successes"]
        if self.streak < successes:
            return Broken(f"{self.streak} of {successes} successes in a row")
        if self.attempts < samples:
            return Broken(f"{self.attempts} of {samples} samples before the deadline")
        slow = too_slow(self.window(), self.options)
        return Broken(slow) if slow else None

    def judge(self, now, wait):
        """Settle the run when its result cannot change any more."""
        enough = self.attempts >= max(self.options["samples"], self.options["successes"])
        late = self.begin is not None and now >= self.ends
        problem = self.lacks()
        self.settled = late or (enough and not (wait and problem))
        if self.settled:
            self.problem = problem
        return self.settled

    def result(self):
        common = {name: self.options[name] for name in ("name", "kind", "layer")}
        ok = self.problem is None
        return {
            **common,
            "ok": ok,
            "skipped": False,
            "reason": "" if ok else self.problem.reason,
            "detail": "" if ok else self.problem.detail,
            "attempts": self.attempts,
            "failures": self.failures,
            "latency": latency(self.window()),
            "healthy_after_s": self.healthy_after if ok else None,
            "evidence": self.evidence,
        }


def skipped(options):
    """The result of a probe that was not run."""
    return {**Run(options).result(), "ok": True, "skipped": True, "reason": "writes, and this is check mode"}


class Schedule:
    """Starts what is due, in bounded numbers, and takes results as they come.

    :param attempt: function of (options, deadline) that returns evidence or raises Broken
    """

    def __init__(self, probes, attempt, threads=32, wait=False):
        self.runs = [Run(options) for options in probes]
        self.attempt = attempt
        self.threads = threads
        self.wait = wait
        self.done = queue.SimpleQueue()
        self.origin = time.monotonic()
        self.last_failure = -1.0
        self.history = []

    def now(self):
        return time.monotonic() - self.origin

    def run(self):
        """The results in the order of the probes, and what changed on the way."""
        while self.open_runs():
            now = self.now()
            self.give_up(now)
            self.start(now)
            self.take(self.pause(self.now()))
        return [run.result() for run in self.runs], self.history

    def open_runs(self):
        """Runs without a result. When all wait for health, each has to succeed once more after the last failure of any."""
        if self.wait and all(run.settled for run in self.runs) and not any(run.problem for run in self.runs):
            now = self.now()
            for run in self.runs:
                if run.last_success < self.last_failure and now < run.ends:
                    run.settled, run.due = False, 0.0
        return [run for run in self.runs if not run.settled]

    def start(self, now):
        free = self.threads - sum(run.busy_until is not None for run in self.runs)
        ready = [run for run in self.runs if not run.settled and run.busy_until is None and not run.hangs]
        for run in sorted((run for run in ready if run.due <= now), key=lambda run: run.due)[: max(0, free)]:
            run.begin = now if run.begin is None else run.begin
            seconds = min(run.options["timeout"], run.ends - now)
            if seconds <= 0:
                self.note(run, now)
                continue
            run.serial += 1
            run.busy_until = now + seconds + GRACE_S
            run.due = now + run.options["interval"]
            threading.Thread(target=self.work, args=(run, run.serial, now, seconds), daemon=True).start()

    def work(self, run, serial, began, seconds):
        try:
            outcome = self.attempt(run.options, Deadline(seconds))
        except Broken as exc:
            outcome = exc
        except Exception as exc:  # one probe's surprise is not the others'
            outcome = Broken(explain(exc))
        self.done.put((run, serial, began, self.now(), outcome))

    def take(self, seconds):
        """Wait for a result, at most this long, and count it."""
        try:
            run, serial, began, now, outcome = self.done.get(timeout=seconds)
        except queue.Empty:
            return
        run.hangs = False
        if serial != run.serial or run.busy_until is None:
            return  # it was given up before
        run.busy_until = None
        if isinstance(outcome, Broken):
            run.failed(outcome)
        else:
            run.succeeded(began, now, outcome)
        self.note(run, now)

    def give_up(self, now):
        """An attempt that does not end is left behind; its probe starts no other before that one is back."""
        for run in self.runs:
            if run.busy_until is not None and now >= run.busy_until:
                run.busy_until, run.hangs = None, True
                run.failed(Broken("no answer in time"))
                self.note(run, now)
            elif not run.settled and run.begin is not None and run.busy_until is None and now >= run.ends:
                self.note(run, now)

    def note(self, run, now):
        run.judge(now, self.wait)
        if run.problem:
            self.last_failure = max(self.last_failure, now)
        entry = {
            "name": run.options["name"],
            "ok": not run.problem,
            "reason": run.problem.reason if run.problem else "",
        }
        last = next((old for old in reversed(self.history) if old["name"] == entry["name"]), {})
        if {**last, **entry} != last:
            self.history.append({"at_s": round(now, 2), **entry})

    def pause(self, now):
        """Seconds until something has to be done without a result."""
        busy = [run.busy_until for run in self.runs if run.busy_until is not None]
        moments = list(busy)
        for run in self.runs:
            if run.settled or run.busy_until is not None:
                continue
            if run.begin is not None:
                moments.append(run.ends)
            if not run.hangs and len(busy) < self.threads:
                moments.append(run.due)
        return max(0.001, min(moments, default=now) - now)
