# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch a canary and the old workers beside it for a while, and bring it the requests that it lacks."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken, explain
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.clock import Clock
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.synthetic_load import (
    Chats,
    SyntheticLoad,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.verdict import (
    LEAST_REQUESTS,
    NO_FIGURES,
    certain_breach,
    number_of,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.worker import (
    Worker,
    own_rate,
    together,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.drain import scrape

LOOK_EVERY_S = 1.0
LOOK_TIMEOUT_S = 3.0
# Before that, nobody can say what the users are going to bring.
SETTLE_SHARE = 0.1
# A breach is certain when so many times the samples that are still to be expected, all of them good, would not make good.
MARGIN = 1.5
QUESTIONS_AT = (0.1, 0.35, 0.6)  # of the window


class Watch:
    """One watch, with the options of the module canary_watch."""

    def __init__(self, options, clock=None):
        self.options = options
        self.clock = clock or Clock()
        seen = ((options["metrics_path"],), options["stream_paths"])
        self.canary = Worker(options["canary"], *seen)
        self.peers = [Worker(peer, *seen) for peer in options["peers"] if peer != options["canary"]]
        self.silent = set()
        self.problem = self.breach = None
        self.notes = []
        self.begin = self.clock.monotonic()

    def run(self):
        """Watch, and return the observation."""
        options = self.options
        self.look()
        pair = [self.canary.address, *(peer.address for peer in self.peers[:1])]
        load = SyntheticLoad(pair, options["paths"], self.clock)
        chats = self.chats(load.tallies)
        load.start()
        try:
            while not (self.problem or self.breach) and self.elapsed < options["window_s"]:
                self.clock.sleep(max(0.0, min(LOOK_EVERY_S, options["window_s"] - self.elapsed)))
                self.look()
                load.rate = self.rate(load) if options["paths"] else 0.0
                self.breach = self.certain(load)
        finally:
            window = self.elapsed
            if chats:
                chats.stop()
            load.stop()
        if not self.problem:
            self.look()
        return self.observation(load, window)

    @property
    def elapsed(self):
        return self.clock.monotonic() - self.begin

    def chats(self, tallies):
        """The questions to the model, if there is an account that may ask."""
        options = self.options
        if not options["account"]:
            return None
        moments = [share * options["window_s"] for share in QUESTIONS_AT]
        paths = options["auth_path"], options["chat_path"]
        chats = Chats(tallies, options["account"], *paths, moments, options["final_regex"], self.clock)
        try:
            chats.start(chats.log_in(list(tallies)[-1]))
        except Broken as error:
            self.notes.append(f"first event: {error.reason}")
            return None
        return chats

    def look(self):
        """Look at the metrics of all workers at the same time."""
        workers = [self.canary, *self.peers]
        with ThreadPoolExecutor(len(workers)) as pool:
            problems = list(pool.map(self.look_at, workers))
        self.problem = problems[0] and f"the canary {self.canary.address} {problems[0]}"
        for peer, problem in zip(list(self.peers), problems[1:], strict=True):
            if problem:
                self.notes.append(f"{peer.address} is no longer compared, it {problem}")
                self.peers.remove(peer)

    def look_at(self, worker):
        """Look at one worker, and return what is wrong with it, or None. A busy one is given a second chance."""
        options = self.options
        try:
            text = scrape(worker.address, options["metrics_path"], options["metrics_secret"], LOOK_TIMEOUT_S)
            self.silent.discard(worker.address)
            restarted = worker.saw(text)
        except TimeoutError:
            if worker.address in self.silent:
                return f"does not answer {options['metrics_path']} within {LOOK_TIMEOUT_S:g} s"
            self.silent.add(worker.address)
            worker.was_silent(LOOK_TIMEOUT_S)
            return None
        except OSError as error:
            return f"has stopped after {self.elapsed:.0f} s: {explain(error)}"
        except (ValueError, http.client.HTTPException) as error:
            return f"shows no metrics: {error}"
        # In cluster mode another process answers each time, but none that is as young as that.
        if restarted and worker.started > self.clock.wall() - self.elapsed:
            return f"has died and was started again within {self.elapsed:.0f} s"
        return None

    def rate(self, load):
        """Own requests a second for the next second."""
        window, own = self.options["window_s"], load.tallies[self.canary.address].figures()
        if self.elapsed < SETTLE_SHARE * window:
            return 0.0
        answered = own["requests"] - own["streams"] - own["unanswered"]
        users = max(0, number_of(self.canary.figures()["durations_ms"]) - answered)
        return own_rate(self.options["requests"], users, load.sent, self.elapsed, window, self.options["rate"])

    def certain(self, load):
        """The sentence for a breach that the rest of the window cannot make good, or None."""
        observation = self.observation(load, self.elapsed)
        least = max(self.options["requests"], LEAST_REQUESTS)
        seen = max(1, observation["synthetic_load"]["canary"]["requests"], observation["canary"]["requests"])
        more = MARGIN * max(self.options["window_s"] / self.elapsed, least / seen)
        return certain_breach(observation, self.options["slo"], more)

    def observation(self, load, window):
        """What was seen so far."""
        figures = {address: tally.figures() for address, tally in load.tallies.items()}
        # A peer that has died would make any canary look good.
        compared = [figures[peer.address] for peer in self.peers if peer.address in figures]
        return {
            "window_s": round(window, 1),
            "canary": {"address": self.canary.address, **self.canary.figures()},
            "peers": {"addresses": [peer.address for peer in self.peers], **together(self.peers)},
            "synthetic_load": {
                "canary": figures[self.canary.address],
                "peers": compared[0] if compared else {**NO_FIGURES, "streams": 0, "failed_streams": 0},
            },
            "problem": self.problem,
            "breach": self.breach,
            "notes": list(self.notes),
        }
