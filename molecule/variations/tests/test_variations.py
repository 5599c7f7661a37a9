"""Other ports, another store, a PM2 cluster, the plan's literal values and the firewall, over two hosts of two Debian releases."""

import json
import re
import resource
import socket
from contextlib import ExitStack, suppress

import pytest

import lab
import load
import releases
from figures import record

INVENTORIES = ["molecule/variations/inventory", "lab/overlay", "molecule/variations/variations"]


@pytest.fixture(scope="module")
def core():
    return lab.server("variations", "core-1")


@pytest.fixture(scope="module")
def cache():
    return lab.server("variations", "cache-1")


@pytest.fixture(scope="module")
def browser(core):
    return lab.Browser(core.address, "variations.example.org", port=8443).register().login()


def test_the_hosts_run_two_releases_of_debian(core, cache):
    assert (core.system_info.codename, cache.system_info.codename) == ("bookworm", "trixie")


def test_valkey_serves_in_place_of_redis(cache):
    assert cache.service("valkey-server").is_running
    assert not cache.package("redis-server").is_installed


def test_an_answer_is_streamed_through_the_other_ports_and_the_other_host(browser):
    events = browser.chat(mock={"tokens": 10, "delayMs": 100})
    assert events[-1][1].get("final") is True
    assert events[-1][0] - events[0][0] > 0.5


def test_pm2_runs_one_cluster_of_four_workers_on_one_port(core):
    ecosystem = core.file("/srv/librechat/ecosystem.json").content_string
    assert '"exec_mode": "cluster"' in ecosystem
    assert '"instances": 4' in ecosystem
    log = core.check_output("ss --tcp --listening --numeric --processes --no-header 'sport = :4080'")
    assert core.address + ":4080" in log


def test_the_plans_literal_values_arrive_in_the_settings(core):
    path = re.search(r"--env-file=(\S+?)\"", core.file("/srv/librechat/ecosystem.json").content_string)[1]
    settings = dict(re.findall(r"^(\w+)='(.*)'$", core.file(path).content_string, re.MULTILINE))
    plan = {
        "MONGO_MAX_POOL_SIZE": "50",
        "MONGO_MIN_POOL_SIZE": "10",
        "MONGO_MAX_CONNECTING": "5",
        "MONGO_MAX_IDLE_TIME_MS": "60000",
        "MONGO_WAIT_QUEUE_TIMEOUT_MS": "5000",
        "CONCURRENT_MESSAGE_MAX": "5",
        "MESSAGE_IP_MAX": "100",
        "MESSAGE_USER_MAX": "60",
        "LOGIN_MAX": "20",
        "REGISTER_MAX": "10",
        "USE_REDIS": "true",
        "REDIS_MAX_LISTENERS": "50",
    }
    assert plan.items() <= settings.items()


def test_the_plans_eviction_policy_and_snapshots_are_in_force(cache):
    config = cache.check_output(
        "cat $(systemctl cat valkey-server | sed -n 's/^ExecStart=\\S* \\(\\S*\\).*/\\1/p' | tail -1)"
    )
    assert re.search(r"^maxmemory 256mb$", config, re.MULTILINE | re.IGNORECASE)
    assert re.search(r"^maxmemory-policy allkeys-lru$", config, re.MULTILINE)
    assert "900 1" in config


def answers(address, port):
    """Tell whether a connection from outside the stack's own members is accepted."""
    try:
        with socket.create_connection((address, port), timeout=2):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("member", "port", "open_to_all"),
    [
        ("core", 8443, True),
        ("core", 8080, True),
        ("core", 27117, False),
        ("core", 4080, False),
        ("core", 9100, False),
        ("cache", 6479, False),
        ("cache", 9190, False),
    ],
)
def test_the_firewall_opens_to_everybody_only_what_is_public(core, cache, member, port, open_to_all):
    assert answers({"core": core, "cache": cache}[member].address, port) is open_to_all


