"""A disk without a free byte stops neither PM2 nor a worker, and there is something to give up."""

import pytest
from test_services import WORKERS

import lab

HOME, LOGS = "/srv/librechat/pm2", "/var/log/librechat"
# A small file system in the place of a directory, with its files and nothing free
FILL = """
cp -a {path} /run/kept && mount -t tmpfs -o size=512k,mode=0750 tmpfs {path}
chown --reference=/run/kept {path} && cp -a /run/kept/. {path} && rm -r /run/kept
cat /dev/zero > {path}/full 2>/dev/null || true
"""


def all_ready(host):
    return all(lab.is_ready(host, port) for port in WORKERS)


@pytest.fixture
def full(host):
    host.check_output("systemctl stop pm2-librechat")
    for path in (HOME, LOGS):
        host.check_output(FILL.format(path=path))
    yield
    host.check_output(f"systemctl stop pm2-librechat; umount {HOME} {LOGS}; systemctl start pm2-librechat")
    lab.wait_for(lambda: all_ready(host), 60, "every worker is ready again")


def test_pm2_and_its_workers_start_without_a_free_byte(host, full):
    for path in (HOME, LOGS):
        assert host.run(f"echo more > {path}/more").rc != 0
    host.check_output("systemctl start pm2-librechat")
    lab.wait_for(lambda: all_ready(host), 60, "every worker is ready")
    host.check_output("pkill --signal KILL --full '[s]erver/index.js'")
    lab.wait_for(lambda: not all_ready(host), 5, "the workers are gone")
    lab.wait_for(lambda: all_ready(host), 60, "every worker is ready again")


def test_space_is_reserved_that_can_be_given_up(host):
    reserve = host.file("/var/lib/tierstack.reserve")
    assert reserve.size >= 1 << 20
    assert int(host.check_output(f"stat --format=%b {reserve.path}")) * 512 >= reserve.size, "it holds its space"
