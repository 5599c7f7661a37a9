"""Log lines reach the collector whatever is restarted, are found there, and stay within their bounds."""

import json
import random
import re
import shlex
import time

import pytest

import lab
from figures import record

SENDER, COLLECTOR = "tierstack-log-sender", "tierstack-log-collector"
CENTRAL = "/var/log/central"
LOG = "/var/log/librechat/librechat-9999.log"


def write_file(host, mark, first, last):
    """Write numbered lines into a file, as PM2 keeps one."""
    program = (
        f"file = open('{LOG}', 'a', buffering=1)\n"
        f"for number in range({first}, {last}):\n"
        f'    file.write(\'2026-11-23T09:00:00: {{"message":"{mark}-file=%d"}}\\n\' % number)'
    )
    host.check_output(f"python3 -c {shlex.quote(program)}")


def write(host, mark, first, last):
    """Write numbered lines into a file and into the journal."""
    write_file(host, mark, first, last)
    host.check_output(f"seq --format={mark}-journal=%.0f {first} {last - 1} | systemd-cat --identifier=counted")


def counted(host, mark, source):
    """Return the numbers that have arrived, as often as they have."""
    found = host.check_output(f"cat {CENTRAL}/*/*.log* | grep --text --only-matching '{mark}-{source}=[0-9]*' || true")
    return [int(line.split("=")[1]) for line in found.splitlines()]


@pytest.fixture(scope="module")
def mark(host):
    host.check_output(f"install --owner=librechat --group=librechat --mode=0640 /dev/null {LOG}")
    yield f"m{random.randrange(10**6)}"
    host.check_output(f"rm --force {LOG}; systemctl start {COLLECTOR} {SENDER}")


def test_every_line_arrives_whatever_is_restarted(host, mark):
    write(host, mark, 0, 3000)
    host.check_output(f"systemctl restart {SENDER}")
    write(host, mark, 3000, 5000)
    host.check_output(f"systemctl restart {COLLECTOR}")
    write(host, mark, 5000, 7000)
    host.check_output(f"systemctl stop {COLLECTOR}")
    write(host, mark, 7000, 8000)
    time.sleep(2)
    host.check_output(f"systemctl restart {SENDER}")
    write(host, mark, 8000, 9000)
    host.check_output(f"systemctl start {COLLECTOR}")
    write(host, mark, 9000, 10000)

    wanted = set(range(10000))
    lab.wait_for(lambda: wanted <= set(counted(host, mark, "file")), 30, "all lines of the file", every=1)
    lab.wait_for(lambda: wanted <= set(counted(host, mark, "journal")), 30, "all lines of the journal", every=1)
    for source in ("file", "journal"):
        found = counted(host, mark, source)
        arrived = {"lines sent": 10000, "received": len(set(found)), "twice": len(found) - len(set(found))}
        record(f"log lines: {source}", **arrived)


def test_a_sender_that_is_killed_loses_no_more_than_its_queue_notes_at_a_time(host, mark):
    kills, noted = 4, 50
    for burst in range(kills):
        write_file(host, f"{mark}x", 1000 * burst, 1000 * (burst + 1))
        host.check_output(f"systemctl kill --signal=KILL {SENDER}")
        time.sleep(3)
    least = 1000 * kills - noted * kills
    lab.wait_for(lambda: len(set(counted(host, f"{mark}x", "file"))) >= least, 60, "the lines of the file", every=1)


def search(host, *arguments, user=None):
    command = " ".join(("stack-logs", "--json", "--since", "10m", *arguments))
    output = host.check_output(f"runuser -u {user} -- {command}" if user else command)
    return [json.loads(line) for line in output.splitlines()]