def test_one_address_cannot_take_the_connections_of_all_others(core, cache):
    """Whatever it does with them: these say nothing at all, so that no limit of Nginx sees them."""
    limit = int(re.search(r"ip saddr ct count over (\d+)", core.check_output("nft list table inet tierstack"))[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit + 1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with ExitStack() as opened:
        taken = 0
        for _attempt in range(limit + 50):
            with suppress(ConnectionRefusedError):
                opened.enter_context(socket.create_connection((core.address, 8443), timeout=5))
                taken += 1
        assert 0.9 * limit <= taken <= limit
        ask = f"curl --silent --insecure --max-time 5 --header 'Host: variations.example.org' https://{core.address}:8443/health"
        assert cache.check_output(ask) == "OK"


def test_a_host_that_takes_no_new_connection_takes_its_firewall_rules_back(core):
    """What locks SSH out comes with the rules: a table that a hook of the test loads as soon as they are written."""
    lockout = (
        "until grep -q 2223 /etc/tierstack-firewall.nft; do sleep 0.05; done; nft add table inet lockout; "
        "nft add chain inet lockout input '{ type filter hook input priority -50; }'; "
        "nft add rule inet lockout input tcp dport 22 ct state new drop"
    )
    ports = "{{ [2223] if inventory_hostname == 'core-1' else [22] }}"
    ssh = json.dumps({"common_firewall_ssh_ports": ports, "__common_firewall_confirm_s": 20})
    lab.docker("exec", "--detach", core.container, "sh", "-c", lockout)
    try:
        code, output, _totals = lab.playbook(
            INVENTORIES, "--tags=common_firewall", f"--extra-vars={ssh}", lab="variations"
        )
        assert code != 0
        assert "takes no new SSH connection" in output, output
        lab.wait_for(lambda: "2223" not in core.check_output("nft list table inet tierstack"), 20, "the rules before")
    finally:
        core.run("nft delete table inet lockout")


def test_prometheus_on_the_other_host_reaches_every_host_of_the_inventory(cache):
    up = cache.check_output(f"curl --silent --get --data-urlencode query=up http://{cache.address}:9190/api/v1/query")
    values = re.findall(r'"value":\[[\d.]+,"(\d)"\]', up)
    assert set(values) == {"1"}
    assert set(re.findall(r'"host":"([\w-]+)"', up)) == {"core-1", "cache-1"}


def test_settings_and_headers_arrive_whole(core, browser):
    path = re.search(r"--env-file=(\S+?)\"", core.file("/srv/librechat/ecosystem.json").content_string)[1]
    names = ("APP_TITLE", "CUSTOM_FOOTER", "ALLOW_SHARED_LINKS")
    script = f"JSON.stringify({json.dumps(names)}.map(name => process.env[name]))"
    read = core.check_output("/opt/nodejs/22/bin/node --env-file=%s -p %s", path, script)
    assert json.loads(read) == ["Ada's chat", '$HOME `id` "quoted" \\n %s #', "true"]
    headers = browser.request("GET", "/health").headers
    assert headers["Permissions-Policy"] == 'camera=(self "https://meet.example.org"), microphone=(self)'
    assert headers["Report-To"] == '{"group":"default","url":"https://r.example.org/\\d"}'


def test_the_certificate_of_the_inventory_is_shown_with_its_chain(core):
    shown = core.check_output(
        "openssl s_client -connect %s:8443 -servername variations.example.org -showcerts </dev/null 2>/dev/null",
        core.address,
    )
    assert shown.count("BEGIN CERTIFICATE") == 2
    assert "i:CN = Authority of the lab" in shown
    assert core.file("/etc/nginx/tls/provided.pem").mode == 0o600


def test_the_modules_run_with_the_libraries_of_debian_12():
    code, output, _totals = lab.playbook(INVENTORIES, name="molecule/variations/libraries.yml", lab="variations")
    assert code == 0, output


def test_the_stack_is_judged_healthy_from_the_other_host():
    code, output, totals = lab.playbook(INVENTORIES, name="playbooks/verify.yml", lab="variations")
    assert code == 0, output
    assert "healthy" in output
    assert totals["changed"] == 0


def test_a_release_of_a_cluster_loses_little_and_it_is_counted(core, tmp_path):
    """A cluster is replaced as one, behind one port, so that no worker of it can be taken out: little is lost, not nothing."""
    tree = releases.built(releases.good(tmp_path / "v2"), core)
    source = json.dumps({"app_release_directory": str(tree), "app_release_version": "v2", "app_release_build": "auto"})
    # There is no old worker to compare with, and a machine that runs other tests as well is slower than the SLO.
    patient = "rollout_slo_p95_ms=2000 rollout_canary_window_s=10"
    edges = [f"{core.address}:8443"]
    # As many users and messages as the plan's literal limits allow from one address
    with (
        load.running(
            edges, "variations.example.org", None, callers=4, calls_per_second=8, readers=3, stream_s=10
        ) as users,
        users.during() as seen,
    ):
        code, output, _totals = lab.playbook(
            INVENTORIES, "-e", source, "-e", patient, name="playbooks/deploy.yml", lab="variations"
        )
    seen = users.between(seen.begin, seen.end)
    record("release of a cluster", **seen.figures)
    assert code == 0, output
    assert users.users[0].request("GET", "/health").headers["X-App-Version"].startswith("v2-")
    assert len(seen.failed) <= 0.02 * len(seen.requests)
