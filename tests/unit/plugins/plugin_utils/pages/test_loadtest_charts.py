"""Charts of values over time."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.charts import chart, nice_step, segments
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(("largest", "step"), [(100, 20), (7, 2), (0.3, 0.1), (4999, 1000), (12, 5)])
def test_steps_are_those_that_people_count_in(largest, step):
    assert nice_step(largest) == pytest.approx(step)


@given(st.floats(1e-6, 1e9))
def test_an_axis_has_a_handful_of_steps(largest):
    assert 2 <= largest / nice_step(largest) <= 5.01


def test_a_gap_is_not_drawn_over():
    assert segments([0, 1, 2, 3], [5, None, 6, 7]) == [[(0, 5)], [(2, 6), (3, 7)]]


def test_an_slo_far_above_all_is_not_drawn():
    lines = {"a": ([0, 10], [1, 2])}
    assert chart("A", "ms", lines, 10, objective=4)["slo"]
    assert not chart("A", "ms", lines, 10, objective=4000)["slo"]


def test_a_chart_without_values_is_still_a_chart():
    empty = chart("A", "", {"a": ([], [])}, 10)
    assert [line["paths"] for line in empty["lines"]] == [[]]
    assert [line["words"] for line in empty["grid"]] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]


def test_nothing_at_all_is_not_made_large_by_an_slo():
    still = chart("A", "", {"a": ([0, 10], [0, 0])}, 10, objective=5)
    assert [line["words"] for line in still["grid"]][-1] == "1"
