"""What hosts have registered is collected, whether they have or not."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.results import collected, first_problem

VARIABLES = {"a": {"read": {"numbers": {"x": 1}, "rc": 0}}, "b": {"read": {"msg": "refused"}}, "c": {}}


def test_whole_results_are_of_every_host():
    assert collected(VARIABLES, ["a", "c"], "read") == {"a": {"numbers": {"x": 1}, "rc": 0}, "c": {}}


def test_with_a_key_those_that_have_it_are_left():
    assert collected(VARIABLES, list(VARIABLES), "read", key="numbers") == {"a": {"x": 1}}


def test_the_first_problem_names_the_host_and_the_reason():
    results = {
        "a": {"one": {"failed": False}, "two": {"results": [{"failed": True, "msg": "refused"}], "failed": True}},
        "b": {"one": {}},
    }
    assert first_problem(results, ["a", "b"], ["one", "two"]) == "a: refused"
    assert first_problem(results, ["a", "b"], ["one"]) == ""
    assert first_problem({"a": {"one": {"unreachable": True}}}, ["a"], ["one"]) == "a cannot be reached any more"
