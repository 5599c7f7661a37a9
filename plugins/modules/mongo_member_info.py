#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.mongo_member_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mongo_member_info
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Read the replica set and the users of a MongoDB server
description:
  - Asks one server, in one run, what the modules of C(community.mongodb) would each ask for themselves, so that they run only where
    something differs.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
requirements:
  - PyMongo 3.11 or later
options:
  host:
    description: Address of the server.
    type: str
    default: 127.0.0.1
  port:
    description: Port of the server.
    type: int
    default: 27017
  timeout:
    description: Seconds to wait until the server answers and, with O(settle), is settled.
    type: int
    default: 10
  settle:
    description: Wait until the server is settled as well (see RV(settled)). One that is not when O(timeout) is over is read as it is.
    type: bool
    default: false
  users:
    description: Users that are wanted. The first one is the administrator, who reads the roles of all.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the user.
        type: str
        required: true
      password:
        description: Password with which it is to be let in.
        type: str
        required: true
      database:
        description: Database in which it is defined.
        type: str
        required: true
      roles:
        description: Roles, each a name or a dict of C(role) and C(db).
        type: list
        elements: raw
        required: true
  roles:
    description: Roles of the database C(admin) that are wanted beside MongoDB's own.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the role.
        type: str
        required: true
      privileges:
        description: Privileges, each a dict of C(resource) and C(actions).
        type: list
        elements: dict
        required: true
"""

EXAMPLES = r"""
- name: Read the replica set and its users
  tierstack.librechat.mongo_member_info:
    users:
      - name: admin
        password: "{{ mongo_admin_password }}"
        database: admin
        roles: [{role: root, db: admin}]
  register: __mongo_seen
"""

RETURN = r"""
answers:
  description: Whether the server answered within O(timeout).
  returned: always
  type: bool
set_name:
  description: Name of its replica set; empty where it is not in one.
  returned: always
  type: str
  sample: rs0
members:
  description: Names of the set's members, also where the server itself has no place among them. The administrator reads them.
  returned: always
  type: list
  elements: str
  sample: ["mongo-1:27017"]
removed:
  description: Whether the server has the configuration of a set, and does not find itself in it.
  returned: always
  type: bool
primary:
  description: Name of the set's primary; empty where there is none.
  returned: always
  type: str
  sample: mongo-1:27017
settled:
  description: Whether it does its part in its set. It is the primary, or a secondary that knows one.
  returned: always
  type: bool
users:
  description: The users of O(users) in their order.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the user.
      type: str
    database:
      description: Database in which it is defined.
      type: str
    logs_in:
      description: Whether MongoDB lets it in with its password.
      type: bool
    as_wanted:
      description: Whether it also has exactly the wanted roles.
      type: bool
roles:
  description: The roles of O(roles) in their order.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role.
      type: str
    as_wanted:
      description: Whether it has exactly the wanted privileges.
      type: bool
"""

import time
import traceback

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.members import settled
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.users import compare, compare_roles

try:
    from pymongo import MongoClient
    from pymongo.errors import OperationFailure, PyMongoError

    PYMONGO_IMPORT_ERROR = None
except ImportError:
    PYMONGO_IMPORT_ERROR = traceback.format_exc()

ANSWER_MS = 5000


def connect(params, **login):
    """Return a client of this server alone."""
    waits = dict.fromkeys(("serverSelectionTimeoutMS", "connectTimeoutMS", "socketTimeoutMS"), ANSWER_MS)
    return MongoClient(params["host"], params["port"], directConnection=True, **waits, **login)


def hello(params):
    """Return what the server says of itself, or None where it does not answer in time."""
    deadline = time.monotonic() + params["timeout"]
    while True:
        try:
            said = connect(params).admin.command("isMaster")
        except PyMongoError:
            said = None
        if (said and (settled(said) or not params["settle"])) or time.monotonic() > deadline:
            return said
        time.sleep(0.5)


def users_of(client):
    """Return all users, or None where the client is not let in, or may not ask."""
    try:
        return client.admin.command("usersInfo", {"forAllDBs": True})["users"]
    except OperationFailure:
        return None


def roles_of(client):
    """Return the roles of ``admin`` that are not MongoDB's own, with their privileges."""
    return client.admin.command({"rolesInfo": 1, "showPrivileges": True})["roles"]


def members_of(client):
    """Return the names of the members in the configuration that the server has stored, which needs no place in the set."""
    stored = client.local["system.replset"].find_one() or {}
    return [member["host"] for member in stored.get("members", [])]


def is_let_in(params, user):
    """Tell whether a user's password is right."""
    client = connect(params, username=user["name"], password=user["password"], authSource=user["database"])
    try:
        client.admin.command("ping")
    except OperationFailure:
        return False
    return True


def main():
    """Ask once."""
    user = {
        "name": {"type": "str", "required": True},
        "password": {"type": "str", "required": True, "no_log": True},
        "database": {"type": "str", "required": True},
        "roles": {"type": "list", "elements": "raw", "required": True},
    }
    role = {
        "name": {"type": "str", "required": True},
        "privileges": {"type": "list", "elements": "dict", "required": True},
    }
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "default": "127.0.0.1"},
            "port": {"type": "int", "default": 27017},
            "timeout": {"type": "int", "default": 10},
            "settle": {"type": "bool", "default": False},
            "users": {"type": "list", "elements": "dict", "default": [], "options": user},
            "roles": {"type": "list", "elements": "dict", "default": [], "options": role},
        },
        supports_check_mode=True,
    )
    if PYMONGO_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("pymongo"), exception=PYMONGO_IMPORT_ERROR)
    said = hello(module.params)
    users = module.params["users"] if said else []
    try:
        logs_in = [is_let_in(module.params, user) for user in users]
        present, roles, members = [], [], []
        if users and logs_in[0]:
            first = {"username": users[0]["name"], "password": users[0]["password"], "authSource": users[0]["database"]}
            administrator = connect(module.params, **first)
            members = members_of(administrator)
            # Outside its set a server lets its users in, and does not list them.
            if not members or "setName" in said:
                present = users_of(administrator) or []
                roles = roles_of(administrator) if present else []
    except PyMongoError as failure:
        module.fail_json(msg=f"MongoDB at {module.params['host']}:{module.params['port']} stopped answering: {failure}")
    module.exit_json(
        answers=said is not None,
        set_name=(said or {}).get("setName", ""),
        members=members,
        removed=bool(members) and "setName" not in said,
        primary=(said or {}).get("primary", ""),
        settled=settled(said or {}),
        users=compare(users, present, logs_in),
        roles=compare_roles(module.params["roles"], roles),
    )


if __name__ == "__main__":
    main()
