# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every number of the stack, a function each: from users, their load and the hosts.

``@variable`` and ``fixed`` mark the roles' variables, ``@number`` what stands between them.
``x`` is the sheet (see sheet.py): ``x.open_streams`` is another number or an input.
The model always says what is needed, also where the hosts do not have it: whether it fits is for checks.py to say.
"""

from __future__ import annotations

from math import ceil, exp, floor

from ..binomial import sample_size
from .sheet import Formulas

FORMULAS = Formulas()
number = FORMULAS.number
variable = FORMULAS.variable
fixed = FORMULAS.fixed

LITTLE = "Little's law"
QUEUE = "M/M/1 queue"
MARGIN = "a margin"
SLO = "the service's SLO for a call, p95"
MONGO_MANUAL = "MongoDB manual"
MONGO_ULIMIT = "MongoDB manual, UNIX ulimit settings: two descriptors and a thread for each connection"
MONGO_POOL = "MongoDB manual, tuning the connection pool"
REDIS_MANUAL = "Redis manual"
NGINX_MANUAL = "Nginx manual"
PM2_RELOAD = "measured: PM2's own 1600 ms lost 13 of 737 requests, 65000 none of 721"
LIBRECHAT_SHUTDOWN = "LibreChat, shutdown.ts: SHUTDOWN_TIMEOUT_MS"


def up_to(value, step):
    """Round up to a multiple of step: a number people can read."""
    return int(ceil(value / step - 1e-9) * step)


def power_of_two(value):
    return 1 << max(0, ceil(value) - 1).bit_length()


def poisson_quantile(mean, share):
    """Smallest n such that, with ``mean`` operations at a time, n or fewer are under way in ``share`` of the time."""
    if mean > 200:  # the normal distribution is as good there, and exp(-mean) is not 0
        return ceil(mean + 3.72 * mean**0.5 + 1)
    n, term = 0, exp(-mean)
    total = term
    while total < share:
        n += 1
        term *= mean / n
        total += term
    return n


# The load


@number("turns/s", LITTLE)
def turn_rate(x):
    """Each user asks once in stream_s + think_s."""
    return x.users / (x.stream_s + x.think_s)


@number("calls/s", LITTLE)
def request_rate(x):
    """Turns a second x calls of a turn x peak factor, and never below the rate of the SLO."""
    return max(x.peak_factor * x.turn_rate * x.calls_per_turn, x.request_rate_floor)


@number("calls", LITTLE)
def requests_in_flight(x):
    """Calls a second x time in which 95 of 100 are answered."""
    return ceil(x.request_rate * x.call_p95_s)


@number("streams", LITTLE)
def open_streams(x):
    """Users x share of their time in which an answer streams."""
    return ceil(x.turn_rate * x.stream_s)


@number("users", "offices behind one address are the rule, not an attack")
def office(x):
    """All users may sit behind one address, up to the largest office."""
    return min(x.users, x.users_per_address)


def connections_of_worker(x):
    """Of one worker to one MongoDB server, all its pools full."""
    return x.mongo_clients_per_worker * (x.app_release_mongo_max_pool_size + x.mongo_monitoring_connections)


def nginx_hosts_left(x):
    """Nginx hosts that serve while one of several is out."""
    return max(1, x.nginx_hosts - 1)


# Workers


@number("cores", LITTLE)
def worker_load(x):
    """Calls a second x their CPU time, and streams x their share of a core."""
    return x.request_rate * x.cpu_s_per_call + x.open_streams * x.cores_per_stream


def workers_for(x, utilisation):
    return max(x.worker_load / utilisation, x.request_rate / x.calls_per_worker)


@variable("workers", QUEUE)
def app_pm2_workers(x):
    """On each host: the load at the planned utilisation, the load while one host (of one: one worker) is out, and at least two in all, so that one
    can be replaced while another serves."""
    all_up = workers_for(x, x.worker_utilisation) / x.app_hosts
    one_out = workers_for(x, x.worker_utilisation_one_out)
    spare = ceil(one_out) + 1 if x.app_hosts == 1 else ceil(one_out / (x.app_hosts - 1))
    return max(ceil(all_up), spare, ceil(2 / x.app_hosts))


@number("workers", "workers of each host x hosts")
def workers_total(x):
    """Workers of each host x application hosts."""
    return x.app_pm2_workers * x.app_hosts


@number("workers", "PM2 in cluster mode lets old workers drain while new ones serve")
def workers_overlapping(x):
    """Old workers beside new ones during a release: in fork mode one of each host at a time, in cluster mode all."""
    return x.app_hosts if x.exec_mode == "fork" else x.workers_total


@variable("MB", "Node.js, --max-old-space-size")
def app_pm2_heap_mb(x):
    """What a worker needs without crashing; it does not grow with the users, the number of workers does."""
    return ceil(x.worker_heap_mb)


@variable("MB", "PM2, max_memory_restart")
def app_pm2_max_memory_mb(x):
    """A tenth more than heap and overhead together: whoever is above leaks."""
    return up_to(1.1 * (x.app_pm2_heap_mb + x.worker_overhead_mb), 100)


@variable("descriptors", "LimitNOFILE of PM2, inherited by each worker")
def app_pm2_nofile(x):
    """Twice what one worker holds if all streams and calls meet at it, and never below 16384."""
    return max(16384, power_of_two(2 * x.worker_connections))


@number("connections", "counted: requests, streams, MongoDB and Redis")
def worker_connections(x):
    """All calls and streams through one worker, its pool, and its Redis connections."""
    return ceil(
        x.requests_in_flight
        + x.open_streams
        + connections_of_worker(x) * x.mongo_hosts
        + x.redis_connections_per_worker * x.redis_hosts
    )


@variable("listeners", "Node.js, EventEmitter: a warning above it, no limit")
def app_release_redis_max_listeners(x):
    """One for each stream that may meet at one worker, and never below 50."""
    return max(50, up_to(x.open_streams, 10))


# Connections of the application to MongoDB


@number("operations", LITTLE)
def mongo_operations_per_worker(x):
    """Most calls a second of a worker x operations of a call x time of an operation: what one worker has under way."""
    return x.calls_per_worker * x.mongo_operations_per_call * x.mongo_operation_s


@number("operations", LITTLE)
def mongo_operations(x):
    """Calls a second x operations of a call x time of an operation: what MongoDB has under way."""
    return x.request_rate * x.mongo_operations_per_call * x.mongo_operation_s


@variable("connections", "Poisson distribution; an asynchronous driver holds one connection for each operation")
def app_release_mongo_max_pool_size(x):
    """Operations that a worker exceeds once in 10,000, and never below the floor. It does not grow with the users: workers do."""
    return max(poisson_quantile(x.mongo_operations_per_worker, x.mongo_pool_quantile), ceil(x.mongo_pool_floor))


@variable("connections", MONGO_POOL)
def app_release_mongo_min_pool_size(x):
    """Kept warm: the mean of a worker at its planned rate."""
    return ceil(x.mongo_operations_per_worker)


fixed(
    "app_release_mongo_max_connecting",
    2,
    "connections",
    "Opened at the same time. It keeps a restart from becoming a storm of handshakes.",
    "MongoDB drivers' default",
)
fixed(
    "app_release_mongo_max_idle_time_ms",
    60000,
    "ms",
    "Idle connections go before a firewall forgets them.",
    MONGO_POOL,
)
fixed(
    "app_release_mongo_wait_queue_timeout_ms",
    5000,
    "ms",
    "A call waits this long for a connection. The drivers' default is for ever.",
    MONGO_POOL,
)
fixed(
    "app_release_mongo_server_selection_timeout_ms",
    15000,
    "ms",
    "Longer than a failover takes, which was 6 s with this election timeout.",
    "measured: kill -9 of a primary, new one after 5.8 s",
)


@number("s", "half of a pool at max_connecting at a time")
def mongo_pool_warm_up_s(x):
    """Handshakes from the smallest to the largest pool, so many at a time."""
    handshakes = max(0, x.app_release_mongo_max_pool_size - x.app_release_mongo_min_pool_size)
    return round(ceil(handshakes / x.app_release_mongo_max_connecting) * x.mongo_handshake_s, 3)


# MongoDB


@number("connections", "counted: pool and monitoring of each client")
def mongo_sockets_steady(x):
    """At the primary, all pools full: workers x clients x (pool + monitoring), and the tools'."""
    return ceil(x.workers_total * connections_of_worker(x) + x.mongo_tool_connections)


