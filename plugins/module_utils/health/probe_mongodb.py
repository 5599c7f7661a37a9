# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: is a MongoDB deployment writable, durable and in step?"""

from __future__ import annotations

import contextlib
import socket
import threading
import traceback
import uuid

from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import (
    Broken,
    Deadline,
    connect,
    explain,
)

try:
    from pymongo import MongoClient
    from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError
    from pymongo.read_concern import ReadConcern
    from pymongo.uri_parser import parse_uri
    from pymongo.write_concern import WriteConcern

    IMPORT_ERROR = None
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

UNAUTHORIZED = 13
REFUSED_LOGIN = 18
GOOD_STATES = ("PRIMARY", "SECONDARY", "ARBITER")
# Our own limits end before the attempt is given up, so that they can say why.
SHARE = 0.9
GLANCE_S = 0.3
MEMBER_S = 2.0
NOT_PRIMARY = ("NotMasterError", "NotPrimaryError")


def attempt(options, deadline, read_only):
    parts = parse(options["uri"])
    _one_listens(parts["nodelist"], deadline)
    try:
        with client(options["uri"], deadline.left() * SHARE) as connection:
            hello = _primary(connection)
            members, source = _members(connection, hello, tls_options(parts), deadline)
            evidence = {"primary": hello.get("me"), "members": members, "members_from": source}
            problem = members_problem(members, options)
            if problem:
                raise Broken(problem, evidence=evidence)
            if options["write"] and not read_only:
                _write_and_read_back(connection, deadline)
            return evidence
    except OperationFailure as exc:
        raise Broken(refusal(exc.code, exc.details), f"code {exc.code}") from exc
    except PyMongoError as exc:
        raise Broken(failure(exc), type(exc).__name__) from exc


def parse(uri):
    """The parts of a URI. What the parser quotes of an unparsable one may be its password, so it is not shown."""
    try:
        parts = parse_uri(uri, validate=False)
        if "@" not in (parts["database"] or ""):
            return parts
    except (PyMongoError, ValueError, TypeError):
        pass
    raise Broken("URI cannot be parsed", "percent-encode user and password, and see the form of the rest")


def tls_options(parts):
    """The options of a URI that a connection to one member needs as well."""
    return {name: value for name, value in parts["options"].items() if name.lower().startswith(("tls", "ssl"))}


@contextlib.contextmanager
def client(uri, seconds, **options):
    """A connection that gives up after these seconds."""
    # pymongo looks at its clock only every half second while it waits for a server.
    selection = max(seconds - 0.5, seconds / 2)
    connection = MongoClient(
        uri,
        serverSelectionTimeoutMS=_milliseconds(selection),
        connectTimeoutMS=_milliseconds(seconds),
        socketTimeoutMS=_milliseconds(seconds),
        appname="health_check",
        maxPoolSize=1,
        minPoolSize=0,
        **options,
    )
    try:
        yield connection
    finally:
        # Closing waits for a server that says nothing; the attempt does not.
        threading.Thread(target=connection.close, daemon=True).start()


def _milliseconds(seconds):
    return max(1, int(seconds * 1000))


def _one_listens(seeds, deadline):
    """pymongo waits for a server until its time is over; that all of them refuse is known at once."""
    refused = []
    for host, port in seeds:
        if port is None:
            return
        try:
            connect(host, port, Deadline(min(deadline.left(), GLANCE_S))).close()
            return
        except (ConnectionRefusedError, socket.gaierror) as exc:
            refused.append(f"{host}:{port}: {explain(exc)}")
        except OSError:
            return
    raise Broken("no primary", "; ".join(refused))


def _primary(connection):
    """The primary's greeting."""
    try:
        hello = connection.admin.command("hello")
    except ServerSelectionTimeoutError as exc:
        raise Broken("no primary", _seen(connection)) from exc
    if not hello.get("isWritablePrimary"):
        raise Broken("no primary", f"{hello.get('me', 'the server')} is not writable")
    return hello


def _seen(connection):
    """The members as pymongo saw them when it gave up."""
    servers = sorted(connection._topology.description.server_descriptions().items())
    return "; ".join(f"{host}:{port}: {server.server_type_name}" for (host, port), server in servers)


