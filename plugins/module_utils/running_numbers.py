# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers in the files of the services, under the names of the roles' variables. No input or output here.

A reader turns a file's text into pairs of key and value; a table says which keys are numbers of ours, and in what unit.
Only what is in a table is ever returned: numbers, no secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from .app_environment import NUMBERS as APP_NUMBERS

SECONDS = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
MEGABYTES = {"": 2**-20, "b": 2**-20, "k": 2**-10, "m": 1, "g": 2**10, "t": 2**20}
QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z/]*)\s*", re.IGNORECASE)


class NotUnderstood(ValueError):
    """A text is not a file of its kind. The message says nothing of the text, which may hold secrets."""

    def __init__(self, kind):
        super().__init__(f"not a file of the kind {kind}")
        self.kind = kind


def quantity(text):
    """Split ``1500M`` into the number and its unit.

    :raises ValueError: the text is not one number with a unit
    """
    match = QUANTITY.fullmatch(str(text))
    if not match:
        raise ValueError(f"{text!r} is not a quantity")
    return float(match.group(1)), match.group(2).lower()


def whole(value):
    """Return an integer where the value is one."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def number(text):
    """A number without a unit, or one of a rate: ``30r/s`` is 30."""
    return whole(quantity(text)[0])


def seconds(text):
    """A duration: ``65s``, ``1h``, or ``90`` alone."""
    value, unit = quantity(text)
    return whole(value * SECONDS[unit])


def seconds_of_milliseconds(text):
    """A duration in milliseconds, as PM2 has it."""
    return whole(number(text) / 1000)


def days(text):
    """A duration in days."""
    return whole(seconds(text) / SECONDS["d"])


def megabytes(text):
    """A size: ``1500M``, ``256mb``, ``2G``, or bytes without a unit."""
    value, unit = quantity(text)
    return whole(value * MEGABYTES[unit[:1]])


def megabytes_of_gigabytes(text):
    """A size in gigabytes, as MongoDB has it. Its file says three digits, so the whole megabyte is what was meant."""
    return round(quantity(text)[0] * 1024)


# Readers: text -> pairs of key and value


def read_mappings(text):
    """The mappings of a YAML file without lists, as ``storage.dbPath``. The hosts need no YAML library for it."""
    parents = []
    for line in text.splitlines():
        match = re.fullmatch(r"( *)([\w.]+):(?:\s+(.*?))?\s*(?:#.*)?", line)
        if match:
            indent, key, value = len(match.group(1)), match.group(2), match.group(3)
            parents = [parent for parent in parents if parent[0] < indent] + [(indent, key)]
            if value:
                yield ".".join(parent[1] for parent in parents), value.strip("\"'")


def read_redis_conf(text):
    """``maxmemory`` and the like; an output buffer's limits as ``client-output-buffer-limit.pubsub.hard``."""
    for words in (line.split() for line in text.splitlines()):
        if words[:1] == ["client-output-buffer-limit"]:
            for start in range(1, len(words) - 3, 4):
                client, *limits = words[start : start + 4]
                for name, value in zip(("hard", "soft", "seconds"), limits, strict=True):
                    yield f"{words[0]}.{client}.{name}", value
        elif len(words) == 2 and not words[0].startswith("#"):
            yield words[0], words[1]


def read_nginx_conf(text):
    """Directives below their blocks: ``http.upstream.keepalive``; of named zones ``limit_req.api.burst``."""
    blocks, words = [], []
    for token in re.findall(r"#[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{};]|[^\s{};\"']+", text):
        if token.startswith("#"):
            continue
        if token == "{":
            blocks.append(words[0] if words else "")
        elif token == "}":
            blocks.pop()
        elif token == ";" and words:
            yield from _nginx_directive(blocks, words)
        if token in "{};":
            words = []
        else:
            words.append(token.strip("\"'"))
    if blocks:
        raise ValueError("a block is not closed")


def _nginx_directive(blocks, words):
    name, *rest = words
    settings = dict(word.split("=", 1) for word in rest if "=" in word)
    if name in ("limit_req", "limit_req_zone"):
        zone = settings.pop("zone").split(":")[0]
        yield from ((f"{name}.{zone}.{key}", value) for key, value in settings.items())
    elif name == "limit_conn":
        yield f"{name}.{rest[0]}", rest[-1]
    else:
        path = ".".join([*blocks, name])
        yield from ((f"{path}.{key}", value) for key, value in settings.items())
        if len(rest) == 1:
            yield path, rest[0]


def read_ecosystem(text):
    """A PM2 ecosystem file: how many workers, and the settings and Node.js options of each."""
    entries = json.loads(text)["apps"]
    yield "workers", sum(int(entry.get("instances", 1)) for entry in entries)
    for entry in entries:
        yield from ((key, value) for key, value in entry.items() if not isinstance(value, (dict, list)))
        for option in entry.get("node_args", []):
            name, equals, value = option.lstrip("-").partition("=")
            if equals:
                yield name, value


