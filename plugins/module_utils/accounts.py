# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: whose the accounts are that a host has already."""

from __future__ import annotations

NO_LOGIN = ("/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false")
FIRST_USER = 1000  # Debian's accounts of people begin there


def foreign_accounts(lines, services):
    """Return, in words, the accounts and groups that have a service's name and were not made for it.

    :param lines: what ``getent passwd`` and ``getent group`` print of these names: seven fields of an account, four of a group;
        other lines, a login shell's own, are not looked at
    :param services: dictionaries of ``name``, ``home`` (str) and ``packaged`` (bool): whether the account may come from a Debian package,
        with a home of its own
    :returns: a list of str, empty where every account is new or ours
    """
    fields = [line.rstrip("\r").split(":") for line in lines]
    accounts = {one[0]: one for one in fields if len(one) == 7 and one[2].isdigit()}
    groups = {one[0] for one in fields if len(one) == 4 and one[2].isdigit()}
    found = []
    for service in services:
        name = service["name"]
        if name not in accounts:
            found += [f"a group {name} without an account {name}"] * (name in groups)
            continue
        _name, _password, uid, _gid, _comment, home, shell = accounts[name]
        ours = shell in NO_LOGIN and int(uid) < FIRST_USER and (service.get("packaged") or home == service["home"])
        if not ours:
            found.append(f"an account {name} (uid {uid}, home {home}, shell {shell})")
    return found
