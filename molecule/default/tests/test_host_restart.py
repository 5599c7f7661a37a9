"""Services and the whole host go down and come back; what Redis and MongoDB have acknowledged is there afterwards."""

import json
import time

import pytest
from conftest import INVENTORIES
from test_exporters import NODE_PORT, scrape
from test_services import UNITS, WORKERS, pm2

import lab

# Last of all: every service starts again
pytestmark = pytest.mark.late(3)

COMMANDS = lab.ROOT / "tests/integration/targets/redis_server/files"
ACL_FILE = "/etc/redis/tierstack.acl"
LEFT_OUT = "tierstack_redis_left_out_commands"
MONGO = """
import hashlib, pymongo
login = dict(host="127.0.0.1", username="admin", password={password!r}, directConnection=True)
acknowledged = pymongo.MongoClient(**login, w="majority").durability.acknowledged
{work}
print(hashlib.sha256(repr(list(acknowledged.find().sort("_id"))).encode()).hexdigest(), acknowledged.count_documents({{}}))
"""


@pytest.fixture(scope="module")
def redis(host, secrets):
    """Give Redis commands, one a line, as its administrator."""

    def ask(commands):
        login = f"REDISCLI_AUTH={secrets['redis_admin_password']} redis-cli --no-auth-warning --no-raw --user admin"
        return host.check_output(f"{login} -s /run/redis/redis-server.sock <<'COMMANDS'\n{commands}\nCOMMANDS\n")

    return ask


@pytest.fixture(scope="module")
def stored(host, secrets, redis):
    """Write to both stores; return what reads all of it."""

    def mongo(work=""):
        return host.check_output("python3 -c %s", MONGO.format(password=secrets["mongo_admin_password"], work=work))

    written = redis((COMMANDS / "writes").read_text())
    assert "ERR" not in written
    mongo("acknowledged.insert_many([{'_id': i, 'text': 'x' * 1000} for i in range(1000)])")
    yield lambda: (redis((COMMANDS / "reads").read_text()), mongo())
    mongo("acknowledged.database.client.drop_database('durability')")
    redis("FUNCTION DELETE durable\nEVAL \"return redis.call('DEL', unpack(redis.call('KEYS', '{durable}*')))\" 0")


@pytest.mark.parametrize("fault", ["restart", "kill --signal=KILL"])
def test_what_a_store_has_acknowledged_outlives_its_process(host, stored, fault):
    before = stored()
    assert before[1].endswith(" 1000")
    time.sleep(2)  # appendfsync everysec may hold a write back that long
    for service in ("redis-server", "mongod"):
        process = host.check_output(f"systemctl show --property=MainPID {service}")
        host.check_output(f"systemctl {fault} {service}")
        lab.wait_for(
            lambda service=service, process=process: (
                host.run(f"systemctl is-active {service}").rc == 0
                and host.check_output(f"systemctl show --property=MainPID {service}") != process
            ),
            60,
            f"{service} runs again",
        )
    lab.wait_for(lambda: stored() == before, 10, "all of it is there, with its types and expiries", every=1)
    assert scrape(host, NODE_PORT)[LEFT_OUT] == 0


def test_a_start_of_redis_that_leaves_commands_out_is_counted(host, redis):
    redis("MULTI\nSET {left-out}a 1\nSET {left-out}b 2\nEXEC")
    host.check_output(
        f"cp --preserve {ACL_FILE} {ACL_FILE}.kept; sed -i 's/^user default .*/user default off/' {ACL_FILE}"
    )
    host.check_output("systemctl restart redis-server")
    lab.wait_for(lambda: scrape(host, NODE_PORT)[LEFT_OUT] >= 2, 10, "what was left out is counted")
    host.check_output(f"mv {ACL_FILE}.kept {ACL_FILE}; systemctl restart redis-server")
    lab.wait_for(lambda: scrape(host, NODE_PORT)[LEFT_OUT] == 0, 10, "nothing was left out")
    lab.wait_for(lambda: redis("DEL {left-out}a {left-out}b") == "(integer) 2", 10, "both are there")


