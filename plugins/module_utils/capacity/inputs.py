# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the capacity model starts from: the load of a user, the cost of a call, and the margins that are kept.

Each input says on what it rests:

* ``measured``: seen on a real LibreChat or server, the source says on which;
* ``assumed``: a sensible figure that nobody has measured for this site; a calibration replaces it;
* ``chosen``: a margin or an SLO, a matter of decision and not of fact;
* ``given``: the administrator said so.
"""

from __future__ import annotations

from typing import NamedTuple


class Input(NamedTuple):
    """A default of the model, with its unit and what it rests on."""

    value: float
    unit: str
    meaning: str
    basis: str
    source: str


def assumed(value, unit, meaning, source="to be replaced by a calibration of the site"):
    return Input(value, unit, meaning, "assumed", source)


def measured(value, unit, meaning, source):
    return Input(value, unit, meaning, "measured", source)


def chosen(value, unit, meaning, source):
    return Input(value, unit, meaning, "chosen", source)


LIBRECHAT = "LibreChat 0.8.7 on Node 24, two cores"
CALIBRATION = LIBRECHAT + " shared with all else, a mock model"
STACK = "this collection's own stack at prod50"
SLO = "the service's SLO at 50 users"

INPUTS = {
    # The load of a user
    "stream_s": assumed(20, "s", "mean length of an answer's stream"),
    "think_s": assumed(40, "s", "mean time from the end of an answer to the next question"),
    "calls_per_turn": assumed(8, "calls", "API calls for a question and its answer, beside the stream"),
    "peak_factor": assumed(3, "", "busiest minute compared with the mean"),
    "request_rate_floor": chosen(100, "calls/s", "rate that is served however few the users are", SLO),
    "call_p95_s": chosen(0.2, "s", "95 of 100 calls are answered in this time", SLO),
    "availability": chosen(0.995, "", "share of the calls that are answered without an error of ours", SLO),
    "first_event_s": chosen(
        1,
        "s",
        "from a question to the first event of its stream",
        "a second of waiting does not break a train of thought",
    ),
    "event_loop_lag_s": chosen(
        0.1,
        "s",
        "time for which a worker may be deaf, p99",
        "half of the SLO for a call; a tenth of a second seems immediate",
    ),
    "users_per_address": chosen(
        500, "users", "largest office behind one address, if the service has as many", "a site"
    ),
    "page_calls": measured(30, "calls", "API calls of one page load", LIBRECHAT),
    "page_files": measured(10, "requests", "pages and icons of one page load, hashed assets aside", LIBRECHAT),
    "browser_connections": chosen(6, "connections", "of a browser to one host over HTTP/1.1", "what browsers do"),
    "active_day": assumed(0.33, "", "mean load of a day compared with tier_users at work"),
    # What it costs a worker
    "cpu_s_per_call": measured(
        0.006, "s", "CPU time of a worker for an API call", CALIBRATION + ", 1800 reads of eight paths"
    ),
    "cores_per_stream": measured(
        0.075,
        "cores",
        "CPU of a worker for an open stream, its start and its end",
        CALIBRATION + ": 79 ms, and 1.43 ms for each of 50 pieces a second, over 20 s",
    ),
    "calls_per_worker": chosen(
        150, "calls/s", "most that one worker is planned for", "a fifth of GET /api/user in LibreChat"
    ),
    "worker_utilisation": chosen(
        0.6, "", "share of a core that a worker is planned to use", "M/M/1: waits 1.5 x its service time"
    ),
    "worker_utilisation_one_out": chosen(
        0.7, "", "the same while a host or a worker is out", "M/M/1: waits 2.3 x its service time"
    ),
    "worker_heap_mb": measured(
        1024,
        "MB",
        "heap of a worker",
        LIBRECHAT + ": with 320 MB 14 crashes in 10 minutes; its maintainers ask for 1 GB",
    ),
    "worker_overhead_mb": measured(
        300, "MB", "memory of a worker beside its heap", LIBRECHAT + ": 360 to 535 MB at 256 to 384"
    ),
    "worker_start_s": measured(9, "s", "start of four workers until all are ready", LIBRECHAT),
    "longest_drain_s": measured(
        60, "s", "time that LibreChat gives its own requests when it stops", "LibreChat, shutdown.ts"
    ),
    "pm2_memory_mb": measured(76, "MB", "PM2 itself", "PM2 7.0.4"),
    "release_mb": measured(2200, "MB", "a release on disk", LIBRECHAT + ", built, not pruned"),
    "kept_releases": chosen(5, "releases", "kept on disk to go back to", "app_release_keep"),
    # What it costs MongoDB
    "mongo_operations_per_call": measured(
        4, "operations", "MongoDB operations of an API call", CALIBRATION + ": 1.4 for a read, 20 for a turn of eight"
    ),
    "mongo_operation_s": measured(0.0035, "s", "mean time of a MongoDB operation, as the worker sees it", CALIBRATION),
    "mongo_handshake_s": assumed(0.05, "s", "time to open a connection to MongoDB"),
    "mongo_cpu_s_per_operation": assumed(0.0005, "s", "CPU time of mongod for an operation"),
    "mongo_clients_per_worker": measured(1, "clients", "MongoClients of a worker", LIBRECHAT),
    "mongo_pool_quantile": chosen(0.9999, "", "share of the time in which no call waits for a connection", "a margin"),
    "mongo_pool_floor": chosen(
        10, "connections", "smallest maximum of a pool", "room for slow aggregations and index builds"
    ),
    "mongo_monitoring_connections": measured(
        2, "connections", "of a client to each server beside its pool", "MongoDB driver specifications, SDAM"
    ),
    "mongo_tool_connections": chosen(
        20, "connections", "for members, exporters, backup and shells", "10 for each member and 10 for people"
    ),
    "mongo_connection_mb": measured(1, "MB", "memory of mongod for a connection", "MongoDB manual, connection pools"),
    "mongo_base_mb": assumed(512, "MB", "memory of mongod beside cache and connections"),
    "mongo_hot_mb_per_user": assumed(2, "MB", "data and indexes that a user at work touches"),
    "mongo_stored_mb_per_user": assumed(200, "MB", "data on disk for each of tier_users, who stand for more accounts"),
    "mongo_oplog_kb_per_turn": assumed(10, "KB", "written to the oplog for a question and its answer"),
    "mongo_oplog_hours": chosen(
        24, "h", "time that a member may be away and still catch up", "a working day and its night"
    ),
    "mongo_files": assumed(200, "files", "collections and indexes"),
    "connection_headroom": chosen(0.8, "", "share of a server's connections that may be planned for", "a margin"),
    # What it costs Redis
    "redis_connections_per_worker": measured(
        3, "connections", "of a worker to each node", LIBRECHAT + ": 12 for four workers"
    ),
    "redis_tool_connections": chosen(20, "connections", "for nodes, exporters and shells", "a margin"),
    "redis_deltas_per_stream": assumed(50, "deltas/s", "pieces of an answer; each is an XADD and a PUBLISH"),
    "redis_operations_per_core": chosen(
        80000, "operations/s", "most that one Redis is planned for", "redis-benchmark, SET, one core"
    ),
    "redis_stream_mb": assumed(0.5, "MB", "kept for a running answer"),
    "redis_user_mb": assumed(0.1, "MB", "kept for a user: caches, counters, sessions"),
    "redis_base_mb": assumed(64, "MB", "kept for all: configuration, roles, leases"),
    # What it costs the edge, the monitoring and the host
    "nginx_cpu_s_per_request": assumed(0.0003, "s", "CPU time of Nginx for a request over TLS"),
    "nginx_connection_mb": assumed(0.03, "MB", "memory of Nginx for a connection over TLS"),
    "monitoring_series_own": measured(
        1800, "series", "of Prometheus, Alertmanager and the rules", STACK + ": 1400 of the programs, 140 of the rules"
    ),
    "monitoring_series_per_host": measured(
        1300, "series", "of a host and its exporters", STACK + ": 1089 to 1275 with every part on one host"
    ),
    "monitoring_series_per_worker": assumed(500, "series", "of a worker"),
    "monitoring_sample_bytes": measured(2, "bytes", "of a sample on disk", "Prometheus manual, storage: 1 to 2"),
    "monitoring_base_mb": measured(
        300, "MB", "memory of all that watches, with few series", STACK + ": 280, and 45 more while it probes"
    ),
    "monitoring_series_kb": assumed(8, "kB", "memory of Prometheus for a further series"),
    "monitoring_cores": measured(0.05, "cores", "CPU of all that watches", STACK + ": 0.025"),
    "host_memory_mb": assumed(256, "MB", "the operating system"),
    "host_cores": assumed(0.1, "cores", "the operating system"),
    "host_disk_mb": assumed(8192, "MB", "the operating system, its packages and the journal"),
    "memory_ceiling": chosen(
        0.85, "", "share of a host's memory that may be planned for", "a margin for peaks and the page cache"
    ),
    "cpu_ceiling": chosen(0.6, "", "share of a host's cores that may be planned for", SLO),
}
