#!/usr/bin/python3
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of one MongoDB member, under the names that Percona's mongodb_exporter gives them.

The password is read from the file mongodb-password in $CREDENTIALS_DIRECTORY, where systemd puts it.
"""

from __future__ import annotations

import argparse
import datetime
import logging
import os
import pathlib
import re
import signal
import threading

import pymongo
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, UntypedMetricFamily
from pymongo.errors import OperationFailure, PyMongoError

# Time after which a member that does not answer is down, so that a scrape ends within 2 s
CONNECT_MS, ANSWER_MS = 1000, 1500
NOT_IN_A_SET = (76, 94)

# The paths that are exported, each with all that is below it
WANTED = (
    "serverStatus.asserts",
    "serverStatus.connections",
    "serverStatus.globalLock.currentQueue",
    "serverStatus.mem.resident",
    "serverStatus.metrics.cursor.open",
    "serverStatus.metrics.cursor.timedOut",
    "serverStatus.metrics.document",
    "serverStatus.metrics.operation.scanAndOrder",
    "serverStatus.metrics.operation.writeConflicts",
    "serverStatus.metrics.queryExecutor.scanned",
    "serverStatus.metrics.queryExecutor.scannedObjects",
    "serverStatus.network.bytesIn",
    "serverStatus.network.bytesOut",
    "serverStatus.network.numRequests",
    "serverStatus.opLatencies",
    "serverStatus.opcounters",
    "serverStatus.opcountersRepl",
    "serverStatus.queues.execution.read",
    "serverStatus.queues.execution.write",
    "serverStatus.uptime",
    "serverStatus.wiredTiger.cache.bytes currently in the cache",
    "serverStatus.wiredTiger.cache.bytes read into cache",
    "serverStatus.wiredTiger.cache.bytes written from cache",
    "serverStatus.wiredTiger.cache.maximum bytes configured",
    "serverStatus.wiredTiger.cache.modified pages evicted",
    "serverStatus.wiredTiger.cache.pages evicted by application threads",
    "serverStatus.wiredTiger.cache.pages read into cache",
    "serverStatus.wiredTiger.cache.pages written from cache",
    "serverStatus.wiredTiger.cache.tracked dirty bytes in the cache",
    "serverStatus.wiredTiger.cache.unmodified pages evicted",
    "serverStatus.wiredTiger.concurrentTransactions",
    "replSetGetStatus.members.health",
    "replSetGetStatus.members.optimeDate",
    "replSetGetStatus.members.pingMs",
    "replSetGetStatus.members.state",
    "replSetGetStatus.members.uptime",
    "replSetGetStatus.myState",
    "replSetGetStatus.term",
)
# Large parts of serverStatus of which nothing is wanted
UNWANTED_SECTIONS = (
    "batchedDeletes",
    "catalogStats",
    "defaultRWConcern",
    "electionMetrics",
    "extra_info",
    "flowControl",
    "freeMonitoring",
    "indexBulkBuilder",
    "indexStats",
    "locks",
    "logicalSessionRecordCache",
    "oplogTruncation",
    "readConcernCounters",
    "repl",
    "scramCache",
    "security",
    "storageEngine",
    "tcmalloc",
    "tenantMigrations",
    "trafficRecording",
    "transactions",
    "transportSecurity",
    "twoPhaseCommitCoordinator",
)

SHORT = (
    ("serverStatus.wiredTiger", "ss_wt"),
    ("serverStatus.queues.execution", "ss_wt_concurrentTransactions"),
    ("serverStatus", "ss"),
    ("replSetGetStatus", "rs"),
)
# The last word of these paths is a label ...
LAST_IS_LABEL = {
    "serverStatus.asserts": "assert_type",
    "serverStatus.connections": "conn_type",
    "serverStatus.globalLock.currentQueue": "count_type",
    "serverStatus.metrics.cursor.open": "csr_type",
    "serverStatus.metrics.document": "doc_op_type",
    "serverStatus.opcounters": "legacy_op_type",
    "serverStatus.opcountersRepl": "legacy_op_type",
}
# ... and the last but one of these.
LAST_BUT_ONE_IS_LABEL = {
    "serverStatus.opLatencies": "op_type",
    "serverStatus.queues.execution": "txn_rw",
    "serverStatus.wiredTiger.concurrentTransactions": "txn_rw",
}


def is_below(path, wanted):
    """Tell whether one of the paths is the other, or above it."""
    return any(path == each or path.startswith(each + ".") or each.startswith(path + ".") for each in wanted)


def metric_name(path):
    """Return Percona's name for a path of a MongoDB document."""
    for prefix, short in SHORT:
        if path == prefix or path.startswith(prefix + "."):
            path = short + path[len(prefix) :]
            break
    return re.sub("_+", "_", "mongodb_" + re.sub(r"\W+", "_", path)).rstrip("_")


