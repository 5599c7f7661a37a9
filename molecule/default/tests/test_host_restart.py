"""The host goes down and comes back."""

import pytest
from test_services import UNITS, WORKERS, pm2

import lab

# Last of all: every service starts again
pytestmark = pytest.mark.late(3)


def test_a_restart_of_the_host_brings_everything_back(host, browser):
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