def read_env(text):
    """``NAME='value'``; of MongoDB's URI only the options behind its question mark."""
    for line in text.splitlines():
        match = re.fullmatch(r"\s*(?:export\s+)?(\w+)=(['\"]?)(.*)\2\s*", line)
        if match and match.group(1) == "MONGO_URI":
            yield from parse_qsl(urlsplit(match.group(3)).query)
        elif match:
            yield match.group(1), match.group(3)


def read_assignments(text):
    """``key=value``, one a line: systemd units and sysctl files. Of several words each is a pair, ``key.0`` the first."""
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith(("#", ";")):
            words = value.split()
            if len(words) == 1:
                yield key.strip(), words[0]
            else:
                yield from ((f"{key.strip()}.{place}", word) for place, word in enumerate(words))


def read_options(text):
    """The options of a command line: ``--storage.tsdb.retention.time=15d``."""
    yield from re.findall(r"--([\w.-]+)=([^\s\"']+)", text)


# Tables: what is a number of ours -> its variable and the reader of its value

MONGOD_CONF = {
    "storage.wiredTiger.engineConfig.cacheSizeGB": ("mongo_wiredtiger_cache_mb", megabytes_of_gigabytes),
    "net.maxIncomingConnections": ("mongo_max_incoming_connections", number),
    "replication.oplogSizeMB": ("mongo_oplog_mb", number),
    "operationProfiling.slowOpThresholdMs": ("mongo_slow_op_ms", number),
}
MONGOD_UNIT = {
    "LimitNOFILE": ("mongo_nofile", number),
    "TimeoutStopSec": ("mongo_stop_timeout_s", seconds),
}
REDIS_CONF = {
    "maxmemory": ("redis_maxmemory_mb", megabytes),
    "maxclients": ("redis_maxclients", number),
    "tcp-backlog": ("redis_tcp_backlog", number),
    "cluster-node-timeout": ("redis_cluster_node_timeout_ms", number),
    "client-output-buffer-limit.pubsub.hard": ("redis_pubsub_buffer_hard_mb", megabytes),
    "client-output-buffer-limit.pubsub.soft": ("redis_pubsub_buffer_soft_mb", megabytes),
    "client-output-buffer-limit.pubsub.seconds": ("redis_pubsub_buffer_soft_s", number),
}
REDIS_UNIT = {
    "LimitNOFILE": ("redis_nofile", number),
    "MemoryMax": ("redis_memory_limit_mb", megabytes),
}
ECOSYSTEM = {
    "workers": ("app_pm2_workers", number),
    "max-old-space-size": ("app_pm2_heap_mb", number),
    "max_memory_restart": ("app_pm2_max_memory_mb", megabytes),
    "kill_timeout": ("app_pm2_kill_timeout_ms", number),
    "listen_timeout": ("app_pm2_listen_timeout_ms", number),
    "min_uptime": ("app_pm2_min_uptime_s", seconds_of_milliseconds),
    "max_restarts": ("app_pm2_max_restarts", number),
}
ENV = {
    **{variable: (name, number) for variable, name in APP_NUMBERS.items()},
    "serverSelectionTimeoutMS": ("app_release_mongo_server_selection_timeout_ms", number),
}
PM2_UNIT = {
    "LimitNOFILE": ("app_pm2_nofile", number),
    "TimeoutStopSec": ("app_pm2_stop_timeout_s", seconds),
}
NGINX_CONF = {
    "worker_processes": ("nginx_worker_processes", number),
    "worker_rlimit_nofile": ("nginx_nofile", number),
    "worker_shutdown_timeout": ("nginx_worker_shutdown_timeout_s", seconds),
    "events.worker_connections": ("nginx_worker_connections", number),
    "http.client_body_timeout": ("nginx_client_body_timeout_s", seconds),
    "http.client_header_timeout": ("nginx_client_header_timeout_s", seconds),
    "http.client_max_body_size": ("nginx_client_max_body_mb", megabytes),
    "http.keepalive_timeout": ("nginx_client_keepalive_timeout_s", seconds),
    "http.proxy_connect_timeout": ("nginx_proxy_connect_timeout_s", seconds),
    "http.proxy_read_timeout": ("nginx_proxy_read_timeout_s", seconds),
    "http.server.location.proxy_read_timeout": ("nginx_stream_read_timeout_s", seconds),
    "http.upstream.keepalive": ("nginx_upstream_keepalive", number),
    "http.upstream.keepalive_timeout": ("nginx_upstream_keepalive_timeout_s", seconds),
    "http.upstream.server.max_fails": ("nginx_upstream_max_fails", number),
    "http.upstream.server.fail_timeout": ("nginx_upstream_fail_timeout_s", seconds),
    "limit_req_zone.page.rate": ("nginx_page_rate_per_second", number),
    "limit_req_zone.api.rate": ("nginx_api_rate_per_second", number),
    "limit_req_zone.user.rate": ("nginx_user_rate_per_second", number),
    "limit_req_zone.auth.rate": ("nginx_auth_rate_per_minute", number),
    "limit_req.page.burst": ("nginx_page_burst", number),
    "limit_req.api.burst": ("nginx_api_burst", number),
    "limit_req.user.burst": ("nginx_user_burst", number),
    "limit_req.auth.burst": ("nginx_auth_burst", number),
    "limit_conn.address": ("nginx_connections_per_address", number),
}
NGINX_UNIT = {
    "LimitNOFILE": ("nginx_nofile", number),
}
PROMETHEUS_CONF = {
    "global.scrape_interval": ("monitoring_scrape_interval_s", seconds),
}
PROMETHEUS_OPTIONS = {
    "storage.tsdb.retention.time": ("monitoring_retention_days", days),
    "storage.tsdb.retention.size": ("monitoring_retention_size_mb", megabytes),
}
SYSCTL = {
    "fs.file-max": ("common_file_max", number),
    "net.core.somaxconn": ("common_somaxconn", number),
    "net.ipv4.ip_local_port_range.0": ("common_port_range_first", number),
    "net.ipv4.ip_local_port_range.1": ("common_port_range_last", number),
    "net.ipv4.tcp_keepalive_time": ("common_tcp_keepalive_s", number),
    "net.ipv4.tcp_max_syn_backlog": ("common_syn_backlog", number),
    "vm.max_map_count": ("common_max_map_count", number),
}


