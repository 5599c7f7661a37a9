# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bounded load of one's own: the same requests at the same moments to each of a few workers, and how they fared."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from contextlib import suppress
from itertools import cycle

from ansible_collections.tierstack.librechat.plugins.module_utils.health.sse import Parser
from ansible_collections.tierstack.librechat.plugins.module_utils.health.web import (
    NO_REQUEST,
    fetch,
    opened,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken, Deadline

ANSWER_WITHIN_S = 5.0
FIRST_EVENT_WITHIN_S = 10.0
SILENT_FOR_S = 60.0
MOST_AT_A_TIME = 64
TOO_MANY_REQUESTS = 429


class Tally:
    """What one worker made of the load."""

    def __init__(self):
        self.lock = threading.Lock()
        self.requests = self.errors = self.unanswered = self.streams = self.failed_streams = 0
        self.durations_ms, self.first_event_ms = Counter(), Counter()

    def answered(self, status, seconds):
        """An answer came. What a limit refuses says nothing of the worker."""
        if status == TOO_MANY_REQUESTS:
            return
        with self.lock:
            self.requests += 1
            self.errors += status >= 400
            self.durations_ms[round(1000 * seconds)] += 1

    def missed(self):
        """No answer came."""
        with self.lock:
            self.requests += 1
            self.errors += 1
            self.unanswered += 1

    def streamed(self, seconds, failed):
        """A stream was read; ``seconds`` to its first event."""
        with self.lock:
            self.requests += 1
            self.errors += failed
            self.streams += 1
            self.failed_streams += failed
            self.first_event_ms[round(1000 * seconds)] += 1

    def figures(self):
        """As the observation has them."""
        with self.lock:
            return {
                "requests": self.requests,
                "errors": self.errors,
                "unanswered": self.unanswered,
                "streams": self.streams,
                "failed_streams": self.failed_streams,
                "durations_ms": dict(self.durations_ms),
                "first_event_ms": dict(self.first_event_ms),
            }


class SyntheticLoad:
    """Asks the workers for the paths in turn, ``rate`` times a second, from :meth:`start` to :meth:`stop`."""

    def __init__(self, addresses, paths, clock):
        self.clock = clock
        self.tallies = {address: Tally() for address in addresses}
        self.paths = cycle(paths or ["/"])
        self.rate = 0.0
        self.sent = 0
        self.pool = clock.pool(MOST_AT_A_TIME * len(self.tallies))
        self.steps = None

    def start(self):
        """Begin, as soon as there is a rate."""
        self.steps = self.clock.start(self.run())

    def stop(self):
        """Send nothing more, and wait for the answers that are still to come."""
        self.steps.stop()
        self.pool.shutdown(wait=True)

    def run(self):
        """Keep the pace: what was due while there was no rate is not made up for."""
        due = self.clock.monotonic()
        while True:
            if self.rate <= 0:
                yield 0.1
                due = self.clock.monotonic()
                continue
            yield max(0.0, due - self.clock.monotonic())
            due += 1 / self.rate
            path = next(self.paths)
            self.sent += 1
            for address in self.tallies:
                self.pool.submit(self.ask, address, path)

    def ask(self, address, path):
        """One request, and how it fared."""
        begin = self.clock.monotonic()
        try:
            patience = Deadline(ANSWER_WITHIN_S, self.clock.monotonic)
            answer = fetch({**NO_REQUEST, "url": f"http://{address}{path}"}, patience)
            self.tallies[address].answered(answer.status, self.clock.monotonic() - begin)
        except Broken:
            self.tallies[address].missed()


def post(address, path, body, patience, token=None):
    """The JSON that answers a POST.

    :raises Broken: no answer, not of 200, or no JSON
    """
    request = {**NO_REQUEST, "url": f"http://{address}{path}", "method": "POST", "body": body, "token": token}
    answer = fetch(request, patience)
    if answer.status != 200:
        raise Broken(f"{path} answers {answer.status}")
    try:
        return json.loads(answer.text)
    except ValueError as error:
        raise Broken(f"{path} answers no JSON") from error


class Chats:
    """A few questions to each worker at the same moments, and the time to the first event of their answers.

    :param account: ``email``, ``password``, ``endpoint`` and ``body`` of a question
    :param moments: seconds after the start, one for each question
    """

    def __init__(self, tallies, account, auth_path, chat_path, moments, final_regex, clock):
        self.clock = clock
        self.tallies = tallies
        self.account = account
        self.auth_path = auth_path
        self.chat_path = chat_path.rstrip("/")
        self.moments = moments
        self.final = re.compile(final_regex)
        self.ended = threading.Event()
        self.questions = []

    def log_in(self, address):
        """Get a token that each worker accepts.

        :raises Broken: the account cannot be used
        """
        login = {"email": self.account["email"], "password": self.account["password"]}
        answer = post(address, self.auth_path, login, self.patience(ANSWER_WITHIN_S))
        if not isinstance(answer, dict) or not answer.get("token"):
            raise Broken(f"{self.auth_path} gives no token")
        return answer["token"]

    def start(self, token):
        """Ask in the background."""
        self.questions = [self.clock.start(self.run(address, token)) for address in self.tallies]

    def stop(self):
        """Ask nothing more, and wait for the first events that are still to come."""
        self.ended.set()
        end = self.clock.monotonic() + FIRST_EVENT_WITHIN_S
        for steps in self.questions:
            steps.stop(max(0.0, end - self.clock.monotonic()))

    def patience(self, seconds):
        return Deadline(seconds, self.clock.monotonic)

    def run(self, address, token):
        """The questions to one worker."""
        begin = self.clock.monotonic()
        for moment in self.moments:
            yield max(0.0, begin + moment - self.clock.monotonic())
            if self.ended.is_set():
                return
            self.ask(address, token)

    def ask(self, address, token):
        """One question and its answer. That the window ends before the answer does is no failure."""
        begin, first = self.clock.monotonic(), []
        failed = True
        with suppress(Broken, KeyError, TypeError):
            path, patience = f"{self.chat_path}/{self.account['endpoint']}", self.patience(ANSWER_WITHIN_S)
            stream = post(address, path, self.account["body"], patience, token)
            failed = not self.follow(address, stream["streamId"], token, first)
        if first or failed:
            self.tallies[address].streamed((first[0] if first else self.clock.monotonic()) - begin, failed)

    def follow(self, address, stream, token, first):
        """Read a stream to its final event, or to the end of the window. Return whether it was whole so far."""
        request = {**NO_REQUEST, "url": f"http://{address}{self.chat_path}/stream/{stream}", "token": token}
        parser, patience = Parser(), self.patience(FIRST_EVENT_WITHIN_S)
        with opened(request, patience) as answer:
            if answer.status != 200:
                return False
            while not self.ended.is_set():
                piece = answer.read1(65536)
                for event in parser.feed(piece):
                    first.append(self.clock.monotonic())
                    patience.moment = self.clock.monotonic() + SILENT_FOR_S
                    if event["event"] == "error":
                        return False
                    if self.final.search(event["data"]):
                        return True
                if not piece:
                    return False
        return True
