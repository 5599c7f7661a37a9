"""Two application hosts behind two Nginx, users at work on both, and the playbooks of a release."""

import json
import re
import time
from dataclasses import dataclass

import pytest
import requests

import figures
import lab
import load
import releases
from figures import record

INVENTORIES = ["molecule/release/inventory", "lab/overlay"]
DOMAIN = "release.example.org"
# Whoever takes a worker out waits for its answers: long enough that each wave meets some.
STREAM_S = 8


@dataclass
class Outcome:
    """What a playbook came to."""

    code: int
    output: str
    totals: dict
    seconds: float

    @property
    def messages(self):
        """What was wrong, once for each host that says it."""
        return re.findall(r"^fatal: \[\S+\].*?(?=\n\n|\Z)", self.output, re.MULTILINE | re.DOTALL)


class Stack:
    """The hosts of the scenario, and what can be done with them."""

    def __init__(self):
        self.hosts = [lab.server("release", name) for name in ("app-1", "app-2")]
        self.workers = [f"{host.address}:{port}" for host in self.hosts for port in (3080, 3081)]

    def run(self, verb, *arguments):
        begin = time.monotonic()
        done = lab.playbook(INVENTORIES, *arguments, name=f"playbooks/{verb}.yml", lab="release")
        return Outcome(*done, time.monotonic() - begin)

    def deploy(self, directory, version, *arguments):
        return self.run("deploy", *self.source(directory, version), *arguments)

    @staticmethod
    def source(directory, version):
        build = "auto" if (directory / "node_modules").exists() else "always"
        values = {"app_release_directory": str(directory), "app_release_version": version, "app_release_build": build}
        return ["-e", json.dumps(values)]

    def killed(self, verb, *arguments):
        return lab.killed_playbook(INVENTORIES, *arguments, name=f"playbooks/{verb}.yml", lab="release")

    def users(self, stream_s):
        """Keep users at work at both Nginx, with answers of this length."""
        return load.running([f"{host.address}:443" for host in self.hosts], DOMAIN, self.workers[0], stream_s=stream_s)

    def ask(self, worker, path="/health"):
        try:
            return requests.get(f"http://{worker}{path}", timeout=5)
        except requests.RequestException:
            return None

    def versions(self):
        """Return the release that each worker answers with, or None where nobody does."""
        answers = {worker: self.ask(worker) for worker in self.workers}
        return {worker: answer and answer.headers["X-App-Version"] for worker, answer in answers.items()}

    def titles(self):
        """Return the title that each worker shows, a setting, or None where nobody answers."""
        answers = {worker: self.ask(worker, "/api/config") for worker in self.workers}
        return {worker: answer and answer.json()["appTitle"] for worker, answer in answers.items()}

    def release(self):
        """Return the release that all workers run."""
        (release,) = set(self.versions().values())
        return release

    def out(self):
        """Return the servers that Nginx holds back, of all Nginx hosts."""
        configs = [host.file("/etc/nginx/nginx.conf").content_string for host in self.hosts]
        return {server for config in configs for server in re.findall(r"^\s*server (\S+:\d+) .*\bdown;", config, re.M)}

    def pids(self):
        """Return the process of each worker."""
        found = {}
        for worker in self.workers:
            host = next(host for host in self.hosts if worker.startswith(host.address))
            found[worker] = lab.listener(host, worker.split(":")[1])
        return found


@pytest.fixture(scope="session")
def stack():
    return Stack()


@pytest.fixture(scope="session")
def first(stack):
    """Return the release with which the tests begin."""
    return stack.release()


@pytest.fixture(scope="session")
def traffic(stack):
    """Keep users at work as long as the tests last. What goes on when a case ends is judged at the end of all."""
    with stack.users(STREAM_S) as running:
        yield running
    seen = running.whole()
    record("all of the above", **seen.figures)
    assert releases.noticed(seen) == []
    assert len(seen.requests) > 10 * seen.seconds, "too few requests to say so"


@pytest.fixture
def watched(traffic):
    """Do something, keep the figures of what the users saw meanwhile, and return both."""

    def watch(case, action, *arguments):
        with traffic.during() as seen:
            done = action(*arguments)
        record(case, **seen.figures)
        return done, seen

    return watch


@pytest.fixture(scope="session")
def tree(stack, tmp_path_factory):
    """Make a release of a kind, with its packages beside it unless it is to be built."""

    def make(kind, name, built=True):
        directory = kind(tmp_path_factory.mktemp("releases") / name)
        return releases.built(directory, stack.hosts[0]) if built else directory

    return make


pytest_terminal_summary = figures.pytest_terminal_summary
