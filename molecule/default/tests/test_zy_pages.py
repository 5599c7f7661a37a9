"""Somebody is told: each part is killed, and its page comes from Alertmanager within two minutes; it is mended, and the page is taken back."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from test_services import pm2

import lab
from figures import record

# After the tests of the running stack: every part is killed
pytestmark = pytest.mark.late(2)

PROMISED_S = 120


class Receiver(ThreadingHTTPServer):
    """Takes what Alertmanager posts, as a webhook does."""

    daemon_threads = True

    def __init__(self, address):
        super().__init__(address, Hook)
        self.told = []

    def when(self, name, status, after):
        """Seconds from a moment until the receiver was told; None as long as it was not."""
        return next(
            (
                moment - after
                for moment, alert in self.told
                if moment > after and (alert["labels"]["alertname"], alert["status"]) == (name, status)
            ),
            None,
        )


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told += [(time.monotonic(), alert) for alert in content["alerts"]]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture(scope="module")
def receiver(host):
    """Listen where lab/overlay says that receivers are: at the gateway of the lab's network."""
    with Receiver((host.address.rsplit(".", 1)[0] + ".1", 9099)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def firing(host):
    alerts = json.loads(host.check_output("amtool alert query --output=json severity=page"))
    return {alert["labels"]["alertname"] for alert in alerts}


KILLED = {
    "MongoDB": (
        "MongoDBDown",
        lambda host: host.check_output("systemctl kill --signal=KILL mongod; systemctl stop mongod"),
    ),
    "Redis": ("RedisDown", lambda host: host.check_output("systemctl stop redis-server")),
    "a worker": ("WorkerDown", lambda host: lab.pm2(host, "stop", "librechat-3081")),
    "Nginx": ("NginxDown", lambda host: host.check_output("systemctl stop nginx")),
}


def mend(host):
    host.check_output("systemctl start mongod redis-server nginx")
    lab.pm2(host, "start", "librechat-3081")


def test_each_part_that_is_killed_is_paged_and_taken_back_when_it_is_mended(host, browser, receiver):
    alerts = {alert for alert, _kill in KILLED.values()}
    lab.wait_for(lambda: not firing(host) & alerts, 120, "nothing is wrong before", every=2)
    killed, mended = {}, None
    try:
        for part, (_alert, kill) in KILLED.items():
            killed[part] = time.monotonic()
            kill(host)
        for part, (alert, _kill) in KILLED.items():
            lab.wait_for(
                lambda a=alert, p=part: receiver.when(a, "firing", killed[p]), 2 * PROMISED_S, f"{part}: {alert}"
            )
            record(part, **{"killed to page, s": round(receiver.when(alert, "firing", killed[part]))})
    finally:
        mended = time.monotonic()
        mend(host)
    for part, (alert, _kill) in KILLED.items():
        lab.wait_for(lambda a=alert: receiver.when(a, "resolved", mended), 180, f"{part}: {alert} is taken back")
        record(part, **{"mended to all-clear, s": round(receiver.when(alert, "resolved", mended))})
    lab.wait_for(lambda: browser.user().status_code == 200, 60, "the service is back")
    lab.wait_for(lambda: all(p["pm2_env"]["status"] == "online" for p in pm2(host)), 60, "every worker is online")

    late = {part: receiver.when(alert, "firing", killed[part]) for part, (alert, _kill) in KILLED.items()}
    assert max(late.values()) <= PROMISED_S, late
    begin = min(killed.values())
    assert receiver.when("StackUnhealthy", "firing", begin) is None, "the same, told twice"


def test_a_page_says_what_is_wrong_where_and_what_to_do(receiver):
    page = next(alert for _moment, alert in receiver.told if alert["labels"]["alertname"] == "MongoDBDown")
    assert page["labels"]["environment"] == "production"
    assert page["annotations"]["summary"] == "MongoDB on prod50-1 is down"
    assert (lab.ROOT / page["annotations"]["runbook_url"]).is_file()
