"""Runs that must change nothing: a check after convergence, and every input that cannot work."""

import json

import pytest


@pytest.fixture
def untouched(host):
    """Fail unless the host is afterwards what it was: its services, workers, releases and settings."""

    def state():
        return host.check_output(
            "systemctl show --property=MainPID,ActiveEnterTimestamp mongod redis-server pm2-librechat nginx prometheus;"
            "find /etc /srv/librechat/releases /srv/librechat/config /srv/librechat/shared -maxdepth 2 -printf '%p %T@ %l\\n' | sort | grep -v '/etc/resolv';"
            "cat /srv/librechat/ecosystem.json"
        )

    before = state()
    yield
    assert state() == before


def test_a_check_after_convergence_reports_no_change_and_tells_no_secret(site, untouched, secrets):
    code, output, totals = site("--check", "--diff", "-vv")
    assert [name for name, secret in secrets.items() if secret in output] == []
    assert code == 0, output
    assert totals["changed"] == 0, output


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"tier_users": 0}, "tier_users is 0"),
        ({"tier_users": "many"}, 'tier_users is "many"'),
        ({"stack_domain": "no domain"}, 'stack_domain is "no domain"'),
        ({"mongo_prot": 27018}, "did you mean mongo_port"),
        ({"mongo_port": "abc"}, "'mongo_port' is of type str"),
        (
            {"app_pm2_creds_key": "f34be427ebb29de8d88c107a71546019685ed8b241d8f2ed00c3df97ad2566f0"},
            "openssl rand -hex 32",
        ),
        ({"app_pm2_creds_iv": "short"}, "32 hexadecimal digits"),
        ({"stack_address": "203.0.113.5"}, "has the public address 203.0.113.5"),
        ({"monitoring_prometheus_port": 22}, "a port that sshd"),
        ({"monitoring_receivers": [{"name": "team"}]}, "team has neither email, webhook nor slack"),
        ({"app_pm2_workers": 400}, "take app_pm2_workers: 400 out of the inventory (the model says 4)"),
        (
            {"app_pm2_kill_timeout_ms": 5000},
            "app_pm2_drain_s (60000 ms) must be shorter than app_pm2_kill_timeout_ms (5000 ms)",
        ),
        ({"mongo_nofile": 900}, "500 connections need 1000 descriptors"),
        ({"tier_users": 5000}, "5000 users fit on"),
        ({"stack_load": {"stream": 20}}, "stack_load names stream"),
        ({"stack_accepted_checks": ["memry"]}, "stack_accepted_checks names memry"),
        ({"mongo_data_dir": "/var/lib/elsewhere"}, "None of the three can be changed where there is data"),
        ({"mongo_port": 27018}, "None of the three can be changed where there is data"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_bad_input_is_refused_with_its_mend(site, untouched, variables, told):
    code, output, totals = site("-e", json.dumps(variables))
    assert code != 0
    assert told in " ".join(output.split())
    assert totals["changed"] == 0


def test_a_wrong_checksum_is_refused(site, untouched, tmp_path):
    archive = tmp_path / "release.tar.gz"
    archive.write_bytes(b"something else")
    variables = {
        "app_pm2_source": "archive",
        "app_pm2_archive": str(archive),
        "app_pm2_archive_checksum": "sha256:" + "0" * 64,
    }
    code, output, totals = site("-e", json.dumps(variables))
    assert code != 0
    assert "has the checksum sha256:" in " ".join(output.split())
    assert totals["changed"] == 0


def test_an_unreachable_host_stops_the_run_for_all(site, untouched, tmp_path):
    away = tmp_path / "hosts.yml"
    away.write_text("all: {children: {app: {hosts: {away-1: {ansible_host: 127.0.0.9, ansible_port: 9}}}}}")
    code, output, totals = site("-i", str(away))
    assert code != 0
    assert "away-1 cannot be reached" in output
    assert totals["changed"] == 0


def test_a_worker_that_never_becomes_ready_is_taken_back(site, host, untouched_workers):
    # A key of the right format for the preflight, and of a wrong one for the application, which refuses to start.
    code, output, _totals = site(
        "--tags",
        "app_pm2",
        "-e",
        json.dumps(
            {
                "app_pm2_extra_env": {"CREDS_KEY": "broken"},
                "app_pm2_ready_timeout_s": 20,
                "app_pm2_listen_timeout_ms": 15000,
            }
        ),
    )
    assert code != 0
    told = " ".join(output.split())
    assert "Its log is /var/log/librechat/librechat-3080.log" in told
    assert "All workers run what they ran before" in told


@pytest.fixture
def untouched_workers(host):
    """Fail unless the workers afterwards run what they ran, and all of them."""

    def state():
        return host.check_output(
            "cat /srv/librechat/ecosystem.json; readlink /srv/librechat/current /srv/librechat/config/current"
        )

    before = state()
    yield
    assert state() == before
    for port in (3080, 3081, 3082, 3083):
        assert host.run(f"curl --fail --silent http://{host.address}:{port}/readyz").rc == 0
