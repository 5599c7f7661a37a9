"""The one host of prod50, and users at its public address."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

import figures
import lab

pytest_terminal_summary = figures.pytest_terminal_summary
INVENTORIES = ["inventories/prod50", "lab/overlay"]


def pytest_configure(config):
    config.addinivalue_line("markers", "late(place): after all tests without this mark, in the order of the places")


def pytest_collection_modifyitems(items):
    """Put the tests in the order that their marks ask for; the others stay where they are."""

    def place(item):
        mark = item.get_closest_marker("late")
        return mark.args[0] if mark else 0

    items.sort(key=place)


@pytest.fixture(scope="session")
def host():
    return lab.server("default", "prod50-1")


@pytest.fixture(scope="session")
def browser(host):
    """Return a user who has logged in, once for all: logins from one address are limited."""
    return lab.Browser(host.address, "chat.example.org").register(f"{host.address}:3080").login()


@pytest.fixture(scope="session")
def site():
    """Run the product's own playbook against the scenario's hosts."""

    def run(*arguments, name="site.yml"):
        return lab.playbook(INVENTORIES, *arguments, name=name, lab="default")

    return run


@pytest.fixture(scope="session")
def secrets():
    """Return what was made for this environment, by name."""
    kept = [path for path in (lab.ROOT / ".cache/lab/default.secrets").iterdir() if path.is_file()]
    made = {path.name: path.read_text().strip() for path in kept}
    made = {name: secret for name, secret in made.items() if not name.startswith(".")}
    assert len(made) >= 10
    return made


@pytest.fixture(scope="session")
def targets(site):
    """Begin the integration targets of the modules, beside tests that wait most of the time.

    Those with servers of their own have ports and directories of their own as well, so that three run at a time. Return what will be wrong with
    each of them, by name, and a function that says what is wrong with those that use the stack, or judge by times.
    """
    playbook, on_the_stack = "tests/integration/targets.yml", ("nginx_upstream", "edge_timings", "canary_watch")

    def problem(name):
        code, output, _totals = site("-e", json.dumps({"integration_targets": [name]}), name=playbook)
        return f"{name}: {output[output.rfind('[ERROR]') :]}" if code else ""

    names = yaml.safe_load((lab.ROOT / playbook).read_text())[0]["vars"]["integration_targets"]
    assert set(on_the_stack) < set(names)
    with ThreadPoolExecutor(3) as pool:
        running = {name: pool.submit(problem, name) for name in names if name not in on_the_stack}
        yield running, lambda: "".join(map(problem, on_the_stack))
