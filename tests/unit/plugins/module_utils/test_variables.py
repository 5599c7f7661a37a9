"""Misspelt and renamed variables are found and named."""

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.variables import unknown_variables, unusable_values

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


def unusable(**given):
    return unusable_values(given, paths=["data_dir"], addresses=["address"], networks=["proxies"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data_dir", "/var/lib/mongodb"),
        ("data_dir", "/data"),
        ("data_dir", "/srv/chat-1/mongo_db/"),
        ("http_port", 1),
        ("http_port", "65535"),
        ("address", "10.0.0.5"),
        ("proxies", []),
        ("proxies", ["192.0.2.1", "10.0.0.0/8", "fd00::/8", "10.0.0.5/24"]),
        ("unknown", "~"),
    ],
)
def test_a_value_that_can_be_used_is_no_problem(name, value):
    assert unusable(**{name: value}) == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("data_dir", "~/data", "~ is another directory for each user"),
        ("data_dir", "data", "begin with /"),
        ("data_dir", "", "begin with /"),
        ("data_dir", "/srv/my data", "only letters"),
        ("data_dir", "/srv/data\n", "only letters"),
        ("data_dir", "/srv/../etc", "without .."),
        ("data_dir", "/", "other programs use"),
        ("data_dir", "//", "other programs use"),
        ("data_dir", "/var/lib/", "other programs use"),
        ("data_dir", "/etc/./", "other programs use"),
        ("data_dir", "/tmp/mongo", "nothing outlives a boot"),
        ("data_dir", "/run", "nothing outlives a boot"),
        ("http_port", 0, "from 1 to 65535"),
        ("http_port", 65536, "from 1 to 65535"),
        ("http_port", -1, "from 1 to 65535"),
        ("http_port", "80\n", "from 1 to 65535"),
        ("address", "10.0.0.256", "an IPv4 address"),
        ("address", "10.0.0.5 ", "an IPv4 address"),
        ("address", "10.0.0.5/24", "an IPv4 address"),
        ("address", "fd00::5", "an IPv6 address"),
        ("proxies", "10.0.0.1", "a list"),
        ("proxies", ["10.0.0.300"], "10.0.0.300, which is neither"),
        ("proxies", ["0.0.0.0/0"], "a network of everybody"),
        ("proxies", ["::/0"], "a network of everybody"),
    ],
)
def test_a_value_that_nothing_can_be_done_with_is_named_with_what_it_is_to_be(name, value, told):
    (sentence,) = unusable(**{name: value})
    assert sentence.startswith(f"{name} is {value!r}: it ")
    assert told in sentence


def test_a_variable_that_is_gone_is_reported_with_what_to_do():
    renamed = {"mongo_fds": "limit the unit instead"}
    assert unknown_variables(["mongo_fds"], KNOWN, PREFIXES, renamed)[0]["hint"] == "limit the unit instead"