@number("connections", "counted: the same, and the workers that are there twice")
def mongo_sockets_release(x):
    """The same while workers are replaced."""
    return ceil(x.mongo_sockets_steady + x.workers_overlapping * connections_of_worker(x))


@variable("connections", "MongoDB manual, net.maxIncomingConnections: a limit of one's own fails fast")
def mongo_max_incoming_connections(x):
    """A release's connections are the planned share of it, and never below 500."""
    return max(500, up_to(x.mongo_sockets_release / x.connection_headroom, 100))


@variable("descriptors", MONGO_ULIMIT)
def mongo_nofile(x):
    """Twice the connections, four times the files, and 1000 of its own; never below the recommended 64000."""
    return max(64000, up_to(2 * x.mongo_max_incoming_connections + 4 * x.mongo_files + 1000, 1000))


@variable("MB", "MongoDB manual, WiredTiger: half of what a host of its own has above 1 GB")
def mongo_wiredtiger_cache_mb(x):
    """What the users at work touch, in steps of 256. A host that MongoDB has to itself gives it half of its memory above 1 GB."""
    hot = up_to(256 + x.users * x.mongo_hot_mb_per_user, 256)
    dedicated = floor((x.mongo_memory_mb - 1024) / 2) if x.mongo_dedicated else 0
    return max(hot, dedicated)


