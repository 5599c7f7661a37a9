"""PM2 alone can be restarted on the only host: its workers outlive it, and their users do not notice."""

import pytest
from test_services import WORKERS

import lab
import load
import releases
from figures import record

pytestmark = pytest.mark.late(1)


def test_a_restart_of_pm2_on_the_only_host_fails_no_request_and_cuts_no_answer(host, site):
    pids = {port: lab.listener(host, port) for port in WORKERS}
    with (
        load.running([f"{host.address}:443"], "chat.example.org", f"{host.address}:{WORKERS[0]}", stream_s=4) as users,
        users.during() as seen,
    ):
        code, output, _totals = site(name="playbooks/restart.yml")
    record("restart of PM2 on the only host", **seen.figures)
    assert code == 0, output
    assert releases.noticed(seen) == []
    assert len(seen.streams) > 10
    assert all(lab.listener(host, port) not in (None, pids[port]) for port in WORKERS)
