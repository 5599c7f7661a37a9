# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables of an inventory no role knows, and what was probably meant."""

from __future__ import annotations

import difflib


def unknown_variables(names, known, prefixes, renamed=None):
    """Return the names that carry one of our prefixes but that no role declares.

    :param names: names found in the inventory (iterable of str)
    :param known: names that the roles declare (iterable of str)
    :param prefixes: beginnings that belong to the collection, e.g. ``["mongo_", "redis_"]``
    :param renamed: old name -> new name
    :returns: list of dicts ``{name, hint}``, sorted by name; ``hint`` is the new or the closest name, or an empty string
    """
    known, renamed = set(known), renamed or {}
    found = []
    for name in sorted(set(names)):
        if name in known or not name.startswith(tuple(prefixes)):
            continue
        if name in renamed:
            hint = "renamed to " + renamed[name]
        else:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            hint = "did you mean " + close[0] + "?" if close else ""
        found.append({"name": name, "hint": hint})
    return found