def number(value):
    """Return a value as a metric's number, None if it is not one. Points in time are milliseconds since 1970."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000
    return float(value) if isinstance(value, (bool, int, float)) else None


def samples(value, path, labels=()):
    """Yield (name, labels, number) for all that is wanted of a document.

    :param value: the document, or a part of it
    :param path: where the part is, its words joined by dots
    :param labels: ((name, value), ...) of the part
    """
    if not is_below(path, WANTED):
        return
    if isinstance(value, dict):
        for key, below in value.items():
            yield from samples(below, f"{path}.{key}", labels)
    elif isinstance(value, list):
        for member in value:
            who = (("member_idx", member["name"]), ("member_state", member["stateStr"]))
            yield from samples(member, path, labels + who)
    elif (found := number(value)) is not None:
        above, last = path.rsplit(".", 1)
        top, last_but_one = above.rsplit(".", 1) if "." in above else ("", above)
        if above in LAST_IS_LABEL:
            path, labels = above, (*labels, (LAST_IS_LABEL[above], last))
        elif top in LAST_BUT_ONE_IS_LABEL:
            path, labels = f"{top}.{last}", (*labels, (LAST_BUT_ONE_IS_LABEL[top], last_but_one))
        yield metric_name(path), labels, found


def families(found):
    """Return the samples as metric families."""
    made = {}
    for name, labels, value in found:
        if name not in made:
            made[name] = UntypedMetricFamily(name, "As in MongoDB", labels=[label for label, _text in labels])
        made[name].add_metric([text for _label, text in labels], value)
    return list(made.values())


class Member:
    """The member of a replica set that runs on one address, whatever it knows of the others."""

    def __init__(self, host, port, user, password):
        self._admin = pymongo.MongoClient(
            host,
            port,
            username=user,
            password=password,
            authSource="admin",
            directConnection=True,
            appname="mongodb_exporter",
            maxPoolSize=1,
            serverSelectionTimeoutMS=CONNECT_MS,
            connectTimeoutMS=CONNECT_MS,
            socketTimeoutMS=ANSWER_MS,
            heartbeatFrequencyMS=30000,
        ).admin
        self._one_at_a_time = threading.Lock()
        self._state = None

    def describe(self):
        return []

    def collect(self):
        with self._one_at_a_time:
            try:
                found = list(self._samples())
                state = "up"
            except PyMongoError as error:
                # Its text may hold what nobody should read in a log.
                found, state = [], f"down: {type(error).__name__}"
        if state != self._state:
            logging.info("MongoDB is %s", state)
            self._state = state
        yield GaugeMetricFamily("mongodb_up", "Whether MongoDB answers", value=state == "up")
        yield from families(found)

    def _samples(self):
        status = self._admin.command("serverStatus", **dict.fromkeys(UNWANTED_SECTIONS, 0))
        yield from samples(status, "serverStatus")
        try:
            yield from samples(self._admin.command("replSetGetStatus"), "replSetGetStatus")
        except OperationFailure as error:
            if error.code not in NOT_IN_A_SET:
                raise


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listen", required=True, metavar="ADDRESS:PORT")
    parser.add_argument("--member", required=True, metavar="HOST:PORT")
    parser.add_argument("--user", required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    password = pathlib.Path(os.environ["CREDENTIALS_DIRECTORY"], "mongodb-password").read_text(encoding="utf-8").strip()

    host, port = options.member.rsplit(":", 1)
    registry = CollectorRegistry()
    registry.register(Member(host, int(port), options.user, password))
    address, port = options.listen.rsplit(":", 1)
    start_http_server(int(port), addr=address, registry=registry)
    signal.pause()


if __name__ == "__main__":
    main()
