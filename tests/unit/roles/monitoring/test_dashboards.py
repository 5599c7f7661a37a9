"""Every dashboard can be imported, says what is normal, and asks only for series that somebody exports."""

from __future__ import annotations

import itertools
import json
import re

import jinja2
import pytest
import yaml
from rolespec import ROOT, load

ROLE = ROOT / "roles/monitoring"
FILES = sorted((ROLE / "files/dashboards").glob("*.json"))
DASHBOARDS = [pytest.param(json.loads(path.read_text()), id=path.stem) for path in FILES]
PANELS = [
    pytest.param(panel, id=f"{path.stem}: {panel['title']}")
    for path in FILES
    for panel in json.loads(path.read_text())["panels"]
    if panel["type"] != "row"
]
each_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS)
each_panel = pytest.mark.parametrize("panel", PANELS)

# What the parts export, by their names' beginnings where a part exports many
KNOWN = re.compile(
    "ALERTS|up|"
    "plan:(app_pm2|rollout|mongo|redis|nginx|workers)_[a-z0-9_]+|"
    "slo:(errors|slow|late):(ratio_rate(5m|30m|1h|2h|6h|1d|3d)|budget_left)|"
    "node_(boot|cpu|disk|filefd|filesystem|load|memory|netstat|network|pressure|timex)[a-zA-Z0-9_]*|"
    "nodejs_(eventloop_lag_p99_seconds|heap_size_used_bytes|gc_duration_seconds_sum)|"
    "process_(cpu_seconds_total|resident_memory_bytes|open_fds)|"
    "http_requests_total|http_request_duration_seconds_bucket|sse_streams_in_flight|"
    "generation_jobs_(total|in_flight)|mongoose_(queries_total|query_duration_seconds_bucket)|"
    "pm2_process_(online|restarts_total|start_time_seconds|memory_bytes|cpu_ratio)|"
    "tierstack_release(_info|_time_seconds|_under_way|_worker_(left_)?out|s_total)|"
    "tierstack_(healthy|health_time_seconds)|"
    "tierstack_probe_(up|duration_seconds|certificate_not_after_seconds|first_event_seconds)|"
    "mongodb_(up|rs_myState|rs_members_(health|optimeDate))|"
    "mongodb_ss_(connections|opcounters|opLatencies_latency|opLatencies_ops|wt_concurrentTransactions_out|metrics_cursor_open|asserts|mem_resident|uptime)|"
    "mongodb_ss_wt_cache_(bytes_currently_in_the_cache|maximum_bytes_configured|tracked_dirty_bytes_in_the_cache)|"
    "redis_[a-z0-9_]+|"
    "nginx_up|nginx_connections_(active|reading|writing|waiting|accepted|handled)|"
    "nginx_log_((slow_)?requests_total|request_duration_seconds_bucket|upstream_(requests_total|response_seconds_bucket))"
)
FUNCTIONS = {
    *("abs", "avg", "by", "count", "histogram_quantile", "increase", "max", "min", "on", "rate", "scalar", "sum"),
    *("time", "topk", "vector", "and", "or", "bool"),
}


def metrics(expression):
    """Return the names of an expression that are neither a label nor a function."""
    bare = re.sub(r'"[^"]*"|\[[^]]*\]|\b(by|on|without) *\([^)]*\)', " ", expression)
    bare = re.sub(r"\{[^}]*\}", " ", bare)
    return set(re.findall(r"[a-zA-Z_][a-zA-Z0-9_:]*", re.sub(r"\b[0-9][0-9.]*(e[0-9]+)?", " ", bare))) - FUNCTIONS


@each_dashboard
def test_it_can_be_imported(dashboard):
    assert dashboard["schemaVersion"] >= 39
    assert dashboard["uid"].startswith("tierstack-")
    assert dashboard["description"]
    assert "id" not in dashboard
    identifiers = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(identifiers)) == len(identifiers)


def test_no_two_have_the_same_uid():
    uids = [json.loads(path.read_text())["uid"] for path in FILES]
    assert len(set(uids)) == len(uids)


def test_each_is_a_page_with_the_same_title():
    titles = {path.stem: json.loads(path.read_text())["title"] for path in FILES}
    assert load(ROLE / "vars/main.yml")["__monitoring_pages"] == titles


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_written_as_json_dumps_does(path):
    assert path.read_text() == json.dumps(json.loads(path.read_text()), indent=2, ensure_ascii=False) + "\n"


@each_dashboard
def test_no_panel_lies_on_another(dashboard):
    places = {}
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for cell in itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])):
            assert cell not in places, f"{panel['title']} lies on {places[cell]}"
            places[cell] = panel["title"]


@each_panel
def test_it_says_what_it_is(panel):
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]


@each_panel
def test_its_values_can_be_told_apart(panel):
    names = [target["legendFormat"] for target in panel["targets"]]
    if panel["type"] == "timeseries":
        assert all(names)
    if panel["type"] != "table":
        assert len(set(names)) == len(names)


@each_panel
def test_it_asks_for_known_series_only(panel):
    unknown = {name for target in panel["targets"] for name in metrics(target["expr"]) if not KNOWN.fullmatch(name)}
    assert not unknown


@each_panel
def test_it_asks_for_numbers_that_the_plan_has(panel):
    numbers = set(
        re.findall(r"stack_plan\.numbers\.(\w+)", (ROOT / "roles/stack/defaults/main/numbers.yml").read_text())
    )
    asked = {name for target in panel["targets"] for name in re.findall(r"plan:(\w+)", target["expr"])}
    assert asked <= numbers | {"workers_total"}


@each_panel
def test_its_source_can_be_chosen(panel):
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


@each_dashboard
def test_its_variables_are_used(dashboard):
    text = json.dumps(dashboard["panels"])
    for variable in dashboard["templating"]["list"]:
        assert re.search(rf"\$\{{?{variable['name']}\b", text)


def provisioned(template):
    variables = {
        "monitoring_environment": "production",
        "monitoring_scrape_interval_s": 15,
        "__monitoring_self": "10.0.0.5:9090",
        "__monitoring_grafana_dashboards_dir": "/etc/grafana/tierstack",
    }
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.filters["comment"] = "# {}".format
    text = (ROLE / "templates" / template).read_text()
    return yaml.safe_load(environment.from_string(text).render(ansible_managed="managed", **variables))


def test_grafana_is_given_prometheus_as_its_only_source():
    (source,) = provisioned("grafana-datasources.yml.j2")["datasources"]
    assert (source["type"], source["url"], source["isDefault"]) == ("prometheus", "http://10.0.0.5:9090", True)
    assert source["jsonData"]["timeInterval"] == "15s"


def test_grafana_is_given_the_directory_of_the_dashboards():
    (provider,) = provisioned("grafana-dashboards.yml.j2")["providers"]
    assert provider["options"]["path"] == "/etc/grafana/tierstack"
    assert not provider["allowUiUpdates"]
