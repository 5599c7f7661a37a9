# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Alerts that whoever is woken by them can use. What they say when, promtool tests: tests/rules, molecule/default/tests/test_alerts.py."""

from __future__ import annotations

import re

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity.formulas import FORMULAS
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity.inputs import INPUTS
from rolespec import ROOT, load

FILES = sorted((ROOT / "roles/monitoring/files/rules").glob("*.yml"))
RULES = [rule for path in FILES for group in load(path)["groups"] for rule in group["rules"]]
ALERTS = [rule for rule in RULES if "alert" in rule]
PARTS = {"edge", "worker", "mongodb", "redis", "nginx", "host", "monitoring", "release", "logs"}
RUNBOOKS = ROOT / "docs/runbooks"
TESTS = [test for path in sorted((ROOT / "tests/rules").glob("*.yml")) for test in load(path)["tests"]]

each_alert = pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")


@each_alert
def test_it_says_how_urgent_it_is_and_what_it_concerns(rule):
    severities = {"watchdog"} if rule["alert"] == "Watchdog" else {"page", "ticket"}
    assert rule["labels"]["severity"] in severities
    assert rule["labels"]["part"] in PARTS


@each_alert
def test_it_says_in_words_what_is_wrong_and_what_to_do_first(rule):
    told = rule["annotations"]
    assert set(told) == {"summary", "description", "runbook_url"}
    assert "{{ $value }}" not in told["summary"] or " connections" in told["summary"] or "members" in told["summary"], (
        "a bare figure has too many digits: humanize it"
    )
    assert told["description"].endswith(".")
    assert told["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"


@each_alert
def test_its_runbook_has_every_section(rule):
    page = (RUNBOOKS / f"{rule['alert']}.md").read_text()
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    assert headings == [rule["alert"], "Meaning", "What users notice", "See more", "Remediation", "When it is no alarm"]


def expected(test):
    """The alerts that a test wants to see, as (name, severity), at each of its times."""
    for moment in test.get("promql_expr_test", []):
        if "ALERTS{" in moment["expr"]:
            labels = [dict(re.findall(r'(\w+)="(\w+)"', one["labels"])) for one in moment.get("exp_samples", [])]
            yield {(one["alertname"], one["severity"]) for one in labels}


@each_alert
def test_promtool_sees_it_fire_and_keep_silent(rule):
    """In one and the same test, so that it is the figures that make the difference."""
    alert = (rule["alert"], rule["labels"]["severity"])
    seen = [list(expected(test)) for test in TESTS]
    assert any(any(alert in moment for moment in moments) for moments in seen), "no test in tests/rules lets it fire"
    if rule["alert"] != "Watchdog":
        assert any(
            any(alert in moment for moment in moments) and any(alert not in moment for moment in moments)
            for moments in seen
        ), "no test in tests/rules shows when it is silent"


def test_every_number_of_the_plan_is_one():
    used = {name for rule in RULES for name in re.findall(r"plan:(\w+)", rule["expr"])}
    assert used <= {*FORMULAS, *INPUTS}
    assert used & {*INPUTS} <= {"connection_headroom"}, (
        "roles/stack/defaults/main/wiring.yml gives the others to nobody"
    )


def test_the_index_lists_every_runbook_and_no_other():
    listed = re.findall(
        r"^\| \[(\w+)\]\(\1\.md\) \| (.+?) \| (.+?) \|", (RUNBOOKS / "README.md").read_text(), re.MULTILINE
    )
    names = {rule["alert"] for rule in ALERTS}
    assert {name for name, _severity, _part in listed} == names
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == names | {"README"}
    for name, severities, part in listed:
        ours = [rule["labels"] for rule in ALERTS if rule["alert"] == name]
        assert set(severities.split(", ")) == {labels["severity"] for labels in ours}
        assert part == ours[0]["part"]
