# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: whether ansible.builtin.apt would find all packages installed, or none of those that are to be absent."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatchcase

from .options import first, words

# Of these, what is installed already needs none.
OPTIONS = {
    "name",
    "package",
    "pkg",
    "state",
    "install_recommends",
    "update_cache",
    "cache_valid_time",
    "policy_rc_d",
    "allow_downgrade",
    "lock_timeout",
}
NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+(=[\w.+:~*-]+)?")
FIELDS = r"${Package} ${db:Status-Abbrev} ${Version}\n"


def wanted(options):
    """Pairs of package and pattern of its version."""
    return [
        (name, version or "*")
        for name, _sign, version in (word.partition("=") for word in words(first(options, "name", "package", "pkg")))
    ]


def question(options):
    """See the package."""
    names = words(first(options, "name", "package", "pkg"))
    if set(options) - OPTIONS or options.get("state", "present") not in ("present", "absent"):
        return None
    if not names or not all(NAME.fullmatch(name) for name in names):
        return None
    names = " ".join(shlex.quote(name) for name, _version in wanted(options))
    # It ends with 1 where it does not know a name.
    return f"dpkg-query -W -f {shlex.quote(FIELDS)} {names} 2>/dev/null; test $? -le 1 && echo read"


def answer(options, output):
    """See the package."""
    *lines, last = output.splitlines() or [""]
    if last != "read":
        return None
    installed = {
        name: version
        for name, status, version in (line.split() for line in lines if len(line.split()) == 3)
        if status[1:] == "i"
    }
    if options.get("state", "present") == "absent":
        same = not any(name in installed for name, _version in wanted(options))
    else:
        same = all(name in installed and fnmatchcase(installed[name], version) for name, version in wanted(options))
    return {"changed": False} if same else None
