# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hashed assets an edge lacks, and which it holds of no release that is kept. No input or output here.

The name of a hashed asset holds a hash of its content: two files of one name have one content, whatever release they are of. So all of them
share one directory on the edge, and all have one time there: what has another size or another time was changed behind our back.
"""

from __future__ import annotations

import re

# 2000-01-01, in seconds since 1970: builds of the same content differ in their times.
TIME = 946684800
LINE = re.compile(r"(\d+) (\d+)(?:\.\d+)? (\d+)(?:\.\d+)? (\S+)", re.ASCII)
PLAIN = re.compile(r"[\w@+~.=-]+(/[\w@+~.=-]+)*", re.ASCII)


def files(listing):
    """Return path -> (size, time of the content), and path -> time when it came here, whatever a login shell says in between.

    :param listing: what ``find -printf '%s %T@ %C@ %P\\n'`` printed, as lines
    """
    found = [match.groups() for match in map(LINE.fullmatch, listing) if match]
    return (
        {path: (int(size), int(changed)) for size, changed, _came, path in found},
        {path: int(came) for _size, _changed, came, path in found},
    )


def plan(releases, edges, directory, paths, pattern, before):
    """Say which assets each edge is to get from which application host, and which are of no release any more.

    :param releases: application host -> lines of its listing, paths as ``<release>/<directory>/<path>``
    :param edges: edge -> lines of its listing, paths as below a URL
    :param directory: directory of a release from which the application answers the paths
    :param paths: prefixes of URLs, such as ``/assets/``
    :param pattern: regular expression that is found in the name of a hashed asset, and in no other
    :param before: seconds since 1970. What came later stays for a while, also of a release that was undone: some pages are of it.
    :returns: ``{"copies": [{"source": host, "edge": edge, "files": [paths of the source], "paths": [paths of the edge]}],
        "superfluous": [{"edge": edge, "paths": [...]}]}``, without entries that have nothing
    """
    below = tuple(path.strip("/") + "/" for path in paths)

    def is_hashed(asset):
        return asset.startswith(below) and PLAIN.fullmatch(asset) and re.search(pattern, asset)

    wanted = {}
    for host, listing in releases.items():
        for path, (size, _time) in files(listing)[0].items():
            _release, _slash, inside = path.partition("/")
            asset = inside.removeprefix(directory.strip("/") + "/")
            if asset != inside and is_hashed(asset):
                wanted.setdefault(asset, (size, host, path))
    copies, superfluous = {}, []
    for edge, listing in edges.items():
        present, came = files(listing)
        for asset, (size, host, path) in wanted.items():
            if present.get(asset) != (size, TIME):
                copy = copies.setdefault((host, edge), {"source": host, "edge": edge, "files": [], "paths": []})
                copy["files"].append(path)
                copy["paths"].append(asset)
        old = sorted(asset for asset in present.keys() - wanted if is_hashed(asset) and came[asset] < before)
        if old:
            superfluous.append({"edge": edge, "paths": old})
    return {"copies": list(copies.values()), "superfluous": superfluous}
