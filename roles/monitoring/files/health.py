# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the stack's probes once, with the code of the module health_check, and leave the results to node exporter."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

from ansible_collections.tierstack.librechat.plugins.module_utils.health.metrics import live
from ansible_collections.tierstack.librechat.plugins.module_utils.health.probes import ATTEMPTS
from ansible_collections.tierstack.librechat.plugins.module_utils.health.schedule import Schedule
from ansible_collections.tierstack.librechat.plugins.module_utils.health.verdict import describe
from ansible_collections.tierstack.librechat.plugins.module_utils.health.web import NO_REQUEST, fetch
from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken, Deadline


def workers_out(prometheus):
    """Return the workers that a release has taken out, as Prometheus knows them. If it does not answer, none."""
    url = f"{prometheus}/api/v1/query?query={quote('tierstack_release_worker_out == 1')}"
    try:
        answer = json.loads(fetch({**NO_REQUEST, "url": url}, Deadline(2)).text)
        return {sample["metric"]["worker"] for sample in answer["data"]["result"]}
    except (Broken, ValueError, KeyError):
        return set()


def missed(probes, out):
    """Return the probes of what ought to serve."""
    return [probe for probe in probes if urlsplit(probe.get("url") or "").netloc not in out]


def due(probes, earlier, now, stream_interval_s):
    """Return the probes to be made now. A stream costs an answer of the model: its last result is kept for a while.

    :param earlier: name -> result with its ``time``, of the run before
    """
    return [
        probe
        for probe in probes
        if probe["kind"] != "stream"
        or probe["name"] not in earlier
        or not 0 <= now - earlier[probe["name"]]["time"] < stream_interval_s
    ]


def run(probes):
    """Return the results of the probes, each tried once."""
    found, _history = Schedule(
        probes, lambda options, deadline: ATTEMPTS[options["kind"]](options, deadline, False)
    ).run()
    return found


def replace(path, text):
    """Put a text in the file's place in one step."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def read(path):
    """Return what an earlier run left."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def main():
    settings = json.loads(Path(os.environ["CREDENTIALS_DIRECTORY"], "health.json").read_text(encoding="utf-8"))
    state = Path(os.environ["STATE_DIRECTORY"])
    now, earlier = time.time(), read(state / "streams.json")

    probes = missed(settings["probes"], workers_out(settings["prometheus"]))
    made = {result["name"]: result for result in run(due(probes, earlier, now, settings["stream_interval_s"]))}
    streams = {
        probe["name"]: {"time": now, **made[probe["name"]]} if probe["name"] in made else earlier[probe["name"]]
        for probe in probes
        if probe["kind"] == "stream"
    }
    results = [made.get(probe["name"]) or streams[probe["name"]] for probe in probes]

    replace(state / "streams.json", json.dumps(streams))
    replace(state / "health.prom", live(results, time.time()))
    if any(not result["ok"] for result in results):
        print(describe(results), flush=True)


if __name__ == "__main__":
    main()
