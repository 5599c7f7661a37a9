"""Misspelt and renamed variables are found and named."""

from ansible_collections.tierstack.librechat.plugins.module_utils.variables import unknown_variables

KNOWN = ["mongo_port", "mongo_nofile", "redis_port"]
PREFIXES = ["mongo_", "redis_"]


def test_a_known_variable_is_not_reported():
    assert unknown_variables(["mongo_port"], KNOWN, PREFIXES) == []


def test_a_variable_of_somebody_else_is_not_reported():
    assert unknown_variables(["postgres_port", "mongodb"], KNOWN, PREFIXES) == []


def test_a_misspelt_variable_is_reported_with_the_name_that_was_meant():
    assert unknown_variables(["mongo_prot"], KNOWN, PREFIXES) == [
        {"name": "mongo_prot", "hint": "did you mean mongo_port?"}
    ]


def test_a_renamed_variable_is_reported_with_its_new_name():
    assert unknown_variables(["mongo_fds"], KNOWN, PREFIXES, renamed={"mongo_fds": "mongo_nofile"}) == [
        {"name": "mongo_fds", "hint": "renamed to mongo_nofile"}
    ]


def test_a_variable_like_no_other_is_reported_without_a_hint():
    assert unknown_variables(["redis_zzz"], KNOWN, PREFIXES) == [{"name": "redis_zzz", "hint": ""}]
