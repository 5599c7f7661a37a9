"""The binomial distribution is that of the tables, also far out."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.binomial import (
    at_least,
    at_most,
    exactly,
    sample_size,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("successes", "trials", "share", "expected"),
    [
        (0, 10, 0.5, 1 / 1024),
        (5, 10, 0.5, 252 / 1024),
        (2, 4, 0.25, 54 / 256),
        (0, 3, 0, 1),
        (3, 3, 1, 1),
        (2, 3, 1, 0),
    ],
)
def test_a_probability_is_that_of_the_table(successes, trials, share, expected):
    assert exactly(successes, trials, share) == pytest.approx(expected)


@given(trials=st.integers(0, 400), share=st.floats(0, 1), data=st.data())
def test_all_that_can_happen_is_certain_together(trials, share, data):
    successes = data.draw(st.integers(0, trials))
    assert at_most(successes, trials, share) + at_least(successes + 1, trials, share) == pytest.approx(1, abs=1e-9)


@given(trials=st.integers(1, 2000), share=st.floats(0.0001, 0.2), data=st.data())
def test_more_errors_are_never_more_probable(trials, share, data):
    errors = data.draw(st.integers(0, trials - 1))
    assert at_least(errors + 1, trials, share) <= at_least(errors, trials, share)


@pytest.mark.parametrize(("low", "high", "trials"), [(0.005, 0.05, 229), (0.01, 0.1, 113), (0.001, 0.01, 1157)])
def test_a_sample_is_as_large_as_it_has_to_be(low, high, trials):
    assert sample_size(low, high, risk=0.01) == trials
