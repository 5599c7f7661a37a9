"""Who reaches what: the world reaches Nginx and nothing else."""

import ipaddress
import re

import requests

LISTENER = re.compile(
    r"^\S+ +\S+ +\S+ +\S+ +(?P<address>\S+):\d+ +\S+ *(users:\(\(\"(?P<program>[^\"]+))?", re.MULTILINE
)


def test_only_nginx_and_ssh_listen_on_an_address_that_is_not_private(host):
    listening = {
        (match["program"], match["address"].strip("[]").replace("*", "::").partition("%")[0])
        for match in LISTENER.finditer(host.check_output("ss -Hltunp"))
    }
    for_all = {program for program, address in listening if ipaddress.ip_address(address).is_unspecified}
    assert for_all == {"nginx", "sshd"}
    assert all(ipaddress.ip_address(address).is_private for _program, address in listening)


def test_the_metrics_of_a_worker_need_the_token_of_prometheus_and_are_not_behind_nginx(host, browser, secrets):
    url = f"http://{host.address}:3080/metrics"
    token = {"Authorization": f"Bearer {secrets['metrics_secret']}"}
    assert requests.get(url, timeout=5).status_code == 401
    assert requests.get(url, headers=token, timeout=5).status_code == 200
    assert browser.request("GET", "/metrics", headers=token).status_code == 404
