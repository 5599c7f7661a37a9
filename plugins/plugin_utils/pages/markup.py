# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements of HTML and SVG. What is not an element already is escaped."""

from __future__ import annotations

import html

VOID = ("br", "meta", "path", "rect", "line")


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


def join(children):
    """Return children one after the other; lists are opened, None and empty strings left out."""
    parts = []
    for child in children:
        if isinstance(child, Markup):
            parts.append(child)
        elif isinstance(child, (list, tuple)):
            parts.append(join(child))
        elif child is not None:
            parts.append(html.escape(str(child)))
    return Markup("".join(parts))


def tag(element, *children, **attributes):
    """Return an element. Attributes: ``class_`` is class, ``stroke_width`` is stroke-width, None leaves it out."""
    words = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if element in VOID:
        return Markup(f"<{element}{words}/>")
    return Markup(f"<{element}{words}>{join(children)}</{element}>")
