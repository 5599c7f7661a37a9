"""One verdict on the whole stack."""

import pytest
import requests

import lab


def verify(site, *arguments):
    code, output, totals = site(*arguments, name="playbooks/verify.yml")
    return code, " ".join(output.split()), totals


def test_a_healthy_stack_is_called_healthy_and_nothing_is_changed(site):
    code, output, totals = verify(site)
    assert code == 0, output
    assert "healthy" in output
    assert totals["changed"] == 0


@pytest.mark.parametrize(
    ("service", "verdict"),
    [("mongod", "mongodb: no primary"), ("redis-server", "redis:"), ("nginx", "edge:")],
)
def test_the_verdict_names_the_lowest_broken_layer(site, host, service, verdict):
    try:
        host.check_output(f"systemctl stop {service}")
        if service == "mongod":
            health = requests.get(f"http://{host.address}:3080/health", timeout=5)
            assert health.status_code == 200, "the application itself sees nothing wrong"
        code, output, _totals = verify(site, "-e", "stack_health_deadline_s=0")
        assert code != 0
        assert verdict in output
    finally:
        host.check_output(f"systemctl start {service}")
        lab.wait_for(lambda: answers_again(host), 60, "every worker answers again")


def answers_again(host):
    pages = [requests.get(f"http://{host.address}:{port}/api/banner", timeout=5) for port in (3080, 3081, 3082, 3083)]
    edge = requests.get(f"https://{host.address}/api/banner", timeout=5, verify=False)
    return all(page.status_code == 200 for page in (*pages, edge))
