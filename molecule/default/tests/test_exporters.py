"""What the exporters say: the truth, at once, and nothing that is secret."""

import json
import re
import threading
import time

import pytest
import requests

import lab

PM2_PORT, MONGODB_PORT, REDIS_PORT, NGINX_PORT, NGINX_LOG_PORT, NODE_PORT = 9207, 9216, 9121, 9113, 3903, 9100


def scrape(host, port):
    """Return the samples of an exporter, each by its name and labels as they are written, as Prometheus gets them."""
    text = host.check_output(f"curl --silent --fail --max-time 10 http://{host.address}:{port}/metrics")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def worker(host, port, metric, **labels):
    """Return the name of a worker's sample."""
    labels |= {"id": str(port - 3080), "name": f"librechat-{port}", "worker": f"{host.address}:{port}"}
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


@pytest.mark.parametrize(
    "unit",
    [
        "pm2-exporter",
        "mongodb-exporter",
        "prometheus-redis-exporter",
        "prometheus-nginx-exporter",
        "mtail",
        "tierstack-health",
    ],
)
def test_an_exporter_is_locked_up(host, unit):
    done = host.run(f"systemd-analyze security --no-pager --threshold=30 {unit}")
    assert done.rc == 0, done.stdout.splitlines()[-1]


# PM2 and the releases


def test_every_worker_is_online_and_has_its_share_of_memory_and_its_age(host):
    samples = scrape(host, PM2_PORT)
    assert samples["pm2_up"] == 1
    for port in range(3080, 3084):
        assert samples[worker(host, port, "pm2_process_online")] == 1
        assert samples[worker(host, port, "pm2_process_memory_bytes")] > 30e6
        assert time.time() - 86400 < samples[worker(host, port, "pm2_process_start_time_seconds")] < time.time()


def test_nothing_of_a_workers_settings_is_shown_or_logged(host, secrets):
    text = requests.get(f"http://{host.address}:{PM2_PORT}/metrics", timeout=10).text
    text += host.check_output("journalctl --no-pager -u pm2-exporter")
    assert not [name for name, secret in secrets.items() if secret in text]


def test_the_release_that_runs_is_shown(host):
    release = host.check_output("basename $(readlink /srv/librechat/current)")
    config = host.check_output("basename $(readlink /srv/librechat/config/current)")
    samples = scrape(host, PM2_PORT)
    version = release.rsplit("-", 1)[0]
    assert samples[f'tierstack_release_info{{config="{config}",release="{release}",version="{version}"}}'] == 1
    assert samples["tierstack_release_under_way"] == 0
    assert time.time() - 86400 < samples["tierstack_release_time_seconds"] <= time.time()
    assert [name for name in samples if name.startswith("tierstack_releases_total{")]


@pytest.mark.parametrize(("lease_s", "under_way", "metric"), [(60, 1, "worker_out"), (-1, 0, "worker_left_out")])
def test_a_worker_that_a_release_has_taken_out_is_shown_during_its_lease_and_after_it(host, lease_s, under_way, metric):
    address = f"{host.address}:3081"
    lock = json.dumps({"until_epoch": time.time() + lease_s, "holder": {"owner": "root", "out": address}})
    host.check_output(f"echo '{lock}' > /srv/librechat/release.lock")
    try:
        samples = scrape(host, PM2_PORT)
    finally:
        host.check_output("rm /srv/librechat/release.lock")
    assert samples["tierstack_release_under_way"] == under_way
    assert samples[f'tierstack_release_{metric}{{worker="{address}"}}'] == 1


# MongoDB


def test_mongodb_is_up_and_its_only_member_is_the_primary(host):
    samples = scrape(host, MONGODB_PORT)
    assert samples["mongodb_up"] == 1
    assert samples['mongodb_rs_members_state{member_idx="prod50-1:27017",member_state="PRIMARY"}'] == 1
    assert samples['mongodb_ss_connections{conn_type="current"}'] > 0
    assert samples["mongodb_ss_wt_cache_maximum_bytes_configured"] >= 256 * 2**20
    optime = samples['mongodb_rs_members_optimeDate{member_idx="prod50-1:27017",member_state="PRIMARY"}']
    assert abs(time.time() - optime / 1000) < 60


def test_a_mongodb_that_does_not_answer_is_said_to_be_down_within_two_seconds(host):
    begin = time.monotonic()
    host.check_output("systemctl kill --signal=STOP mongod")
    try:
        samples = scrape(host, MONGODB_PORT)
        took = time.monotonic() - begin
    finally:
        host.check_output("systemctl kill --signal=CONT mongod")
    assert samples == {"mongodb_up": 0}
    assert took < 3, f"{took:.1f} s"
    lab.wait_for(lambda: scrape(host, MONGODB_PORT)["mongodb_up"] == 1, 15, "MongoDB is up again")


def test_the_exporters_user_may_read_nothing_but_status(host, secrets):
    script = """
import pymongo, sys
client = pymongo.MongoClient("prod50-1", username="exporter", password=sys.stdin.readline().strip(), directConnection=True)
assert client.admin.command("serverStatus")["ok"] and client.admin.command("replSetGetStatus")["ok"]
for what in (
    lambda: client.LibreChat.users.find_one(),
    lambda: client.LibreChat.users.insert_one({}),
    lambda: client.admin.system.users.find_one(),
    lambda: client.admin.command("createUser", "other", pwd="x", roles=[]),
    lambda: client.admin.command("shutdown"),
):
    try:
        what()
    except pymongo.errors.OperationFailure as error:
        assert error.code == 13, error
    else:
        sys.exit("it was allowed")
"""
    done = host.run(f"echo {secrets['monitoring_mongodb_password']} | python3 -c '{script}'")
    assert done.rc == 0, done.stderr


