"""One outage of every part: what the verdict, the metrics and the pages say of it, and that they take it back once all is recovered."""

import json
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import wait
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest
import requests
from test_cost import CORE_SHARE, cpu_s
from test_exporters import (
    MONGODB_PORT,
    NGINX_PORT,
    NODE_PORT,
    PM2_PORT,
    REDIS_PORT,
    requests_counted,
    scrape,
    worker,
)
from test_logs import COLLECTOR
from test_services import pm2

import lab
from figures import record

PAGED_S, TAKEN_BACK_S = 120, 180
# What waits for pages leaves the machine to others.
pytestmark = pytest.mark.usefixtures("targets")


class Part(NamedTuple):
    """What is done to a part, and what is said of it then."""

    kill: Callable
    start: Callable
    verdict: str
    alert: str


def unit(name, *said):
    """Return a part that is a unit of systemd."""
    kill = f"systemctl kill --signal=KILL {name}; systemctl stop {name}"
    return Part(lambda host: host.check_output(kill), lambda host: host.check_output(f"systemctl start {name}"), *said)


# From the edge to the database: each verdict has to name a lower layer than the one before, while what is above is broken still.
PARTS = {
    "Nginx": unit("nginx", "edge:", "NginxDown"),
    "a worker": Part(
        lambda host: lab.pm2(host, "stop", "librechat-3081"),
        lambda host: lab.pm2(host, "start", "librechat-3081"),
        "app:",
        "WorkerDown",
    ),
    "Redis": unit("redis-server", "redis:", "RedisDown"),
    "MongoDB": unit("mongod", "mongodb: no primary", "MongoDBDown"),
}


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


def verify(site, *arguments):
    code, output, totals = site(*arguments, name="playbooks/verify.yml")
    return code, " ".join(output.split()), totals


@pytest.fixture(scope="module")
def down(host, browser, site, receiver):
    """Kill one part after the other, while a user is logged in; return when, and the verdict at that time."""
    alerts = {part.alert for part in PARTS.values()}
    lab.wait_for(lambda: not firing(host) & alerts, 120, "nothing is wrong before", every=2)
    killed, verdicts = {}, {}
    try:
        host.check_output(f"systemctl stop {COLLECTOR}")
        for name, part in PARTS.items():
            killed[name] = time.monotonic()
            part.kill(host)
            verdicts[name] = verify(site, "-e", "stack_health_deadline_s=0")
        yield killed, verdicts
    finally:
        for part in PARTS.values():
            part.start(host)
        host.check_output(f"systemctl start {COLLECTOR}")


@pytest.mark.parametrize("name", PARTS)
def test_the_verdict_names_the_lowest_broken_layer(down, name):
    code, output, _totals = down[1][name]
    assert code != 0
    assert re.search(rf"msg: \W*{PARTS[name].verdict}", output), output


def test_the_application_itself_sees_nothing_wrong(host, down):
    assert requests.get(f"http://{host.address}:3080/health", timeout=5).status_code == 200


def test_each_exporter_says_that_its_part_is_down(host, down):
    assert scrape(host, NGINX_PORT)["nginx_up"] == 0
    assert scrape(host, REDIS_PORT)["redis_up"] == 0
    assert scrape(host, MONGODB_PORT) == {"mongodb_up": 0}
    stopped = worker(host, 3081, "pm2_process_status", status="stopped")
    lab.wait_for(lambda: scrape(host, PM2_PORT)[stopped] == 1, 40, "the exporter asks PM2 every 30 s", every=1)
    samples = scrape(host, PM2_PORT)
    assert samples[worker(host, 3081, "pm2_process_online")] == 0
    assert samples[worker(host, 3082, "pm2_process_online")] == 1


def test_the_stack_is_called_unhealthy(host, down):
    lab.wait_for(lambda: scrape(host, NODE_PORT)["tierstack_healthy"] == 0, 60, "two intervals are over", every=2)


@pytest.mark.parametrize("name", PARTS)
def test_each_part_that_is_killed_is_paged(down, receiver, name):
    killed, alert = down[0][name], PARTS[name].alert
    lab.wait_for(lambda: receiver.when(alert, "firing", killed), 2 * PAGED_S, alert)
    took = receiver.when(alert, "firing", killed)
    record(name, **{"killed to page, s": round(took)})
    assert took <= PAGED_S


def test_a_page_says_what_is_wrong_where_and_what_to_do(receiver):
    page = next(alert for _moment, alert in receiver.told if alert["labels"]["alertname"] == "MongoDBDown")
    assert page["labels"]["environment"] == "production"
    assert page["annotations"]["summary"] == "MongoDB on prod50-1 is down"
    assert (lab.ROOT / page["annotations"]["runbook_url"]).is_file()


