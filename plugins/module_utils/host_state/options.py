# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: options of a task as its module would understand them."""

from __future__ import annotations

from ansible.module_utils.parsing.convert_bool import boolean


def first(options, *names):
    """The value of an option that has several names; None where none of them is given."""
    return next((options[name] for name in names if options.get(name) is not None), None)


def truth(options, name, default=None):
    """A boolean, or None where it is not given. Raises TypeError where it is none."""
    value = options.get(name)
    return default if value is None else boolean(value)


def words(value):
    """A list of strings, given as one or as text with commas."""
    return (
        [part.strip() for part in value.split(",")] if isinstance(value, str) else [str(part) for part in value or []]
    )