class Kind(NamedTuple):
    """A kind of file: its reader, its table, and where the roles put it."""

    read: Callable
    table: dict
    path: str


KINDS = {
    "mongod_conf": Kind(read_mappings, MONGOD_CONF, "{mongo_config_file}"),
    "mongod_unit": Kind(read_assignments, MONGOD_UNIT, "/etc/systemd/system/mongod.service"),
    "redis_conf": Kind(read_redis_conf, REDIS_CONF, "/etc/{redis_package}/tierstack.conf"),
    "redis_unit": Kind(
        read_assignments, REDIS_UNIT, "/etc/systemd/system/{redis_package}-server.service.d/tierstack.conf"
    ),
    "ecosystem": Kind(read_ecosystem, ECOSYSTEM, "{app_root}/ecosystem.json"),
    "env": Kind(read_env, ENV, "{app_root}/config/current/env"),
    "pm2_unit": Kind(read_assignments, PM2_UNIT, "/etc/systemd/system/pm2-{app_user}.service"),
    "nginx_conf": Kind(read_nginx_conf, NGINX_CONF, "/etc/nginx/nginx.conf"),
    "nginx_unit": Kind(read_assignments, NGINX_UNIT, "/etc/systemd/system/nginx.service.d/tierstack.conf"),
    "prometheus_conf": Kind(read_mappings, PROMETHEUS_CONF, "/etc/prometheus/prometheus.yml"),
    "prometheus_options": Kind(read_options, PROMETHEUS_OPTIONS, "/etc/default/prometheus"),
    "sysctl": Kind(read_assignments, SYSCTL, "/etc/sysctl.d/60-tierstack.conf"),
}


def paths(**places):
    """Return the path of each kind of file.

    :param places: ``mongo_config_file``, ``redis_package``, ``app_root`` and ``app_user``
    """
    return {name: kind.path.format(**places) for name, kind in KINDS.items()}


def readings(kind, text):
    """Return each number in a file with all of its values, in the file's order.

    :param kind: a key of :data:`KINDS`
    :raises NotUnderstood: the text is not a file of this kind
    """
    found = {}
    try:
        for key, value in KINDS[kind].read(text):
            name, convert = KINDS[kind].table.get(key, (None, None))
            if name and QUANTITY.fullmatch(str(value)):
                found.setdefault(name, []).append(convert(value))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
        raise NotUnderstood(kind) from problem
    return found


def running_numbers(texts):
    """Return the numbers in these files, by the names of the roles' variables.

    :param texts: kind of file: its text; kinds may be missing
    :returns: variable: number, or a sorted list of numbers where the places of one number disagree
    """
    found = {}
    for kind, text in texts.items():
        for name, values in readings(kind, text).items():
            found.setdefault(name, []).extend(values)
    return {name: values[0] if len(set(values)) == 1 else sorted(set(values)) for name, values in found.items()}