@variable("MB", "MongoDB manual, replica set oplog")
def mongo_oplog_mb(x):
    """What a day of the given hours writes, and never below MongoDB's own 990."""
    return max(
        990, up_to(x.turn_rate * x.mongo_oplog_kb_per_turn / 1024 * x.active_day * 3600 * x.mongo_oplog_hours, 10)
    )


@number("MB", MONGO_MANUAL + ": 1 MB for each connection")
def mongo_memory_at_work_mb(x):
    """Cache, connections and the rest."""
    return ceil(x.mongo_wiredtiger_cache_mb + x.mongo_sockets_release * x.mongo_connection_mb + x.mongo_base_mb)


@number("cores", LITTLE)
def mongo_load(x):
    """Operations a second x their CPU time."""
    return round(x.request_rate * x.mongo_operations_per_call * x.mongo_cpu_s_per_operation, 3)


fixed(
    "mongo_election_timeout_ms",
    5000,
    "ms",
    "Half of MongoDB's own: a lost primary costs 6 s and not 12.",
    "measured: kill -9 of a primary",
)
fixed("mongo_start_timeout_s", 120, "s", "Recovery after a crash included.", MARGIN)
fixed(
    "mongo_stop_timeout_s",
    120,
    "s",
    "A member hands over for 15 s before it stops, then writes a checkpoint.",
    "measured: 16.9 s",
)
fixed("mongo_slow_op_ms", 200, "ms", "Slower operations are logged: the SLO for a whole call.", SLO)

# Redis


@number("operations/s", "LibreChat, RedisJobStore: XADD and PUBLISH for each piece")
def redis_operations_rate(x):
    """Streams x pieces a second x 2, and one for each call."""
    return ceil(2 * x.open_streams * x.redis_deltas_per_stream + x.request_rate)


@number("connections", "counted: two client libraries and a subscriber")
def redis_connections(x):
    """At each node: workers x their connections, twice during a release, and the tools'."""
    return ceil(2 * x.workers_total * x.redis_connections_per_worker + x.redis_tool_connections)


@variable("connections", "Redis manual, maxclients")
def redis_maxclients(x):
    """The connections are the planned share of it, and never below 1000."""
    return max(1000, up_to(x.redis_connections / x.connection_headroom, 100))


