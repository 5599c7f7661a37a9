# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: what the members of a replica set say of it, and who leads. No I/O."""

from __future__ import annotations


def settled(hello):
    """Tell whether a server does its part in its set: it is the primary, or a secondary that knows one.

    :param hello: the answer to ``isMaster``; empty where the server does not answer
    """
    return bool(hello.get("ismaster") or hello.get("secondary")) and bool(hello.get("primary"))


def leader(said, set_name, hosts):
    """Return the host from which a set is formed and set up: that of its primary or, where no member names one, the first.

    :param said: what members say of their set, the latest last: dicts with ``set_name`` and ``primary``, as mongo_member_info returns them.
        They are empty where a member was not asked or did not answer.
    :param set_name: the set that is meant; who is in another one names no primary of it
    :param hosts: the hosts of the play, which have the names of the members
    """
    primaries = [
        one["primary"].rpartition(":")[0] for one in said if one.get("set_name") == set_name and one["primary"]
    ]
    return next((host for host in primaries[-1:] if host in hosts), hosts[0])
