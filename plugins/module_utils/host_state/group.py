# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: whether ansible.builtin.group would find a group."""

from __future__ import annotations

import shlex

OPTIONS = {"name", "system"}


def question(options):
    """See the package."""
    if set(options) - OPTIONS or not options.get("name"):
        return None
    return f"getent group {shlex.quote(options['name'])}"


def answer(options, output):
    """See the package."""
    name, _mark, gid = output.strip().partition(":x:")
    if name != options["name"]:
        return None
    return {"changed": False, "name": name, "state": "present", "gid": int(gid.split(":")[0])}
