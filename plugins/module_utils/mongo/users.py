# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: users and roles of MongoDB as they are wanted and as they are."""

from __future__ import annotations


def roles_of(roles, database):
    """Roles as a set of pairs of role and database. A role's name alone means the user's own database.

    :param roles: names, or dicts with ``role`` and ``db``, as ``usersInfo`` and ``createUser`` have them
    """
    named = ({"role": role} if isinstance(role, str) else role for role in roles or [])
    return {(role["role"], role.get("db", database)) for role in named}


def compare(wanted, present, logs_in):
    """Hold users against those that MongoDB has.

    :param wanted: dicts with ``name``, ``database`` and ``roles``
    :param present: documents of ``usersInfo`` for all databases; empty where nobody could ask
    :param logs_in: for each of the wanted, whether MongoDB lets it in with its password
    :return: a dict for each: ``name``, ``database``, ``logs_in``, and ``as_wanted`` if its roles are the wanted ones as well
    """
    found = {(user["user"], user["db"]): roles_of(user["roles"], user["db"]) for user in present}
    return [
        {
            "name": user["name"],
            "database": user["database"],
            "logs_in": may,
            "as_wanted": may
            and found.get((user["name"], user["database"])) == roles_of(user["roles"], user["database"]),
        }
        for user, may in zip(wanted, logs_in, strict=True)
    ]


def privileges_of(privileges):
    """Privileges as a set that does not depend on their order: of each its resource, and what may be done to it.

    :param privileges: dicts with ``resource`` and ``actions``, as ``rolesInfo`` and ``createRole`` have them
    """
    return {(tuple(sorted(one["resource"].items())), tuple(sorted(one["actions"]))) for one in privileges}


def compare_roles(wanted, present):
    """Hold roles of the database ``admin`` against those that MongoDB has.

    :param wanted: dicts with ``name`` and ``privileges``
    :param present: documents of ``rolesInfo`` with their privileges; empty where nobody could ask
    :return: a dict for each: ``name``, and ``as_wanted`` if its privileges are exactly the wanted ones
    """
    found = {role["role"]: privileges_of(role.get("privileges", [])) for role in present if not role.get("roles")}
    return [
        {"name": role["name"], "as_wanted": found.get(role["name"]) == privileges_of(role["privileges"])}
        for role in wanted
    ]
