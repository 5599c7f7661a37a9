# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: settings as an environment file that Node and a shell read alike."""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Between double quotes a shell takes these for its own, and Node does not undo a backslash.
SHELL = re.compile(r'["$`\\]')


def env_file(settings):
    """Return the settings as the lines of an environment file.

    ``node --env-file`` and ``set -a; . file`` read each line as the same value: it stands in single quotes, in which neither has special
    characters, or in double quotes if it has a single quote itself.

    :param settings: name -> value; true and false are written in lower case, as programs compare them
    :returns: a dictionary of ``settings`` (name -> value, with true and false as text), ``text`` (the lines, sorted by name) and ``unfit``
        (the names whose values no line can carry; they are not in the text)
    """
    settings = {name: as_text(value) if isinstance(value, bool) else value for name, value in settings.items()}
    lines = {name: _line(name, as_text(settings[name])) for name in sorted(settings, key=str.lower)}
    return {
        "settings": settings,
        "text": "\n".join(line for line in lines.values() if line),
        "unfit": [name for name, line in lines.items() if not line],
    }


def as_text(value):
    """Return a value as programs compare it: true and false in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(name, value):
    """Return the line, or None where there is none."""
    if not NAME.fullmatch(name) or re.search(r"[\r\n\0]", value):
        return None
    if "'" not in value:
        return f"{name}='{value}'"
    return None if SHELL.search(value) else f'{name}="{value}"'
