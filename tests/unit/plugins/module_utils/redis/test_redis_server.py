"""What the redis modules decide, without a server."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.redis.cluster import SLOTS, cluster_info
from ansible_collections.tierstack.librechat.plugins.module_utils.redis.server import (
    acl_users,
    addresses,
    differences,
    free_ranges,
    listening,
    normalise,
)

NODE = ["10.0.0.5", 6379, "id", []]


@pytest.mark.parametrize(
    ("file", "live"),
    [
        ("256mb", "268435456"),
        ("1GB", "1073741824"),
        ("5k", "5000"),
        (True, "yes"),
        (False, "no"),
        (6379, "6379"),
        ("", ""),
        ("900 1  300 10", "900 1 300 10"),
        ("10.0.0.5 127.0.0.1", "10.0.0.5 127.0.0.1"),
        (
            "normal 0 0 0 replica 256mb 64mb 60 pubsub 32mb 8mb 60",
            "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
        ),
    ],
)
def test_one_value_in_two_notations(file, live):
    assert normalise(file) == normalise(live)


def test_differences_are_named_and_what_the_server_hides_is_none():
    wanted = {"maxmemory": "512mb", "port": 6379, "rename-command": "FLUSHALL gone"}
    assert differences(wanted, {"maxmemory": "268435456", "port": "6379"}) == ["maxmemory"]


def test_acl_of_the_file_is_that_of_the_server_however_rules_are_printed():
    file = ["user default off\n", "user app on #aa #bb ~* +@all -@dangerous\n"]
    live = ["user app on sanitize-payload #bb #aa ~* resetchannels +@all -sort", "user default off resetchannels -@all"]
    assert acl_users(file) == acl_users(live)


@pytest.mark.parametrize("other", ["user app on #cc ~* +@all", "user app off #aa ~* +@all", "user app on ~* +@all"])
def test_acl_differs_by_password_and_state(other):
    assert acl_users(["user app on #aa ~* +@all"]) != acl_users([other])


@pytest.mark.parametrize(
    ("held", "free"),
    [
        ([], [(0, SLOTS - 1)]),
        ([(0, SLOTS - 1)], []),
        ([(826, 826)], [(0, 825), (827, SLOTS - 1)]),
        ([(9, SLOTS - 1), (0, 3)], [(4, 8)]),
        ([(0, 3), (4, 5)], [(6, SLOTS - 1)]),
        ([(SLOTS - 1, SLOTS - 1)], [(0, SLOTS - 2)]),
    ],
)
def test_free_ranges_are_all_that_nobody_holds(held, free):
    assert free_ranges([[first, last, NODE] for first, last in held]) == free


def test_a_node_without_an_address_is_seen():
    assert addresses([[0, 1, NODE], [2, 3, NODE]]) == ["10.0.0.5:6379"]
    assert addresses([[0, 1, ["", 6379]]]) == [":6379"]
    assert addresses([[0, 1, [None, 6379]]]) == [":6379"]


def test_cluster_info_is_read():
    assert cluster_info("cluster_state:ok\r\ncluster_slots_ok:16384\r\n") == {
        "cluster_state": "ok",
        "cluster_slots_ok": "16384",
    }


def test_nobody_listens_at_a_missing_or_dead_socket(tmp_path):
    assert not listening(str(tmp_path / "none.sock"))
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "dead.sock"))
    dead.close()
    assert not listening(str(tmp_path / "dead.sock"))
