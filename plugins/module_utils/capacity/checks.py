# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What must hold between the numbers and the hosts. Each check is a comparison: a value, a limit, and what to do when the value is above it."""

from __future__ import annotations

from math import ceil, floor
from typing import NamedTuple

from .formulas import nginx_hosts_left

CHECKS = {}

# The first runs out before the second.
TIMEOUTS = (
    ("app_release_mongo_wait_queue_timeout_ms", "app_release_mongo_server_selection_timeout_ms"),
    ("mongo_election_timeout_ms", "app_release_mongo_server_selection_timeout_ms"),
    ("app_release_mongo_server_selection_timeout_ms", "nginx_proxy_read_timeout_s"),
    ("nginx_proxy_connect_timeout_s", "nginx_proxy_read_timeout_s"),
    ("nginx_proxy_read_timeout_s", "nginx_stream_read_timeout_s"),
    ("nginx_upstream_keepalive_timeout_s", "app_release_keep_alive_timeout_ms"),
    ("app_release_keep_alive_timeout_ms", "app_release_headers_timeout_ms"),
    ("app_release_drain_s", "app_pm2_kill_timeout_ms"),
    ("app_pm2_kill_timeout_ms", "app_pm2_stop_timeout_s"),
    ("rollout_drain_limit_s", "nginx_worker_shutdown_timeout_s"),
    ("app_release_drain_s", "rollout_drain_limit_s"),
    ("worker_start_s", "app_pm2_listen_timeout_ms"),
    ("app_pm2_listen_timeout_ms", "rollout_ready_timeout_s"),
    ("redis_cluster_node_timeout_ms", "nginx_proxy_read_timeout_s"),
)


class Comparison(NamedTuple):
    """``value`` must not be above ``limit``; ``strict``: must be below it."""

    subject: str
    value: float
    limit: float
    unit: str
    text: str
    remediation: str
    strict: bool = False

    @property
    def holds(self):
        return self.value < self.limit if self.strict else self.value <= self.limit


def check(compare):
    """Register a check. Its name is the function's; it yields Comparisons from the sheet and the hosts."""
    CHECKS[compare.__name__] = compare
    return compare


def milliseconds(x, name):
    return getattr(x, name) * (1 if name.endswith("_ms") else 1000)


@check
def connections(x, hosts):
    """All pools fit into the server, also during a release."""
    limit = floor(x.connection_headroom * x.mongo_max_incoming_connections)
    least = ceil(x.mongo_sockets_release / x.connection_headroom)
    yield Comparison(
        "mongo",
        x.mongo_sockets_release,
        limit,
        "connections",
        f"pools of {x.workers_total} workers take {x.mongo_sockets_release} connections during a release; "
        f"MongoDB accepts {x.mongo_max_incoming_connections}, of which {limit} may be planned for",
        f"raise mongo_max_incoming_connections to {least}",
    )
    limit = floor(x.connection_headroom * x.redis_maxclients)
    yield Comparison(
        "redis",
        x.redis_connections,
        limit,
        "connections",
        f"{x.workers_total} workers take {x.redis_connections} connections; Redis accepts {x.redis_maxclients}, of which {limit} may be planned for",
        f"raise redis_maxclients to {ceil(x.redis_connections / x.connection_headroom)}",
    )


@check
def descriptors(x, hosts):
    """Each service may open two files for each connection."""
    for subject, connection_count, limit_name in (
        ("mongo", x.mongo_max_incoming_connections, "mongo_nofile"),
        ("redis", x.redis_maxclients, "redis_nofile"),
        ("nginx", x.nginx_worker_connections, "nginx_nofile"),
        ("app_pm2", x.worker_connections, "app_pm2_nofile"),
    ):
        limit = getattr(x, limit_name)
        yield Comparison(
            subject,
            2 * connection_count,
            limit,
            "descriptors",
            f"{connection_count} connections need {2 * connection_count} descriptors; {limit_name} is {limit}",
            f"raise {limit_name} to {2 * connection_count}",
        )


@check
def limits(x, hosts):
    """What is part of another is not larger than it."""
    for subject, smaller, margin, larger in (
        ("app_pm2", "app_release_mongo_min_pool_size", 0, "app_release_mongo_max_pool_size"),
        ("app_pm2", "app_pm2_heap_mb", 128, "app_pm2_max_memory_mb"),
        ("redis", "redis_maxmemory_mb", 1, "redis_memory_limit_mb"),
        ("redis", "redis_pubsub_buffer_soft_mb", 0, "redis_pubsub_buffer_hard_mb"),
        ("redis", "redis_tcp_backlog", 0, "common_somaxconn"),
        ("common", "common_port_range_first", 10000, "common_port_range_last"),
    ):
        value, limit = getattr(x, smaller) + margin, getattr(x, larger)
        yield Comparison(
            subject,
            value,
            limit,
            "MB" if smaller.endswith("_mb") else "",
            f"{larger} is {limit}; with {smaller} {value - margin} it must be {value} or more",
            f"raise {larger} to {value}",
        )


