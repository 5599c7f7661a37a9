# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: whether ansible.builtin.file would find a path as it is wanted."""

from __future__ import annotations

import stat

from . import path
from .options import first, truth

OPTIONS = {
    "path",
    "dest",
    "name",
    "state",
    "owner",
    "group",
    "mode",
    "src",
    "follow",
    "force",
    "recurse",
    "_original_basename",
}
KINDS = {"directory": stat.S_ISDIR, "file": stat.S_ISREG, "link": stat.S_ISLNK}


def question(options):
    """See the package."""
    state = options.get("state")
    if set(options) - OPTIONS or state not in {*KINDS, "absent"} or truth(options, "recurse", False):
        return None
    if state == "link" and (options.get("mode") is not None or not options.get("src")):
        return None
    # With the checksum, so that reading what a file holds and who may read it is one question.
    return path.command(first(options, "path", "dest", "name"), checksum=state == "file")


def answer(options, output):
    """See the package."""
    seen, state = path.parse(output), options["state"]
    told = {"changed": False, "path": first(options, "path", "dest", "name"), "state": state}
    if state == "absent":
        return told if seen is False else None
    if not seen or not KINDS[state](seen.mode) or not path.has_attributes(seen, options):
        return None
    if state == "link" and (seen.target != options["src"] or not (seen.leads or truth(options, "force", False))):
        return None
    return {
        **told,
        **{"mode": seen.permissions, "owner": seen.owner, "group": seen.group},
        **{"uid": seen.uid, "gid": seen.gid, "size": seen.size},
    }