def _members(connection, hello, tls, deadline):
    """State and lag of each member, and who says so: the primary, or where it may not be asked each member's greeting."""
    if "setName" not in hello:
        return {}, "standalone"
    try:
        return states(connection.admin.command("replSetGetStatus")), "replSetGetStatus"
    except OperationFailure as exc:
        if exc.code != UNAUTHORIZED:
            raise
    return _greet(hello, tls, deadline), "hello (the user may not ask replSetGetStatus)"


def states(status):
    """State and lag in seconds of each member, from the answer to replSetGetStatus."""
    primary = next((member for member in status["members"] if member["stateStr"] == "PRIMARY"), None)
    return {
        member["name"]: {
            "state": member["stateStr"].strip("()"),
            "lag_s": lag(primary, member) if member["stateStr"] == "SECONDARY" else None,
        }
        for member in status["members"]
    }


def lag(primary, member):
    if primary is None:
        return None
    return max(0.0, (primary["optimeDate"] - member["optimeDate"]).total_seconds())


def _greet(hello, tls, deadline):
    members = {}
    for name in hello.get("hosts", []) + hello.get("passives", []):
        if name == hello.get("me"):
            members[name] = {"state": "PRIMARY", "lag_s": None}
            continue
        try:
            seconds = min(deadline.left() * SHARE, MEMBER_S)
            with client(f"mongodb://{name}/", seconds, directConnection=True, **tls) as member:
                members[name] = greeting(hello, member.admin.command("hello"))
        except PyMongoError:
            members[name] = {"state": "DOWN", "lag_s": None}
    members.update({name: {"state": "ARBITER", "lag_s": None} for name in hello.get("arbiters", [])})
    return members


def greeting(primary, member):
    """State and lag of a member, from the greetings of the primary and of the member."""
    if not member.get("secondary"):
        return {"state": "PRIMARY" if member.get("isWritablePrimary") else "RECOVERING", "lag_s": None}
    behind = primary["lastWrite"]["lastWriteDate"] - member["lastWrite"]["lastWriteDate"]
    return {"state": "SECONDARY", "lag_s": max(0.0, behind.total_seconds())}


def members_problem(members, options):
    """What is wrong with the members, or an empty string."""
    for name, member in members.items():
        if member["state"] not in GOOD_STATES:
            return f"member {name} is {member['state']}"
        if member["lag_s"] is not None and member["lag_s"] > options["max_lag_s"]:
            return f"replication lag of {name} is {member['lag_s']:.0f} s, allowed {options['max_lag_s']:g}"
    if options["members"] is not None and len(members) != options["members"]:
        return f"{len(members)} members, wanted {options['members']}"
    return ""


def _write_and_read_back(connection, deadline):
    """Through the majority, in a collection of our own that does not outlive the attempt."""
    database = connection.get_default_database("test")
    name = f"health_check_{uuid.uuid4().hex[:12]}"
    concern = WriteConcern("majority", wtimeout=_milliseconds(deadline.left() * SHARE))
    collection = database.get_collection(name, write_concern=concern, read_concern=ReadConcern("majority"))
    try:
        collection.insert_one({"_id": name})
        if collection.find_one({"_id": name}) is None:
            raise Broken("a write is not read back")
    finally:
        with contextlib.suppress(PyMongoError):
            database.drop_collection(name)


def refusal(code, details):
    """The few words for an error of the server."""
    if code == REFUSED_LOGIN:
        return "login refused"
    if code == UNAUTHORIZED:
        return "not authorized"
    if (details or {}).get("errInfo", {}).get("wtimeout") or code == 64:
        return "no majority for a write"
    return f"error {(details or {}).get('codeName') or code}"


def failure(exc):
    """The few words for an error of the client, without what it quotes."""
    name = type(exc).__name__
    if name in NOT_PRIMARY or name == "ServerSelectionTimeoutError":
        return "no primary"
    return {"NetworkTimeout": "no answer in time", "AutoReconnect": "connection lost"}.get(name, f"error {name}")
