# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a load test as one page that loads nothing else."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.verdicts import LOADER, WORKER

from .charts import chart, number
from .environment import PAGES

BADGES = {"passed": "ok", "missed": "FAILED", "not tested": "none"}
# The services with the largest values get a line each, the rest are left to result.json
MOST_LINES = 8


def report_html(result):
    """Return the page.

    :param result: what :func:`verdicts.result` returned
    """
    about, load, used = result["about"], result["load"], result["figures"]
    failures = ", ".join(f"{reason}: {count}" for reason, count in used["failures"].items())
    return PAGES.get_template("loadtest.html.j2").render(
        title=f"Load test of {about['service']}: {about['profile']}",
        about=about,
        load=load,
        sessions=used["sessions"],
        verdict=result["verdict"],
        explanation=result["explanation"],
        key_figures=[
            (amount(used["requests"]), "requests"),
            (amount(used["requests_per_s"]), "requests a second"),
            (amount(used["p95_ms"], "ms"), "p95"),
            (amount(used["first_event_ms"], "ms"), "first event, p95"),
            (amount(used["failed"]), "failed"),
            (f"{amount(used['streams_cut'])} of {amount(used['streams'])}", "streams cut"),
        ],
        objectives=[slo_row(one) for one in result["verdicts"]],
        notes=result["notes"],
        charts=charts(result),
        endpoints=[endpoint_row(one) for one in result["endpoints"]],
        failures=failures or "none",
        hosts=[host_rows(name, one, used["hosts"][name]) for name, one in result["hosts"].items()],
        phases=[phase_row(one) for one in load["phases"]],
    )


def amount(value, unit=""):
    return "-" if value is None else f"{number(value)} {unit}".strip()


def slo_row(one):
    return {
        "class": "missed" if one["verdict"] == "missed" else "",
        "kind": BADGES[one["verdict"]],
        "title": one["title"],
        "required": f"{one['relation']} {amount(one['objective'], one['unit'])}",
        "measured": amount(one["measured"], one["unit"]),
        "outcome": one["verdict"],
        "remark": one["remark"],
    }


def endpoint_row(one):
    shown = {key: amount(one[key]) for key in ("requests", "failed", "p50_ms", "p95_ms", "p99_ms")}
    return {"class": "missed" if one["failed"] else "", "path": one["path"], **shown}


def phase_row(one):
    same = one["first"] == one["last"]
    return {
        "name": one["name"],
        "length": f"{one['seconds']} s",
        "rate": f"{one['first']:g}" if same else f"{one['first']:g} to {one['last']:g}",
        "judged": "yes" if one["held"] else "",
    }


def host_rows(name, one, used):
    """Return the heading of a host, and a row for each of its services, the busiest first."""
    busy = f"the machine {used['machine_cpu_percent']:g} % busy, the stack {used['stack_cpu_percent']:g} %"
    rows = []
    for service, samples in sorted(one["services"].items(), key=lambda item: -average(item[1]["cpu"])):
        memory, cpu = ([value for value in samples[key] if value is not None] for key in ("memory_mb", "cpu"))
        if memory:
            rows.append(
                {
                    "name": shown(service),
                    "cpu_mean": f"{average(cpu):.1f}",
                    "cpu_most": f"{max(cpu):.1f}",
                    "mb_mean": f"{average(memory):.0f}",
                    "mb_most": f"{max(memory):.0f}",
                }
            )
    return f"{name}: {one['cores']} cores, {busy}", rows


def charts(result):
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
    return found


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
