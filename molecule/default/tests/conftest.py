"""The one host of prod50, and users at its public address."""

import pytest

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
