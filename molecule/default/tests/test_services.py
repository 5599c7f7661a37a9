"""Every part runs, starts at boot, listens only where it should, and asks who is there."""

import json
import re

import pytest

import lab
from lab import ROOT, docker

WORKERS = [3080, 3081, 3082, 3083]
UNITS = ["mongod", "redis-server", "pm2-librechat", "nginx", "prometheus", "prometheus-node-exporter"]


@pytest.mark.parametrize("unit", UNITS)
def test_a_service_runs_now_and_at_boot(host, unit):
    service = host.service(unit)
    assert service.is_running, host.run(f"journalctl --no-pager -n 30 -u {unit}").stdout
    assert service.is_enabled


def test_mongodb_refuses_who_has_no_password(host):
    script = "import pymongo; print(pymongo.MongoClient('mongodb://prod50-1').LibreChat.users.count_documents({}))"
    refused = host.run(f'python3 -c "{script}"')
    assert refused.rc != 0
    assert "requires authentication" in refused.stderr


ACCOUNTS = {"exporter": ("admin", "monitoring_mongodb_password"), "librechat": ("LibreChat", "mongo_app_password")}
MAY = """
import pymongo
client = pymongo.MongoClient("127.0.0.1", username={name!r}, password={password!r}, authSource={database!r}, directConnection=True)
tries = dict(
    status=lambda: client.admin.command("serverStatus"),
    users=lambda: client.LibreChat.users.find_one(),
    write=lambda: client.LibreChat.never.delete_many(dict(never=1)),
    oplog=lambda: client.local["oplog.rs"].find_one(),
    accounts=lambda: client.admin["system.users"].find_one(),
    shutdown=lambda: client.admin.command("shutdown"),
    elsewhere=lambda: client.test.never.insert_one(dict(never=1)),
)
for name, act in tries.items():
    try:
        act()
        print(name)
    except pymongo.errors.OperationFailure as refused:
        assert refused.code == 13, refused
"""


@pytest.mark.parametrize(("name", "may"), [("exporter", ["status"]), ("librechat", ["users", "write"])])
def test_an_account_of_mongodb_may_do_what_it_is_for_and_nothing_else(host, secrets, name, may):
    database, secret = ACCOUNTS[name]
    script = MAY.format(name=name, password=secrets[secret], database=database)
    assert host.check_output("python3 -c %s", script).split() == may


def test_redis_refuses_who_has_no_password(host):
    assert "NOAUTH" in host.run(f"redis-cli -h {host.address} get x").stdout


def test_the_replica_set_has_a_primary_with_a_name_that_resolves(host):
    hello = (
        "import pymongo; h = pymongo.MongoClient('mongodb://prod50-1', directConnection=True).admin.command('hello')"
    )
    answer = json.loads(
        host.check_output(
            f"python3 -c \"{hello}; import json; print(json.dumps([h['setName'], h['primary'], h['isWritablePrimary']]))\""
        )
    )
    assert answer == ["rs0", "prod50-1:27017", True]


def environment(host, worker=3080):
    """Return what the worker on this port was started with, by its env file."""
    entry = json.loads(host.file("/srv/librechat/ecosystem.json").content_string)["apps"]
    path = next(
        arg.split("=")[1]
        for app in entry
        if app["name"] == f"librechat-{worker}"
        for arg in app["node_args"]
        if arg.startswith("--env-file")
    )
    return dict(re.findall(r"^(\w+)='(.*)'$", host.file(path).content_string, re.MULTILINE)), host.file(path)


def redis(host, *command):
    settings, _file = environment(host)
    return host.check_output(
        f"REDISCLI_AUTH={settings['REDIS_PASSWORD']} redis-cli --no-auth-warning --user {settings['REDIS_USERNAME']} -h {host.address} {' '.join(command)}"
    )


def test_redis_is_a_cluster_that_announces_its_private_address_and_has_every_slot(host):
    assert host.address in redis(host, "cluster", "slots")
    state = redis(host, "cluster", "info")
    assert "cluster_state:ok" in state
    assert "cluster_slots_ok:16384" in state


def test_the_application_cannot_administer_redis(host):
    assert "NOPERM" in redis(host, "config", "get", "maxmemory")


def pm2(host):
    """Return the processes that PM2 has."""
    return json.loads(lab.pm2(host, "jlist").splitlines()[-1])


def test_every_worker_is_online_on_a_port_of_its_own(host):
    assert {(p["name"], p["pm2_env"]["status"], p["pm2_env"]["exec_mode"]) for p in pm2(host)} == {
        (f"librechat-{port}", "online", "fork_mode") for port in WORKERS
    }
    for port in WORKERS:
        assert lab.is_ready(host, port)


def test_the_settings_of_a_worker_are_for_its_user_only(host):
    _settings, file = environment(host)
    assert (file.user, file.mode) == ("librechat", 0o600)


def test_the_service_user_has_no_shell(host):
    assert host.user("librechat").shell == "/usr/sbin/nologin"


def test_no_secret_is_in_a_process_list_a_log_or_a_file_that_everybody_reads(host, secrets):
    patterns = "\n".join(secrets.values())
    host.check_output(f"umask 077; printf '%s\\n' '{patterns}' > /run/secrets-to-find")
    try:
        assert (
            host.run(
                "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep --fixed-strings --file=/run/secrets-to-find | grep -v printf"
            ).stdout
            == ""
        )
        assert host.run("journalctl --no-pager | grep --fixed-strings --file=/run/secrets-to-find").stdout == ""
        readable = "find / -xdev -path /proc -prune -o -type f -perm -o=r -size -1000k -not -path '*/node_modules/*' -newer /etc/machine-id -print0"
        assert (
            host.run(
                f"{readable} | xargs -0 grep --files-with-matches --fixed-strings --file=/run/secrets-to-find"
            ).stdout
            == ""
        )
        assert (
            host.run(
                "grep --recursive --files-with-matches --fixed-strings --file=/run/secrets-to-find /var/log"
            ).stdout
            == ""
        )
    finally:
        host.run("rm -f /run/secrets-to-find")


def test_prometheus_sees_every_target_up(host):
    up = {result["metric"]["instance"]: result["value"][1] for result in lab.query(host, "up")}
    assert {f"{host.address}:{port}" for port in [9100, *WORKERS]} <= set(up)
    assert set(up.values()) == {"1"}


def test_the_modules_pass_their_integration_tests_against_real_servers(targets):
    running, on_the_stack = targets
    assert "".join(one.result() for one in running.values()) + on_the_stack() == ""


def test_the_sample_app_passes_its_own_tests_with_the_servers_of_the_host(host):
    docker("cp", str(ROOT / "lab/sample-app"), f"{host.container}:/opt/sample-app")
    tools = "export PATH=/opt/nodejs/20/bin:$PATH MONGOD=/opt/mongodb/bin/mongod NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt; cd /opt/sample-app"
    host.check_output(f"{tools}; npm ci --no-audit --no-fund")
    done = host.run(f"{tools}; test/run")
    assert done.rc == 0, done.stdout + done.stderr
