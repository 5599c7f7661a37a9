"""What measurements mean."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.pool.probe import (
    knee,
    percentile,
    significant,
    verdict,
)
from hypothesis import given
from hypothesis import strategies as st


def loads(*throughputs, client_bound=False):
    return [
        {"pool_size": 2**number, "throughput_per_s": throughput, "client_bound": client_bound}
        for number, throughput in enumerate(throughputs)
    ]


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_a_value_that_this_share_does_not_exceed(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) * (1 - 1e-9)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([1], 0.95, 1), (range(1, 101), 0.95, 95), (range(1, 101), 0.5, 50), ([3, 1, 2], 0.5, 2), ([1, 2], 1, 2)],
)
def test_percentiles(values, share, found):
    assert percentile(values, share) == found


@pytest.mark.parametrize(
    ("measured", "size"),
    [
        ((100, 180, 300, 310), 4),
        ((100, 100, 50, 20), 1),
        ((100, 200, 400, 800), None),
        ((100, 91, 100), 1),
        ((), None),
    ],
)
def test_the_knee_is_the_smallest_pool_with_nine_tenths_of_the_best(measured, size):
    assert knee(loads(*measured)) == size


def test_the_verdict_names_the_knee_and_what_limits_its_truth():
    assert verdict(loads(100, 300, 310)) == "More connections stop helping at 2."
    assert verdict(loads(100, 200, 400)) == "More connections still help at 4."
    assert "ran out of CPU" in verdict(loads(100, 300, 310, client_bound=True))
    assert "Only a pool of 1" in verdict(loads(100))
    assert verdict([])


@pytest.mark.parametrize(("value", "rounded"), [(0.00123456, 0.0012), (0.0567, 0.057), (0, 0), (3.14, 3.1)])
def test_a_measured_value_has_two_digits(value, rounded):
    assert significant(value) == rounded
