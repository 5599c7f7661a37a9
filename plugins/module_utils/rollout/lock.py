# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock with a lease, kept in a file, that outlives the processes which take, renew and free it."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import tempfile
import time


class Held(Exception):
    """Somebody else holds the lock."""

    def __init__(self, message, content=None):
        super().__init__(message)
        self.content = content


def moment(epoch):
    """Return a point in time as ISO 8601, in UTC."""
    return datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def claim(run, holder, lease_s, now, since=None):
    """Return the content of a lock.

    :param since: when the run took it, if not just now
    """
    since = now if since is None else since
    until = now + lease_s
    return {
        "run": run,
        "holder": holder,
        "since": moment(since),
        "since_epoch": since,
        "until": moment(until),
        "until_epoch": until,
    }


def is_free_for(content, run, gone, now):
    """Tell whether the run may take the lock, or has it already."""
    return content is None or content["run"] in (run, *gone) or content["until_epoch"] <= now


def refusal(path, content, now):
    """Say who holds the lock, and how to go on."""
    who = ", ".join(f"{name} {value}" for name, value in content["holder"].items())
    return (
        f"Another run is at work here: {who or 'nobody said who'} (run {content['run']}, since {content['since']}). "
        f"Its lease lasts until {content['until']}, {content['until_epoch'] - now:.0f} s from now. "
        f"Wait for it; if that run is known to be dead, take the lock with -e rollout_take_lock=true. The lock is {path}."
    )


def read(path):
    """Return the content of the lock, None if nobody has it.

    :raises Held: there is a file, but it cannot be told whose it is
    """
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        return {key: content[key] for key in claim("", {}, 0, 0)}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise Held(
            f"The lock {path} cannot be read ({error}). If nobody is at work here, take it with -e rollout_take_lock=true."
        ) from error


def write(path, content):
    """Put the content in place, all of it or nothing."""
    handle, staged = tempfile.mkstemp(prefix=".lock.", dir=os.path.dirname(path) or ".")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        os.replace(staged, path)
    except BaseException:
        os.unlink(staged)
        raise


@contextlib.contextmanager
def guarded(path, dry_run):
    """Between reading the lock and writing it, nobody else does. The guard stays: removing it would let two through."""
    if dry_run:
        yield
        return
    with open(path + ".guard", "a", encoding="ascii") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def hold(path, run, holder, lease_s, gone=(), force=False, dry_run=False):
    """Take the lock, or renew its lease.

    :param gone: runs known to be dead
    :param force: take it whoever has it
    :returns: what the lock says now, and what it said before, None if nobody had it
    :raises Held: somebody else has it
    """
    with guarded(path, dry_run):
        now = int(time.time())
        try:
            former = read(path)
        except Held:
            if not force:
                raise
            former = None
        if not force and not is_free_for(former, run, gone, now):
            raise Held(refusal(path, former, now), former)
        ours = former is not None and former["run"] == run
        content = claim(run, holder, lease_s, now, former["since_epoch"] if ours else None)
        if not dry_run:
            write(path, content)
    return content, former


def free(path, run, dry_run=False):
    """Remove the lock if it is the run's own, and tell whether it was."""
    if not os.path.exists(path):
        return False
    with guarded(path, dry_run):
        try:
            former = read(path)
        except Held:
            return False
        ours = former is not None and former["run"] == run
        if ours and not dry_run:
            os.unlink(path)
    return ours
