# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as one page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.plan import words
from ansible_collections.tierstack.librechat.plugins.module_utils.plan.words import amount, share, state

from .drawing import kinds, some, topology
from .environment import PAGES

KEY_FIGURES = (
    ("request_rate", "calls a second at the peak"),
    ("open_streams", "open streams"),
    ("workers_total", "workers"),
    ("mongo_sockets_release", "MongoDB sockets in a release"),
    ("redis_maxmemory_mb", "MB for Redis"),
)
# Formula, inputs and source share a cell
NUMBER_COLUMNS = {
    "name": "Number",
    "value": "Value",
    "running": "Running",
    "why": "Why",
    "slack": "Slack",
    "basis": "Basis",
}


def plan_html(plan, running):
    """Return the page."""
    found = plan["numbers"]
    return PAGES.get_template("plan.html.j2").render(
        title=words.title(plan),
        fits=plan["fits"],
        verdict=words.verdict(plan),
        most_users=words.most_users(plan),
        recommendation=words.recommendation(plan),
        key_figures=[(amount(found[name]["value"]), meaning) for name, meaning in KEY_FIGURES if name in found],
        drawing=topology(plan),
        bars=bars(plan),
        services=list(dict.fromkeys(service for host in plan["hosts"].values() for service in host["memory"])),
        memory=[memory(names, host) for names, host in kinds(plan["hosts"])],
        looked=bool(running),
        touched=(words.ACTION_COLUMNS, words.action_rows(plan, running)),
        checks=(words.CHECK_COLUMNS, words.check_rows(plan)),
        hosts=(words.HOST_COLUMNS, words.host_rows(plan)),
        footing=words.footing(plan),
        numbers=words.rows(plan, running),
        number_columns={key: heading for key, heading in NUMBER_COLUMNS.items() if running or key != "running"},
        inputs=(words.INPUT_COLUMNS, words.input_rows(plan)),
    )


def bars(plan):
    """Return each resource once, the fullest first: hosts that are alike are shown by the fullest of them."""
    found = {}
    alike = {name: some(names) for names, first in kinds(plan["hosts"]) for name in names}
    for check in plan["checks"]:
        if share(check) is not None:
            key = (check["name"], alike.get(check["subject"], check["subject"]))
            if key not in found or share(check) > share(found[key]):
                found[key] = check
    return [
        {
            "what": f"{name.replace('_', ' ')}: {subject}",
            "width": f"{min(100, 100 * share(check)):.1f}",
            "much": f"{100 * share(check):.0f} %, {amount(check['value'])} of {amount(check['limit'], check['unit'])}",
            "state": state(check),
        }
        for (name, subject), check in sorted(found.items(), key=lambda item: -share(item[1]))
    ]


def memory(names, host):
    """Return the memory of hosts that are alike, by service, and where planning ends."""
    whole = max(host["memory_mb"], host["planned_mb"])
    of = f"{amount(host['planned_mb'])} of {amount(host['memory_mb'], 'MB')}"
    return {
        "what": some(names),
        "much": f"{100 * host['planned_mb'] / host['memory_mb']:.0f} %, {of}",
        "of": ", ".join(f"{service} {amount(size)}" for service, size in host["memory"].items()),
        "parts": [(service, size, f"{100 * size / whole:.2f}") for service, size in host["memory"].items()],
        "ceiling": host["ceiling_mb"],
        "mark": f"{100 * host['ceiling_mb'] / whole:.2f}",
    }
