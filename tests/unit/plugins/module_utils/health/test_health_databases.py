"""What answers of MongoDB and Redis mean, without a server."""

from __future__ import annotations

import binascii
import datetime

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.health import probe_mongodb, probe_redis
from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime.datetime(2026, 1, 1)
EARLIER = NOW - datetime.timedelta(seconds=42)


def test_states_and_lags_come_from_the_primarys_view():
    status = {
        "members": [
            {"name": "a:1", "stateStr": "PRIMARY", "optimeDate": NOW},
            {"name": "b:1", "stateStr": "SECONDARY", "optimeDate": EARLIER},
            {"name": "c:1", "stateStr": "(not reachable/healthy)"},
        ]
    }
    assert probe_mongodb.states(status) == {
        "a:1": {"state": "PRIMARY", "lag_s": None},
        "b:1": {"state": "SECONDARY", "lag_s": 42.0},
        "c:1": {"state": "not reachable/healthy", "lag_s": None},
    }


def test_states_and_lags_come_from_greetings_where_the_view_is_forbidden():
    primary = {"lastWrite": {"lastWriteDate": NOW}}
    secondary = {"secondary": True, "lastWrite": {"lastWriteDate": EARLIER}}
    assert probe_mongodb.greeting(primary, secondary) == {"state": "SECONDARY", "lag_s": 42.0}
    assert probe_mongodb.greeting({"lastWrite": {"lastWriteDate": EARLIER}}, {**secondary, **primary})["lag_s"] == 0
    assert probe_mongodb.greeting(primary, {"secondary": False})["state"] == "RECOVERING"


@pytest.mark.parametrize(
    ("second", "options", "problem"),
    [
        ({"state": "SECONDARY", "lag_s": 3.0}, {}, ""),
        ({"state": "SECONDARY", "lag_s": 42.0}, {}, "replication lag of b:1 is 42 s, allowed 30"),
        ({"state": "ROLLBACK", "lag_s": None}, {}, "member b:1 is ROLLBACK"),
        ({"state": "ARBITER", "lag_s": None}, {"members": 3}, "2 members, wanted 3"),
    ],
)
def test_what_is_wrong_with_the_members_is_named(second, options, problem):
    members = {"a:1": {"state": "PRIMARY", "lag_s": None}, "b:1": second}
    assert probe_mongodb.members_problem(members, {"members": None, "max_lag_s": 30, **options}) == problem


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://me:hidden/secret@db:1/x",
        "mongodb://me:hid@den@db:notaport/",
        "postgres://me:hidden@db/",
        "mongodb://",
        "hidden",
    ],
)
def test_an_unparsable_uri_is_not_quoted(uri):
    with pytest.raises(Broken) as broken:
        probe_mongodb.parse(uri)
    assert broken.value.reason == "URI cannot be parsed"
    assert "hid" not in str(broken.value) + broken.value.detail
    assert broken.value.__cause__ is None
    assert broken.value.__context__ is None


def test_one_members_connection_keeps_the_tls_of_the_uri():
    parts = probe_mongodb.parse("mongodb://u:p@a:1,b:2/x?replicaSet=r&tls=true&tlsCAFile=/ca.pem")
    assert parts["nodelist"] == [("a", 1), ("b", 2)]
    assert {name.lower() for name in probe_mongodb.tls_options(parts)} == {"tls", "tlscafile"}


@pytest.mark.parametrize(
    ("code", "details", "words"),
    [
        (18, None, "login refused"),
        (13, {}, "not authorized"),
        (64, {}, "no majority for a write"),
        (None, {"errInfo": {"wtimeout": True}}, "no majority for a write"),
        (11600, {"codeName": "InterruptedAtShutdown"}, "error InterruptedAtShutdown"),
        (99, None, "error 99"),
    ],
)
def test_errors_of_mongodb_are_put_into_words(code, details, words):
    assert probe_mongodb.refusal(code, details) == words


NODES = """\
id1 10.0.0.1:6379@16379 master - 0 1 1 connected 0-5460 7000
id2 10.0.0.2:6379@16379 myself,master - 0 0 2 connected 5461-6999 7001 [93->-id1]
id3 10.0.0.3:6379@16379,host slave id2 0 1 2 connected
"""


def test_the_slots_of_the_asked_node_are_found():
    assert probe_redis.slots_of(NODES) == [(5461, 6999), (7001, 7001)]
    assert probe_redis.slots_of(NODES.replace("myself,", "").replace("slave", "myself,slave")) == []


@given(st.integers(0, 16383), st.integers(0, 2000))
def test_a_key_of_our_own_is_one_that_the_node_serves(first, width):
    slots = [(first, min(16383, first + width + 200))]
    slot = binascii.crc_hqx(probe_redis.free_key(slots).encode(), 0) % 16384
    assert slots[0][0] <= slot <= slots[0][1]


def test_slots_are_computed_as_redis_does():
    assert binascii.crc_hqx(b"123456789", 0) == 0x31C3  # from the specification of Redis Cluster


def test_a_cluster_that_does_not_serve_is_seen():
    info = "cluster_state:fail\r\ncluster_slots_ok:5461\r\ncluster_known_nodes:3\r\n"
    assert probe_redis.cluster_state(info) == {"state": "fail", "slots_ok": 5461, "nodes": 3}
    assert probe_redis.cluster_state("")["state"] == "unknown"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("WRONGPASS invalid username-password pair", "login refused"),
        ("NOAUTH Authentication required.", "login refused"),
        ("READONLY You can't write against a read only replica.", "read-only replica"),
        ("OOM command not allowed", "memory is full"),
        ("NOPERM this user has no permissions", "not authorized"),
        ("MISCONF Redis is configured to save", "refuses writes: it cannot save to its disk"),
        ("CLUSTERDOWN The cluster is down", "error CLUSTERDOWN"),
    ],
)
def test_errors_of_redis_are_put_into_words(error, words):
    assert probe_redis.refusal(probe_redis.redis.ResponseError(error)) == words


def test_an_unreachable_redis_is_put_into_words():
    assert probe_redis.refusal(probe_redis.redis.TimeoutError("x")) == "no answer in time"
    refused = probe_redis.redis.ConnectionError("Error 111 connecting to h:1. Connection refused.")
    assert probe_redis.refusal(refused) == "connection refused"
