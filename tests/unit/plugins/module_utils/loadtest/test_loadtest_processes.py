"""What /proc says, by service and worker."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.processes import (
    Series,
    active_connections,
    cpu_ticks,
    machine_ticks,
    service_name,
    unit_of,
    variables_of,
)


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("0::/system.slice/mongod.service\n", "mongod"),
        ("0::/system.slice/system-redis.slice/redis-server@1.service\n", "redis-server@1"),
        ("0::/system.slice/nginx.service/worker\n", "nginx"),
        ("0::/user.slice/user-1000.slice/session-3.scope\n", ""),
        ("0::/init.scope\n", ""),
    ],
)
def test_a_process_belongs_to_its_service(cgroup, unit):
    assert unit_of(cgroup) == unit


def test_workers_are_told_apart_by_port_and_instance():
    assert service_name("pm2-chat", "node /srv/x.js", {"PORT": "3081"}) == "worker 3081"
    assert service_name("pm2-chat", "node /srv/x.js", {"PORT": "3080", "NODE_APP_INSTANCE": "0"}) == "worker 3080"
    assert service_name("pm2-chat", "node /srv/x.js", {"PORT": "3080", "NODE_APP_INSTANCE": "2"}) == "worker 3080 #2"


def test_pm2_itself_is_no_worker():
    assert service_name("pm2-chat", "PM2 v7.0.4: God Daemon (/srv/chat/pm2)", {"PORT": "3080"}) == "pm2-chat"
    assert service_name("pm2-chat", "node pm2", {}) == "pm2-chat"


def test_another_service_with_a_port_is_no_worker():
    assert service_name("prometheus", "prometheus", {"PORT": "9090"}) == "prometheus"


def test_variables_may_hold_anything():
    assert variables_of("A=1\0B=x=y\0junk\0") == {"A": "1", "B": "x=y"}


def test_variables_of_a_cluster_are_found_in_the_one_that_hides_them():
    environ = 'HOME=/srv\0pm2_env={"PORT": "3080", "NODE_APP_INSTANCE": 3, "name": "chat"}\0'
    assert service_name("pm2-chat", "node x.js", variables_of(environ)) == "worker 3080 #3"
    assert variables_of("pm2_env={broken\0A=1") == {"pm2_env": "{broken", "A": "1"}


def test_ticks_are_read_behind_a_name_that_holds_anything():
    assert cpu_ticks("42 (a) b) S 1 2 3 4 5 6 7 8 9 10 100 20 0 0 20 0 1 0 999 0") == 120


def test_the_machine_is_busy_with_all_but_idling_and_waiting():
    assert machine_ticks("cpu  10 0 20 60 10 0 0 0 0 0\ncpu0 1 2 3\n") == (30, 100)


def test_the_one_who_asks_is_no_client():
    assert active_connections("Active connections: 8 \nserver accepts handled requests\n 1 1 1 \n") == 7
    assert active_connections("not found") is None


def test_who_comes_late_or_goes_has_gaps():
    series = Series()
    series.add({"a": (1, 10)})
    series.add({"a": (2, 11), "b": (5, 50)})
    series.add({"b": (6, 51)})
    assert series.services == {
        "a": {"cpu": [1, 2, None], "memory_mb": [10, 11, None]},
        "b": {"cpu": [None, 5, 6], "memory_mb": [None, 50, 51]},
    }
