"""Who reaches what: the world reaches Nginx and nothing else."""

import ipaddress
import re
import socket
import ssl
import time

import pytest
import requests
from test_services import WORKERS

LISTENER = re.compile(
    r"^\S+ +\S+ +\S+ +\S+ +(?P<address>\S+):(?P<port>\d+) +\S+ *(users:\(\(\"(?P<program>[^\"]+))?", re.MULTILINE
)


# The lab's certificate is self-signed.
INSECURE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
INSECURE.check_hostname, INSECURE.verify_mode = False, ssl.CERT_NONE


@pytest.fixture(scope="module")
def listening(host):
    """Return (program, address, port) of all that listens."""
    return {
        (match["program"], match["address"].strip("[]").replace("*", "::").partition("%")[0], int(match["port"]))
        for match in LISTENER.finditer(host.check_output("ss -Hltunp"))
    }


def test_only_nginx_and_ssh_listen_on_an_address_that_is_not_private(listening):
    for_all = {program for program, address, _port in listening if ipaddress.ip_address(address).is_unspecified}
    assert for_all == {"nginx", "sshd"}
    assert all(ipaddress.ip_address(address).is_private for _program, address, _port in listening)
    assert {("nginx", "0.0.0.0", 80), ("nginx", "0.0.0.0", 443)} <= listening


def test_a_private_port_listens_on_the_private_address_only(host, listening):
    loopback_too = {27017, 6379, 16379}
    for port in [*loopback_too, 9090, 9100, *WORKERS]:
        addresses = {address for _program, address, its_port in listening if its_port == port}
        assert addresses == {host.address} | ({"127.0.0.1"} if port in loopback_too else set()), port


def test_the_metrics_of_a_worker_need_the_token_of_prometheus_and_are_not_behind_nginx(host, browser, secrets):
    url = f"http://{host.address}:3080/metrics"
    token = {"Authorization": f"Bearer {secrets['metrics_secret']}"}
    assert requests.get(url, timeout=5).status_code == 401
    assert requests.get(url, headers=token, timeout=5).status_code == 200
    assert browser.request("GET", "/metrics", headers=token).status_code == 404


@pytest.mark.parametrize("name", ["another.example.org", "chat.example.org.evil.example", "127.0.0.1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_unknown_name_gets_no_application(host, scheme, name):
    answer = requests.get(
        f"{scheme}://{host.address}/api/config", headers={"Host": name}, verify=False, allow_redirects=False, timeout=5
    )
    assert (answer.status_code, answer.headers.get("Location")) == (421, None)


@pytest.mark.parametrize("path", ["/assets/index.js", "/health"])
def test_where_no_body_belongs_none_is_waited_for(host, path):
    """A body of which a byte comes now and then would hold a connection for as long as its sender likes."""
    begin = time.monotonic()
    with socket.create_connection((host.address, 443), timeout=5) as plain, INSECURE.wrap_socket(plain) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: chat.example.org\r\nContent-Length: 90000\r\n\r\n"
        connection.sendall(head.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert time.monotonic() - begin < 2
