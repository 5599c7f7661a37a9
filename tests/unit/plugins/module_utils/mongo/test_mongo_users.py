"""Users of MongoDB, as they are wanted and as they are."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.users import compare, compare_roles, roles_of

WANTED = {"name": "app", "password": "x", "database": "LibreChat", "roles": [{"role": "readWrite", "db": "LibreChat"}]}
PRESENT = {"user": "app", "db": "LibreChat", "roles": [{"role": "readWrite", "db": "LibreChat"}]}


def as_wanted(roles=None, present=(PRESENT,), logs_in=True):
    (told,) = compare([{**WANTED, "roles": roles or WANTED["roles"]}], present, [logs_in])
    assert told["logs_in"] is logs_in
    return told["as_wanted"]


def test_a_role_without_a_database_is_of_the_users_own():
    assert roles_of(["read", {"role": "root", "db": "admin"}], "x") == {("read", "x"), ("root", "admin")}
    assert as_wanted(roles=["readWrite"])


@pytest.mark.parametrize(
    "present",
    [
        [],
        [{**PRESENT, "db": "admin"}],
        [{**PRESENT, "user": "other"}],
        [{**PRESENT, "roles": []}],
        [{**PRESENT, "roles": [*PRESENT["roles"], {"role": "root", "db": "admin"}]}],
    ],
    ids=["nobody could ask", "another database", "another user", "a role less", "a role more"],
)
def test_a_user_with_other_roles_is_not_as_wanted(present):
    assert not as_wanted(present=present)


def test_a_user_with_another_password_is_not_as_wanted():
    assert as_wanted()
    assert not as_wanted(logs_in=False)


ROLE = {"name": "exporter", "privileges": [{"resource": {"cluster": True}, "actions": ["serverStatus", "top"]}]}
STORED = {
    "role": "exporter",
    "privileges": [{"resource": {"cluster": True}, "actions": ["top", "serverStatus"]}],
    "roles": [],
}


def test_the_privileges_of_a_role_are_compared_in_any_order():
    assert compare_roles([ROLE], [STORED]) == [{"name": "exporter", "as_wanted": True}]


@pytest.mark.parametrize(
    "present",
    [
        [],
        [{**STORED, "role": "other"}],
        [{**STORED, "privileges": []}],
        [{**STORED, "privileges": [{"resource": {"cluster": True}, "actions": ["serverStatus"]}]}],
        [
            {
                **STORED,
                "privileges": [{"resource": {"db": "local", "collection": ""}, "actions": ["serverStatus", "top"]}],
            }
        ],
        [{**STORED, "roles": [{"role": "read", "db": "local"}]}],
    ],
    ids=["not there", "another name", "no privileges", "an action less", "another resource", "it inherits"],
)
def test_a_role_with_other_privileges_is_not_as_wanted(present):
    assert compare_roles([ROLE], present) == [{"name": "exporter", "as_wanted": False}]
