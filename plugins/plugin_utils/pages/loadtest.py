# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a load test as one page that loads nothing else. No input or output here."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.verdicts import LOADER, WORKER

from .charts import chart, number
from .markup import Markup, join, tag
from .style import STYLE

BADGES = {"passed": "ok", "missed": "FAILED", "not tested": "none"}
# The services with the largest values get a line each, the rest are left to result.json
MOST_LINES = 8

PLOT_STYLE = """
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); gap: 0 1.6rem; }
.plot { margin: .8rem 0; break-inside: avoid; }
.chart { width: 100%; height: auto; font: 11px system-ui, sans-serif; }
.chart text { fill: var(--faint); }
.chart .grid { stroke: var(--line); stroke-width: .6; }
.chart .held { fill: var(--paper); }
.chart .slo { stroke: var(--ink); stroke-width: 1.4; stroke-dasharray: 6 4; }
.chart .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.c0 { stroke: var(--app_pm2); background: var(--app_pm2); } .c1 { stroke: var(--monitoring); background: var(--monitoring); }
.c2 { stroke: var(--redis); background: var(--redis); } .c3 { stroke: var(--mongo); background: var(--mongo); }
.c4 { stroke: var(--nginx); background: var(--nginx); } .c5 { stroke: var(--system); background: var(--system); }
.c6 { stroke: #c0669b; background: #c0669b; } .c7 { stroke: #2aa198; background: #2aa198; }
.plot .legend { font-size: .82rem; color: var(--faint); margin: .2rem 0 0; padding-left: 9%; }
.plot .legend i { width: 1.1rem; height: .22rem; vertical-align: middle; }
.plot .legend i.slo { background: repeating-linear-gradient(90deg, var(--ink) 0 .3rem, transparent .3rem .45rem); }
figcaption { font-size: .95rem; color: var(--faint); } figcaption b { color: var(--ink); }
td:nth-child(2) { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.missed td { background: color-mix(in srgb, var(--failed) 9%, transparent); }
.verdict { font-size: 1.05rem; border-left: .35rem solid var(--ok); background: var(--paper); padding: .6rem 1rem; border-radius: 0 6px 6px 0; }
.verdict.missed { border-color: var(--failed); }
"""


def report_html(result):
    """Return the page.

    :param result: what :func:`verdicts.result` returned
    """
    about = result["about"]
    title = f"Load test of {about['service']}: {about['profile']}"
    body = tag(
        "main",
        tag("h1", title),
        tag("p", summary(result)),
        tag(
            "p",
            tag("b", result["explanation"]),
            class_=f"verdict {result['verdict']}",
        ),
        headline(result),
        tag("h2", "Promises"),
        slo_table(result),
        [tag("p", note, class_="note") for note in result["notes"]],
        tag("h2", "Course"),
        tag(
            "p",
            tag(
                "small",
                "Shaded: the time in which figures are judged. Dashed: the SLO. Percentiles are of 10 seconds each.",
            ),
        ),
        plots(result),
        tag("h2", "Requests by kind"),
        endpoint_table(result),
        tag("h2", "Hosts and services"),
        host_tables(result),
        tag("h2", "The load"),
        load_table(result),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(STYLE + PLOT_STYLE)),
    )
    return "<!DOCTYPE html>\n" + tag("html", head, tag("body", body), lang="en") + "\n"


def summary(result):
    about, load, figures = result["about"], result["load"], result["figures"]
    return (
        f"{about['time']}, inventory {about['inventory']}, planned for {about['users']} users with {about['workers']} upstream servers. "
        f"{figures['sessions']} sessions in {load['seconds']} s from {about['load_host']}, each by a user and from an address of its own."
    )


def amount(value, unit=""):
    return "-" if value is None else f"{number(value)} {unit}".strip()


def headline(result):
    figures = result["figures"]
    shown = (
        ("requests", amount(figures["requests"])),
        ("requests a second", amount(figures["requests_per_s"])),
        ("p95", amount(figures["p95_ms"], "ms")),
        ("first event, p95", amount(figures["first_event_ms"], "ms")),
        ("failed", amount(figures["failed"])),
        ("streams cut", f"{amount(figures['streams_cut'])} of {amount(figures['streams'])}"),
    )
    return tag("ul", [tag("li", tag("b", value), name) for name, value in shown], class_="figures")


def table(heads, rows, numbers=()):
    """Return a table; ``numbers`` are the columns that are set to the right. A row is (class, cells)."""

    def of(place):
        return "number" if place in numbers else None

    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", [tag("th", head, class_=of(place)) for place, head in enumerate(heads)])),
            tag(
                "tbody",
                [
                    tag("tr", [tag("td", cell, class_=of(place)) for place, cell in enumerate(cells)], class_=kind)
                    for kind, cells in rows
                ],
            ),
        ),
        class_="scroll",
    )


def slo_table(result):
    rows = [
        (
            "missed" if one["verdict"] == "missed" else None,
            (
                one["title"],
                f"{one['relation']} {amount(one['objective'], one['unit'])}",
                amount(one["measured"], one["unit"]),
                tag("span", one["verdict"], class_=f"badge {BADGES[one['verdict']]}"),
                one["remark"],
            ),
        )
        for one in result["verdicts"]
    ]
    return table(("Promise", "Promised", "Measured", "Verdict", "What was measured"), rows, numbers=(2,))


