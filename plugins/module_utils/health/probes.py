# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: one attempt of each kind of probe.

An attempt is called with the probe's options, a deadline and whether it may only read. It returns what it saw, or raises Broken.
"""

from __future__ import annotations

import contextlib
import email.utils
import itertools
import os
import re
import ssl
import time

from ansible_collections.tierstack.librechat.plugins.module_utils.health import probe_mongodb, probe_redis
from ansible_collections.tierstack.librechat.plugins.module_utils.health.expect import (
    MISSING,
    check_answer,
    fill,
    look_up,
    parse_json,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.health.sse import Parser
from ansible_collections.tierstack.librechat.plugins.module_utils.health.web import (
    NO_REQUEST,
    READ_ONLY_METHODS,
    Answer,
    fetch,
    opened,
    place,
    request_body,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import (
    Broken,
    Deadline,
    connect,
    explain,
    tls_context,
    wrap,
)

BEGIN = time.monotonic()


def http(options, deadline, _read_only):
    answer = fetch(options, deadline)
    try:
        check_answer(answer, options)
    except Broken as exc:
        raise Broken(exc.reason, ": ".join(filter(None, (place(options["url"]), exc.detail)))) from exc
    return {"status": answer.status}


def stream(options, deadline, _read_only):
    options = fill(options, _preceding(options, deadline))
    begin = time.monotonic()
    pace = Deadline(deadline.left())
    arrivals, parser = [], Parser()

    def evidence():
        gaps = [later - earlier for earlier, later in itertools.pairwise(arrivals)]
        return {
            "events": len(arrivals),
            "first_event_ms": round((arrivals[0] - begin) * 1000, 1) if arrivals else None,
            "longest_gap_ms": round(max(gaps, default=0) * 1000, 1),
        }

    def allow(milliseconds):
        pace.moment = min(deadline.moment, time.monotonic() + milliseconds / 1000 if milliseconds else deadline.moment)

    allow(options["first_event_ms"])
    try:
        with opened(options, pace, body=request_body(options["body"])) as answer:
            if answer.status not in options["status"]:
                check_answer(Answer(answer.status, answer.headers, answer.read(400)), options)
            if not (answer.getheader("Content-Type") or "").startswith("text/event-stream"):
                raise Broken(f"not an event stream: {answer.getheader('Content-Type')}", place(options["url"]))
            while True:
                piece = answer.read1(65536)
                for event in parser.feed(piece):
                    arrivals.append(time.monotonic())
                    allow(options["gap_ms"])
                    if is_final(event, options) and len(arrivals) >= options["events"]:
                        return evidence()
                if not piece:
                    wanted = "its final event" if _has_final(options) else f"{options['events']} events"
                    raise Broken(f"stream ended before {wanted}", f"after {len(arrivals)} events", evidence())
    except Broken as exc:
        if isinstance(exc.__cause__, TimeoutError):
            raise Broken(_too_late(arrivals, options, deadline), place(options["url"]), evidence()) from exc
        raise


def _preceding(options, deadline):
    """Values taken from the answers of the requests that come first, such as a login."""
    taken = {}
    for number, step in enumerate(options["before"] or []):
        step = fill(step, taken)
        connection = {name: options[name] for name in ("address", "ca_file", "validate_certs")}
        identity = {name: options[name] for name in ("client_cert", "client_key")}
        request = {name: step[name] for name in ("url", "method", "body", "headers")}
        try:
            answer = fetch({**NO_REQUEST, **connection, **identity, **request}, deadline)
            check_answer(answer, {"status": step["status"]})
            document = parse_json(answer.text) if step["take"] else None
            for name, path in (step["take"] or {}).items():
                taken[name] = look_up(document, path)
                if taken[name] is MISSING:
                    raise Broken(f"JSON has no {path}")
        except Broken as exc:
            # Without its detail: the answer to a login may hold secrets.
            raise Broken(f"before[{number}]: {exc.reason}", place(request["url"])) from exc
    return taken


def _has_final(options):
    return options["final_event"] is not None or options["final_regex"] is not None


def is_final(event, options):
    """Is this the event after which nothing has to come? Without a description of it, any is."""
    return options["final_event"] in (None, event["event"]) and (
        options["final_regex"] is None or re.search(options["final_regex"], event["data"]) is not None
    )


def _too_late(arrivals, options, deadline):
    limit = options["gap_ms"] if arrivals else options["first_event_ms"]
    what = "next" if arrivals else "first"
    return f"no {what} event within " + (f"{limit} ms" if limit and time.monotonic() < deadline.moment else "the time")


def tcp(options, deadline, _read_only):
    try:
        connect(options["host"], options["port"], deadline).close()
    except OSError as exc:
        raise Broken(explain(exc), f"{options['host']}:{options['port']}") from exc
    return {}


def tls(options, deadline, _read_only):
    try:
        return _tls(options, deadline)
    except OSError as exc:
        raise Broken(explain(exc), f"{options['host']}:{options['port']}") from exc


def _tls(options, deadline):
    def handshake(context):
        stack = contextlib.ExitStack()
        with stack:
            sock = connect(options["host"], options["port"], deadline)
            stack.callback(sock.close)
            secure = stack.enter_context(
                contextlib.closing(wrap(sock, context, options["server_name"] or options["host"], deadline))
            )
            return secure.version(), secure.getpeercert(), secure.getpeercert(binary_form=True)

    identity = (options["client_cert"], options["client_key"])
    context = tls_context(options["validate_certs"], options["ca_file"], *identity)
    version, certificate, encoded = handshake(context)
    if not options["validate_certs"]:
        # Whoever signed it: its name and its time are checked by trusting this one certificate.
        context = tls_context(False, None, *identity)
        context.verify_mode = ssl.CERT_REQUIRED
        context.check_hostname = True
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(encoded))
        certificate = handshake(context)[1]
    not_after = ssl.cert_time_to_seconds(certificate["notAfter"])
    days = (not_after - time.time()) / 86400
    evidence = {"version": version, "not_after_epoch": not_after, "days_left": round(days, 1)}
    if days < options["days_left"]:
        raise Broken(f"certificate ends in {days:.0f} days, wanted {options['days_left']}", evidence=evidence)
    if version < options["version"]:
        raise Broken(f"{version}, wanted {options['version']}", evidence=evidence)
    return evidence


def disk(options, _deadline, _read_only):
    evidence = {}
    for path in options["paths"]:
        try:
            state = os.statvfs(path)
        except OSError as exc:
            raise Broken(f"{path}: {explain(exc)}", evidence=evidence) from exc
        evidence[path] = space(state)
        problem = lacking(evidence[path], options)
        if problem:
            raise Broken(f"{path} {problem}", evidence=evidence)
    return evidence


def space(state):
    """What is left of a file system, for those who are not root, from the answer of statvfs."""
    usable = state.f_blocks - state.f_bfree + state.f_bavail
    return {
        "free_mb": state.f_bavail * state.f_frsize // 1048576,
        "free_percent": round(100 * state.f_bavail / usable, 1) if usable else 100.0,
        "free_inodes_percent": round(100 * state.f_favail / state.f_files, 1) if state.f_files else 100.0,
        "writable": not state.f_flag & os.ST_RDONLY,
    }


def lacking(found, options):
    for name, unit in (("free_percent", "%"), ("free_mb", "MB"), ("free_inodes_percent", "% of inodes")):
        if found[name] < options[name]:
            return f"has {found[name]:g} {unit} free, wanted {options[name]:g}"
    return "is read-only" if options["writable"] and not found["writable"] else ""


def clock(options, deadline, _read_only):
    if options["url"]:
        before = time.time()
        answer = fetch({**NO_REQUEST, "url": options["url"], "method": "HEAD"}, deadline)
        after = time.time()
        if not answer.headers.get("Date"):
            raise Broken("no Date header", place(options["url"]))
        offset = http_offset(before, after, email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp())
    else:
        # The reference was right when this process began.
        offset = time.time() - (time.monotonic() - BEGIN) - options["reference"]
    evidence = {"offset_s": round(offset, 3)}
    if abs(offset) > options["tolerance_s"]:
        raise Broken(f"clock is {offset:+.1f} s off, allowed {options['tolerance_s']:g}", evidence=evidence)
    return evidence


def http_offset(before, after, date):
    """How far our clock is surely off, from a Date header of whole seconds that was set between two moments."""
    lowest, highest = before - (date + 1), after - date
    return 0.0 if lowest <= 0 <= highest else min(lowest, highest, key=abs)


ATTEMPTS = {
    "http": http,
    "tcp": tcp,
    "mongodb": probe_mongodb.attempt,
    "redis": probe_redis.attempt,
    "stream": stream,
    "tls": tls,
    "disk": disk,
    "clock": clock,
}


def only_reads(options):
    """May the probe run in check mode? A database probe then leaves out its write."""
    if options["kind"] in ("http", "stream"):
        return options["method"].upper() in READ_ONLY_METHODS and not options.get("before")
    return True
