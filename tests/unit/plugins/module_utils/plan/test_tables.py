"""The tables say everything, in lines that fit, and let no text break them."""

from __future__ import annotations

import re

from ansible_collections.tierstack.librechat.plugins.module_utils.plan.tables import (
    escape,
    markdown_table,
    plan_markdown,
    plan_text,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.plan.words import amount, share
from hypothesis import given
from hypothesis import strategies as st
from plans import model


def test_every_number_stands_in_both_with_its_value(any_plan):
    text, markdown = plan_text(any_plan, {}, 150), plan_markdown(any_plan, {})
    for name, one in any_plan["numbers"].items():
        assert re.search(rf"^{name} +{re.escape(amount(one['value'], one['unit']))}", text, re.MULTILINE)
        assert f"| `{name}` | {amount(one['value'], one['unit'])} |" in markdown


def test_the_same_plan_gives_the_same_text(any_plan):
    assert plan_text(any_plan, {}, 150) == plan_text(any_plan, {}, 150)
    assert plan_markdown(any_plan, {}) == plan_markdown(any_plan, {})


def test_lines_fit_the_width(any_plan):
    assert max(map(len, plan_text(any_plan, {}, 170).splitlines())) <= 170


def test_the_verdict_stands_last():
    last = plan_text(model(50, "one"), {}, 150).rsplit("\n\n", 1)[1]
    assert last.startswith("It fits: ")
    assert "These hosts take " in last


def test_what_does_not_fit_is_said_with_its_remediation_and_the_hosts_that_would_do():
    plan = model(5000, "one")
    failed = next(check for check in plan["checks"] if not check["ok"])
    text = " ".join(plan_text(plan, {}, 150).split())
    assert "FAILED" in text
    assert failed["message"] in text
    assert failed["remediation"] in text
    assert plan["recommendation"]["text"] in text


def test_an_accepted_check_is_no_failure_and_no_secret():
    failed = {check["name"] for check in model(5000, "one")["checks"] if not check["ok"]}
    text = plan_text(model(5000, "one", accepted=sorted(failed)), {}, 150)
    assert "FAILED" not in text
    assert "only because they are accepted" in text


def test_an_overridden_number_shows_what_the_model_says(small_plan):
    assert "OVERRIDDEN, the model says 256 MB" in " ".join(plan_text(small_plan, {}, 400).split())
    assert "The model says" in plan_markdown(small_plan, {})


def test_what_runs_stands_beside_what_is_planned(small_plan):
    running = {"one": {"redis_maxmemory_mb": 256, "redis_maxclients": 1000}}
    text, markdown = plan_text(small_plan, running, 150), plan_markdown(small_plan, running)
    assert re.search(r"^redis_maxmemory_mb +512 MB +256 \*", text, re.MULTILINE)
    assert re.search(r"^redis_maxclients +1000 connections +1000 +\S", text, re.MULTILINE)
    assert "redis_maxmemory_mb 256 -> 512" in text
    assert "redis_maxmemory_mb 256 -> 512" in markdown


def test_hosts_that_differ_are_both_shown(small_plan):
    running = {"one": {"redis_maxmemory_mb": 256}, "two": {"redis_maxmemory_mb": 512}}
    assert re.search(r"^redis_maxmemory_mb +512 MB +256 or 512 \*", plan_text(small_plan, running, 150), re.MULTILINE)


def test_an_order_of_timeouts_fills_nothing():
    checks = model(50, "one")["checks"]
    assert {share(check) for check in checks if check["name"] == "timeouts"} == {None}
    assert all(share(check) is not None for check in checks if check["name"] == "memory")


@given(st.lists(st.text(), min_size=2, max_size=2))
def test_no_text_breaks_a_markdown_table(cells):
    table = markdown_table([dict(zip("ab", cells, strict=True))], {"a": "A", "b": "B"}).split("\n")
    assert len(table) == 3
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", table[2])) == 3


@given(st.text())
def test_markdown_has_no_element_of_its_text(text):
    assert "<" not in escape(text)
