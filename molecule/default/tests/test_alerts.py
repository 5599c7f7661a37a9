"""Every alert fires when it must and is silent when it must not, by promtool on the rules that are installed."""

import json

import pytest

from lab import ROOT, docker, wait_for

RULES = sorted(path.name for path in (ROOT / "roles/monitoring/files/rules").glob("*.yml"))
TESTS = sorted(path.name for path in (ROOT / "tests/rules").glob("*.yml"))
BENCH = "/var/tmp/rules"


@pytest.fixture(scope="module")
def bench(host):
    """Put the tests where they find the host's own rules at the place that these have in the project."""
    host.check_output(f"mkdir -p {BENCH}/tests {BENCH}/roles/monitoring/files")
    host.check_output(f"ln -sfn /etc/prometheus/rules {BENCH}/roles/monitoring/files/rules")
    docker("cp", str(ROOT / "tests/rules"), f"{host.container}:{BENCH}/tests/")
    yield f"{BENCH}/tests/rules"
    host.check_output(f"rm -r {BENCH}")


def test_every_file_of_rules_has_a_test():
    assert RULES == TESTS


def test_the_rules_are_valid_with_the_numbers_of_the_plan(host):
    host.check_output("promtool check rules /etc/prometheus/rules/*.yml")
    host.check_output("promtool check config /etc/prometheus/prometheus.yml")


@pytest.mark.parametrize("name", TESTS)
def test_alerts_fire_when_they_must_and_are_silent_when_they_must_not(host, bench, name):
    done = host.run(f"promtool test rules {bench}/{name}")
    assert done.rc == 0, done.stdout + done.stderr


def test_prometheus_evaluates_every_rule_and_none_fails(host):
    answer = json.loads(host.check_output(f"curl --fail --silent http://{host.address}:9090/api/v1/rules"))
    groups = answer["data"]["groups"]
    assert {*RULES, "plan.yml"} <= {group["file"].rsplit("/", 1)[1] for group in groups}
    assert {
        (rule["name"], rule.get("lastError")) for group in groups for rule in group["rules"] if rule["health"] == "err"
    } == set()


def test_amtool_finds_alertmanager_and_sees_the_watchdog(host):
    def environments():
        alerts = json.loads(host.check_output("amtool alert query alertname=Watchdog --output=json"))
        return [alert["labels"]["environment"] for alert in alerts]

    # Prometheus sends what fires again each minute, so that a new Alertmanager knows it a minute later.
    wait_for(lambda: environments() == ["production"], seconds=120, what="the watchdog in Alertmanager", every=1)


def test_the_receivers_are_for_alertmanager_only(host):
    file = host.file("/etc/prometheus/alertmanager.yml")
    assert (file.user, file.group, file.mode) == ("root", "prometheus", 0o640)
    assert host.check_output("amtool config routes test severity=page part=mongodb") == "lab"
    assert host.check_output("amtool config routes test severity=ticket") == "nobody"


def test_what_follows_from_something_worse_is_not_told(host):
    """As far as the names and labels are concerned; the time of both is in the rules."""
    try:
        host.check_output(
            "amtool alert add HostDown host=gone environment=test severity=page --end=$(date -d +5min -Iseconds)"
        )
        host.check_output(
            "amtool alert add WorkerDown host=gone environment=test severity=page --end=$(date -d +5min -Iseconds)"
        )
        host.check_output(
            "amtool alert add WorkerDown host=there environment=test severity=page --end=$(date -d +5min -Iseconds)"
        )
        inhibited = json.loads(host.check_output("amtool alert query --inhibited environment=test --output=json"))
        assert [(alert["labels"]["alertname"], alert["labels"]["host"]) for alert in inhibited] == [
            ("WorkerDown", "gone")
        ]
    finally:
        for name, where in (("HostDown", "gone"), ("WorkerDown", "gone"), ("WorkerDown", "there")):
            host.run(
                f"amtool alert add {name} host={where} environment=test severity=page --start=$(date -d -2min -Iseconds) --end=$(date -d -1min -Iseconds)"
            )
