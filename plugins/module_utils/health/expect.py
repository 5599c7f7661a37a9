# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: what an HTTP answer is expected to be. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken

MISSING = object()

COMPARISONS = {
    "eq": lambda found, wanted: found == wanted or plain(found) == plain(wanted),
    "ne": lambda found, wanted: not COMPARISONS["eq"](found, wanted),
    "lt": lambda found, wanted: number(found) < number(wanted),
    "le": lambda found, wanted: number(found) <= number(wanted),
    "gt": lambda found, wanted: number(found) > number(wanted),
    "ge": lambda found, wanted: number(found) >= number(wanted),
    "contains": lambda found, wanted: wanted in found,
    "matches": lambda found, wanted: re.search(wanted, plain(found)) is not None,
    "exists": lambda found, wanted: True,
    "absent": lambda found, wanted: False,
}


def plain(value):
    """One notation for what YAML and JSON may type differently."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def number(value):
    if isinstance(value, bool):
        raise TypeError("a truth value is not a number")
    return float(value)


def parse_json(text):
    try:
        return json.loads(text)
    except ValueError as exc:
        raise Broken("body is not JSON", shorten(text)) from exc


def look_up(document, path):
    """The value at a path like ``data.items[0].name``, or MISSING."""
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(document, Mapping) and step in document:
            document = document[step]
        elif is_list(document) and re.fullmatch(r"-?\d+", step) and -len(document) <= int(step) < len(document):
            document = document[int(step)]
        else:
            return MISSING
    return document


def is_list(value):
    return isinstance(value, Sequence) and not isinstance(value, str)


def check_json(document, comparisons):
    """Hold a document against comparisons of ``path``, ``op`` and ``value``."""
    for comparison in comparisons:
        path, op, wanted = comparison["path"], comparison["op"], comparison.get("value")
        found = look_up(document, path)
        if found is MISSING:
            if op != "absent":
                raise Broken(f"JSON has no {path}")
            continue
        try:
            holds = COMPARISONS[op](found, wanted)
        except (TypeError, ValueError):
            holds = False
        if not holds:
            words = op if op in ("exists", "absent") else f"{op} {shorten(plain(wanted))}"
            raise Broken(f"JSON {path} is {shorten(plain(found))}, wanted {words}")


def check_answer(answer, expected):
    """Hold an answer (status, headers, text) against what is expected of it."""
    if answer.status not in expected["status"]:
        wanted = " or ".join(map(str, expected["status"]))
        raise Broken(f"status {answer.status}, wanted {wanted}", shorten(answer.text))
    for name, pattern in (expected.get("answer_headers") or {}).items():
        found = answer.headers.get(name)
        if found is None:
            raise Broken(f"no header {name}")
        if not re.search(str(pattern), found):
            raise Broken(f"header {name} does not match {pattern}", shorten(found))
    pattern = expected.get("body_regex")
    if pattern and not re.search(pattern, answer.text):
        raise Broken(f"body does not match {pattern}", shorten(answer.text))
    if expected.get("json"):
        check_json(parse_json(answer.text), expected["json"])


def fill(value, taken):
    """Put values taken from earlier answers where ``${name}`` stands, in strings at any depth."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda match: str(taken.get(match.group(1), match.group(0))), value)
    if isinstance(value, Mapping):
        return {key: fill(one, taken) for key, one in value.items()}
    if is_list(value):
        return [fill(one, taken) for one in value]
    return value


def shorten(text, length=120):
    """The beginning of a text, on one line."""
    line = " ".join(str(text).split())
    return line if len(line) <= length else line[: length - 3] + "..."
