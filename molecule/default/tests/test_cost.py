"""What watching costs: all that the roles monitoring and logs run is in one slice of systemd, and so easy to add up."""

import statistics
import time

import lab
from figures import record

SLICE = "$(findmnt --types cgroup2 --noheadings --output TARGET)/system.slice/system-monitoring.slice"
MEMORY_MB, CORE_SHARE = 300, 0.05
SECONDS = 60  # two runs of the probes


def cpu_seconds(host):
    """Return what each unit has used, and the slice with all that has ended."""
    found = host.check_output(f"cd {SLICE} && grep -H usage_usec cpu.stat */cpu.stat")
    return {
        path.rpartition("/")[0].removesuffix(".service") or "all": int(line.split()[1]) / 1e6
        for path, line in (line.split(":") for line in found.splitlines())
    }


def memory_mb(host):
    """Return each unit's proportional share: what several processes share is counted once."""
    found = host.check_output(
        f"cd {SLICE} && for unit in *.service; do for pid in $(cat $unit/cgroup.procs); do "
        "echo $unit $(awk '/^Pss:/ {print $2}' /proc/$pid/smaps_rollup); done; done"
    )
    shares = {}
    for unit, *kilobytes in (line.split() for line in found.splitlines()):
        shares[unit.removesuffix(".service")] = (
            shares.get(unit.removesuffix(".service"), 0) + sum(map(int, kilobytes)) / 1024
        )
    return shares


def value(host, expression):
    return float(lab.query(host, expression)[0]["value"][1])


def test_watching_costs_less_than_300_mb_and_a_twentieth_of_a_core(host):
    before, moments = cpu_seconds(host), []
    begin = time.monotonic()
    while time.monotonic() < begin + SECONDS:
        moments.append(memory_mb(host))
        time.sleep(1)
    after, elapsed = cpu_seconds(host), time.monotonic() - begin
    moments = [{**moment, "all": sum(moment.values())} for moment in moments]
    used = {unit: after[unit] - before[unit] for unit in before.keys() & after.keys()}
    for unit in sorted(set().union(*moments)):
        present = [moment[unit] for moment in moments if unit in moment]
        # What ends takes its account with it.
        percent = round(100 * used[unit] / elapsed, 2) if unit in used else ""
        record(unit, **{"memory, MB": round(statistics.median(present), 1), "at most, MB": round(max(present), 1)})
        record(unit, **{"CPU, % of a core": percent})
    # The probes run for a second of each half minute.
    assert statistics.median(moment["all"] for moment in moments) < MEMORY_MB
    assert used["all"] / elapsed < CORE_SHARE


def test_prometheus_keeps_no_more_series_than_were_planned(host):
    series = value(host, "prometheus_tsdb_head_series")
    samples = value(host, "rate(prometheus_tsdb_head_samples_appended_total[2m])")
    record("prometheus", **{"series": round(series), "samples a second": round(samples)})
    assert series < value(host, "plan:monitoring_series")