@pytest.fixture(scope="module")
def edge_back(host, down):
    """Start Nginx again before what is behind it; return when."""
    moment = time.monotonic()
    PARTS["Nginx"].start(host)
    return moment


def test_without_mongodb_the_page_is_served_and_failed_requests_are_counted(host, browser, edge_back):
    failures = requests_counted(host, 500, 502, 503, 504)
    host.check_output("systemctl start --no-block tierstack-health.service")
    assert browser.request("GET", "/api/banner").status_code >= 500
    lab.wait_for(lambda: requests_counted(host, 500, 502, 503, 504) > failures, 10, "mtail has read the line")
    page = 'tierstack_probe_up{layer="edge",probe="prod50-1 page"}'
    lab.wait_for(lambda: scrape(host, NODE_PORT)[page] == 1, 60, "the probes find the page", every=1)
    assert scrape(host, NODE_PORT)['tierstack_probe_up{layer="mongodb",probe="mongodb"}'] == 0


@pytest.fixture(scope="module")
def recovered(host, browser, edge_back):
    """Start the rest, Redis when MongoDB is read again; return when each part was started."""
    moments = {"Nginx": edge_back}
    for name in ("MongoDB", "a worker", "Redis"):
        moments[name] = time.monotonic()
        PARTS[name].start(host)
        if name == "MongoDB":
            lab.wait_for(lambda: browser.request("GET", "/api/banner").ok, 60, "MongoDB is read again")
    return moments


def test_a_session_outlives_the_outage(browser, recovered):
    lab.wait_for(lambda: browser.user().status_code == 200, 15, "the session is valid again")


def test_logins_are_back_within_seconds_after_redis_was_away_for_more_than_30_s(browser, down, recovered):
    assert recovered["Redis"] - down[0]["Redis"] > 30
    lab.wait_for(lambda: browser.login() is browser, 15, "logins work again", every=1)
    assert time.monotonic() - recovered["Redis"] < 10


def test_an_answer_is_streamed_again(browser, recovered):
    lab.wait_for(
        lambda: browser.chat(mock={"tokens": 2, "delayMs": 10})[-1][1].get("final"), 15, "an answer is streamed again"
    )


def test_every_worker_is_online_again(host, recovered):
    lab.wait_for(lambda: all(p["pm2_env"]["status"] == "online" for p in pm2(host)), 60, "every worker is online")


def test_the_verdict_says_at_last_that_logs_do_not_reach_their_collector(host, site, recovered):
    code, output, _totals = verify(site, "-e", "stack_health_deadline_s=0")
    host.check_output(f"systemctl start {COLLECTOR}")
    assert code != 0
    assert "logs that wait for the collector" in output


@pytest.fixture(scope="module")
def quiet(host, recovered, targets):
    """Begin the time in which all is well and the all-clear is waited for; return when, and what watching had used by then."""
    wait(targets[0].values())
    return time.monotonic(), cpu_s(host)


def test_a_healthy_stack_is_called_healthy_and_nothing_is_changed(site, quiet):
    code, output, totals = verify(site, "-e", "stack_health_wait=true", "-e", "stack_health_deadline_s=60")
    assert code == 0, output
    assert "healthy" in output
    assert totals["changed"] == 0


@pytest.mark.parametrize("name", PARTS)
def test_a_page_is_taken_back_when_its_part_recovers(recovered, quiet, receiver, name):
    alert = PARTS[name].alert
    lab.wait_for(lambda: receiver.when(alert, "resolved", recovered[name]), TAKEN_BACK_S, alert)
    record(name, **{"recovered to all-clear, s": round(receiver.when(alert, "resolved", recovered[name]))})


def test_the_metric_says_that_the_stack_is_healthy_again(host, recovered):
    lab.wait_for(lambda: scrape(host, NODE_PORT)["tierstack_healthy"] == 1, 60, "two intervals are over", every=2)


def test_the_same_is_not_told_twice(down, recovered, receiver):
    assert receiver.when("StackUnhealthy", "firing", min(down[0].values())) is None


def test_watching_takes_less_than_a_twentieth_of_a_core_meanwhile(host, quiet):
    begin, used = quiet
    time.sleep(max(0, begin + 60 - time.monotonic()))  # two runs of the probes
    share = (cpu_s(host) - used) / (time.monotonic() - begin)
    record("all", **{"CPU, % of a core": round(100 * share, 1)})
    assert share < CORE_SHARE