@variable("descriptors", "Redis manual: lowers maxclients by itself when it has fewer than maxclients + 32")
def redis_nofile(x):
    """Twice the clients and 32 of its own, and never below 4096."""
    return max(4096, power_of_two(2 * x.redis_maxclients + 32))


@variable("MB", "noeviction: it holds bans, counters, leases and running answers, so it must never be full")
def redis_maxmemory_mb(x):
    """One and a half times running answers, users and what is kept for all; in steps of 64, never below 256."""
    kept = x.open_streams * x.redis_stream_mb + x.users * x.redis_user_mb + x.redis_base_mb
    return max(256, up_to(1.5 * kept, 64))


@variable("MB", "Redis manual, persistence: a snapshot can double the memory")
def redis_memory_limit_mb(x):
    """Twice maxmemory, and 256 for buffers: where systemd stops it."""
    return 2 * x.redis_maxmemory_mb + 256


fixed("redis_pubsub_buffer_hard_mb", 32, "MB", "A subscriber this far behind is cut off at once.", REDIS_MANUAL)
fixed("redis_pubsub_buffer_soft_mb", 8, "MB", "Or this far behind for redis_pubsub_buffer_soft_s.", REDIS_MANUAL)
fixed("redis_pubsub_buffer_soft_s", 60, "s", "How long a subscriber may be that far behind.", REDIS_MANUAL)
fixed("redis_tcp_backlog", 511, "connections", "Redis' own; net.core.somaxconn must not be smaller.", REDIS_MANUAL)
fixed(
    "redis_cluster_node_timeout_ms",
    5000,
    "ms",
    "A primary that is silent this long is replaced.",
    "measured: new primary after 7.6 s",
)

# Nginx


@number("connections", "browsers open six over HTTP/1.1 and one over HTTP/2")
def edge_connections(x):
    """Users x connections of a browser."""
    return ceil(x.users * x.browser_connections)


@variable("processes", "Nginx manual, worker_processes: one for each core")
def nginx_worker_processes(x):
    """One for each core of the smallest Nginx host."""
    return x.nginx_cores


@variable("connections", "Nginx manual, worker_connections: clients and workers count")
def nginx_worker_connections(x):
    """One and a half times clients, calls and streams, on the hosts that are left when one is out, over their processes; and twice what one
    address may have, since all of it may meet at one process. Never below 1024."""
    busy = 1.5 * (x.edge_connections + 2 * (x.requests_in_flight + x.open_streams))
    share = busy / nginx_hosts_left(x) / x.nginx_worker_processes
    return power_of_two(max(1024, share, 2 * x.nginx_connections_per_address))


@variable("descriptors", "Nginx manual, worker_rlimit_nofile")
def nginx_nofile(x):
    """Twice the connections of a process."""
    return 2 * x.nginx_worker_connections


@variable("connections", "Nginx manual, keepalive: idle connections that each process keeps, no limit")
def nginx_upstream_keepalive(x):
    """Calls and streams over the processes, and never below 32."""
    return max(32, ceil((x.requests_in_flight + x.open_streams) / x.nginx_worker_processes))


@variable("connections", "HTTP/2 counts each request in flight")
def nginx_connections_per_address(x):
    """Ten for each user of the largest office, and never below 1000."""
    return max(1000, 10 * ceil(x.office))


@variable("requests/s", "a fifth of the office loads a page in the same second")
def nginx_page_rate_per_second(x):
    """A fifth of the office, and never below 10."""
    return max(10, ceil(x.office / 5))


@variable("requests", "all of the office arrives at nine o'clock")
def nginx_page_burst(x):
    """The office x files of a page load."""
    return max(5, ceil(x.office * x.page_files))


@variable("requests/s", LITTLE)
def nginx_api_rate_per_second(x):
    """The office's share of the call rate, and never below 30."""
    return max(30, ceil(x.peak_factor * x.office / (x.stream_s + x.think_s) * x.calls_per_turn))


@variable("requests", "all of the office arrives at nine o'clock")
def nginx_api_burst(x):
    """The office x calls of a page load, and never below 20."""
    return max(20, ceil(x.office * x.page_calls))


