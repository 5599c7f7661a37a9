"""Services and the whole host go down and come back; what Redis and MongoDB have acknowledged is there afterwards."""

import time

import pytest
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
