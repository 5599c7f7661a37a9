"""What the services' files say is read back as the numbers of the roles, and nothing else is."""

from __future__ import annotations

import contextlib
import json

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.running_numbers import (
    KINDS,
    days,
    megabytes,
    megabytes_of_gigabytes,
    number,
    paths,
    running_numbers,
    seconds,
)
from hypothesis import given
from hypothesis import strategies as st
from rolespec import STACK, load

# Numbers of which no file of a service says anything: how long a task waits, how a release is judged, and what a running replica set is told
IN_NO_FILE = {
    "rollout_canary_rate",
    "rollout_canary_requests",
    "rollout_canary_window_s",
    "rollout_drain_limit_s",
    "rollout_ready_timeout_s",
    "rollout_slo_error_percent",
    "rollout_slo_event_loop_lag_ms",
    "rollout_slo_first_event_ms",
    "rollout_slo_p95_ms",
    "rollout_workers_at_a_time",
    "mongo_election_timeout_ms",
    "mongo_start_timeout_s",
}

MONGOD = """
#
# Ansible managed
#
storage:
  dbPath: /var/lib/mongodb
  wiredTiger:
    engineConfig:
      cacheSizeGB: 0.5
net:
  port: 27017   # the usual one
  maxIncomingConnections: 500
replication:
  oplogSizeMB: 990
operationProfiling:
  mode: "off"
  slowOpThresholdMs: 200
"""

REDIS = """
# maxmemory 1gb
maxmemory 256mb
maxclients 1000
masterauth 4711
client-output-buffer-limit normal 0 0 0 replica 256mb 64mb 60 pubsub 32mb 8mb 60
"""

NGINX = """
worker_processes 4;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
    keepalive_timeout 65s;  # of a client; upstream { keepalive 9; } is only said here
    client_max_body_size 20m;
    log_format main '$remote_addr { "$request" ; }'
                    'rt=$request_time';
    map $request_uri $logged_path { ~^(?<logged_path_only>[^?]*) $logged_path_only; }
    limit_req_zone $binary_remote_addr zone=api:10m rate=30r/s;
    limit_req_zone $binary_remote_addr zone=auth:10m rate=10r/m;
    upstream workers {
        server 10.0.0.5:3080 max_fails=3 fail_timeout=5s;
        server 10.0.0.5:3081 max_fails=3 fail_timeout=5s;
        keepalive 32;
        keepalive_timeout 4s;
    }
    proxy_read_timeout 60s;
    server {
        location /api/agents/ {
            limit_req zone=api burst=1500 nodelay;
            limit_conn address 1000;
            proxy_read_timeout 1h;
        }
    }
}
"""

ENTRY = {
    "exec_mode": "fork",
    "instances": 1,
    "env": {"PORT": "3080"},
    "node_args": ["--env-file=/srv/librechat/config/4711/env", "--max-old-space-size=1024"],
    "max_memory_restart": "1500M",
    "kill_timeout": 65000,
    "min_uptime": 10000,
}

ENV = """
MONGO_URI='mongodb://librechat:4711@db-1:27017/LibreChat?replicaSet=rs0&serverSelectionTimeoutMS=15000'
MONGO_MAX_POOL_SIZE='10'
export LOGIN_MAX=120
CREDS_IV='4711'
"""


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (
            "mongod_conf",
            MONGOD,
            {
                "mongo_wiredtiger_cache_mb": 512,
                "mongo_max_incoming_connections": 500,
                "mongo_oplog_mb": 990,
                "mongo_slow_op_ms": 200,
            },
        ),
        (
            "redis_conf",
            REDIS,
            {
                "redis_maxmemory_mb": 256,
                "redis_maxclients": 1000,
                "redis_pubsub_buffer_hard_mb": 32,
                "redis_pubsub_buffer_soft_mb": 8,
                "redis_pubsub_buffer_soft_s": 60,
            },
        ),
        (
            "nginx_conf",
            NGINX,
            {
                "nginx_worker_processes": 4,
                "nginx_nofile": 8192,
                "nginx_worker_connections": 4096,
                "nginx_client_keepalive_timeout_s": 65,
                "nginx_client_max_body_mb": 20,
                "nginx_api_rate_per_second": 30,
                "nginx_auth_rate_per_minute": 10,
                "nginx_upstream_max_fails": 3,
                "nginx_upstream_fail_timeout_s": 5,
                "nginx_upstream_keepalive": 32,
                "nginx_upstream_keepalive_timeout_s": 4,
                "nginx_proxy_read_timeout_s": 60,
                "nginx_api_burst": 1500,
                "nginx_connections_per_address": 1000,
                "nginx_stream_read_timeout_s": 3600,
            },
        ),
        (
            "ecosystem",
            json.dumps({"apps": [ENTRY, ENTRY, ENTRY]}),
            {
                "app_pm2_workers": 3,
                "app_pm2_heap_mb": 1024,
                "app_pm2_max_memory_mb": 1500,
                "app_pm2_kill_timeout_ms": 65000,
                "app_pm2_min_uptime_s": 10,
            },
        ),
        ("ecosystem", json.dumps({"apps": [{"instances": 4}]}), {"app_pm2_workers": 4}),
        (
            "env",
            ENV,
            {
                "app_release_mongo_server_selection_timeout_ms": 15000,
                "app_release_mongo_max_pool_size": 10,
                "app_release_login_max": 120,
            },
        ),
        ("mongod_unit", "[Service]\nLimitNOFILE=64000\n#LimitNOFILE=1\nLimitAS=infinity\n", {"mongo_nofile": 64000}),
        ("redis_unit", "LimitNOFILE=4096\nMemoryMax=1G\n", {"redis_nofile": 4096, "redis_memory_limit_mb": 1024}),
        ("pm2_unit", "TimeoutStopSec=90\nLimitNOFILE=16384\n", {"app_pm2_stop_timeout_s": 90, "app_pm2_nofile": 16384}),
        (
            "sysctl",
            "net.core.somaxconn = 4096\nnet.ipv4.ip_local_port_range = 16384 60999\n",
            {"common_somaxconn": 4096, "common_port_range_first": 16384, "common_port_range_last": 60999},
        ),
        (
            "prometheus_conf",
            "---\nglobal:\n  scrape_interval: 15s\nscrape_configs:\n  - job_name: node\n    scrape_interval: 1m\n",
            {"monitoring_scrape_interval_s": 15},
        ),
        (
            "prometheus_options",
            'ARGS="--storage.tsdb.retention.time=15d --storage.tsdb.retention.size=2048MB"',
            {"monitoring_retention_days": 15, "monitoring_retention_size_mb": 2048},
        ),
    ],
)
def test_a_file_is_read_back_as_numbers(kind, text, expected):
    assert running_numbers({kind: text}) == expected