def test_a_restart_of_the_host_brings_everything_back(host, browser, stored):
    before = stored()
    lab.docker("restart", "--time", "120", host.container)
    lab.wait_for(
        lambda: all(host.run(f"systemctl is-active {unit}").stdout.strip() == "active" for unit in UNITS),
        90,
        "every service runs again",
    )
    lab.wait_for(lambda: browser.user().status_code == 200, 60, "the session is valid again")
    lab.wait_for(
        lambda: browser.chat(mock={"tokens": 2, "delayMs": 10})[-1][1].get("final"), 60, "an answer is streamed again"
    )
    lab.wait_for(
        lambda: sum(p["pm2_env"]["status"] == "online" for p in pm2(host)) == len(WORKERS),
        60,
        "every worker is online again",
    )
    assert stored() == before
    assert scrape(host, NODE_PORT)[LEFT_OUT] == 0


@pytest.fixture
def reset_hosts_file(host):
    """Write /etc/hosts as cloud-init does at a boot."""

    def reset():
        host.check_output("printf '127.0.1.1 prod50-1\n127.0.0.1 localhost\n::1 localhost\n' >/etc/hosts")

    yield reset
    host.check_output("systemctl start tierstack-hosts.path")


def place_in_the_set(host):
    """Return what mongod says of itself: the set's name, or nothing where it does not find itself in it."""
    ask = "import pymongo; print(pymongo.MongoClient('127.0.0.1', directConnection=True).admin.command('hello').get('setName'))"
    return host.run(f'python3 -c "{ask}"').stdout.strip()


def test_names_that_a_boot_takes_out_of_the_hosts_file_are_put_back_at_once(host, reset_hosts_file):
    reset_hosts_file()
    members = host.file("/etc/tierstack-hosts").content_string
    lab.wait_for(lambda: host.file("/etc/hosts").content_string.startswith(members), 5, "the members' names")
    host.check_output("systemctl restart mongod")
    lab.wait_for(lambda: place_in_the_set(host) == "rs0", 30, "its place in the set", every=1)


def test_a_member_that_lost_its_place_in_the_set_gets_it_back_by_a_run(host, site, reset_hosts_file):
    host.check_output("systemctl stop tierstack-hosts.path")
    reset_hosts_file()
    host.check_output("systemctl restart mongod")
    lab.wait_for(lambda: place_in_the_set(host) == "None", 30, "no place in the set", every=1)
    code, output, _totals = site("--tags", "common_hosts,mongo")
    assert code == 0, output
    assert place_in_the_set(host) == "rs0"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"name": "chat-1"},
            "The replica set on chat-1 has the members prod50-1:27017; the inventory has chat-1:27017",
        ),
        ({"secrets": "new"}, "MongoDB on prod50-1 refuses admin with mongo_admin_password"),
    ],
    ids=["host renamed", "secrets lost"],
)
def test_data_of_another_name_or_other_secrets_is_refused_before_anything_is_changed(host, tmp_path, changed, told):
    name = changed.get("name", "prod50-1")
    groups = ("mongo", "redis", "app", "nginx", "monitoring")
    hosts = tmp_path / "hosts.yml"
    hosts.write_text(json.dumps({"all": {"children": {group: {"hosts": {name: {}}} for group in groups}}}))
    (tmp_path / "group_vars").symlink_to(lab.ROOT / "inventories/prod50/group_vars")
    arguments = ["-e", f"stack_secrets_dir={tmp_path / changed['secrets']}"] if "secrets" in changed else []
    code, output, totals = lab.playbook([hosts, *INVENTORIES[1:]], *arguments, lab="default")
    assert code != 0
    assert told in " ".join(output.split())
    assert totals["changed"] == 0
