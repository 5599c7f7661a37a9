# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dashboard of Grafana as a console template of Prometheus: the server writes the numbers, a script draws the curves."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from .environment import PAGES

RANGES = {"1h": 3600, "6h": 21600, "24h": 86400, "7d": 604800}
DEFAULT_RANGE = "6h"
POINTS = 240
LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
KINDS = {"row": "row", "stat": "stat", "timeseries": "graph", "table": "table"}


def text(words):
    """Return what is no markup as words of the page: escaped, and none of it an action of Prometheus."""
    return words if isinstance(words, Markup) else escape(words).replace("{{", Markup('{{ "{{" }}'))


CONSOLES = PAGES.overlay(finalize=text)


def console_page(dashboard, pages, style="", script="", links=None, scrape_s=15):
    """Return the template.

    :param dashboard: the dashboard as Grafana imports it
    :param pages: title of each page by its file name, in the order of the navigation
    :param style: style sheet that is put into the page
    :param script: script that is put into the page
    :param links: address by title of more pages to lead to
    :param scrape_s: seconds between two samples
    """
    return CONSOLES.get_template("console.html.j2").render(
        title=dashboard["title"],
        description=dashboard["description"],
        pages=pages,
        links=links or {},
        has_host=any(variable["name"] == "host" for variable in dashboard["templating"]["list"]),
        range=DEFAULT_RANGE,
        ranges={
            name: {"seconds": seconds, "rate": max(4 * scrape_s, seconds // POINTS)} for name, seconds in RANGES.items()
        },
        panels=[prepared(panel) for panel in dashboard["panels"]],
        style=Markup(style),
        script=Markup(script),
    )


def prepared(panel):
    """Return what the template shows of a panel."""
    kind, title = KINDS[panel["type"]], panel["title"]
    if kind == "row":
        return {"kind": kind, "title": title}
    config = panel["fieldConfig"]["defaults"]
    shown = columns(panel) if kind == "table" else []
    labels = [column["label"] for column in shown if column["label"]]
    limits = {
        override["matcher"]["options"]
        for override in panel["fieldConfig"]["overrides"]
        if any(one["id"] == "custom.lineStyle" for one in override["properties"])
    }
    return {
        "kind": kind,
        "title": title,
        "description": panel["description"],
        "width": panel["gridPos"]["w"],
        "nothing": config.get("noValue", "no data"),
        "named": panel.get("options", {}).get("textMode") == "name",
        "look": look(config),
        "labels": labels,
        "columns": shown,
        "series": [
            {"name": target["refId"], "limit": target["refId"] in limits, **series(target, labels)}
            for target in panel["targets"]
        ],
    }


def series(target, labels):
    """Return a query, its results in the order of the first label, and the name of each: for Prometheus, and for the script."""
    expression, name = query(target["expr"]), target.get("legendFormat", "")
    words = [
        Markup(f"{{{{ .Labels.{part} }}}}") if place % 2 else text(part) for place, part in enumerate(LABEL.split(name))
    ]
    by = [*labels, *LABEL.findall(name)][:1]
    return {
        "query": expression,
        "results": expression + Markup(" | query" + "".join(f' | sortByLabel "{label}"' for label in by)),
        "legend": Markup().join(words),
        "names": LABEL.sub(r"[\1]", name),
    }


def query(expression):
    """Return the expression as the template's text, with Grafana's variables put in."""
    found = f"`{expression}`"
    for name, value in (
        (r"[$]__rate_interval", "$rate"),
        (r"[$]__range", '(printf "%ss" $seconds)'),
        (r"[$]host", "$hosts"),
    ):
        if re.search(name, expression):
            found = f'(reReplaceAll "{name}" {value} {found})'
    return Markup(found)


def look(config):
    """Return how values are shown: their unit, the words of some, the thresholds from the highest, and the colour below all."""
    lowest, *steps = config.get("thresholds", {}).get("steps") or [{"color": "text"}]
    return {
        "unit": config.get("unit", "none"),
        "decimals": config.get("decimals"),
        "words": [
            (float(key), mapped["text"], mapped["color"])
            for one in config.get("mappings", [])
            if one["type"] == "value"
            for key, mapped in one["options"].items()
        ],
        "lowest": lowest["color"],
        "steps": [(float(step["value"]), step["color"]) for step in reversed(steps)],
    }


def columns(panel):
    """Return the columns that are shown, in their order: labels of the rows, and values of a query."""
    options = next(one["options"] for one in panel["transformations"] if one["id"] == "organize")
    joined = [target["refId"] for target in panel["targets"][1:]]
    found = []
    for field in sorted(options["indexByName"], key=options["indexByName"].get):
        if not options["excludeByName"].get(field, False):
            title = options["renameByName"].get(field, field)
            name = field.removeprefix("Value #")
            found.append(
                {
                    "title": title,
                    "label": None if field.startswith("Value") else field,
                    "joined": name if name in joined else None,
                    "look": look(column_config(panel, title)),
                }
            )
    return found


def column_config(panel, title):
    """Return the options of a column: those of the panel and of the overrides by its name."""
    config = dict(panel["fieldConfig"]["defaults"])
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"] == {"id": "byName", "options": title}:
            config |= {one["id"]: one["value"] for one in override["properties"]}
    return config
