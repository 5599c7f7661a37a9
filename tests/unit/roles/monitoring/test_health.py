"""The probes that nobody has to start: the same code as the module's, without Ansible."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ansible_collections.tierstack.librechat.plugins.filter.health_probes import health_probes
from programs import load_program
from rolespec import ROOT, load

PROGRAM = ROOT / "roles/monitoring/files/health.py"
SETTINGS = load(ROOT / "roles/monitoring/vars/main.yml")


@pytest.fixture(scope="module")
def health():
    return load_program(PROGRAM)


@pytest.fixture
def prometheus():
    """Return the address of a server that knows one worker that is out."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = [{"metric": {"worker": "10.0.0.5:3081"}, "value": [0, "1"]}]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"data": {"result": found}}).encode())

        def log_message(self, *_arguments):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


PROBES = [
    {"name": "worker 1", "kind": "http", "url": "http://10.0.0.5:3080/api/banner"},
    {"name": "worker 2", "kind": "http", "url": "http://10.0.0.5:3081/api/banner"},
    {"name": "db", "kind": "mongodb", "uri": "mongodb://x/"},
    {"name": "answer", "kind": "stream", "url": "https://chat.example.org/stream"},
]


def names(probes):
    return [probe["name"] for probe in probes]


def test_a_worker_that_a_release_has_taken_out_is_not_missed(health, prometheus):
    out = health.workers_out(prometheus)
    assert names(health.missed(PROBES, out)) == ["worker 1", "db", "answer"]


def test_without_prometheus_every_worker_is_missed(health, closed_port):
    assert health.workers_out(f"http://127.0.0.1:{closed_port}") == set()


@pytest.mark.parametrize(
    ("earlier", "asked"),
    [
        ({}, True),
        ({"answer": {"time": 1000}}, False),
        ({"answer": {"time": 800}}, True),
        ({"answer": {"time": 2000}}, True),
    ],
    ids=["never", "lately", "long ago", "clock was set back"],
)
def test_the_model_is_asked_only_now_and_then(health, earlier, asked):
    found = names(health.due(PROBES, earlier, 1100, 300))
    assert found == ["worker 1", "worker 2", "db"] + ["answer"] * asked


def test_the_installed_files_are_enough_and_need_no_ansible(tmp_path, closed_port):
    """As on a host: in a tree of their own, by a Python that sees neither the collection nor Ansible."""
    tree, credentials, state = tmp_path / "lib", tmp_path / "credentials", tmp_path / "state"
    for name in SETTINGS["__monitoring_health_modules"]:
        target = tree / SETTINGS["__monitoring_module_utils"] / f"{name}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / f"plugins/module_utils/{name}.py", target)
    shutil.copy(PROGRAM, tree)
    (tree / "ansible.py").write_text("raise ImportError('Ansible is not there')\n")
    credentials.mkdir()
    state.mkdir()
    probes = health_probes([{"name": "nobody", "kind": "tcp", "host": "127.0.0.1", "port": closed_port}])
    settings = {"probes": probes, "prometheus": f"http://127.0.0.1:{closed_port}", "stream_interval_s": 300}
    (credentials / "health.json").write_text(json.dumps(settings))
    done = subprocess.run(
        [sys.executable, tree / "health.py"],
        env={"CREDENTIALS_DIRECTORY": str(credentials), "STATE_DIRECTORY": str(state)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "process: connection refused" in done.stdout
    assert 'tierstack_probe_up{probe="nobody",layer="process"} 0' in (state / "health.prom").read_text()
    assert sorted(path.name for path in state.iterdir()) == ["health.prom", "streams.json"]
