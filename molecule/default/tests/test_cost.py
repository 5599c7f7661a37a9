"""What watching costs: all that the roles monitoring and logs run is in one slice of systemd, and so easy to add up."""

import lab
from figures import record

SLICE = "$(findmnt --types cgroup2 --noheadings --output TARGET)/system.slice/system-monitoring.slice"
MEMORY_MB, CORE_SHARE = 300, 0.05


def cpu_s(host):
    """Return the seconds of CPU that the slice has used, with all that has ended."""
    return int(host.check_output(f"awk '/^usage_usec/ {{print $2}}' {SLICE}/cpu.stat")) / 1e6


def memory_mb(host):
    """Return the proportional share of each unit that runs always: what several processes share is counted once."""
    found = host.check_output(
        f"cd {SLICE} && for unit in *.service; do systemctl is-active --quiet $unit && for pid in $(cat $unit/cgroup.procs); do "
        "echo ${unit%.service} $(awk '/^Pss:/ {print $2}' /proc/$pid/smaps_rollup); done; done; true"
    )
    shares = {}
    for unit, kilobytes in map(str.split, found.splitlines()):
        shares[unit] = shares.get(unit, 0) + int(kilobytes) / 1024
    return shares


def value(host, expression):
    """Return the value of an expression, which there is soon after the first start of Prometheus."""
    lab.wait_for(lambda: lab.query(host, expression), 120, f"{expression} has a value", every=1)
    return float(lab.query(host, expression)[0]["value"][1])


# What it takes of the CPU is read while test_outages.py waits for the all-clear.
def test_watching_costs_less_than_300_mb(host):
    memory = memory_mb(host)
    memory["all"] = sum(memory.values())
    for unit, share in sorted(memory.items()):
        record(unit, **{"memory, MB": round(share, 1)})
    assert memory["all"] < MEMORY_MB


def test_prometheus_keeps_no_more_series_than_were_planned(host):
    series = value(host, "prometheus_tsdb_head_series")
    samples = value(host, "rate(prometheus_tsdb_head_samples_appended_total[2m])")
    record("prometheus", **{"series": round(series), "samples a second": round(samples)})
    assert series < value(host, "plan:monitoring_series")
