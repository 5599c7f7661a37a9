"""Every group has as many hosts as it may have, and a message says how many that are."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.topology import unfit_groups
from hypothesis import given
from hypothesis import strategies as st

NO_MAJORITY = "it needs an odd number from 1 to 5, since half of an even number is no majority."
VOTERS = {"mongo": {"hosts": "members of the replica set", "least": 1, "most": 5, "odd": True}}
EDGES = {"nginx": {"hosts": "edges", "least": 1, "most": 4}}
ONE = {"monitoring": {"hosts": "Prometheus and Alertmanager", "least": 1, "most": 1}}


@given(st.integers(0, 9))
def test_voters_are_an_odd_number(size):
    assert (unfit_groups({"mongo": size}, VOTERS) == []) == (size in (1, 3, 5))


@given(st.integers(0, 9))
def test_others_are_as_many_as_the_table_says(size):
    assert (unfit_groups({"nginx": size}, EDGES) == []) == (1 <= size <= 4)


@pytest.mark.parametrize(
    ("topology", "sizes", "told"),
    [
        (VOTERS, {"mongo": 2}, "Group mongo (members of the replica set) has 2 hosts; " + NO_MAJORITY),
        (VOTERS, {"mongo": 7}, "Group mongo (members of the replica set) has 7 hosts; it needs an odd number from 1 to 5."),
        (EDGES, {"nginx": 5}, "Group nginx (edges) has 5 hosts; it needs 1 to 4."),
        (ONE, {}, "Group monitoring (Prometheus and Alertmanager) has 0 hosts; it needs 1."),
    ],
)  # fmt: skip
def test_the_message_names_group_hosts_and_what_it_needs(topology, sizes, told):
    assert unfit_groups(sizes, topology) == [told]


def test_every_group_that_does_not_fit_is_named():
    assert len(unfit_groups({"nginx": 1}, {**VOTERS, **EDGES, **ONE})) == 2
