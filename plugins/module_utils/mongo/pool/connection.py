# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A way to MongoDB that fails in time, in plain words and without passwords. PyMongo 3.11 to 4."""

from __future__ import annotations

import os
import re
import socket
import traceback

from .redaction import redact, secrets_of

try:
    from pymongo import MongoClient, uri_parser
    from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError, ServerSelectionTimeoutError

    PYMONGO_IMPORT_ERROR = None
except ImportError:
    PYMONGO_IMPORT_ERROR = traceback.format_exc()
    ConfigurationError = OperationFailure = PyMongoError = ServerSelectionTimeoutError = Exception

UNAUTHORIZED, AUTHENTICATION_FAILED = 13, 18
NOT_PRIMARY = (10107, 13435, 13436)
HOSTS = re.compile(r"(mongodb://(?:[^@/]*@)?)[^/?]+")
UNPARSABLE = (
    "The uri cannot be parsed. Wanted: mongodb://user:password@host:port,host:port/database?replicaSet=name, "
    "with each of / : @ % ? # in user and password percent-encoded."
)
UNRESOLVED = " With mongodb+srv, the host also needs dnspython and a DNS server that knows the name."


class ConnectionFailed(Exception):
    """The message can be shown to anybody."""


class Deployment:
    """A MongoDB as its URI names it: one server, a replica set or a router.

    :param timeout: seconds for finding a server and for its answer, half of them for each
    :param tls: PyMongo's TLS options
    """

    def __init__(self, uri, timeout, tls=None):
        self._uri = uri
        self._secrets = secrets_of(uri)
        self.is_srv = uri.startswith("mongodb+srv:")
        self._patience = timeout / 2
        waits = ("serverSelectionTimeoutMS", "connectTimeoutMS", "socketTimeoutMS", "waitQueueTimeoutMS")
        self._options = {
            **dict.fromkeys(waits, int(self._patience * 1000)),
            "retryWrites": False,
            "appname": "tierstack-mongo_pool",
            **(tls or {}),
        }
        self._parse()
        self.client = self.connect()

    def _parse(self):
        try:
            parsed = uri_parser.parse_uri(self._uri, warn=True)
        except Exception:
            raise ConnectionFailed(UNPARSABLE + (UNRESOLVED if self.is_srv else "")) from None
        self.user = parsed["username"]

    def connect(self, host=None, **options):
        """A client of the deployment, or of one member of it; it opens connections when they are needed."""
        uri = self._uri
        if host:
            uri = HOSTS.sub(lambda found: found.group(1) + host, uri, count=1)
            options.update(directConnection=True, replicaSet=None)
        try:
            return MongoClient(uri, **{**self._options, **options})
        except (ConfigurationError, OSError, ValueError) as failure:
            raise ConnectionFailed(
                f"These options do not make a connection: {redact(str(failure), self._secrets)}"
            ) from None

    def primary(self):
        """What the primary says of itself and of its set."""
        try:
            hello = self.client.admin.command("hello")
        except PyMongoError as failure:
            secondaries = sorted(f"{host}:{port}" for host, port in self.client.secondaries)
            if isinstance(failure, ServerSelectionTimeoutError) and secondaries:
                message = (
                    f"The replica set has no primary within {self._patience:g} s; secondary: {', '.join(secondaries)}."
                )
            else:
                message = self.explain(failure)
            raise ConnectionFailed(message) from None
        if not hello.get("isWritablePrimary"):
            raise ConnectionFailed(
                f"{hello.get('me', 'The server')} is not primary; primary is {hello.get('primary', 'nobody')}."
                " Name the members in the uri, with replicaSet."
            )
        return hello

    def members(self, hello):
        """Address and client of each server that may have to carry the load: all members that hold data, else the server itself."""
        hosts = [] if self.is_srv else hello.get("hosts", [])
        if not hosts:
            return [("The server", self.client)]
        return [(host, self.client if host == hello.get("me") else self.connect(host)) for host in hosts]

    def explain(self, failure):
        """The failure in a sentence with a remediation, without secrets."""
        code = getattr(failure, "code", None)
        if code == AUTHENTICATION_FAILED:
            return f"MongoDB refuses user '{self.user}' and its password. Look at authSource in the uri, too."
        if code == UNAUTHORIZED:
            return (
                f"MongoDB does not allow this to user '{self.user}'. serverStatus needs the role clusterMonitor of database admin; "
                "point reads need readWrite of the database they are tried in."
                if self.user
                else "MongoDB wants a user and a password in the uri."
            )
        if code in NOT_PRIMARY:
            return "The server is not primary any more. Try again when the election is over."
        text = redact(str(failure), self._secrets)
        if isinstance(failure, ServerSelectionTimeoutError):
            reason = re.split(r",? ?(?:\(configured timeouts|Timeout:|Topology Description:)", text)[0].rstrip(", ")
            return f"MongoDB is unreachable within {self._patience:g} s: {reason}"
        return f"MongoDB: {text.split(', full error:')[0]}"

    def close(self):
        self.client.close()


def server_figures(client):
    """What bounds the connections of one server, and what could not be seen of it."""
    status = client.admin.command("serverStatus")
    figures = {"current": status["connections"]["current"], "available": status["connections"]["available"]}
    figures["active"] = status["connections"].get("active")
    unseen = []
    options = _ask(client, "getCmdLineOpts", "net.maxIncomingConnections", unseen)
    figures["max_incoming"] = options.get("parsed", {}).get("net", {}).get("maxIncomingConnections")
    local = process_figures(status["pid"], status["host"])
    if local:
        figures.update(local, open_files_source=f"/proc/{status['pid']}/limits")
    else:
        extra = _ask(client, "hostInfo", "open files of the process", unseen).get("extra", {})
        figures["open_files"] = extra.get("extra", extra).get("maxOpenFiles")
        figures["other_files"] = status.get("wiredTiger", {}).get("connection", {}).get("files currently open", 0)
        figures["open_files_source"] = "hostInfo"
    return figures, unseen


def _ask(client, command, about, unseen):
    """The answer, or nothing where the user is not permitted to ask."""
    try:
        return client.admin.command(command)
    except OperationFailure as failure:
        if failure.code != UNAUTHORIZED:
            raise
        unseen.append({"name": about, "reason": f"the user may not run {command}; the role clusterMonitor allows it"})
        return {}


def process_figures(pid, host, proc="/proc", own_name=None):
    """Open-file limit of mongod and descriptors that are no sockets, if it runs on this host; else None."""
    if host.partition(":")[0] != (own_name or socket.gethostname()):
        return None
    try:
        with open(f"{proc}/{pid}/comm", encoding="utf-8") as comm:
            if comm.read().strip() not in ("mongod", "mongos"):
                return None
        with open(f"{proc}/{pid}/limits", encoding="utf-8") as limits:
            soft = re.search(r"^Max open files\s+(\S+)", limits.read(), re.MULTILINE).group(1)
        targets = [_target(f"{proc}/{pid}/fd/{number}") for number in os.listdir(f"{proc}/{pid}/fd")]
    except OSError:
        return None
    if not soft.isdigit():
        return None
    return {"open_files": int(soft), "other_files": sum(not target.startswith("socket:") for target in targets)}


def _target(link):
    try:
        return os.readlink(link)
    except FileNotFoundError:  # closed since
        return "socket:"
