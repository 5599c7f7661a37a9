# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load test's verdict on each SLO of the service. No input or output here."""

from __future__ import annotations

from .artillery import elapsed, endpoints, figures, series

PASSED, MISSED, NOT_TESTED = "passed", "missed", "not tested"
WORKER = "worker "
LOADER = "tierstack-loadtest"
# A machine or a thread that is this busy is what was measured
BUSY_PERCENT = 90
LATE_SHARE = 0.95

# Name in a profile's tests: the SLO, its figure, its unit, and whether the figure must not be below it
SLOS = {
    "p95": ("Response time, p95, without streams", "p95_ms", "ms", False),
    "first_event": ("Time from question to first event, p95", "first_event_ms", "ms", False),
    "availability": ("Availability", "availability_percent", "%", True),
    "requests": ("Requests a second", "requests_per_s", "/s", True),
    "connections": ("Connections at once", "connections", "", True),
    "cpu": ("CPU of the stack", "cpu_percent", "%", False),
    "memory": ("Memory of the workers", "memory_mb", "MB", False),
}


def result(report, load, slo, samples, about):
    """Return all that is known of a test.

    :param report: Artillery's
    :param load: what :func:`profiles.plan_load` returned
    :param slo: the figures of :data:`SLOS`
    :param samples: host -> what the module process_samples returned; a host without services was not sampled
    :param about: what to say of the test
    """
    periods = sorted(report["intermediate"], key=lambda one: int(one["period"]))
    begin = periods[0]["firstMetricAt"] / 1000
    last_start, last_length = elapsed(periods)[-1]
    held, end = load["held"], last_start + last_length
    hosts = {host: on_the_clock(one, begin, end) for host, one in samples.items() if "services" in one}
    found = {
        **figures(report["aggregate"], held["to"] - held["from"]),
        **used(hosts, held),
    }
    verdicts = [verdict(name, found, slo, load["tests"]) for name in SLOS]
    missed = [one["title"] for one in verdicts if one["verdict"] == MISSED]
    return {
        "about": about,
        "load": load,
        "slo": slo,
        "verdict": MISSED if missed else PASSED,
        "verdicts": verdicts,
        "missed": missed,
        "figures": found,
        "notes": notes(found, load, slo, about),
        "endpoints": endpoints(report["aggregate"]),
        "course": series(periods),
        "hosts": hosts,
        "table": [line(one) for one in verdicts] + notes(found, load, slo, about),
        "explanation": explanation(verdicts),
    }


def verdict(name, found, slo, tests):
    """Return the verdict on an SLO; what a profile does not test, or nobody measured, is not tested."""
    title, figure, unit, at_least = SLOS[name]
    objective, measured = slo[figure], found.get(figure)
    if name not in tests or measured is None:
        outcome = NOT_TESTED
    elif measured >= objective if at_least else measured < objective:
        outcome = PASSED
    else:
        outcome = MISSED
    relation = "at least" if at_least else "below"
    return {
        "name": name,
        "title": title,
        "objective": objective,
        "relation": relation,
        "measured": measured,
        "unit": unit,
        "verdict": outcome,
        "remark": remark(name, found, slo),
    }


def remark(name, found, slo):
    """Say what a figure is made of."""
    return {
        "p95": "of the time that was held",
        "first_event": "of the time that was held",
        "availability": f"{found['failed']} of {found['requests']} requests failed, {found['streams_cut']} of {found['streams']} streams cut",
        "requests": "mean of the time that was held, streams included",
        "connections": "most at a time, of clients to Nginx",
        "cpu": f"mean of the time that was held, all services of {found['busiest_host']} without the load itself",
        "memory": f"most at a time, resident, of {found['workers']} without PM2; the model plans for {slo['planned_memory_mb']} MB at the most",
    }[name]


def on_the_clock(sample, begin, end):
    """Return a host's samples with their times counted from the begin of the test, none of before or after it."""
    times = [sample["start"] + at - begin for at in sample["times"]]
    inside = [place for place, at in enumerate(times) if 0 <= at <= end + 1]

    def cut(values):
        return [values[place] for place in inside if place < len(values)]

    return {
        "cores": sample["cores"],
        "at": [round(times[place], 1) for place in inside],
        "machine_cpu": cut(sample["machine_cpu"]),
        "connections": cut(sample["connections"]),
        "services": {
            name: {key: cut(values) for key, values in one.items()} for name, one in sample["services"].items()
        },
    }


