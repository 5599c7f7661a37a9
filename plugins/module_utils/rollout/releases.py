# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workers a release moves in which order, which releases are kept, and to which of them one may return. No input or output here.

A *pair* is what a worker was proved with: ``{"release": ..., "config": ...}``. The *history* of a host lists its pairs, each with
the ``at`` (seconds since 1970) when it was proved: the one that was deployed last first, behind it the one it replaced, and so on.
"""

from __future__ import annotations


class NoRollbackTarget(Exception):
    """The release that is asked for cannot be returned to."""


def is_same(one, other):
    """Tell whether two entries of a history mean the same pair."""
    return (one["release"], one["config"]) == (other["release"], other["config"])


# The order in which workers are moved


def waves(hosts, at_a_time):
    """Return the waves in which workers are moved, the canary alone in the first one.

    :param hosts: host -> ``{"pending": {"replace", "start", "delete", "prove": names}, "servers": {name: address:port}}``,
        where the servers are those that are wanted, and those that are to go
    :param at_a_time: workers that may be out at once; never more than one of a host that serves
    :returns: list of ``{"workers": {host: [names]}, "servers": [address:port], "canary": bool, "goes": bool, "action": "replace"}``. Hosts none of whose
        workers run come behind those that serve, each as a whole. What is not wanted any more goes last. Nothing at all when nobody serves: then
        there is nobody to be spared, and the workers may start as they like.
    """

    def wanted(host):
        pending = hosts[host]["pending"]
        return [
            name for name in hosts[host]["servers"] if name in pending["replace"] + pending["start"] + pending["prove"]
        ]

    def wave(workers, canary=False, goes=False):
        servers = [hosts[host]["servers"][name] for host, names in workers.items() for name in names]
        return {"workers": workers, "servers": servers, "canary": canary, "goes": goes, "action": "replace"}

    def rows(queues, goes=False):
        """One of each host at a time, of so many hosts as are allowed, until all queues are empty."""
        queues = {host: list(names) for host, names in queues.items() if names}
        while queues:
            longest = sorted(queues, key=lambda host: -len(queues[host]))[: max(1, at_a_time)]
            yield wave({host: [queues[host].pop(0)] for host in queues if host in longest}, goes=goes)
            queues = {host: names for host, names in queues.items() if names}

    cold = [host for host in hosts if set(hosts[host]["servers"]) <= set(hosts[host]["pending"]["start"])]
    serving = [host for host in hosts if host not in cold]
    if not serving:
        return []
    queues = {host: wanted(host) for host in serving}
    first = next((host for host in serving if queues[host]), None)
    canary = [wave({first: [queues[first].pop(0)]}, canary=True)] if first else []
    whole = [wave({host: wanted(host)}) for host in cold]
    gone = rows({host: hosts[host]["pending"]["delete"] for host in serving}, goes=True)
    return canary + list(rows(queues)) + whole + list(gone)


# What is kept


def remember(history, pair, at, current=None):
    """Return the history after a pair was deployed and proved.

    :param history: list of pairs with ``at``
    :param pair: what was proved
    :param at: when, in seconds since 1970
    :param current: the pair that it replaced: it comes second, so that a release that was left by a rollback is never the rollback target
    """
    if history and is_same(history[0], pair):
        return history
    head = [{"release": pair["release"], "config": pair["config"], "at": at}]
    if current:
        head += [known for known in history if is_same(known, current)][:1]
    return head + [known for known in history if not any(is_same(known, other) for other in head)]


def retained(history, keep, current=None):
    """Return what of a history is kept: the newest pair and the one before it, the current one, and a pair of each other release.

    :param keep: releases that are kept
    :param current: the pair that runs, which may be an older one after a rollback
    """
    releases = list(dict.fromkeys(pair["release"] for pair in history))[: max(2, keep)]
    kept, seen = [], set()
    for place, pair in enumerate(history):
        is_first = pair["release"] not in seen
        seen.add(pair["release"])
        if (current and is_same(pair, current)) or (pair["release"] in releases and (is_first or place < 2)):
            kept.append(pair)
    return kept


# The rollback target


def rollback_target(history, current, wanted="", migrations=()):
    """Return the pair to go back to.

    :param history: list of pairs with ``at``
    :param current: the pair that runs
    :param wanted: a release, or the version it begins with; empty for the one before
    :param migrations: those that were run, each ``{"name", "release", "at", "one_way", "safe_path"}``
    :raises NoRollbackTarget: with the reason and what can be done instead
    """
    place = next((i for i, pair in enumerate(history) if current and is_same(pair, current)), None)
    if wanted:
        found = [pair for pair in history if pair["release"] == wanted] or [
            pair for pair in history if pair["release"].rsplit("-", 1)[0] == wanted
        ]
        if not found:
            raise NoRollbackTarget(
                f"{wanted} is not kept here. There are: {', '.join(dict.fromkeys(p['release'] for p in history)) or 'none'}. "
                "Name one of them in app_release_rollback_to, or deploy the version again."
            )
    else:
        found = history[place + 1 :] if place is not None else history
        if not found:
            raise NoRollbackTarget(
                f"There is no release before {current['release'] if current else 'what runs'}. Deploy the version that is wanted with playbooks/deploy.yml."
            )
    target = found[0]
    for migration in migrations:
        if migration.get("one_way") and migration["release"] != target["release"] and migration["at"] > target["at"]:
            raise NoRollbackTarget(
                f"{target['release']} cannot run any more: {migration['release']} has gone through a one-way door, the migration "
                f"{migration['name']}. The safe path: {migration.get('safe_path') or 'deploy a release that corrects the fault'}."
            )
    return target
