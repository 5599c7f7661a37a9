# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as one page that needs nothing else: no script, no font, no picture from elsewhere. No input or output here."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.plan.words import (
    ACTION_COLUMNS,
    CHECK_COLUMNS,
    HOST_COLUMNS,
    INPUT_COLUMNS,
    action_rows,
    amount,
    check_rows,
    footing,
    host_rows,
    input_rows,
    most_users,
    recommendation,
    rows,
    share,
    state,
    title,
    verdict,
)

from .drawing import kinds, some, topology
from .markup import Markup, tag
from .style import STYLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
KEY_FIGURES = (
    ("request_rate", "calls a second at the peak"),
    ("open_streams", "open streams"),
    ("workers_total", "workers"),
    ("mongo_sockets_release", "MongoDB sockets in a release"),
    ("redis_maxmemory_mb", "MB for Redis"),
)


def plan_html(plan, running):
    """Return the page."""
    body = [
        header(plan),
        tag("figure", topology(plan), class_="wide"),
        section("Full", "How full each resource is", bars(plan), memory_bars(plan)),
        section("Site", "What a run of site would touch", touched(plan, running)) if running else None,
        section("Checks", "Checks", table(check_rows(plan), CHECK_COLUMNS, badge="state")),
        section("Hosts", "Hosts", table(host_rows(plan), HOST_COLUMNS)),
        section("Numbers", "Numbers", tag("p", footing(plan), " ", SLACK), numbers(plan, running)),
        section("Inputs", "Inputs", table(input_rows(plan), INPUT_COLUMNS, code="name", badge="basis")),
    ]
    return (
        "<!DOCTYPE html>\n"
        + tag(
            "html",
            tag(
                "head",
                tag("meta", charset="utf-8"),
                tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
                tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
                tag("meta", name="color-scheme", content="light dark"),
                tag("title", title(plan)),
                tag("style", Markup(STYLE)),
            ),
            tag("body", tag("main", body)),
            lang="en",
        )
        + "\n"
    )


SLACK = "Slack: users that can come before the number has to grow; a dash: it does not follow the users."


def header(plan):
    found = plan["numbers"]
    figures = [(amount(found[name]["value"]), words) for name, words in KEY_FIGURES if name in found]
    advice = recommendation(plan)
    return tag(
        "header",
        tag("h1", title(plan)),
        tag(
            "p",
            tag(
                "strong",
                "fits" if plan["fits"] else "does not fit",
                class_="badge " + ("ok" if plan["fits"] else "FAILED"),
            ),
            " ",
            verdict(plan),
        ),
        tag("p", most_users(plan)),
        tag("p", tag("strong", "Recomrecovered: "), advice) if advice else None,
        tag("ul", [tag("li", tag("b", value), " ", words) for value, words in figures], class_="figures"),
    )


def section(anchor, heading, *children):
    return tag("section", tag("h2", heading), children, id=anchor.lower())


def filled(label, share_of_limit, words, kind):
    """A bar that is full at its limit; what is above shows by its colour and its words."""
    return tag(
        "div",
        tag("span", label, class_="what"),
        tag("span", tag("i", style=f"width:{min(100, 100 * share_of_limit):.1f}%", class_=kind), class_="track"),
        tag("span", words, class_="much"),
        class_="bar",
    )


def bars(plan):
    """Each resource once: hosts that are alike are shown by the fullest."""
    found = {}
    alike = {name: some(names) for names, first in kinds(plan["hosts"]) for name in names}
    for check in plan["checks"]:
        if share(check) is not None:
            key = (check["name"], alike.get(check["subject"], check["subject"]))
            if key not in found or share(check) > share(found[key]):
                found[key] = check
    return tag(
        "div",
        [
            filled(
                f"{name.replace('_', ' ')}: {subject}",
                share(check),
                f"{100 * share(check):.0f} %, {amount(check['value'])} of {amount(check['limit'], check['unit'])}",
                state(check),
            )
            for (name, subject), check in sorted(found.items(), key=lambda item: -share(item[1]))
        ],
        class_="bars",
    )


def memory_bars(plan):
    """Memory of each kind of host by service, with a mark where planning ends."""
    found = []
    for names, host in kinds(plan["hosts"]):
        whole = max(host["memory_mb"], host["planned_mb"])
        parts = [
            tag("i", style=f"width:{100 * size / whole:.2f}%", class_=f"part {service}", title=f"{service} {size} MB")
            for service, size in host["memory"].items()
        ]
        mark = tag(
            "i",
            style=f"left:{100 * host['ceiling_mb'] / whole:.2f}%",
            class_="mark",
            title=f"ceiling {host['ceiling_mb']} MB",
        )
        of = f"{100 * host['planned_mb'] / host['memory_mb']:.0f} %, {amount(host['planned_mb'])} of {amount(host['memory_mb'], 'MB')}"
        words = ", ".join(f"{service} {amount(size)}" for service, size in host["memory"].items())
        found.append(
            tag(
                "div",
                tag("span", some(names), class_="what"),
                tag("span", parts, mark, class_="track stacked"),
                tag("span", of, class_="much"),
                tag("small", words, class_="of"),
                class_="bar",
            )
        )
    services = list(dict.fromkeys(service for host in plan["hosts"].values() for service in host["memory"]))
    legend = [tag("span", tag("i", class_=f"part {service}"), " ", service) for service in services]
    return [
        tag("h3", "Memory of each host by service"),
        tag("p", legend, tag("span", tag("i", class_="mark"), " ceiling for planning"), class_="legend"),
        tag("div", found, class_="bars"),
    ]


def touched(plan, running):
    found = action_rows(plan, running)
    return table(found, ACTION_COLUMNS) if found else tag("p", "Nothing: what runs is what is planned.")


def numbers(plan, running):
    """A table for each layer; formula, inputs and source share a cell."""
    columns = {
        "name": "Number",
        "value": "Value",
        "running": "Running",
        "why": "Why",
        "slack": "Slack",
        "basis": "Basis",
    }
    if not running:
        del columns["running"]
    found = []
    for layer, layer_rows in rows(plan, running).items():
        for row in layer_rows:
            row["why"] = [
                row["why"],
                tag("small", "From " + row["inputs"]) if row["inputs"] else None,
                tag("small", row["source"]),
            ]
            if row["planned"]:
                row["value"] = [
                    row["value"],
                    tag("small", f"overridden; the model says {row['planned']}", class_="overridden"),
                ]
            if row["differs"]:
                row["running"] = tag("strong", row["running"], class_="badge accepted")
        found += [tag("h3", layer), table(layer_rows, columns, code="name", badge="basis")]
    return found


def table(found, columns, code=None, badge=None):
    """Return rows as a table; one column may be names, one may be badges."""

    def cell(row, key):
        words = row[key]
        if key == code:
            words = tag("code", words)
        elif key == badge:
            words = tag("span", words, class_=f"badge {words}")
        return tag("td", words, class_=key)

    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", [tag("th", words, scope="col") for words in columns.values()])),
            tag("tbody", [tag("tr", [cell(row, key) for key in columns]) for row in found]),
        ),
        class_="scroll",
    )
