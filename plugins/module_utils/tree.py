# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identity of a directory of source code, whatever the times and the owners of its files."""

from __future__ import annotations

import hashlib
import os
import stat

INSTALLED = "node_modules"
IGNORED = (".git", ".env")
# What only the data directory of a server has. A dump.rdb alone is no sign: LibreChat has one in its repository.
DATA = {
    "WiredTiger": "MongoDB",
    "appendonlydir": "Redis",
    "data.ms": "Meilisearch",
    "PG_VERSION": "PostgreSQL",
}


class DataInside(Exception):
    """A directory of the tree holds the data of a server."""

    def __init__(self, folder, server):
        super().__init__(f"{folder} holds the data of {server}.")


def refuse(error):
    """End a walk at a directory that cannot be read: what is in it would be missing."""
    raise error


def walk(root, with_installed):
    """Yield the relative paths of all files and links below the root, in one fixed order. Sockets, pipes and devices are no part of it.

    :param root: directory
    :param with_installed: also what a package manager installed (``node_modules``)
    :raises DataInside: a directory is a server's, and changes as long as the server runs
    """
    for folder, folders, files in os.walk(root, onerror=refuse):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = sorted(
            name
            for name in folders
            if name not in links and name not in IGNORED and (with_installed or name != INSTALLED)
        )
        held = DATA.keys() & {*files, *folders}
        if held:
            raise DataInside(folder, DATA[min(held)])
        for name in sorted(files + [link for link in links if with_installed or link != INSTALLED]):
            full = os.path.join(folder, name)
            if name not in IGNORED and stat.S_IFMT(os.lstat(full).st_mode) in (stat.S_IFREG, stat.S_IFLNK):
                yield os.path.relpath(full, root)


def fingerprint(root, with_installed):
    """Return a digest of the tree: paths, contents, links and which files can be executed.

    Of installed packages only names and sizes count: the lock file, which is read, fixes their contents.

    :param root: directory
    :param with_installed: see :func:`walk`
    :returns: 12 hexadecimal digits
    :raises OSError: for a file or a directory that cannot be read
    :raises DataInside: see :func:`walk`
    """
    digest = hashlib.sha256()
    for path in walk(root, with_installed):
        full = os.path.join(root, path)
        status = os.lstat(full)
        if os.path.islink(full):
            facts = "link " + os.readlink(full)
        elif INSTALLED in path.split(os.sep):
            facts = f"size {status.st_size}"
        else:
            with open(full, "rb") as file:
                facts = f"{hashlib.sha256(file.read()).hexdigest()} {status.st_mode & 0o111 != 0}"
        digest.update(f"{path}\0{facts}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:12]
