"""A short load test, as an administrator runs it."""

import json

import pytest

# Times are judged: after the scenarios that run beside this one
pytestmark = pytest.mark.late(1)
SHORT = ["loadtest_duration_s=20", "loadtest_think_before_s=1", "loadtest_think_after_s=1", "loadtest_answer_s=1"]
BODY = json.dumps({"loadtest_chat_body": {"text": "hello", "mock": {"tokens": 20, "delayMs": 50}}})
# An SLO that nobody keeps, so that the run must fail after its report is written
BROKEN_SLO = "rollout_slo_p95_ms=1"


@pytest.fixture(scope="module")
def run(site):
    def run(directory, *variables):
        options = [option for variable in variables for option in ("-e", variable)]
        return site("-e", f"loadtest_dir={directory}", *options, name="playbooks/loadtest.yml")

    return run


@pytest.fixture(scope="module")
def tested(run, tmp_path_factory):
    directory = tmp_path_factory.mktemp("loadtest")
    code, output, _totals = run(directory, "loadtest_allow_production=true", BROKEN_SLO, BODY, *SHORT)
    (report,) = directory.glob("*-plan")
    return code, output, json.loads((report / "result.json").read_text()), (report / "report.html").read_text()


def test_production_is_not_loaded_unless_that_is_wanted(run, tmp_path):
    code, output, totals = run(tmp_path)
    assert code != 0
    assert "loadtest_allow_production=true" in output
    assert totals["changed"] == 0
    assert not list(tmp_path.iterdir())


def test_a_missed_slo_fails_the_run_after_the_report_is_written(tested):
    code, output, result, _page = tested
    assert code != 0
    assert "Missed: Response time, p95, without streams" in output
    assert result["verdict"] == "missed"


def test_progress_is_shown_while_it_runs(tested):
    _code, output, _result, _page = tested
    assert output.count("arrivals/s") >= 2


def test_users_meet_no_limit_and_no_stream_is_cut(tested):
    _code, _output, result, _page = tested
    figures = result["figures"]
    assert figures["sessions"] > 150
    assert figures["failures"] == {}
    assert figures["streams_complete"] == figures["streams"] == figures["sessions"]


def test_what_the_profile_does_not_test_is_not_tested(tested):
    _code, _output, result, _page = tested
    verdicts = {one["name"]: one["verdict"] for one in result["verdicts"]}
    assert verdicts["requests"] == verdicts["connections"] == "not tested"
    assert verdicts["availability"] == "passed"


def test_every_process_was_watched(tested):
    _code, _output, result, _page = tested
    (host,) = result["hosts"].values()
    services = host["services"]
    assert {"worker 3080", "mongod", "nginx", "prometheus", "tierstack-loadtest"} <= set(services)
    assert max(value for value in services["worker 3080"]["memory_mb"] if value) > 30
    assert max(value for value in host["connections"] if value is not None) > 5


def test_the_page_loads_nothing_from_elsewhere(tested):
    _code, _output, _result, page = tested
    assert page.count("<svg") == 8
    assert "<script" not in page
    assert "src=" not in page


def test_nginx_believes_nobody_afterwards(tested, host):
    assert "set_real_ip_from" not in host.file("/etc/nginx/nginx.conf").content_string
    assert not host.service("tierstack-loadtest").is_running
