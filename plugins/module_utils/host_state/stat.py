# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: what ansible.builtin.stat would tell of a path."""

from __future__ import annotations

import stat

from . import path
from .options import first, truth

# The others change nothing of what is told here.
OPTIONS = {
    "path",
    "dest",
    "name",
    "follow",
    "get_checksum",
    "checksum_algorithm",
    "get_mime",
    "get_attributes",
    "get_size",
}


def question(options):
    """See the package."""
    if set(options) - OPTIONS or options.get("checksum_algorithm", "sha1") != "sha1":
        return None
    return path.command(
        first(options, "path", "dest", "name"),
        checksum=truth(options, "get_checksum", True),
        follow=truth(options, "follow", False),
    )


def answer(options, output):
    """See the package."""
    seen = path.parse(output)
    if seen is None:
        return None
    if not seen:
        return {"changed": False, "stat": {"exists": False}}
    kinds = {
        "isreg": stat.S_ISREG,
        "isdir": stat.S_ISDIR,
        "islnk": stat.S_ISLNK,
        "isfifo": stat.S_ISFIFO,
        "issock": stat.S_ISSOCK,
    }
    told = {
        "exists": True,
        "path": first(options, "path", "dest", "name"),
        "mode": seen.permissions,
        "uid": seen.uid,
        "gid": seen.gid,
        "pw_name": seen.owner,
        "gr_name": seen.group,
        "size": seen.size,
        "atime": seen.atime,
        "mtime": seen.mtime,
        "ctime": seen.ctime,
        "inode": seen.inode,
        "nlink": seen.links,
        "dev": seen.device,
        **{name: kind(seen.mode) for name, kind in kinds.items()},
    }
    if seen.checksum:
        told["checksum"] = seen.checksum
    if seen.target:
        told |= {"lnk_target": seen.target, "lnk_source": seen.source}
    return {"changed": False, "stat": told}
