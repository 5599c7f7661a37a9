# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Settings in an env file, as dotenv and systemd read it, with every other line left as it is."""

from __future__ import annotations

import re
from typing import NamedTuple

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
ASSIGNMENT = re.compile(rf"(?P<head>\ufeff?[ \t]*(?:export[ \t]+)?)(?P<name>{NAME.pattern})(?P<equals>[ \t]*=[ \t]*)")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
BARE = re.compile(r"((?:[^ \t\r\n#]|(?<=[^ \t=])#|[ \t]+(?=[^ \t\r\n#]))*)")
QUOTED = {
    "'": re.compile(r"'([^']*)'"),
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
    "`": re.compile(r"`([^`]*)`"),
}
REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")

# What a value must not hold in each notation: readers differ about it
SPECIAL = {
    "": re.compile(r"[\s#'\"`\\$]"),
    "'": re.compile(r"[\r\n'\\]"),
    '"': re.compile(r"[\r\n\"\\$`]"),
    "`": re.compile(r"[\r\n`\\]"),
}


class EnvFileError(ValueError):
    """The file cannot be read with certainty. The message names a line and never quotes it."""


class Assignment(NamedTuple):
    """A setting: its text in the file, and that text taken apart."""

    text: str
    head: str
    name: str
    equals: str
    quote: str
    value: str
    tail: str

    def text_with(self, value):
        """The text with another value, in the same notation if that can carry it."""
        if value == self.value:
            return self.text
        return f"{self.head}{self.name}{self.equals}{quoted(value, self.quote)}{self.tail}"


def parse(text):
    """Strings (lines to leave alone) and assignments, which together are the text."""
    items, position = [], 0
    while position < len(text):
        line = LINE.match(text, position).group()
        if not line.strip("\ufeff \t\r\n") or line.lstrip("\ufeff \t").startswith("#"):
            item, position = line, position + len(line)
        else:
            item, position = _assignment(text, position)
        items.append(item)
    return items


def _assignment(text, position):
    """The assignment that begins here, and where it ends."""
    number = _line_number(text, position)
    found = ASSIGNMENT.match(text, position)
    if not found:
        raise EnvFileError(f"Line {number} is neither NAME=value nor a comment.")
    quote = text[found.end() : found.end() + 1]
    if quote not in QUOTED:
        quote = ""
    value = QUOTED.get(quote, BARE).match(text, found.end())
    if not value:
        raise EnvFileError(f"The quote that line {number} opens is never closed.")
    tail = REST.match(text, value.end())
    if not tail:
        raise EnvFileError(f"Line {number} goes on after the end of its value.")
    end = tail.end()
    return Assignment(
        text[position:end], *found.group("head", "name", "equals"), quote, value.group(1), tail.group()
    ), end


def quoted(value, wish=""):
    """The value as it is written: as wished if it can be, else in the first notation that all readers give back unchanged."""
    for quote in (wish, "", "'", '"'):
        if not SPECIAL[quote].search(value):
            return f"{quote}{value}{quote}"
    raise EnvFileError("A value holds characters that no notation of an env file can carry.")


def _line_number(text, position):
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


def reconcile(text, settings):
    """The text with these settings. Of a name that stands there twice the last line counts, as it does for its readers; the others go.

    :param settings: name -> string
    :returns: the new text, and the assignments to these names before and after
    """
    for name in settings:
        if not NAME.fullmatch(name):
            raise EnvFileError(f"{name!r} is not a name for an env file.")
    items = parse(text)
    last = {item.name: number for number, item in enumerate(items) if isinstance(item, Assignment)}
    lines, before, after = [], [], []
    for number, item in enumerate(items):
        if isinstance(item, str):
            lines.append(item)
        elif item.name not in settings:
            lines.append(item.text)
        else:
            before.append(f"{item.name}={item.value}")
            if number == last[item.name]:
                lines.append(item.text_with(settings[item.name]))
                after.append(f"{item.name}={settings[item.name]}")
    ending = _ending(text)
    new = [name for name in settings if name not in last]
    if new and lines and not lines[-1].endswith(("\n", "\r")):
        lines.append(ending)
    lines += [f"{name}={quoted(settings[name])}{ending}" for name in new]
    after += [f"{name}={settings[name]}" for name in new]
    return "".join(lines), before, after


def _ending(text):
    endings = re.findall(r"\r\n|\r|\n", text)
    return max(set(endings), key=endings.count) if endings else "\n"


def as_text(value):
    """A value of YAML as an env file has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
