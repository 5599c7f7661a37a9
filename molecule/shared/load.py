"""Users at work while something is done to the service: what they ask, what fails, and which answers are cut.

A connection that breaks, a 5xx or a silence is a failure of the service, a 429 one of the test. Like a browser, a user asks once more when a
connection that was used before turns out to be closed before anything came back: Nginx closes those of its old processes when it is reloaded.
How often that was is counted. Nothing else is tried again.
"""

import json
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle

import requests

import lab

SILENCE_S = 20  # longer than anything takes that is well, on a busy machine
STARTING_S = 30
PIECES_PER_S = 2


@dataclass(frozen=True)
class Request:
    """What one request met; a failure has a reason."""

    begin: float
    seconds: float
    what: str
    edge: str
    version: str = ""
    reason: str = ""
    again: bool = False


@dataclass(frozen=True)
class Stream:
    """What one answer met; one that was cut has a reason."""

    begin: float
    end: float
    edge: str
    first_event_s: float = 0.0
    reason: str = ""


def percentile(values, share):
    """Return the value below which this share of them lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass
class Seen:
    """What the users saw between two moments."""

    begin: float
    end: float
    requests: list = field(default_factory=list)
    streams: list = field(default_factory=list)
    running: int = 0

    @property
    def seconds(self):
        return self.end - self.begin

    @property
    def failed(self):
        return [request for request in self.requests if request.reason]

    @property
    def cut(self):
        return [stream for stream in self.streams if stream.reason]

    @property
    def versions(self):
        """How many answers came from each release."""
        return Counter(request.version for request in self.requests if request.version)

    @property
    def figures(self):
        durations = [request.seconds for request in self.requests if not request.reason]
        first_events = [stream.first_event_s for stream in self.streams if not stream.reason]
        return {
            "seconds": round(self.seconds, 1),
            "requests": len(self.requests),
            "asked_again": sum(request.again for request in self.requests),
            "assets": sum(request.what.endswith("/assets") for request in self.requests),
            "failed": len(self.failed),
            "streams": len(self.streams) + self.running,
            "cut": len(self.cut),
            "p95_ms": round(1000 * percentile(durations, 0.95)),
            "slowest_ms": round(1000 * max(durations, default=0)),
            "first_event_p95_ms": round(1000 * percentile(first_events, 0.95)),
        }


class Load:
    """Callers, readers and open pages; callers and readers are users with an account of their own. All are spread over all edges."""

    def __init__(self, edges, domain, worker, callers=8, calls_per_second=24, readers=6, stream_s=30):
        self.edges, self.domain = edges, domain
        self.pause = callers / calls_per_second
        self.stream_s = stream_s
        address, port = edges[0].split(":")
        self.users = [lab.Browser(address, domain, port) for _number in range(callers + readers)]
        for user in self.users:
            user.register(worker).login()
        self.callers, self.readers = self.users[:callers], self.users[callers:]
        self.visitor = lab.Browser(address, domain, port)
        self.pages = []  # of each page that was opened, what it loads only when it is asked for
        self.begin, self.requests, self.streams, self.open = 0.0, [], [], {}
        self.stopped = threading.Event()
        self.threads = []

    def ask(self, user, edge, method, path, new=False, **options):
        """Ask, again only where a page does, and write down what came; return the answer, or None for a failure."""
        wall, begin = time.time(), time.monotonic()
        answer, reason, again = None, "", False
        options |= {"headers": {"Connection": "close"} if new else {}, "timeout": SILENCE_S}
        url = f"https://{edge}{path}"
        try:
            try:
                answer = user.session.request(method, url, **options)
            except requests.ConnectionError as error:
                again = not new and "Connection aborted" in str(error)
                if not again:
                    raise
                answer = user.session.request(method, url, **options)
            # A worker that starts refuses questions. LibreChat's page asks again after a second, for as long.
            while (
                answer.status_code == 503
                and "SERVER_NOT_READY" in answer.text
                and time.monotonic() - begin < STARTING_S
            ):
                again = True
                time.sleep(float(answer.headers["Retry-After"]))
                answer = user.session.request(method, url, **options)
            if answer.status_code >= 400:
                reason = f"{answer.status_code} {answer.text[:100]}"
        except requests.RequestException as error:
            reason = f"{type(error).__name__}: {error}"
        version = answer.headers.get("X-App-Version", "") if answer is not None else ""
        path = re.sub("(messages|assets)/.*", r"\1", path)
        what = f"{method} {path}{' on a new connection' if new else ''}"
        self.requests.append(Request(wall, time.monotonic() - begin, what, edge, version, reason, again))
        return None if reason else answer

    def refresh(self, user, edge, new=False):
        """Exchange the session's token, as the page does before it ends."""
        answer = self.ask(user, edge, "POST", "/api/auth/refresh", new)
        if answer is not None:
            user.session.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def call(self, user, number):
        """Call in turn what a page calls, at every other edge, at an even pace."""
        ping = {"json": {"text": "ping", "mock": {"tokens": 2, "delayMs": 20}}}
        asked = cycle(
            [
                ("GET", "/api/config", {}),
                ("GET", "/api/banner", {}),
                ("GET", "/api/user", {}),
                ("POST", "/api/auth/refresh", {}),
                ("GET", "/api/user", {}),
                ("POST", "/api/agents/chat/mock", ping),
                ("GET", "/", {}),
            ]
        )
        edges = cycle(self.edges[number % len(self.edges) :] + self.edges[: number % len(self.edges)])
        new = number % 2 == 1
        due = time.monotonic() + self.pause * number / len(self.callers)
        for method, path, options in asked:
            if self.stopped.wait(max(due - time.monotonic(), 0)):
                return
            due = max(due + self.pause, time.monotonic())
            if path.endswith("/refresh"):
                self.refresh(user, next(edges), new)
            else:
                self.ask(user, next(edges), method, path, new, **options)

    def read(self, user, number):
        """Read one answer after the other; the first ones are shorter, so that they end one by one."""
        edges = cycle(self.edges[number % len(self.edges) :] + self.edges[: number % len(self.edges)])
        share = (number + 1) / len(self.readers)
        while not self.stopped.is_set():
            self.refresh(user, next(edges))
            tokens = max(int(PIECES_PER_S * self.stream_s * share), 1)
            text = {"text": "long", "mock": {"tokens": tokens, "delayMs": 1000 // PIECES_PER_S}}
            started = self.ask(user, next(edges), "POST", "/api/agents/chat/mock", json=text)
            if started is None:
                self.stopped.wait(1)
                continue
            begin, edge = time.time(), next(edges)
            self.open[number] = begin
            first, reason = self.follow(user, edge, started.json(), tokens)
            self.streams.append(Stream(begin, time.time(), edge, first, reason))
            del self.open[number]
            share = 1

    def browse(self, user, number):
        """Open a page with all that it loads at once, and use a part of pages that were opened before, which is loaded late."""
        edges = cycle(self.edges)
        for turn in count():
            if self.stopped.wait(0.25):
                return
            if turn % 8 == 0:
                self.open_page(user, next(edges))
            elif self.pages:
                self.ask(user, next(edges), "GET", self.pages[turn * 7 % len(self.pages)])

    def open_page(self, user, edge):
        """Load a page and all assets that it names, but for those that its scripts import when they are needed."""
        asked, to_ask, late = set(), {"/"}, set()
        while to_ask:
            path = to_ask.pop()
            asked.add(path)
            answer = self.ask(user, edge, "GET", path)
            if answer is not None:
                late |= set(re.findall(r"import\('(/assets/[\w.-]+)'\)", answer.text))
                to_ask |= set(re.findall(r"/assets/[\w.-]+", answer.text)) - asked - late
        self.pages += late

    def follow(self, user, edge, started, tokens):
        """Return when the first event came, and what is wrong with the answer."""
        begin, first, pieces, final = time.monotonic(), 0.0, [], None
        url = f"https://{edge}/api/agents/chat/stream/{started['streamId']}"
        try:
            with user.session.get(url, stream=True, timeout=SILENCE_S) as answer:
                if answer.status_code != 200:
                    return first, f"{answer.status_code} {answer.text[:100]}"
                for line in answer.iter_lines(chunk_size=1):
                    if not line.startswith(b"data:"):
                        continue
                    event = json.loads(line[5:])
                    first = first or time.monotonic() - begin
                    if "error" in event:
                        return first, event["error"]
                    if event.get("final"):
                        final = event["responseMessage"]["text"]
                    elif event.get("event") == "on_message_delta":
                        pieces.append(event["data"]["delta"]["content"][0]["text"])
        except requests.RequestException as error:
            return (
                first,
                f"{type(error).__name__} after {time.monotonic() - begin:.1f} s, {len(pieces)} of {tokens} pieces",
            )
        if final is None:
            return first, f"ended after {time.monotonic() - begin:.1f} s, {len(pieces)} of {tokens} pieces"
        stored = self.ask(user, edge, "GET", f"/api/messages/{started['conversationId']}")
        if stored is None:
            return first, ""  # a request that failed, and counted as one
        whole = [message["text"] for message in stored.json() if not message["isCreatedByUser"]]
        if len(pieces) != tokens or [final] != ["".join(pieces)] or [final] != whole:
            return first, f"{len(pieces)} of {tokens} pieces, stored: {whole}"
        return first, ""

    def start(self):
        self.begin = time.time()
        jobs = [(self.call, user, number) for number, user in enumerate(self.callers)]
        jobs += [(self.read, user, number) for number, user in enumerate(self.readers)]
        jobs += [(self.browse, self.visitor, 0)]
        self.threads = [threading.Thread(target=job, args=arguments, daemon=True) for job, *arguments in jobs]
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Begin nothing more, and wait for the answers that run."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(self.stream_s + 2 * SILENCE_S)

    def between(self, begin, end):
        """Return what was seen: requests that ended, and answers that ran, between two moments."""
        return Seen(
            begin,
            end,
            [request for request in list(self.requests) if begin <= request.begin + request.seconds <= end],
            [stream for stream in list(self.streams) if stream.begin <= end and stream.end >= begin],
            sum(opened <= end for opened in list(self.open.values())),
        )

    def whole(self):
        """Return all that was seen."""
        return self.between(self.begin, time.time())

    @contextmanager
    def during(self):
        """Watch what happens meanwhile; what is seen is complete when the block has ended."""
        seen = Seen(time.time(), float("inf"))
        try:
            yield seen
        finally:
            vars(seen).update(vars(self.between(seen.begin, time.time())))


@contextmanager
def running(*arguments, **options):
    """Keep users at work; afterwards the answers that run are read to their end."""
    load = Load(*arguments, **options)
    load.start()
    try:
        yield load
    finally:
        load.stop()