def test_the_exporters_password_is_in_one_file_that_only_root_reads(host, secrets):
    file = host.file("/etc/tierstack/mongodb-exporter.password")
    assert (file.user, file.mode) == ("root", 0o600)
    pid = host.check_output("systemctl show --property=MainPID --value mongodb-exporter")
    told = host.check_output(f"cat /proc/{pid}/environ /proc/{pid}/cmdline | tr '\\0' '\\n'")
    assert "mongodb_exporter.py" in told
    assert secrets["monitoring_mongodb_password"] not in told


# Redis


def test_redis_is_up_and_serves_all_slots(host):
    samples = scrape(host, REDIS_PORT)
    assert samples["redis_up"] == samples["redis_cluster_state"] == samples["redis_aof_last_write_status"] == 1
    assert samples["redis_cluster_slots_ok"] == 16384
    assert 0 < samples["redis_memory_used_bytes"] < samples["redis_memory_max_bytes"]


@pytest.mark.parametrize(
    "command", ["GET x", "KEYS x", "CONFIG GET save", "ACL LIST", "CLIENT LIST", "SLOWLOG GET", "SUBSCRIBE x"]
)
def test_the_exporters_user_of_redis_may_ask_for_status_only(host, secrets, command):
    login = f"env REDISCLI_AUTH={secrets['monitoring_redis_password']} redis-cli -h {host.address} --user exporter"
    assert "redis_version" in host.check_output(f"{login} INFO server")
    assert "NOPERM" in host.run(f"timeout 5 {login} {command}").stdout


# Nginx and its log


def requests_counted(host, *codes):
    """Return how many requests, streams aside, mtail has counted with one of these statuses."""
    samples = scrape(host, NGINX_LOG_PORT)
    return sum(samples.get(f'nginx_log_requests_total{{class="request",code="{code}"}}', 0) for code in codes)


def test_nginx_is_up_and_counts(host, browser):
    before = scrape(host, NGINX_PORT)
    assert browser.user().status_code == 200
    after = scrape(host, NGINX_PORT)
    assert after["nginx_up"] == 1
    assert after["nginx_http_requests_total"] > before["nginx_http_requests_total"]


def test_a_slow_answer_is_counted_and_timed(host, browser):
    def figures():
        samples = scrape(host, NGINX_LOG_PORT)
        name = "nginx_log_request_duration_seconds"
        return samples["nginx_log_slow_requests_total"], samples[f"{name}_count"] - samples[
            f'{name}_bucket{{le="0.2"}}'
        ]

    slow, above = figures()
    host.check_output("pkill -STOP -u librechat node")
    wake = threading.Timer(0.6, host.check_output, ["pkill -CONT -u librechat node"])
    wake.start()
    assert browser.user().status_code == 200
    wake.join()
    lab.wait_for(lambda: figures() >= (slow + 1, above + 1), 10, "mtail has read the line")


def test_a_rotated_log_loses_no_request_and_counts_none_twice(host, browser):
    before = requests_counted(host, 404)
    for number in range(40):
        assert browser.request("GET", f"/metrics/{number}").status_code == 404
        if number == 20:
            host.check_output("logrotate --force /etc/logrotate.d/nginx")
    lab.wait_for(lambda: requests_counted(host, 404) >= before + 40, 10, "mtail has read every line")
    time.sleep(3)
    probes = 2  # The stack's own probes ask for a private path, too.
    assert requests_counted(host, 404) <= before + 40 + probes


def test_the_id_of_an_answer_is_found_in_the_log_and_is_not_the_clients(host, browser):
    path = f"/api/config/{time.time_ns()}"
    answer = browser.request("GET", path, headers={"X-Request-ID": "mine"})
    lines = host.check_output(f"grep -hF {path} /var/log/nginx/access.log").splitlines()
    assert [json.loads(line)["request_id"] for line in lines] == [answer.headers["X-Request-ID"]]
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


# The verdict


def test_a_healthy_stack_is_called_healthy_and_its_certificates_end_is_shown(host):
    samples = scrape(host, NODE_PORT)
    assert samples["tierstack_healthy"] == 1
    assert time.time() - 90 < samples["tierstack_health_time_seconds"] <= time.time()
    assert samples['tierstack_probe_certificate_not_after_seconds{probe="prod50-1 certificate"}'] > time.time()


def probed(host):
    """Return what the probes find now, without waiting for their time."""
    host.check_output("systemctl start tierstack-health.service")
    return scrape(host, NODE_PORT)


def test_with_an_account_the_time_to_the_first_event_of_an_answer_is_shown(host, browser, site):
    account = {"email": browser.email, "password": lab.PASSWORD, "endpoint": "mock", "body": {"text": "ping"}}
    code, output, _totals = site("--tags", "monitoring_services", "-e", json.dumps({"stack_probe_account": account}))
    try:
        assert code == 0, output
        samples = probed(host)
        assert samples['tierstack_probe_up{layer="stream",probe="answer of the model"}'] == 1
        assert 0 < samples['tierstack_probe_first_event_seconds{probe="answer of the model"}'] < 5
    finally:
        code, output, _totals = site("--tags", "monitoring_services")
        assert code == 0, output
