# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as tables: plain text for a terminal, and Markdown. No input or output here."""

from __future__ import annotations

import textwrap

from .words import (
    ACTION_COLUMNS,
    CHECK_COLUMNS,
    HOST_COLUMNS,
    INPUT_COLUMNS,
    action_rows,
    check_rows,
    footing,
    host_rows,
    input_rows,
    most_users,
    recommendation,
    rows,
    title,
    verdict,
)

NARROWEST = 24
# The same for a terminal, which has little room
NUMBER_WORDS = {
    "name": "number",
    "value": "value",
    "running": "running",
    "why": "why",
    "slack": "slack",
    "basis": "basis",
}
HOST_WORDS = {"host": "host", "services": "services", "cores": "cores", "memory": "memory", "of": "of"}
CHECK_WORDS = {
    "state": "state",
    "name": "check",
    "subject": "of",
    "value": "value",
    "limit": "limit",
    "full": "full",
    "remediation": "remediation",
}
ACTION_WORDS = {"host": "host", "service": "service", "what": "what", "because": "because"}


def plan_text(plan, running, width):
    """Return the plan for a terminal, the verdict last. No line is longer than width, but for words that are."""
    columns = {key: words for key, words in NUMBER_WORDS.items() if running or key != "running"}
    layers = rows(plan, running)
    for row in (row for found in layers.values() for row in found):
        row["why"] = "; ".join(part for part in (row["why"].rstrip("."), _overridden(row)) if part)
        row["running"] += " *" if row["differs"] else ""
    lines = [title(plan)]
    for layer, found in text_tables(layers, columns, "why", width).items():
        lines += ["", layer, *found]
    lines += _section("Hosts", host_rows(plan), HOST_WORDS, "of", width)
    lines += _section("Checks", check_rows(plan), CHECK_WORDS, "remediation", width)
    if running:
        lines += _section("A run of site would touch", action_rows(plan, running), ACTION_WORDS, "because", width)
    lines.append("")
    for part in (verdict(plan), most_users(plan), recommendation(plan), footing(plan)):
        lines += textwrap.wrap(part, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _overridden(row):
    return f"OVERRIDDEN, the model says {row['planned']}" if row["planned"] else ""


def _section(heading, found, columns, wide, width):
    table = text_tables({heading: found}, columns, wide, width)[heading] if found else ["nothing"]
    return ["", heading, *table]


def text_tables(tables, columns, wide, width):
    """Return the lines of each table, all with the same columns.

    :param tables: heading -> rows, each a dict of words
    :param columns: key of a row -> its heading
    :param wide: key of the column that takes the rest of the width, in several lines where it must
    """
    everything = [columns, *(row for found in tables.values() for row in found)]
    widths = {key: max(len(row[key]) for row in everything) for key in columns if key != wide}
    rest = width - sum(widths.values()) - 2 * len(widths)
    widths[wide] = max(NARROWEST, min(rest, max(len(row[wide]) for row in everything)))

    def lines_of(row):
        wrapped = textwrap.wrap(row[wide], widths[wide]) or [""]
        for place, line in enumerate(wrapped):
            cells = {**row, wide: line} if place == 0 else {wide: line}
            yield "  ".join(cells.get(key, "").ljust(widths[key]) for key in columns).rstrip()

    return {heading: [line for row in [columns, *found] for line in lines_of(row)] for heading, found in tables.items()}


def plan_markdown(plan, running):
    """Return the plan as Markdown, with all inputs and sources."""
    parts = [f"# {title(plan)}", f"**{escape(verdict(plan))}** {escape(most_users(plan))}", escape(footing(plan))]
    if recommendation(plan):
        parts.append(f"**Recomrecovered:** {escape(recommendation(plan))}")
    if running:
        parts += ["## A run of site would touch"]
        found = action_rows(plan, running)
        parts.append(markdown_table(found, ACTION_COLUMNS) if found else "Nothing: what runs is what is planned.")
    parts += [
        "## Hosts",
        markdown_table(host_rows(plan), HOST_COLUMNS),
        "## Checks",
        markdown_table(check_rows(plan), CHECK_COLUMNS),
        "## Numbers",
        "*Slack*: users that can come before the number has to grow. A dash: it does not follow the users.",
    ]
    columns = {
        "name": "Number",
        "value": "Value",
        "running": "Running",
        "why": "Why",
        "inputs": "From",
        "source": "Source",
        "slack": "Slack",
        "basis": "Basis",
        "planned": "The model says",
    }
    if not running:
        del columns["running"]
    for layer, found in rows(plan, running).items():
        shown = {
            key: words for key, words in columns.items() if key != "planned" or any(row["planned"] for row in found)
        }
        parts += [f"### {layer}", markdown_table(found, shown, code=("name",))]
    parts += [
        "## Inputs",
        markdown_table(input_rows(plan), INPUT_COLUMNS, code=("name",)),
    ]
    return "\n\n".join(parts) + "\n"


def escape(text):
    """Return text that Markdown shows as it is, also in a table."""
    text = " ".join(str(text).replace("&", "&amp;").replace("<", "&lt;").split())
    for character in "\\`*|[]":
        text = text.replace(character, "\\" + character)
    return text


def markdown_table(found, columns, code=()):
    """Return a table of these rows; the columns named in code are names."""

    def line(cells):
        return "| " + " | ".join(cells) + " |"

    head = [line(columns.values()), line(["---"] * len(columns))]
    return "\n".join(
        [*head, *(line(f"`{row[key]}`" if key in code else escape(row[key]) for key in columns) for row in found)]
    )