def plots(result):
    """Return all charts; those of hosts for each host."""
    course, slo = result["course"], result["slo"]
    held = result["load"]["held"]
    seconds = max(
        [
            course["at"][-1],
            result["load"]["seconds"],
            *(host["at"][-1] for host in result["hosts"].values() if host["at"]),
        ]
    )

    def draw(title, unit, lines, objective=None):
        return chart(title, unit, lines, seconds, held, objective)

    def course_lines(**names):
        return {name: (course["at"], course[key]) for key, name in names.items()}

    found = [
        draw(
            "Response time without streams",
            "ms",
            course_lines(response_p50_ms="p50", response_p95_ms="p95", response_p99_ms="p99"),
            slo["p95_ms"],
        ),
        draw(
            "Time to first event",
            "ms",
            course_lines(first_event_p50_ms="p50", first_event_p95_ms="p95", first_event_p99_ms="p99"),
            slo["first_event_ms"],
        ),
        draw(
            "Throughput",
            "per second",
            course_lines(requests_per_s="requests", arrivals_per_s="new sessions"),
            slo["requests_per_s"] if "requests" in result["load"]["tests"] else None,
        ),
        draw("Errors", "per second", course_lines(failed_per_s="failed requests", cut_per_s="of which streams cut")),
        draw(
            "Connections and sessions",
            "at once",
            {
                "sessions": (course["at"], course["sessions_at_once"]),
                **{
                    f"connections to {name}": (host["at"], host["connections"])
                    for name, host in result["hosts"].items()
                    if host["connections"]
                },
            },
            slo["connections"] if "connections" in result["load"]["tests"] else None,
        ),
        draw(
            "CPU of the machines",
            "% of all cores",
            {name: (host["at"], host["machine_cpu"]) for name, host in result["hosts"].items()},
        ),
    ]
    for name, host in result["hosts"].items():
        for title, unit, key in (("CPU", "% of a core", "cpu"), ("Memory", "MB", "memory_mb")):
            largest = largest_services(host, key)
            found.append(
                draw(
                    f"{title} of {name}",
                    unit,
                    {shown(one): (host["at"], host["services"][one][key]) for one in largest},
                )
            )
    return tag("div", found, class_="plots")


def shown(service):
    return "the load" if service == LOADER else service


def average(values):
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0


def largest_services(host, key):
    """Return the services with the largest values, workers first."""
    ranked = sorted(host["services"], key=lambda one: -average(host["services"][one][key]))[:MOST_LINES]
    return sorted(
        ranked,
        key=lambda one: (not one.startswith(WORKER), ranked.index(one) if not one.startswith(WORKER) else 0, one),
    )


def endpoint_table(result):
    rows = [
        (
            "missed" if one["failed"] else None,
            (
                tag("code", one["path"]),
                *(amount(one[key]) for key in ("requests", "failed", "p50_ms", "p95_ms", "p99_ms")),
            ),
        )
        for one in result["endpoints"]
    ]
    heads = ("Request", "Number", "Failed", "p50 ms", "p95 ms", "p99 ms")
    reasons = ", ".join(f"{reason}: {count}" for reason, count in result["figures"]["failures"].items())
    return join([table(heads, rows, numbers=range(1, 6)), tag("p", f"Failures: {reasons or 'none'}.")])


def host_tables(result):
    parts = []
    for name, host in result["hosts"].items():
        used = result["figures"]["hosts"][name]
        parts.append(
            tag(
                "h3",
                f"{name}: {host['cores']} cores, the machine {used['machine_cpu_percent']:g} % busy, the stack {used['stack_cpu_percent']:g} %",
            )
        )
        rows = []
        for service, one in sorted(host["services"].items(), key=lambda item: -average(item[1]["cpu"])):
            memory, cpu = ([value for value in one[key] if value is not None] for key in ("memory_mb", "cpu"))
            if memory:
                rows.append(
                    (
                        None,
                        (
                            shown(service),
                            f"{average(cpu):.1f}",
                            f"{max(cpu):.1f}",
                            f"{average(memory):.0f}",
                            f"{max(memory):.0f}",
                        ),
                    )
                )
        heads = ("Service", "CPU, % of a core, mean", "most", "Memory MB, mean", "most")
        parts.append(table(heads, rows, numbers=range(1, 5)))
    return join(parts)


def load_table(result):
    load = result["load"]
    rows = [
        (
            None,
            (
                phase["name"],
                f"{phase['seconds']} s",
                f"{phase['first']:g}"
                if phase["first"] == phase["last"]
                else f"{phase['first']:g} to {phase['last']:g}",
                "yes" if phase["held"] else "",
            ),
        )
        for phase in load["phases"]
    ]
    words = f"A session makes {load['session_requests']} requests in about {load['session_s']:g} s; there are {load['accounts']} accounts."
    return join([table(("Phase", "Length", "Sessions a second", "Judged"), rows), tag("p", words)])
