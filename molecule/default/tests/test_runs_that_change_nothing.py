"""Runs that must change nothing: a check after convergence, and what only a host can refuse (the others: tests/inputs)."""

import json

import pytest
from conftest import INVENTORIES

import lab

# After the tests that look at the stack as the first run left it
pytestmark = pytest.mark.late(2)
PASSWORD = "of-the-login-only"


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


@pytest.fixture
def difficult_login(host):
    """Give the login csh, files that print and set things, and a password for sudo; return the password."""
    host.check_output("apt-get install --yes --quiet --no-install-recommends csh")
    host.check_output(f"echo deploy:{PASSWORD} | chpasswd && echo 'deploy ALL=(ALL) ALL' > /etc/sudoers.d/deploy")
    host.check_output("printf 'echo noise\necho /srv/noise\numask 077\nsetenv LC_ALL ko_KR.UTF-8\n' > ~deploy/.cshrc")
    host.check_output("usermod --shell /bin/csh deploy")
    yield PASSWORD
    host.check_output("echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy")
    host.check_output("usermod --shell /bin/bash deploy && rm ~deploy/.cshrc")


def test_a_check_after_convergence_reports_no_change_and_tells_no_secret_whatever_the_login_is(
    difficult_login, untouched, secrets, tmp_path
):
    arguments = ("--check", "--diff", "-vv", "-e", f"ansible_become_password={difficult_login}")
    # Connections that are open know the shell of before.
    code, output, totals = lab.playbook(
        INVENTORIES, *arguments, lab="default", ANSIBLE_SSH_CONTROL_PATH_DIR=str(tmp_path)
    )
    assert [name for name, secret in secrets.items() if secret in output] == []
    assert difficult_login not in output
    assert code == 0, output
    assert totals["changed"] == 0, output


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"monitoring_prometheus_port": 22}, "a port that sshd"),
        ({"mongo_data_dir": "/var/lib/elsewhere"}, "None of the three can be changed where there is data"),
        ({"mongo_port": 27018}, "None of the three can be changed where there is data"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_the_host_cannot_take_is_refused_with_its_remediation(site, untouched, variables, told):
    code, output, totals = site("-e", json.dumps(variables), name="playbooks/preflight.yml")
    assert code != 0
    assert told in " ".join(output.split())
    assert totals["changed"] == 0


@pytest.fixture
def asked_for_a_password(host):
    """Let sudo ask, whom it did not ask before."""
    host.check_output("echo 'deploy ALL=(ALL) PASSWD: ALL' > /etc/sudoers.d/zz-asks")
    yield
    host.check_output("rm /etc/sudoers.d/zz-asks")


def test_hosts_that_do_not_answer_stop_the_run_for_all_and_are_told_apart(
    site, host, asked_for_a_password, untouched, tmp_path
):
    away = tmp_path / "hosts.yml"
    hosts = {"away-1": {"ansible_host": "127.0.0.9", "ansible_port": 9}, "prod50-1": {"ansible_host": host.address}}
    away.write_text(json.dumps({"all": {"children": {"app": {"hosts": hosts}}}}))
    code, output, totals = site("-i", str(away))
    assert code != 0
    assert totals["changed"] == 0
    told = " ".join(output.split())
    assert "away-1 cannot be reached" in told
    assert "ssh -p 9 deploy@127.0.0.9 sudo -n python3 --version" in told
    assert "Missing sudo password. Try:" in told
    assert "run with --ask-become-pass" in told


def test_a_worker_that_never_becomes_ready_is_taken_back(site, host, untouched_workers):
    # A key of the right format for the preflight, and of a wrong one for the application, which refuses to start.
    code, output, _totals = site(
        "--tags",
        "app_pm2",
        "-e",
        json.dumps(
            {
                "app_release_extra_env": {"CREDS_KEY": "broken"},
                "rollout_ready_timeout_s": 20,
                "app_pm2_listen_timeout_ms": 15000,
            }
        ),
    )
    assert code != 0
    told = " ".join(output.split())
    assert "Its log is shown by: journalctl --identifier=librechat-3080" in told
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
        assert lab.is_ready(host, port)
