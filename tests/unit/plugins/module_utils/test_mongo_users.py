"""Users of MongoDB, as they are wanted and as they are."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo_users import compare, roles_of

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
