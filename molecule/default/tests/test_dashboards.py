"""Dashboards show what they promise: every query has an answer, and the pages can be read, with the password only."""

import json
import re
import shutil
import subprocess
from functools import cache

import pytest
import requests

import lab
from lab import ROOT

DASHBOARDS = {
    path.stem: json.loads(path.read_text()) for path in (ROOT / "roles/monitoring/files/dashboards").glob("*.json")
}
QUERIES = [
    pytest.param(target["expr"], id=f"{name}: {panel['title']} {target['refId']}")
    for name, dashboard in sorted(DASHBOARDS.items())
    for panel in dashboard["panels"]
    for target in panel.get("targets", [])
]
PAGES = "/prometheus/consoles/tierstack"
SCREENSHOTS = ROOT / ".cache/screenshots"
# Series that come with an option (an account for the probe) or an event (an alert, a release) only
AT_TIMES = {"ALERTS", "tierstack_release_worker_out", "tierstack_probe_first_event_seconds"}
AT_TIMES |= {f"slo:late:{what}" for what in ("budget_left", "ratio_rate1h")}


class Pages:
    """The monitoring pages as somebody with the password sees them."""

    def __init__(self, host, password):
        self.base = f"https://{host.address}:9443"
        self.host, self.password = host, password
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = False
        self.session.mount("https://", lab.SharedTls())

    def get(self, path, password=None, **options):
        user = {"auth": ("admin", password or self.password)} if password != "" else {}
        return self.session.get(self.base + path, timeout=30, allow_redirects=False, **user, **options)

    def query(self, expression):
        """Ask Prometheus itself: so many questions at once are too many for Nginx."""
        return lab.query(self.host, expression)

    def browse(self, path, *options):
        """Open a page in headless Chromium, and return what it prints."""
        command = [
            *(
                shutil.which("chromium") or shutil.which("google-chrome"),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
            ),
            *("--ignore-certificate-errors", "--virtual-time-budget=20000"),
            f"--host-resolver-rules=MAP chat.example.org {self.host.address}",
            *options,
            f"https://admin:{self.password}@chat.example.org:9443{path}",
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.fixture(scope="module")
def pages(host, browser, secrets):
    """Return the pages of a stack that has had requests within the last minutes."""
    found = Pages(host, secrets["nginx_admin_password"])
    for _attempt in range(40):
        browser.user()
    browser.chat()
    lab.wait_for(
        lambda: found.query("sum(rate(nginx_log_requests_total[1m])) > 0.1"), 60, "the requests are counted", 1
    )
    # A rate takes two samples of each worker's figure, which is there once the worker has had something to count.
    lab.wait_for(lambda: found.query("sum(rate(generation_jobs_total[2m]))"), 60, "the answer is counted", 1)
    lab.wait_for(lambda: found.query("slo:errors:budget_left"), 150, "the error budget is reckoned", 1)
    return found


def series_in(expression):
    """Return the names of an expression's series."""
    bare = re.sub(r'"[^"]*"|\[[^]]*\]|\b(by|on) *\([^)]*\)', " ", expression)
    names = re.findall(r"\b[a-zA-Z_][\w:]*\b(?! *\()", re.sub(r"\{[^}]*\}", " ", bare))
    return {name for name in names if name not in {"and", "or", "on", "bool"}}


@pytest.mark.parametrize("expression", QUERIES)
def test_a_query_has_an_answer(pages, expression):
    expression = expression.replace("$__rate_interval", "2m").replace("$host", ".*")
    # Where nothing is a good answer, the series must be there all the same.
    wanted = [expression]
    if "or vector(0)" in expression:
        wanted = [f"count(last_over_time({name}[1h]))" for name in series_in(expression) - AT_TIMES]
    elif series_in(expression) & AT_TIMES:
        wanted = []
    pages.query(expression)
    for one in wanted:
        assert pages.query(one), one


@pytest.mark.parametrize(
    "path", ["/", f"{PAGES}/overview.html", "/prometheus/api/v1/query?query=up", "/alertmanager/", "/no-page"]
)
@pytest.mark.parametrize("password", ["", "wrong"])
def test_nothing_is_shown_without_the_password(pages, path, password):
    assert pages.get(path, password).status_code == 401


def test_nothing_is_shown_without_tls(host):
    answer = requests.get(f"http://{host.address}:9443/", timeout=10)
    assert answer.status_code == 400


def test_the_first_page_is_the_overview(pages):
    answer = pages.get("/")
    assert (answer.status_code, answer.headers["Location"].removeprefix(pages.base)) == (302, f"{PAGES}/overview.html")


@pytest.mark.parametrize("path", ["/prometheus/-/reload", "/prometheus/-/quit", "/alertmanager/-/reload"])
def test_nobody_controls_the_programs_from_outside(pages, path):
    assert pages.get(path).status_code == 404


def test_alertmanager_is_behind_the_same_password(pages):
    answer = pages.get("/alertmanager/api/v2/status")
    assert answer.status_code == 200
    assert "cluster" in answer.json()


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_a_page_has_its_numbers_without_a_script(pages, name):
    answer = pages.get(f"{PAGES}/{name}.html")
    assert answer.status_code == 200, answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    for panel in DASHBOARDS[name]["panels"]:
        assert panel["title"] in answer.text
    values = re.findall(r'<p class="value[^>]*>([^<]+)', answer.text)
    assert len([value for value in values if re.match("[0-9]", value)]) >= 2, values


def test_a_page_shows_the_time_and_the_host_that_its_address_names(pages):
    text = pages.get(f"{PAGES}/hosts.html?range=7d&host=prod50-1").text
    assert 'data-seconds="604800"' in text
    assert "host=~&#34;prod50-1&#34;" in text


def test_guesses_are_limited(host):
    guess = "curl --insecure --silent --parallel --parallel-max 100 --user admin:wrong --output /dev/null --write-out '%{http_code} '"
    answers = host.check_output(f"{guess} 'https://{host.address}:9443/?[1-400]'").split()
    assert "429" in answers
    assert set(answers) <= {"401", "429"}


def assert_drawn(page, name):
    """Assert that each graph of a page has curves, but for those that have something to show at times only."""
    graphs = [panel for panel in DASHBOARDS[name]["panels"] if panel["type"] == "timeseries"]
    assert f'data-drawn="{len(graphs)}"' in page
    assert not re.findall(r">Not drawn[^<]*", page)
    for panel, figure in zip(graphs, re.findall(r"<figure.*?</figure>", page, re.DOTALL), strict=True):
        if not any(series_in(target["expr"]) & AT_TIMES for target in panel["targets"]):
            assert re.search(r'<path class="curve c[0-9]" d="M[^"]*L', figure), f"{panel['title']}: no curve"


@pytest.fixture(scope="module")
def drawn(pages):
    """Return a function that opens a page in the browser, each one once."""
    return cache(lambda name: pages.browse(f"{PAGES}/{name}.html?range=1h", "--dump-dom"))


@pytest.mark.parametrize("name", sorted(set(DASHBOARDS) - {"overview"}))
def test_every_graph_is_drawn(drawn, name):
    assert_drawn(drawn(name), name)


LOOKS = [
    pytest.param(scheme, size, id=f"{scheme}-{name}")
    for scheme in ("light", "dark")
    for name, size in (("wide", "1400,2200"), ("phone", "500,3900"))
]


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_the_overview_is_drawn_and_its_picture_kept(pages, scheme, size, request):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture = SCREENSHOTS / f"overview-{request.node.callspec.id}.png"
    picture.unlink(missing_ok=True)
    look = [f"--window-size={size}", f"--blink-settings=preferredColorScheme={['dark', 'light'].index(scheme)}"]
    page = pages.browse(f"{PAGES}/overview.html?range=1h", f"--screenshot={picture}", "--dump-dom", *look)
    assert_drawn(page, "overview")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_number_on_the_page_is_that_of_prometheus(pages, drawn):
    page = drawn("workers")
    (up,) = pages.query('sum(up{job="worker"})')
    assert re.search(rf'Workers up</summary>.*?<p class="value[^>]*>{up["value"][1]} ', page, re.DOTALL)