@variable("requests/s", LITTLE)
def nginx_user_rate_per_second(x):
    """Three times what a user calls at the peak, and never below 5."""
    return max(5, ceil(3 * x.peak_factor * x.calls_per_turn / (x.stream_s + x.think_s)))


@variable("requests", "two tabs opened at once")
def nginx_user_burst(x):
    """Two page loads."""
    return ceil(2 * x.page_calls)


@variable("requests/min", "a guesser of passwords meets it after the burst")
def nginx_auth_rate_per_minute(x):
    """A fifth of the office, and never below 10."""
    return max(10, ceil(x.office / 5))


@variable("requests", "all of the office logs in at nine o'clock, a fifth of them twice")
def nginx_auth_burst(x):
    """Six logins for each five of the office."""
    return max(10, ceil(1.2 * x.office))


@variable("logins", "LibreChat, LOGIN_MAX in 5 minutes")
def app_release_login_max(x):
    """More than Nginx lets through in five minutes, so that Nginx refuses a guesser before LibreChat bans the address."""
    return up_to(x.nginx_auth_burst + 5 * x.nginx_auth_rate_per_minute + 1, 10)


@variable("accounts", "LibreChat, REGISTER_MAX in 60 minutes")
def app_release_register_max(x):
    """The office, and never below 10."""
    return max(10, ceil(x.office))


@variable("messages", "LibreChat, MESSAGE_IP_MAX in a minute")
def app_release_message_ip_max(x):
    """Twenty a minute for each user of the office, and never below 100."""
    return max(100, 20 * ceil(x.office))


fixed("app_release_message_user_max", 60, "messages", "One a second, in a minute.", "LibreChat, MESSAGE_USER_MAX")
fixed(
    "app_release_concurrent_message_max",
    5,
    "messages",
    "Answers of one user at the same time.",
    "LibreChat, CONCURRENT_MESSAGE_MAX",
)
fixed(
    "nginx_upstream_max_fails",
    3,
    "failures",
    "A worker that fails this often is left out for nginx_upstream_fail_timeout_s.",
    NGINX_MANUAL,
)
fixed(
    "nginx_upstream_fail_timeout_s",
    5,
    "s",
    "Time in which failures count, and for which a worker is left out: about its restart.",
    "measured: ready 3.3 to 5.1 s after a restart",
)
fixed("nginx_client_max_body_mb", 20, "MB", "Largest upload.", "LibreChat refuses larger JSON at 3 MB")
fixed("nginx_client_keepalive_timeout_s", 65, "s", "An idle browser's connection.", NGINX_MANUAL)
fixed("nginx_client_header_timeout_s", 15, "s", "A client that sends its headers slower is no browser.", NGINX_MANUAL)
fixed("nginx_client_body_timeout_s", 60, "s", "Between two reads of an upload.", NGINX_MANUAL)

# Time, each in its place: checks.py knows the order


fixed(
    "nginx_proxy_connect_timeout_s",
    2,
    "s",
    "Workers are near: a connection takes milliseconds.",
    "measured: drain of a worker",
)
fixed("nginx_proxy_read_timeout_s", 60, "s", "A call that is silent this long is lost.", NGINX_MANUAL)
fixed(
    "nginx_stream_read_timeout_s",
    3600,
    "s",
    "A model may think in silence; LibreChat sends no heartbeat.",
    "measured: a stream silent for 75 s was cut at 60",
)
fixed(
    "nginx_upstream_keepalive_timeout_s",
    4,
    "s",
    "Shorter than Node.js' 5 s, which LibreChat 0.8.7 does not change: else a POST meets a closing connection.",
    "Node.js, server.keepAliveTimeout",
)
fixed(
    "app_release_keep_alive_timeout_ms",
    70000,
    "ms",
    "A worker keeps an idle connection longer than Nginx does.",
    "LibreChat 0.8.8, HTTP_KEEP_ALIVE_TIMEOUT_MS",
)


@variable("ms", "Node.js, server.headersTimeout")
def app_release_headers_timeout_ms(x):
    """10 s more than an idle connection is kept."""
    return x.app_release_keep_alive_timeout_ms + 10000