@check
def pool_need(x, hosts):
    """A worker has the connections that its operations take."""
    yield Comparison(
        "app_pm2",
        ceil(x.mongo_operations / x.workers_total),
        x.app_release_mongo_max_pool_size,
        "connections",
        f"a worker has {ceil(x.mongo_operations / x.workers_total)} operations under way; its pool has {x.app_release_mongo_max_pool_size} connections",
        f"raise app_release_mongo_max_pool_size to {ceil(x.mongo_operations / x.workers_total)}",
    )


@check
def timeouts(x, hosts):
    """Each timeout runs out before the one that waits for it."""
    for shorter, longer in TIMEOUTS:
        value, limit = milliseconds(x, shorter), milliseconds(x, longer)
        unit = longer.rpartition("_")[2]
        least = value + 1 if unit == "ms" else value // 1000 + 1
        yield Comparison(
            shorter,
            value,
            limit,
            "ms",
            f"{shorter} ({value} ms) must be shorter than {longer} ({limit} ms)",
            f"raise {longer} to {ceil(least)} or more",
            strict=True,
        )


@check
def logins(x, hosts):
    """Nginx refuses a guesser of passwords before LibreChat bans the address."""
    through = x.nginx_auth_burst + 5 * x.nginx_auth_rate_per_minute
    yield Comparison(
        "nginx",
        through,
        x.app_release_login_max,
        "logins",
        f"Nginx lets {through} logins of an address through in 5 minutes; LibreChat bans it at app_release_login_max, {x.app_release_login_max}",
        f"raise app_release_login_max to {through + 1}",
        strict=True,
    )


@check
def workers(x, hosts):
    """Workers do the work, and each has a core of its own; two may share one, so that one can be replaced while the other serves."""
    yield Comparison(
        "app",
        round(x.worker_load, 3),
        round(x.workers_total * x.worker_utilisation_one_out, 3),
        "cores",
        f"{x.users} users keep {x.worker_load:.2f} cores busy; {x.workers_total} workers are planned for {x.workers_total * x.worker_utilisation_one_out:.2f}",
        f"raise app_pm2_workers to {ceil(x.worker_load / x.worker_utilisation_one_out / x.app_hosts)}",
    )
    for name, host in hosts.items():
        if "app" in host["groups"]:
            free = max(2 if x.app_hosts == 1 else 1, round(host["cores"] - cores(x, host, without="app_pm2")))
            yield Comparison(
                name,
                x.app_pm2_workers,
                free,
                "workers",
                f"{name} has {host['cores']} cores, enough for {free} workers beside its other services; app_pm2_workers is {x.app_pm2_workers}",
                f"give {name} {x.app_pm2_workers - free} more cores",
            )


@check
def processor(x, hosts):
    """What all services of a host keep busy leaves the rest of its cores for peaks."""
    for name, host in hosts.items():
        busy = cores(x, host)
        limit = round(host["cores"] * x.cpu_ceiling, 3)
        yield Comparison(
            name,
            busy,
            limit,
            "cores",
            f"{name} has {host['cores']} cores, of which {limit:g} may be planned for; its services keep {busy:g} busy",
            f"give {name} {max(1, ceil(busy / x.cpu_ceiling) - host['cores'])} more cores",
        )


@check
def memory(x, hosts):
    """All services of a host fit into its memory, with the ceiling's rest for peaks."""
    for name, host in hosts.items():
        parts = memory_mb(x, host)
        planned, limit = sum(parts.values()), floor(host["memory_mb"] * x.memory_ceiling)
        yield Comparison(
            name,
            planned,
            limit,
            "MB",
            f"{name} has {host['memory_mb']} MB, of which {limit} may be planned for; "
            f"{planned} are: {', '.join(f'{part} {mb}' for part, mb in parts.items())}",
            f"give {name} {max(1, ceil(planned / x.memory_ceiling) - host['memory_mb'])} MB more",
        )


@check
def disk(x, hosts):
    """What the services of a host write fits on its disk, where its size is known."""
    for name, host in hosts.items():
        if host.get("disk_mb"):
            parts = disk_mb(x, host)
            planned = sum(parts.values())
            yield Comparison(
                name,
                planned,
                floor(host["disk_mb"] * x.memory_ceiling),
                "MB",
                f"{name} has {host['disk_mb']} MB of disk; {planned} are planned: {', '.join(f'{part} {mb}' for part, mb in parts.items())}",
                f"give {name} {max(1, ceil(planned / x.memory_ceiling) - host['disk_mb'])} MB more",
            )


