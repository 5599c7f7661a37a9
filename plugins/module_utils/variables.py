# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of an inventory: which of them no role knows, and which have a value that nothing can be done with."""

from __future__ import annotations

import difflib
import ipaddress
import posixpath
import re

PATH = re.compile(r"/[A-Za-z0-9._+@/-]*\Z")
# Directories that are everybody's: their owner and mode are not a service's to set
SHARED = {
    "/", "/bin", "/boot", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/root", "/sbin", "/srv", "/usr", "/var",
    "/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/sbin", "/usr/share",
    "/etc/systemd", "/etc/systemd/system", "/var/cache", "/var/lib", "/var/log", "/var/mail", "/var/spool", "/var/www", "/var/www/html",
}  # fmt: skip
# What is in them is gone after a boot, or was never a file
FLEETING = ("/dev", "/proc", "/run", "/sys", "/tmp", "/var/run", "/var/tmp")


def unknown_variables(names, known, prefixes, renamed=None):
    """Return the names that carry one of our prefixes but that no role declares.

    :param names: names found in the inventory (iterable of str)
    :param known: names that the roles declare (iterable of str)
    :param prefixes: beginnings that belong to the collection, e.g. ``["mongo_", "redis_"]``
    :param renamed: old name -> new name, or in several words what to do instead
    :returns: list of dicts ``{name, hint}``, sorted by name; ``hint`` is the new or the closest name, or an empty string
    """
    known, renamed = set(known), renamed or {}
    found = []
    for name in sorted(set(names)):
        if name in known or not name.startswith(tuple(prefixes)):
            continue
        if name in renamed:
            hint = renamed[name] if " " in renamed[name] else "renamed to " + renamed[name]
        else:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            hint = "did you mean " + close[0] + "?" if close else ""
        found.append({"name": name, "hint": hint})
    return found


def _path(value):
    text = str(value)
    if text.startswith("~"):
        return "is to be a path from the root, since ~ is another directory for each user"
    if not PATH.match(text):
        return "is to begin with / and to have only letters, digits and . _ + @ - in its names"
    path = posixpath.normpath("/" + text.lstrip("/"))
    if ".." in text.split("/"):
        return "is to be written without .."
    if path in SHARED:
        return "is a directory that other programs use as well; give the service one of its own in it"
    if path.startswith(tuple(f"{place}/" for place in FLEETING)) or path in FLEETING:
        return "is where nothing outlives a boot"
    return ""


def _port(value):
    return "" if str(value).isdigit() and 1 <= int(value) <= 65535 else "is to be a port from 1 to 65535"


def _address(value):
    try:
        version = ipaddress.ip_address(str(value)).version
    except ValueError:
        return "is to be an IPv4 address, e.g. 10.0.0.5, without a blank, a port or a network's length"
    return (
        ""
        if version == 4
        else "is an IPv6 address. Members reach each other by IPv4; give the one of the private network"
    )


def _networks(value):
    if not isinstance(value, list):
        return "is to be a list of addresses and networks"
    for one in value:
        try:
            if ipaddress.ip_network(str(one), strict=False).prefixlen == 0:
                return f"has {one}, a network of everybody"
        except ValueError:
            return f"has {one}, which is neither an address nor a network such as 192.0.2.0/24"
    return ""


def unusable_values(given, paths, addresses, networks):
    """Say which values of an inventory nothing can be done with. An option whose name ends with ``_port`` is a port.

    :param given: name -> value, as the inventory has them
    :param paths: names of options that are paths on a host
    :param addresses: names of options that are addresses
    :param networks: names of options that are lists of addresses and networks
    :returns: list of sentences, each with the name, the value and what it is to be
    """
    judges = [
        *((name, _path) for name in paths),
        *((name, _address) for name in addresses),
        *((name, _networks) for name in networks),
        *((name, _port) for name in given if name.endswith("_port")),
    ]
    told = {name: judge(given[name]) for name, judge in judges if name in given}
    return [f"{name} is {given[name]!r}: it {problem}." for name, problem in sorted(told.items()) if problem]