def test_every_number_of_the_stack_is_read_from_some_file():
    read = {number[0] for kind in KINDS.values() for number in kind.table.values()}
    assert set(load(STACK.path / "defaults/main/numbers.yml")) - IN_NO_FILE - read == set()


def test_several_files_are_one_set_of_numbers():
    numbers = running_numbers({"nginx_unit": "LimitNOFILE=8192", "nginx_conf": "worker_rlimit_nofile 8192;"})
    assert numbers == {"nginx_nofile": 8192}


def test_places_that_disagree_are_all_shown():
    assert running_numbers({"nginx_unit": "LimitNOFILE=1024", "nginx_conf": NGINX})["nginx_nofile"] == [1024, 8192]


def test_what_is_no_number_is_left_out():
    assert running_numbers({"nginx_conf": "worker_processes auto;", "mongod_unit": "LimitNOFILE=infinity"}) == {}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ecosystem", "not JSON"),
        ("ecosystem", "[]"),
        ("ecosystem", '{"apps": [1]}'),
        ("nginx_conf", "http {"),
        ("nginx_conf", "}"),
        ("nginx_conf", "limit_req burst=3;"),
        ("env", "MONGO_URI='mongodb://user:4711@[::1/LibreChat'"),
    ],
)
def test_a_file_that_is_not_understood_is_an_error_without_its_contents(kind, text):
    with pytest.raises(ValueError, match=f"^not a file of the kind {kind}$"):
        running_numbers({kind: text})


@pytest.mark.parametrize(
    ("convert", "text", "value"),
    [
        (number, "30r/s", 30),
        (seconds, "90", 90),
        (seconds, "1500ms", 1.5),
        (seconds, "2h", 7200),
        (days, "36h", 1.5),
        (megabytes, "1500M", 1500),
        (megabytes, "2gb", 2048),
        (megabytes, "268435456", 256),
        (megabytes_of_gigabytes, "30.898", 31640),
    ],
)
def test_one_unit_for_each_number(convert, text, value):
    assert convert(text) == value


@given(secret=st.text(st.characters(blacklist_characters="'\n\r", codec="utf-8"), min_size=1))
def test_no_secret_is_ever_returned(secret):
    text = f"JWT_SECRET='{secret}'\nREDIS_PASSWORD='{secret}'\nMONGO_MAX_POOL_SIZE='10'\n"
    assert running_numbers({"env": text}) == {"app_release_mongo_max_pool_size": 10}


@given(text=st.text(alphabet="abc {};#\"'=\n", max_size=60), kind=st.sampled_from(sorted(KINDS)))
def test_any_text_is_numbers_or_a_value_error(kind, text):
    with contextlib.suppress(ValueError):
        assert isinstance(running_numbers({kind: text}), dict)


def test_every_kind_of_file_has_its_place():
    places = paths(mongo_config_file="/etc/m.conf", redis_package="valkey", app_root="/srv/a", app_user="a")
    assert places.keys() == KINDS.keys()
    assert places["mongod_conf"] == "/etc/m.conf"
    assert places["redis_unit"] == "/etc/systemd/system/valkey-server.service.d/tierstack.conf"
    assert places["env"] == "/srv/a/config/current/env"
    assert places["pm2_unit"] == "/etc/systemd/system/pm2-a.service"
