"""The page stands alone, shows all of the plan, and shows text as text."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.drawing import kinds, placed
from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.plan import plan_html
from hypothesis import given
from hypothesis import strategies as st
from plans import ALL, host, model

HOSTILE = "</style><script>alert(1)</script>\"'&"


def parsed(page):
    assert page.startswith("<!DOCTYPE html>\n")
    return ElementTree.fromstring(page.split("\n", 1)[1])


def words(element):
    return " ".join("".join(element.itertext()).split())


def test_the_page_is_well_formed_and_names_everything(any_plan):
    shown = words(parsed(plan_html(any_plan, {})))
    expected = [
        *any_plan["numbers"],
        *any_plan["inputs"],
        *any_plan["hosts"],
        *(c["message"] for c in any_plan["checks"]),
    ]
    assert [one for one in expected if " ".join(one.split()) not in shown] == []


def test_nothing_is_loaded_from_elsewhere(any_plan):
    page = parsed(plan_html(any_plan, {}))
    assert {element.tag for element in page.iter()}.isdisjoint(
        {"script", "img", "link", "iframe", "object", "use", "image"}
    )
    assert [
        name for element in page.iter() for name in element.attrib if name in ("src", "href") or name.startswith("on")
    ] == []
    assert re.findall(r"url\(|@import|https?:", plan_html(any_plan, {})) == []


def test_the_same_plan_gives_the_same_page(any_plan):
    assert plan_html(any_plan, {}) == plan_html(any_plan, {})


@pytest.mark.parametrize("place", ["host", "formula", "check", "running"])
def test_text_stays_text(place):
    plan = model(50, "one")
    running = {}
    if place == "host":
        plan["hosts"][HOSTILE] = plan["hosts"].pop("one")
    elif place == "formula":
        plan["numbers"]["redis_maxmemory_mb"].update(formula=HOSTILE, source=HOSTILE, unit=HOSTILE)
    elif place == "check":
        plan["checks"][0].update(name=HOSTILE, subject=HOSTILE, message=HOSTILE, remediation=HOSTILE, unit=HOSTILE)
    else:
        running = {HOSTILE: {"redis_maxmemory_mb": HOSTILE}}
    page = plan_html(plan, running)
    assert "<script" not in page
    assert HOSTILE in "".join(parsed(page).itertext())


def test_hosts_that_are_alike_are_one_box():
    assert [names for names, first in kinds(model(50, "many")["hosts"])] == [
        ["data-1", "data-2", "data-3"],
        ["app-1", "app-2", "app-3"],
        ["edge-1", "edge-2"],
        ["monitor-1"],
    ]


groups = st.lists(st.sampled_from(ALL), min_size=1, unique=True)


@given(st.lists(groups, min_size=1, max_size=12))
def test_no_two_boxes_of_hosts_meet(all_groups):
    hosts = {f"host-{place}": host(one, cores=place + 1) for place, one in enumerate(all_groups)}
    boxes = placed(hosts)
    assert len(boxes) == len(hosts)
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = one["top"] + one["height"] <= other["top"] or other["top"] + other["height"] <= one["top"]
            assert apart or not set(one["columns"]) & set(other["columns"])


def test_the_drawing_has_every_service_and_every_edge(any_plan):
    drawing = parsed(plan_html(any_plan, {})).find(".//svg")
    classes = [element.get("class", "") for element in drawing.iter()]
    assert [f"service {group}" for group in ["browser", *ALL] if f"service {group}" not in classes] == []
    assert {one for one in classes if one.startswith("edge")} == {"edge nginx", "edge app", "edge mongo", "edge redis"}
    assert f"{any_plan['numbers']['mongo_sockets_release']['value']} in a release" in words(drawing)


def test_what_is_above_its_limit_is_marked():
    page = parsed(plan_html(model(5000, "one"), {}))
    failed = [element for element in page.iter("i") if element.get("class") == "FAILED"]
    assert failed
    assert {element.get("style") for element in failed} == {"width:100.0%"}


def test_where_the_hosts_do_not_do_the_page_says_which_would():
    plan = model(50, "one") | {"recommendation": {"text": "4 hosts & more"}}
    assert "Recommended: 4 hosts & more." in words(parsed(plan_html(plan, {})))
    assert "Recommended" not in plan_html(model(50, "one"), {})


def test_without_a_look_at_the_hosts_the_page_says_nothing_of_what_runs():
    assert "What a run of site would touch" not in plan_html(model(50, "one"), {})
