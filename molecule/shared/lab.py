"""The lab as its tests see it: hosts to look into, a client that uses the service as a browser does, and the product's own playbook."""

import json
import os
import re
import signal
import ssl
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
import testinfra
import urllib3
from requests.adapters import HTTPAdapter

urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the lab's certificate is self-signed

# LibreChat refuses and bans what does not look like a browser.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
PASSWORD = "correct-horse"
ROOT = Path(__file__).resolve().parents[2]


def server(scenario, name):
    """Return the testinfra host of a member; ``address`` is where the others reach it."""
    container = f"tierstack-{scenario}-{name}"
    host = testinfra.get_host(f"docker://{container}")
    facts = json.loads(subprocess.check_output(["docker", "inspect", container]))[0]
    host.container = container
    host.address = facts["NetworkSettings"]["Networks"][f"tierstack-{scenario}"]["IPAddress"]
    return host


def docker(*arguments):
    """Run a command of the Docker client."""
    subprocess.run(["docker", *arguments], check=True, capture_output=True, timeout=300)


def pm2(host, *command):
    """Run a command of PM2 as its user, with the Node that its unit names, and return the output."""
    unit = host.file("/etc/systemd/system/pm2-librechat.service").content_string
    program = re.search(r"^ExecStop=(.*) kill$", unit, re.MULTILINE)[1]
    return host.check_output(
        f"runuser -u librechat -- env PM2_HOME=/srv/librechat/pm2 {program} {' '.join(command)} --silent"
    )


def listener(host, port):
    """Return the process that listens on a port, or None."""
    line = host.run(f"ss -Hltnp 'sport = :{port}'").stdout
    return int(re.search(r"pid=(\d+)", line)[1]) if line else None


def is_ready(host, port):
    """Tell whether the worker at a port says that it is ready."""
    return host.run(f"curl --fail --silent http://{host.address}:{port}/readyz").rc == 0


def query(host, expression):
    """Ask the Prometheus of a host, not through Nginx, and return the series of the answer."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(f"http://{host.address}:9090/api/v1/query", params={"query": expression}, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["result"]


def wait_for(condition, seconds, what, every=0.2):
    """Return the seconds until the condition holds; fail when they run out."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        try:
            if condition():
                return time.monotonic() - begin
        except (requests.RequestException, KeyError, ValueError):
            pass
        time.sleep(every)
    raise AssertionError(f"{what}: not within {seconds} s")


def controller(inventories, arguments, name, lab, **environment):
    """Return the command that a user runs for a playbook, and how subprocess is to run it."""
    command = ["ansible-playbook", name, *arguments]
    for inventory in inventories:
        command += ["-i", str(inventory)]
    keep = ("HOME", "PATH", "LANG", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    env = {key: os.environ[key] for key in keep if key in os.environ}
    return command, {"cwd": ROOT, "env": {**env, **environment, "LAB_NAME": lab or "", "LAB_ROOT": str(ROOT)}}


def playbook(inventories, *arguments, name="site.yml", lab=None, **environment):
    """Run a playbook as a user does, and return (exit code, output, totals of the recap)."""
    command, options = controller(inventories, arguments, name, lab, **environment)
    done = subprocess.run(command, **options, capture_output=True, text=True, timeout=900, check=False)
    output = done.stdout + done.stderr
    totals = {
        key: sum(map(int, re.findall(rf"\b{key}=(\d+)", output))) for key in ("ok", "changed", "failed", "unreachable")
    }
    return done.returncode, output, totals


def declared(inventories, lab, directory):
    """Run site.yml and return its totals, and what it has declared: see callback_plugins/declared.py."""
    log = Path(directory) / f"declared-{time.time_ns()}"
    plugins = {"ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "molecule/shared/callback_plugins"), "DECLARED": str(log)}
    code, output, totals = playbook(inventories, lab=lab, ANSIBLE_CALLBACKS_ENABLED="declared", **plugins)
    assert code == 0, output
    return totals, [json.loads(line) for line in log.read_text().splitlines()]


@contextmanager
def killed_playbook(inventories, *arguments, name="site.yml", lab=None):
    """Run a playbook until the block ends, then kill the controller with all its processes, as a power cut does."""
    command, options = controller(inventories, arguments, name, lab)
    options |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    with subprocess.Popen(command, **options, start_new_session=True) as process:
        try:
            yield process
            assert process.poll() is None, "the run ended by itself"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


TLS = ssl.create_default_context()
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE


class SharedTls(HTTPAdapter):
    """Connections with one TLS context for all: making one takes longer than a request."""

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, ssl_context=TLS, **options)


class Browser:
    """A user at the service's public address."""

    def __init__(self, address, domain, port=443):
        self.base = f"https://{address}:{port}"
        self.session = requests.Session()
        self.session.trust_env = False  # or REQUESTS_CA_BUNDLE wins over the next line
        self.session.verify = False
        self.session.mount("https://", SharedTls())
        self.session.headers.update({"Host": domain, "User-Agent": USER_AGENT})
        self.email = f"user-{time.time_ns()}@example.org"

    def request(self, method, path, **options):
        """Ask, as a browser does: with a new token once the old one has come to its end."""
        options.setdefault("timeout", 30)
        answer = self.session.request(method, self.base + path, **options)
        if answer.status_code == 401 and "Authorization" in self.session.headers and "/auth/" not in path:
            self._authorize(self.session.post(f"{self.base}/api/auth/refresh", timeout=30))
            answer = self.session.request(method, self.base + path, **options)
        return answer

    def register(self, worker=None):
        """Make the account, at a worker's own address where the limits for those who come through Nginx are not to count."""
        account = {"name": "Lab", "username": self.email.split("@")[0], "email": self.email}
        secrets = {"password": PASSWORD, "confirm_password": PASSWORD}
        base = f"http://{worker}" if worker else self.base
        answer = self.session.post(f"{base}/api/auth/register", json={**account, **secrets}, timeout=30)
        assert answer.status_code == 200, answer.text
        return self

    def login(self):
        self._authorize(self.request("POST", "/api/auth/login", json={"email": self.email, "password": PASSWORD}))
        return self

    def _authorize(self, answer):
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def user(self):
        return self.request("GET", "/api/user")

    def chat(self, text="hello", **options):
        """Start an answer and return its (arrival in seconds, event) pairs, as they come."""
        started = self.request("POST", "/api/agents/chat/mock", json={"text": text, **options})
        started.raise_for_status()
        begin, events = time.monotonic(), []
        stream = self.request("GET", f"/api/agents/chat/stream/{started.json()['streamId']}", stream=True)
        stream.raise_for_status()
        for line in stream.iter_lines(chunk_size=1):
            if line.startswith(b"data:"):
                events.append((time.monotonic() - begin, json.loads(line[5:])))
        return events
