"""Which limit binds, and whether the worst case fits below it."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.capacity import plan
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.pool.limits import (
    REMEDIATIONS,
    complaint,
    judge,
    limits_of,
    parts_of_plan,
    worst_case,
)
from hypothesis import given
from hypothesis import strategies as st

COUNT = st.integers(1, 500)
FIGURES = {"current": 20, "available": 480}


def test_old_and_new_workers_overlap_with_full_pools_monitoring_and_tools():
    assert worst_case(4, 10)["total"] == 2 * 4 * (10 + 2) + 20
    assert (
        worst_case(4, 10, overlapping_workers=1, clients_per_worker=2, monitoring_connections=3, tool_connections=5)[
            "total"
        ]
        == 5 * 2 * 13 + 5
    )


@given(COUNT, COUNT, st.integers(0, 500), COUNT)
def test_more_of_anything_never_needs_fewer_connections(workers, pool, overlapping, clients):
    total = worst_case(workers, pool, overlapping, clients)["total"]
    assert total >= worst_case(workers, pool, overlapping, clients)["steady"]
    for more in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)):
        grown = (one + other for one, other in zip((workers, pool, overlapping, clients), more, strict=True))
        assert worst_case(*grown)["total"] >= total


@pytest.mark.parametrize("exec_mode", ["fork", "cluster"])
@pytest.mark.parametrize("users", [50, 500, 2000])
def test_the_worst_case_of_a_plan_is_the_plans_own(users, exec_mode):
    hosts = {f"app-{number}": {"groups": ["app"], "cores": 16, "memory_mb": 32768} for number in range(4)}
    hosts["data"] = {"groups": ["mongo", "redis", "nginx", "monitoring"], "cores": 16, "memory_mb": 65536}
    planned = plan(users, hosts, exec_mode=exec_mode)
    total = worst_case(**parts_of_plan(planned))
    assert total["total"] == planned["numbers"]["mongo_sockets_release"]["value"]
    assert total["steady"] == planned["numbers"]["mongo_sockets_steady"]["value"]
    assert judge(
        total["total"],
        limits_of({"current": 0, "available": planned["numbers"]["mongo_max_incoming_connections"]["value"]}),
        0.8,
    )["fits"]


@pytest.mark.parametrize(
    ("more", "name", "connections"),
    [
        ({}, "serverStatus.connections", 500),
        ({"max_incoming": 300}, "net.maxIncomingConnections", 300),
        ({"open_files": 256, "other_files": 48, "open_files_source": "/proc"}, "open files of the process", 104),
        (
            {"max_incoming": 100, "open_files": 256, "other_files": 48, "open_files_source": "/proc"},
            "net.maxIncomingConnections",
            100,
        ),
        (
            {"max_incoming": 104, "open_files": 256, "other_files": 48, "open_files_source": "/proc"},
            "open files of the process",
            104,
        ),
        ({"open_files": 40, "other_files": 48, "open_files_source": "/proc"}, "open files of the process", 0),
    ],
)
def test_the_smallest_limit_binds(more, name, connections):
    binding = judge(1, limits_of({**FIGURES, **more}), 0.8)["binding"]
    assert (binding["name"], binding["connections"]) == (name, connections)


@pytest.mark.parametrize(("total", "fits"), [(400, True), (401, False)])
def test_a_share_of_the_limit_is_kept_free(total, fits):
    assert judge(total, limits_of(FIGURES), 0.8)["fits"] is fits


def test_the_complaint_names_host_limit_and_remediation():
    judged = judge(90, limits_of({**FIGURES, "max_incoming": 100}), 0.8)
    text = complaint("db:27017", 90, 0.8, judged["binding"])
    assert all(
        part in text
        for part in ("db:27017", "90", "net.maxIncomingConnections", "80", REMEDIATIONS["net.maxIncomingConnections"])
    )
