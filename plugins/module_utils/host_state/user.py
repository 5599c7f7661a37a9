# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: whether ansible.builtin.user would find an account as it is wanted."""

from __future__ import annotations

import shlex

from .options import first, truth, words

OPTIONS = {
    "name",
    "user",
    "group",
    "groups",
    "append",
    "home",
    "shell",
    "create_home",
    "createhome",
    "system",
    "password",
    "update_password",
}


def question(options):
    """See the package."""
    name = first(options, "name", "user")
    if set(options) - OPTIONS or not name or truth(options, "create_home", True):
        return None
    if options.get("password") is not None and options.get("update_password") != "on_create":
        return None
    if options.get("groups") is not None and not truth(options, "append", False):
        return None
    name = shlex.quote(name)
    return f"getent passwd {name} && id -gn {name} && id -Gn {name}"


def answer(options, output):
    """See the package."""
    lines = output.splitlines()
    if len(lines) != 3 or lines[0].count(":") != 6:
        return None
    name, _password, uid, gid, _words, home, shell = lines[0].split(":")
    same = (
        name == first(options, "name", "user")
        and str(options.get("group", lines[1])) in (lines[1], gid)
        and options.get("home", home) == home
        and options.get("shell", shell) == shell
        and set(words(options.get("groups"))) <= set(lines[2].split())
    )
    if not same:
        return None
    return {
        "changed": False,
        "name": name,
        "state": "present",
        "uid": int(uid),
        "group": int(gid),
        "home": home,
        "shell": shell,
    }
