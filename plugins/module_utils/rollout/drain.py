# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a worker has nothing left to do, and the wait for it."""

from __future__ import annotations

import contextlib
import http.client
import time

from ansible_collections.tierstack.librechat.plugins.module_utils.exposition import samples, total

NOTHING_LEFT = {"requests": 0, "streams": 0, "generations": 0}
SAMPLES_IN_A_ROW = 2
SCRAPE_TIMEOUT_S = 5.0


def work_left(exposition):
    """Return the requests, streams and generations in flight.

    :param exposition: what the worker answers at its metrics path. The scrape itself is one of its requests, and is not counted.
    :raises ValueError: the text is no exposition
    """
    found = samples(exposition)
    return {
        "requests": max(int(total(found, "http_requests_in_flight")) - 1, 0),
        "streams": int(total(found, "sse_streams_in_flight")),
        "generations": int(total(found, "generation_jobs_in_flight")),
    }


def scrape(address, path, secret, timeout):
    """Return what a worker answers at its metrics path.

    :raises OSError: no answer; ConnectionRefusedError when nothing listens
    :raises http.client.HTTPException: not an answer of 200
    """
    with contextlib.closing(http.client.HTTPConnection(address, timeout=timeout)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {secret}"} if secret else {})
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise http.client.HTTPException(f"{path} answers {answer.status}")
        return text


def drain(ask, limit_s, every_s):
    """Wait until a worker has nothing left, for a limited time.

    :param ask: function of a timeout that returns the worker's exposition, as :func:`scrape` does
    :returns: ``{drained, answers, seconds, left, problem}``; left is None as long as the worker has not said it
    """
    begin = time.monotonic()
    idle, left, problem, answers = 0, None, None, False
    while True:
        patience = min(SCRAPE_TIMEOUT_S, max(limit_s - (time.monotonic() - begin), every_s))
        try:
            left, problem, answers = work_left(ask(patience)), None, True
            idle = idle + 1 if left == NOTHING_LEFT else 0
        except ConnectionRefusedError:
            left, problem, answers, idle = dict(NOTHING_LEFT), None, False, SAMPLES_IN_A_ROW
        except (OSError, ValueError, http.client.HTTPException) as error:
            problem, idle = str(error) or type(error).__name__, 0
        seconds = time.monotonic() - begin
        if idle >= SAMPLES_IN_A_ROW or seconds >= limit_s:
            return {
                "drained": idle >= SAMPLES_IN_A_ROW,
                "answers": answers,
                "seconds": round(seconds, 1),
                "left": left,
                "problem": problem,
            }
        time.sleep(min(every_s, limit_s - seconds))