@check
def ports(x, hosts):
    """Even if no connection to a worker were kept, a closed one's port comes back (after 60 s) before it is needed again."""
    limit = floor((x.common_port_range_last - x.common_port_range_first) / 60 * x.workers_total)
    yield Comparison(
        "nginx",
        ceil(x.request_rate),
        limit,
        "calls/s",
        f"{ceil(x.request_rate)} calls a second to {x.workers_total} workers; the port range allows {limit} new connections a second",
        "widen common_port_range_first and common_port_range_last",
    )


@check
def databases(x, hosts):
    """MongoDB's operations under way stay near its cores, and each Redis is one thread."""
    busiest = min(host["cores"] for host in hosts.values() if "mongo" in host["groups"])
    yield Comparison(
        "mongo",
        round(x.mongo_operations, 2),
        2 * busiest + 1,
        "operations",
        f"{x.mongo_operations:.1f} operations are under way; {busiest} cores and a disk serve {2 * busiest + 1} without a queue",
        f"give MongoDB's hosts {max(1, ceil((x.mongo_operations - 1) / 2) - busiest)} more cores",
    )
    limit = x.redis_operations_per_core * x.redis_primaries
    yield Comparison(
        "redis",
        x.redis_operations_rate,
        limit,
        "operations/s",
        f"{x.redis_operations_rate} operations a second; {x.redis_primaries} primaries are planned for {limit}",
        f"have {ceil(x.redis_operations_rate / x.redis_operations_per_core)} primaries of Redis, "
        "or let the application send several pieces of an answer at once (STREAM_DELTA_COALESCE_MS)",
    )


@check
def edge(x, hosts):
    """Nginx has connections for all browsers and workers, also when one of several Nginx hosts is out, and more than one address may use."""
    needed = x.edge_connections + 2 * (x.requests_in_flight + x.open_streams)
    limit = x.nginx_worker_processes * x.nginx_worker_connections * nginx_hosts_left(x)
    yield Comparison(
        "nginx",
        needed,
        limit,
        "connections",
        f"{needed} connections at the edge; {x.nginx_worker_processes} processes on {x.nginx_hosts} hosts have {limit} when one host is out",
        f"raise nginx_worker_connections to {ceil(needed / nginx_hosts_left(x) / x.nginx_worker_processes)}",
    )
    yield Comparison(
        "nginx",
        2 * x.nginx_connections_per_address,
        x.nginx_worker_connections,
        "connections",
        f"nginx_connections_per_address is {x.nginx_connections_per_address}; a request takes two, and a process has {x.nginx_worker_connections}",
        f"raise nginx_worker_connections to {2 * x.nginx_connections_per_address}",
    )


def memory_mb(x, host):
    """Service -> MB that it takes of this host at work (not the limit at which it is stopped)."""
    parts = {"system": x.host_memory_mb}
    if "mongo" in host["groups"]:
        parts["mongo"] = x.mongo_memory_at_work_mb
    if "redis" in host["groups"]:
        parts["redis"] = 2 * x.redis_maxmemory_mb
    if "app" in host["groups"]:
        parts["app_pm2"] = x.app_pm2_workers * (x.app_pm2_heap_mb + x.worker_overhead_mb) + x.pm2_memory_mb
    if "nginx" in host["groups"]:
        parts["nginx"] = 32 * x.nginx_worker_processes + x.edge_connections * x.nginx_connection_mb / nginx_hosts_left(
            x
        )
    if "monitoring" in host["groups"]:
        parts["monitoring"] = x.monitoring_memory_mb
    return {service: ceil(mb) for service, mb in parts.items()}


def disk_mb(x, host):
    """Service -> MB of this host's disk."""
    parts = {"system": x.host_disk_mb}
    for group, service in (("mongo", "mongo"), ("redis", "redis"), ("app", "app_pm2"), ("monitoring", "monitoring")):
        if group in host["groups"]:
            parts[service] = getattr(x, f"{service}_disk_mb")
    return {service: ceil(mb) for service, mb in parts.items()}


def cores(x, host, without=None):
    """Cores of this host that its services keep busy, but for one of them."""
    parts = {"system": x.host_cores}
    if "mongo" in host["groups"]:
        parts["mongo"] = x.mongo_load
    if "redis" in host["groups"]:
        parts["redis"] = x.redis_operations_rate / x.redis_operations_per_core / x.redis_primaries
    if "app" in host["groups"]:
        parts["app_pm2"] = x.worker_load / x.app_hosts
    if "nginx" in host["groups"]:
        parts["nginx"] = x.request_rate * x.nginx_cpu_s_per_request / nginx_hosts_left(x)
    if "monitoring" in host["groups"]:
        parts["monitoring"] = x.monitoring_cores
    return round(sum(share for service, share in parts.items() if service != without), 3)
