# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: server-sent events. No I/O."""

from __future__ import annotations


class Parser:
    """Turns bytes, in whatever pieces they come, into events: dictionaries of ``event`` and ``data``."""

    def __init__(self):
        self.rest = b""
        self.fields = {}

    def feed(self, piece):
        # A piece may end between CR and LF: the CR waits for what follows.
        text = (self.rest + piece).replace(b"\r\n", b"\n")
        held = b"\r" if text.endswith(b"\r") else b""
        text = text[: len(text) - len(held)].replace(b"\r", b"\n")
        *lines, rest = text.split(b"\n")
        self.rest = rest + held
        return [event for event in map(self._line, lines) if event]

    def _line(self, line):
        if not line:
            fields, self.fields = self.fields, {}
            if "data" in fields:
                return {"event": fields.get("event", "message"), "data": "\n".join(fields["data"])}
        name, _colon, value = line.decode("utf-8", "replace").partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "data":
            self.fields.setdefault("data", []).append(value)
        elif name == "event":
            self.fields["event"] = value
        return None
