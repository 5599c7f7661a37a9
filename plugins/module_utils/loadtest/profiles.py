# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a profile of a load to its phases, its users and Artillery's script. No input or output here.

A profile is a dict of ``phases`` (each ``seconds`` and ``first`` and ``last`` sessions a second, or ``share``, of the rate
that the SLO needs), ``questions`` of a session, ``page`` (whether a session also opens the page and reads what is
stored), and ``tests``, the SLOs it can judge. Figures are judged in the phases that are ``held``.
"""

from __future__ import annotations

from math import ceil

# What a session beside its questions asks for: one login, and what the page reads when it opens and after each answer
LOGIN = 1
OPEN_PAGE = ("config", "user", "banner")
AFTER_ANSWER = ("user", "config")
# The SLO is reached with a little over, as arrivals come at random
MARGIN = 1.1
# Accounts more than sessions at a time: a session may last longer than it is reckoned
SPARE_ACCOUNTS = 1.3


def session_requests(profile):
    """Return how many requests a session makes, streams included."""
    page = profile.get("page", False)
    return LOGIN + page * len(OPEN_PAGE) + profile["questions"] * (2 + page * (1 + len(AFTER_ANSWER)))


def session_seconds(profile, pace):
    """Return how long a session lasts.

    :param pace: ``think_before_s`` each question, ``answer_s``, ``think_after_s`` the last
    """
    return profile["questions"] * (pace["think_before_s"] + pace["answer_s"]) + pace["think_after_s"]


def full_rate(profile, pace, slo):
    """Return the sessions a second that bring the requests a second and connections at once of the SLO, with a margin."""
    by_requests = slo["requests_per_s"] / session_requests(profile)
    by_connections = slo["connections"] / session_seconds(profile, pace)
    return MARGIN * max(by_requests, by_connections)


def phases(profile, rate, duration_s=0):
    """Return the phases with their rates in sessions a second, as long in all as ``duration_s`` unless it is 0."""
    scale = duration_s / sum(phase["seconds"] for phase in profile["phases"]) if duration_s else 1
    found = []
    for phase in profile["phases"]:
        first, last = (rate * share for share in phase["share"]) if "share" in phase else phase["rate"]
        found.append(
            {
                "name": phase["name"],
                "seconds": max(1, round(phase["seconds"] * scale)),
                "first": round(first, 2),
                "last": round(last, 2),
                "held": phase.get("held", False),
            }
        )
    return found


def held_window(found):
    """Return from when to when, in seconds, the phases that are held last; they follow each other."""
    ends, now = [], 0
    for phase in found:
        if phase["held"]:
            ends += [now, now + phase["seconds"]]
        now += phase["seconds"]
    return {"from": min(ends), "to": max(ends)} if ends else {"from": 0, "to": now}


def plan_load(profile, pace, slo, duration_s=0):
    """Return all that is to be known of a test before it runs.

    :param profile: see above
    :param pace: see :func:`session_seconds`
    :param slo: ``requests_per_s`` and ``connections`` to be reached
    :param duration_s: length of the test, or 0 for the profile's own
    """
    found = phases(profile, full_rate(profile, pace, slo), duration_s)
    seconds = sum(phase["seconds"] for phase in found)
    session_s = session_seconds(profile, pace)
    peak = max(max(phase["first"], phase["last"]) for phase in found)
    return {
        "phases": found,
        "seconds": seconds,
        "session_s": session_s,
        "session_requests": session_requests(profile),
        "sessions": round(sum(phase["seconds"] * (phase["first"] + phase["last"]) / 2 for phase in found)),
        "accounts": ceil(SPARE_ACCOUNTS * peak * min(session_s, seconds)) + 5,
        "held": held_window(found),
        "tests": [name for name in profile["tests"] if name not in unreachable(found, session_s)],
    }


def unreachable(found, session_s):
    """Return the SLOs that a test this short cannot reach: users come, but the first has not gone when the last comes."""
    held = held_window(found)
    return () if held["to"] >= session_s else ("requests", "connections")


def script(load, profile, pace, chat):
    """Return Artillery's script.

    :param load: what :func:`plan_load` returned
    :param chat: ``login_path``, ``api_path``, ``chat_path``, ``body`` of a question, ``validate_certs``, ``timeout_s``, ``target``, ``progress``
    """
    return {
        "config": {
            "target": chat["target"],
            "phases": [artillery_phase(phase) for phase in load["phases"]],
            "processor": "./session.js",
            "plugins": {"progress": {"path": chat["progress"]}},
            "http": {"timeout": chat["timeout_s"]},
            "tls": {"rejectUnauthorized": chat["validate_certs"]},
        },
        "scenarios": [
            {
                "name": "session",
                "beforeScenario": ["become"],
                "beforeRequest": ["identify"],
                "afterResponse": ["note"],
                "flow": flow(profile, pace, chat),
            }
        ],
    }


def artillery_phase(phase):
    """Return a phase as Artillery takes it. A steady rate is said as a number of arrivals, as it must be whole."""
    if phase["last"] != phase["first"]:
        pace = {"arrivalRate": phase["first"], "rampTo": phase["last"]}
    else:
        pace = {"arrivalCount": max(1, round(phase["first"] * phase["seconds"]))}
    return {"name": phase["name"], "duration": phase["seconds"], **pace}


def flow(profile, pace, chat):
    """Return the steps of a session: login, then questions with their answers, and time to think."""

    def get(path):
        return {"get": {"url": "{{ base }}" + path}}

    def read(names):
        return [get(f"{chat['api_path']}/{name}") for name in names] if profile.get("page") else []

    login = {"email": "{{ email }}", "password": "{{ password }}"}
    steps = [post(chat["login_path"], login, {"token": "$.token"}), *read(OPEN_PAGE)]
    for _question in range(profile["questions"]):
        steps += [
            {"think": pace["think_before_s"]},
            post(
                chat["chat_path"],
                chat["body"],
                {"streamId": "$.streamId", "conversationId": "$.conversationId"},
                afterResponse="began",
            ),
            {"function": "readStream"},
            *read(["messages/{{ conversationId }}", *AFTER_ANSWER]),
        ]
    return [*steps, {"think": pace["think_after_s"]}]


def post(path, body, captures, **hooks):
    capture = [{"json": expression, "as": name} for name, expression in captures.items()]
    return {"post": {"url": "{{ base }}" + path, "json": body, "capture": capture, **hooks}}
