# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Measured inputs of the capacity model in a YAML file, without a YAML library: the managed host may have none."""

from __future__ import annotations

import re

VARIABLE = "stack_calibration"
TOP = re.compile(rf"{VARIABLE}:(?P<rest>.*)")
KEY = re.compile(r"(?P<indent>[ ]+)(?P<name>[A-Za-z_]\w*):(?:\s.*)?")


class CalibrationError(ValueError):
    """The file is laid out in a way that cannot be changed line by line."""


def reconcile(text, values, comment):
    """The text with these values under ``stack_calibration``, each with the comment; all else stays.

    :param values: name -> number
    :param comment: when and where it was measured
    """
    lines = text.splitlines() or ["---"]
    tops = [number for number, line in enumerate(lines) if TOP.fullmatch(line)]
    if len(tops) > 1:
        raise CalibrationError(f"Line {tops[1] + 1} gives {VARIABLE} a second time.")
    if not tops:
        lines.append(f"{VARIABLE}:")
        tops = [len(lines) - 1]
    top = tops[0]
    rest = TOP.fullmatch(lines[top])["rest"].strip()
    if rest and not rest.startswith("#"):
        raise CalibrationError(
            f"Line {top + 1} gives {VARIABLE} on one line. Write it as a block: a line for each key."
        )

    end = top + 1
    while end < len(lines) and (not lines[end].strip() or lines[end][0] in " #"):
        end += 1
    while end > top + 1 and not lines[end - 1].startswith(" "):
        end -= 1
    found = {}
    for number in range(top + 1, end):
        key = KEY.fullmatch(lines[number])
        if key:
            found[key["name"]] = (number, key["indent"])
    indent = next((indent for _number, indent in found.values()), "  ")
    new = [f"{indent}{name}: {value}  # {comment}" for name, value in values.items() if name not in found]
    for name in set(values) & set(found):
        number, own = found[name]
        lines[number] = f"{own}{name}: {values[name]}  # {comment}"
    lines[end:end] = new
    return "\n".join(lines) + "\n"


def significant(value, digits=2):
    """Rounded: what was measured is not known better than this."""
    return float(f"{value:.{digits}g}")