@variable("s", LIBRECHAT_SHUTDOWN)
def app_release_drain_s(x):
    """What the application gives its requests when it stops."""
    return ceil(x.longest_drain_s)


@variable("ms", PM2_RELOAD)
def app_pm2_kill_timeout_ms(x):
    """5 s more than a worker drains."""
    return 1000 * x.app_release_drain_s + 5000


@variable("s", "systemd, TimeoutStopSec")
def app_pm2_stop_timeout_s(x):
    """25 s more than PM2 waits for a worker."""
    return ceil(x.app_pm2_kill_timeout_ms / 1000) + 25


@variable("s", "Nginx manual, worker_shutdown_timeout")
def nginx_worker_shutdown_timeout_s(x):
    """10 s more than a release waits for a worker, and the worker then drains, so that a reload of Nginx cuts no stream that would have ended."""
    return x.rollout_drain_limit_s + x.app_release_drain_s + 10


@variable("ms", "measured: four workers are ready 9 s after their start")
def app_pm2_listen_timeout_ms(x):
    """Six times the start of a worker, and never below 60 s."""
    return max(60000, ceil(6000 * x.worker_start_s))


@variable("s", "the application waits for MongoDB and Redis, too")
def rollout_ready_timeout_s(x):
    """Twice as long as PM2 waits for it to listen, and never below 60 s: all workers of a cluster start at once."""
    return max(60, ceil(2 * x.app_pm2_listen_timeout_ms / 1000))


# A release


@variable(
    "s", "measured: streams of 20 s drained in 11 to 18 s; without Redis generation_jobs_in_flight never comes to 0"
)
def rollout_drain_limit_s(x):
    """15 s more than the application's own drain: so long a worker that is out of Nginx is waited for before it is stopped."""
    return x.app_release_drain_s + 15


@variable("workers", "what is planned to be spare: one host, or of one host one worker")
def rollout_workers_at_a_time(x):
    """After the first: one of each host, and no more in all than one host has. In cluster mode one host after the other."""
    return min(x.app_hosts, x.app_pm2_workers) if x.exec_mode == "fork" else 1


fixed(
    "rollout_canary_window_s",
    30,
    "s",
    "How long the first worker of a release is watched among the old ones.",
    "two scrapes of Prometheus, 30 samples of the event loop's lag",
)


@number("", SLO)
def slo_error_share(x):
    """What the SLO of availability leaves; an SLO above 0.999 is judged as 0.999, as no window of seconds shows more."""
    return round(max(1 - x.availability, 0.001), 6)


@variable("requests", "exact binomial distribution")
def rollout_canary_requests(x):
    """So many that ten times the share of errors that the SLO allows is told from that share, with a risk of 1 % either way."""
    return sample_size(x.slo_error_share, min(0.99, 10 * x.slo_error_share), risk=0.01)


@variable("requests/s", "its users come first")
def rollout_canary_rate(x):
    """Own load at the most: the requests within four fifths of the window, and never above a third of what a worker is planned for."""
    return max(
        1, floor(min(ceil(1.25 * x.rollout_canary_requests / x.rollout_canary_window_s), x.calls_per_worker / 3))
    )


@variable("ms", SLO)
def rollout_slo_p95_ms(x):
    """The SLO for a call."""
    return ceil(1000 * x.call_p95_s)


@variable("%", SLO)
def rollout_slo_error_percent(x):
    """What the SLO of availability leaves."""
    return round(100 * (1 - x.availability), 4)


@variable("ms", "the SLO for a stream")
def rollout_slo_first_event_ms(x):
    """The SLO for the first event, from the question on: two calls, and a piece through Redis."""
    return ceil(1000 * x.first_event_s)


@variable("ms", "perf_hooks.monitorEventLoopDelay, p99 of a second")
def rollout_slo_event_loop_lag_ms(x):
    """What a worker may keep its users waiting while it does something else."""
    return ceil(1000 * x.event_loop_lag_s)


fixed("app_pm2_min_uptime_s", 10, "s", "A worker that lives shorter counts as an unstable start.", "PM2, min_uptime")
fixed(
    "app_pm2_max_restarts",
    1000,
    "restarts",
    "Unstable starts before PM2 gives up: an outage of MongoDB must not use them up.",
    "PM2, max_restarts",
)

