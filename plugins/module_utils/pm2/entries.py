# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PM2 runs, what it should run, and the steps between the two. No input or output here.

A wanted worker is an entry of a PM2 ecosystem file (a dict with ``name``, ``script``, ``env`` ...).
Its digest travels in the worker's own environment, so that what runs can be compared with what is wanted
without knowing how PM2 stores each of its settings.
"""

from __future__ import annotations

import hashlib
import json
import os

DIGEST_VARIABLE = "TIERSTACK_ENTRY"
RUNNING = ("online", "launching")


def stamp(entry):
    """Return the entry with its own digest in its environment.

    :param entry: entry of an ecosystem file
    :returns: a copy; equal entries carry equal digests, whatever the order of their keys
    """
    digest = hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()[:16]
    return {**entry, "env": {**entry.get("env", {}), DIGEST_VARIABLE: digest}}


def ready_url(entry, path):
    """Return the URL at which the entry's worker says that it is ready.

    :param entry: entry whose environment holds ``PORT`` and, unless it listens on loopback, ``HOST``
    :param path: absolute path, e.g. ``/readyz``
    """
    environment = entry["env"]
    return f"http://{environment.get('HOST', '127.0.0.1')}:{environment['PORT']}{path}"


def parse_jlist(text):
    """Return the processes in the output of ``pm2 jlist``, by name.

    :param text: standard output; PM2 may print notices before the JSON
    :returns: name -> list of ``{id, pid, mode, digest, status, restarts}``, one for each instance
    :raises ValueError: there is no JSON in the text
    """
    for line in text.splitlines():
        if line.startswith("["):
            try:
                processes = json.loads(line)
            except ValueError:
                continue  # a notice such as "[PM2] Spawning PM2 daemon"
            break
    else:
        raise ValueError("no list of processes in the output of pm2 jlist: " + text[:200])
    found = {}
    for process in processes:
        settings = process.get("pm2_env", {})
        if settings.get("pmx_module"):
            continue  # PM2's own modules, such as pm2-logrotate
        digest = settings.get("env", {}).get(DIGEST_VARIABLE) or settings.get(DIGEST_VARIABLE)
        found.setdefault(process["name"], []).append(
            {
                "id": process.get("pm_id"),
                "pid": process.get("pid"),
                "mode": settings.get("exec_mode", "fork_mode").removesuffix("_mode"),
                "digest": digest,
                "status": settings.get("status"),
                "restarts": settings.get("restart_time", 0),
            }
        )
    return found


def is_running(entry, instances):
    """Tell whether the entry runs, all of it, as it is wanted.

    :param entry: stamped entry
    :param instances: what :func:`parse_jlist` found under its name
    """
    return len(instances) == int(entry.get("instances", 1)) and all(
        instance["digest"] == entry["env"][DIGEST_VARIABLE] and instance["status"] in RUNNING for instance in instances
    )


def is_cluster(entry):
    """Tell whether the entry's instances share one port, which PM2's daemon holds for them."""
    return entry.get("exec_mode") in ("cluster", "cluster_mode")


def writes_to_journal(entry):
    """Tell whether the entry's output goes to the journal, under its name."""
    return os.path.basename(entry.get("interpreter", "")) == "systemd-cat"


def stands_beside(entry, instances):
    """Tell whether the entry can start while the instances under its name still serve.

    Only in cluster mode: a port that PM2's daemon holds is open to both, any other belongs to one process.

    :param entry: wanted entry
    :param instances: what :func:`parse_jlist` found under its name
    """
    return is_cluster(entry) and all(instance["mode"] == "cluster" for instance in instances)


def plan(wanted, running):
    """Return the steps from what runs to what is wanted, in the order in which they are safe.

    Workers are replaced first, one after the other, while the rest serves; then new ones start; those not wanted
    any more go last.

    :param wanted: list of stamped entries
    :param running: result of :func:`parse_jlist`
    :returns: list of ``(action, name)``; action is ``replace``, ``start`` or ``delete``; empty when nothing is to be done
    """
    names = [entry["name"] for entry in wanted]
    replace = [e["name"] for e in wanted if e["name"] in running and not is_running(e, running[e["name"]])]
    start = [name for name in names if name not in running]
    delete = sorted(set(running) - set(names))
    return (
        [("replace", name) for name in replace]
        + [("start", name) for name in start]
        + [("delete", name) for name in delete]
    )


def unproved(wanted, proved, steps):
    """Return the names that need no step, but of which the record says something else.

    :param wanted: entries by name, as they are wanted
    :param proved: entries by name, as they were recorded when they were last proved
    :param steps: result of :func:`plan`
    """
    moved = {name for _action, name in steps}
    return [name for name in {**wanted, **proved} if name not in moved and wanted.get(name) != proved.get(name)]


def recorded(proved, wanted, only=None):
    """Return the record, by name, after the wanted entries were proved.

    :param only: names that were acted on; the others stay as they were recorded. None: all
    """
    kept = {} if only is None else {name: entry for name, entry in proved.items() if name not in only or name in wanted}
    return {**kept, **wanted}