def during(host, values, window):
    """Return the values, of those there are, of a time."""
    return [
        value
        for at, value in zip(host["at"], values, strict=False)
        if value is not None and window["from"] <= at <= window["to"]
    ]


def mean(values):
    return sum(values) / len(values) if values else 0


def together(host, names, key):
    """Return the sum over services at each time."""
    columns = [host["services"][name][key] for name in names]
    return [sum(value or 0 for value in row) for row in zip(*columns, strict=False)]


def used(hosts, held):
    """Return what the hosts' samples say: CPU of the busiest host, memory of the workers, connections."""
    found = {"hosts": {}, "cpu_percent": None, "busiest_host": "no host", "memory_mb": None, "workers": "the workers"}
    workers, memory = [], 0
    for name, host in sorted(hosts.items()):
        services = sorted(one for one in host["services"] if one != LOADER)
        mine = [one for one in services if one.startswith(WORKER)]
        workers += mine
        memory += max(together(host, mine, "memory_mb"), default=0)
        stack_cpu = mean(during(host, together(host, services, "cpu"), held)) / host["cores"]
        loader = host["services"].get(LOADER)
        found["hosts"][name] = {
            "cores": host["cores"],
            "stack_cpu_percent": round(stack_cpu, 1),
            "machine_cpu_percent": round(mean(during(host, host["machine_cpu"], held)), 1),
            "loader_cpu_percent_of_core": round(mean(during(host, loader["cpu"], held)), 1) if loader else None,
        }
        if found["cpu_percent"] is None or stack_cpu > found["cpu_percent"]:
            found["cpu_percent"], found["busiest_host"] = round(stack_cpu, 1), name
    if workers:
        found["memory_mb"] = round(memory)
        found["workers"] = f"{len(workers)} workers" if len(workers) > 1 else "1 worker"
    connections = [max((one for one in host["connections"] if one is not None), default=0) for host in hosts.values()]
    found["connections"] = sum(connections) if any(connections) else None
    return found


def notes(found, load, slo, about):
    """Say whether something else than the service was the limit."""
    said = []
    for name, host in found["hosts"].items():
        if host["machine_cpu_percent"] >= BUSY_PERCENT:
            said.append(
                f"The machine of {name} was {host['machine_cpu_percent']:.0f} % busy, of which the stack took "
                f"{host['stack_cpu_percent']:.0f} %: with more or quieter cores the figures would be better."
            )
        loader, threads = host["loader_cpu_percent_of_core"], int(about["threads"])
        if loader is not None and loader >= BUSY_PERCENT * threads:
            said.append(
                f"The load itself took {loader:.0f} % of a core in {threads} thread(s) on {name}: it was the limit, and its times are too long. "
                "Raise loadtest_threads, or give the inventory a host of its own in the group loadtest."
            )
        if loader is not None and host["stack_cpu_percent"] >= 5:
            said.append(f"The load came from {name}, which also serves: the two took CPU from each other.")
    if found["sessions"] < LATE_SHARE * load["sessions"]:
        said.append(
            f"Only {found['sessions']} of {load['sessions']} sessions could be started in time: the load host was the limit."
        )
    return said


def line(one):
    """Return a verdict as a line of a table."""
    measured = "-" if one["measured"] is None else f"{one['measured']:g} {one['unit']}".strip()
    objective = f"{one['relation']} {one['objective']:g} {one['unit']}".strip()
    return f"{one['verdict']:<10}  {one['title']:<40}  {measured:>12}  {objective:<20}  {one['remark']}"


def explanation(verdicts):
    """Return what was missed, in a sentence."""
    words = [
        f"{one['title']}: {one['measured']:g} {one['unit']}".strip() + f", SLO {one['relation']} {one['objective']:g}"
        for one in verdicts
        if one["verdict"] == MISSED
    ]
    return f"Missed: {'; '.join(words)}." if words else "Every SLO that was tested is kept."