# The kernel


@variable("connections", "Linux, listen(2): Nginx, Node.js and Redis ask for 511")
def common_somaxconn(x):
    """Connections that arrive within 100 ms if all users come in one second; never below 4096."""
    return max(4096, power_of_two(x.edge_connections / 10))


@variable("connections", "Linux, tcp_max_syn_backlog")
def common_syn_backlog(x):
    """As many half-open ones."""
    return x.common_somaxconn


fixed(
    "common_port_range_first",
    16384,
    "port",
    "First of the ports for outgoing connections; services listen below or are bound before.",
    "Linux, ip_local_port_range",
)
fixed(
    "common_port_range_last", 60999, "port", "Last of the ports for outgoing connections.", "Linux, ip_local_port_range"
)
fixed(
    "common_tcp_keepalive_s",
    120,
    "s",
    "A dead peer is noticed before a firewall forgets the connection.",
    "MongoDB manual, production notes",
)


@variable("maps", "MongoDB manual, production notes: two for each connection")
def common_max_map_count(x):
    """Twice MongoDB's connections, and never below 128000."""
    return max(128000, 2 * x.mongo_max_incoming_connections)


@variable("descriptors", "Linux, fs.file-max")
def common_file_max(x):
    """Twice what all services of a host may open, and never below 1048576."""
    services = (
        x.mongo_nofile + x.redis_nofile + x.workers_total * x.app_pm2_nofile + x.nginx_worker_processes * x.nginx_nofile
    )
    return max(1048576, power_of_two(2 * services))


# Monitoring and disk


fixed(
    "monitoring_scrape_interval_s",
    15,
    "s",
    "A burn of the error budget shows within a minute.",
    "Google SRE workbook, alerting on SLOs",
)
fixed(
    "monitoring_retention_days",
    31,
    "days",
    "The month over which the error budgets are reckoned, and a day.",
    "Google SRE workbook, alerting on SLOs",
)


@number("series", "counted: series of a host, of a worker, and of Prometheus itself")
def monitoring_series(x):
    """Hosts and workers x their series, and its own."""
    return ceil(
        x.monitoring_series_own
        + x.all_hosts * x.monitoring_series_per_host
        + x.workers_total * x.monitoring_series_per_worker
    )


@number("MB", "measured, and a share for each series")
def monitoring_memory_mb(x):
    """What all that watches takes in a small stack, and a part for each series."""
    return ceil(x.monitoring_base_mb + x.monitoring_series * x.monitoring_series_kb / 1024)


@variable("MB", "Prometheus manual, storage")
def monitoring_retention_size_mb(x):
    """Series x samples of the retention x their size and a half more; in steps of 256, never below 2048."""
    samples = x.monitoring_series * 86400 / x.monitoring_scrape_interval_s * x.monitoring_retention_days
    return max(2048, up_to(1.5 * samples * x.monitoring_sample_bytes / 1024**2, 256))


@number("MB", "counted: data, oplog, and a journal of the same order as the cache")
def mongo_disk_mb(x):
    """Data of the users with half as much again to compact and build indexes, the oplog, and 4 GB of journal and diagnostics."""
    return ceil(1.5 * x.users * x.mongo_stored_mb_per_user + x.mongo_oplog_mb + 4096)


@number("MB", "Redis manual, persistence: the append-only file is rewritten beside the old one")
def redis_disk_mb(x):
    """Four times maxmemory: snapshot, append-only file, and the next of both."""
    return 4 * x.redis_maxmemory_mb


@number("MB", "releases are kept to go back to")
def app_pm2_disk_mb(x):
    """The kept releases, the current one and the next, and 4 GB of logs."""
    return ceil((x.kept_releases + 2) * x.release_mb + 4096)


@number("MB", "Prometheus manual, storage")
def monitoring_disk_mb(x):
    """The retention and a half more for the write-ahead log and compaction."""
    return ceil(1.5 * x.monitoring_retention_size_mb)
