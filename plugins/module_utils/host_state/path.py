# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: one path of a host, as ``stat`` and ``readlink`` of GNU coreutils show it."""

from __future__ import annotations

import re
import shlex
import stat
from dataclasses import dataclass

FORMAT = "%f %u %g %s %.9X %.9Y %.9Z %i %h %d %U %G"
LINE = re.compile(r"[0-9a-f]+ \d+ \d+ \d+( -?\d+\.\d+){3} \d+ \d+ \d+ \S+ \S+")
# The two ways in which the kernel says that there is nothing
ABSENT = ("No such file or directory", "Not a directory")


@dataclass(frozen=True)
class Seen:
    """What is at a path; a link is not followed.

    ``mode`` is that of the inode, with the kind of file; ``target`` is what a link says and ``source`` where it ends at last;
    ``leads`` tells whether there is something; ``checksum`` is the SHA-1 of a regular file's content, where it was asked for.
    """

    mode: int
    uid: int
    gid: int
    size: int
    atime: float
    mtime: float
    ctime: float
    inode: int
    links: int
    device: int
    owner: str
    group: str
    target: str = ""
    source: str = ""
    leads: bool = True
    checksum: str = ""

    @property
    def permissions(self):
        return f"{stat.S_IMODE(self.mode):04o}"


def quoted(path):
    """A path for a shell; None where it cannot be told apart from the words around it."""
    return shlex.quote(path) if isinstance(path, str) and path.startswith("/") and path.isprintable() else None


def command(path, checksum=False, follow=False):
    """The command that looks at a path; None where ``quoted`` has none."""
    path = quoted(path)
    if path is None:
        return None
    look = f"stat {'-L ' if follow else ''}-c {shlex.quote(FORMAT)} -- {path} 2>&1"
    link = f"test -L {path}; then readlink -- {path}; readlink -m -- {path}; test -e {path} && echo leads"
    content = f"test -f {path}; then sha1sum < {path}"
    branches = ([] if follow else [link]) + ([content] if checksum else [])
    return f"{look} && if {'; elif '.join(branches)}; fi" if branches else look


def parse(output):
    """Read the command's output: Seen, False where there is nothing, or None where it cannot be told."""
    line, *more = output.splitlines() or [""]
    if line.endswith(ABSENT):
        return False
    if not LINE.fullmatch(line):
        return None
    mode, uid, gid, size, atime, mtime, ctime, inode, links, device, owner, group = line.split()
    numbers = [int(mode, 16), int(uid), int(gid), int(size), float(atime), float(mtime), float(ctime)]
    numbers += [int(inode), int(links), int(device)]
    if stat.S_ISLNK(numbers[0]):
        if len(more) not in (2, 3):
            return None
        return Seen(*numbers, owner, group, target=more[0], source=more[1], leads=more[2:] == ["leads"])
    return Seen(*numbers, owner, group, checksum=more[0].split()[0] if more else "")


def has_attributes(seen, options):
    """Whether owner, group and mode are what the options ask for. A mode in symbols is not understood: False."""
    mode = options.get("mode")
    if isinstance(mode, str):
        mode = int(mode, 8) if re.fullmatch("0?[0-7]{3,4}", mode) else -1
    return (
        str(options.get("owner", seen.owner)) in (seen.owner, str(seen.uid))
        and str(options.get("group", seen.group)) in (seen.group, str(seen.gid))
        and (mode is None or mode == stat.S_IMODE(seen.mode))
    )