def test_a_request_is_found_by_its_id_in_nginx_and_in_the_application(host, browser):
    started = browser.request("POST", "/api/agents/chat/mock", json={"text": "find me", "mock": {"tokens": 2}})
    assert started.status_code == 200
    stream = started.json()["streamId"]

    def of_the_application():
        return [entry for entry in search(host, "--unit", "librechat", "--grep", stream) if "request_id" in entry]

    lab.wait_for(of_the_application, 20, "the application's line", every=1)
    request_id = of_the_application()[0]["request_id"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    lab.wait_for(lambda: len(search(host, "--request-id", request_id)) >= 2, 20, "both lines", every=1)
    found = search(host, "--request-id", request_id)
    assert {entry["unit"] for entry in found} == {"nginx", "librechat"}
    assert all(entry["host"] == "prod50-1" and entry["time"].startswith("20") for entry in found)
    assert "/api/agents/chat/mock" in next(entry["message"] for entry in found if entry["unit"] == "nginx")


def test_members_of_adm_search_without_root_and_nobody_else_reads(host):
    host.check_output("id searcher 2>/dev/null || useradd --system --groups adm searcher")
    assert search(host, "--unit", "mongod", "--lines", "1", user="searcher")
    assert host.run("runuser -u nobody -- stack-logs --lines 1").rc != 0
    modes = host.check_output(f"find {CENTRAL} -type f -printf '%m %g\\n' | sort --unique").splitlines()
    assert modes == ["640 adm"]
    host.check_output("userdel searcher")


@pytest.mark.parametrize("certificate", ["", "-cert /run/other.crt -key /run/other.key"], ids=["none", "a stranger's"])
def test_who_has_no_certificate_of_the_environment_is_refused(host, mark, certificate):
    host.check_output(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=prod50-1"
        " -addext subjectAltName=DNS:prod50-1 -keyout /run/other.key -out /run/other.crt 2>/dev/null"
    )
    line = f"<14>1 - intruder test - - - {mark}-intruder=1"
    relp = f"1 open 47 relp_version=0\\nrelp_software=x\\ncommands=syslog\\n2 syslog {len(line)} {line}\\n"
    client = f"timeout 3 openssl s_client -quiet -connect {host.address}:6514 {certificate}"
    answer = host.run(f"(printf '{relp}'; sleep 1) | {client} 2>/dev/null")
    assert "200" not in answer.stdout
    plain = host.run(f"printf '{relp}' | timeout 3 bash -c 'cat > /dev/tcp/{host.address}/6514'")
    assert "200" not in plain.stdout
    time.sleep(1)
    assert counted(host, mark, "intruder") == []
    assert not host.file(f"{CENTRAL}/intruder").exists


def test_the_space_is_bounded(host):
    """With bounds of its own, in a directory of its own: the real ones are left alone."""
    host.check_output("rm -rf /run/bounded; install -d -o log-collector -g adm /run/bounded/one")
    keep = "/usr/local/lib/tierstack/logs-keep /run/bounded --rotate-mb=1 --days=30 --mb=8 --pid-file=/run/none"
    grow = (
        f"head -c 1500000 /dev/urandom | base64 >> /run/bounded/one/x.log; {keep}; du --summarize --bytes /run/bounded"
    )
    sizes = host.check_output(f"runuser -u log-collector -- bash -c 'for run in {{1..8}}; do {grow}; sleep 1; done'")
    assert max(int(line.split()[0]) for line in sizes.splitlines()) <= 8 << 20, sizes
    assert len(host.check_output("ls /run/bounded/one/*.gz").splitlines()) >= 3
    host.check_output("rm -r /run/bounded")
    assert host.service("tierstack-log-keep.timer").is_running


def test_a_closed_file_costs_no_line(host, mark):
    keep = f"/usr/local/lib/tierstack/logs-keep {CENTRAL} --rotate-mb=0.01 --days=30 --mb=2000"
    write(host, mark + "k", 0, 1000)
    host.check_output(f"runuser -u log-collector -- {keep} --pid-file=/run/tierstack-log-collector/pid")
    write(host, mark + "k", 1000, 2000)
    search_all = f"stack-logs --unit librechat --grep {mark}k-file= | wc --lines"
    lab.wait_for(lambda: int(host.check_output(search_all)) == 2000, 30, "all lines", every=1)


def test_the_metrics_say_how_it_goes(host):
    link = "/var/lib/prometheus/node-exporter/tierstack_logs.prom"
    lab.wait_for(lambda: "tierstack_logs_suspended 0" in host.file(link).content_string, 20, "metrics", every=1)
    lines = dict(line.split() for line in host.file(link).content_string.splitlines() if not line.startswith("#"))
    assert set(lines) == {f"tierstack_logs_{name}" for name in ("suspended", "queued", "lines_total", "time_seconds")}
    assert time.time() - int(lines["tierstack_logs_time_seconds"]) < 60


def test_nothing_runs_as_root_and_all_of_it_is_small(host):
    memory = 0
    for unit in (SENDER, COLLECTOR):
        main = host.check_output(f"systemctl show --property=MainPID --value {unit}")
        for pid in [main, *host.run(f"pgrep --parent {main}").stdout.split()]:
            assert host.check_output(f"stat --format=%U /proc/{pid}") in ("log-sender", "log-collector")
            memory += int(re.search(r"^Pss: +(\d+)", host.file(f"/proc/{pid}/smaps_rollup").content_string, re.M)[1])
        score = host.check_output(f"systemd-analyze security {unit} --no-pager | tail -1")
        assert float(re.search(r": (\d+\.\d)", score)[1]) <= 3, score
    assert memory < 60 * 1024
    assert not host.service("rsyslog").is_running
