"""What the members of a replica set say of it, and who leads."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.members import leader, settled

HOSTS = ["mongo-1", "mongo-2", "mongo-3"]


def read(primary, set_name="rs0"):
    return {"answers": True, "set_name": set_name, "primary": f"{primary}:27017" if primary else ""}


@pytest.mark.parametrize(
    ("hello", "told"),
    [
        ({"ismaster": True, "secondary": False, "setName": "rs0", "primary": "mongo-1:27017"}, True),
        ({"ismaster": False, "secondary": True, "setName": "rs0", "primary": "mongo-1:27017"}, True),
        ({"ismaster": False, "secondary": True, "setName": "rs0"}, False),
        ({"ismaster": False, "secondary": False, "setName": "rs0", "primary": "mongo-1:27017"}, False),
        ({"ismaster": False, "secondary": False, "isreplicaset": True}, False),
        ({"ismaster": True}, False),
        ({}, False),
    ],
    ids=["primary", "secondary", "no primary", "recovering", "in no set", "standalone", "no answer"],
)
def test_a_member_is_settled_once_it_does_its_part_and_the_set_has_a_primary(hello, told):
    assert settled(hello) is told


@pytest.mark.parametrize(
    ("said", "leads"),
    [
        ([], "mongo-1"),
        ([{}, {}, {}], "mongo-1"),
        ([read("", set_name="")] * 3, "mongo-1"),
        ([read("")] * 3, "mongo-1"),
        ([read("mongo-3")] * 3, "mongo-3"),
        ([read("mongo-1"), read("mongo-1"), {}, read("mongo-2"), read("")], "mongo-2"),
        ([read("mongo-2", set_name="other")], "mongo-1"),
        ([read("elsewhere")], "mongo-1"),
        ([read("mongo-2"), read("elsewhere")], "mongo-1"),
    ],
    ids=[
        "nobody was asked",
        "nobody answered",
        "no set",
        "no primary",
        "a primary",
        "the latest counts, who knows of none does not",
        "another set",
        "a primary beyond the play",
        "it has moved beyond the play",
    ],
)
def test_the_primary_leads_and_where_there_is_none_the_first_host(said, leads):
    assert leader(said, "rs0", HOSTS) == leads
