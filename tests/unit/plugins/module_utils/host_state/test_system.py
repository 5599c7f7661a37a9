"""What plain commands tell of packages, units and accounts: the outputs are those of Debian 13."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.host_state import READERS

INSTALLED = "nginx ii  1.26.3-3+deb13u1\nredis-tools ii  5:8.0.2-3\nread\n"


def answer(module, output, **options):
    """The reader's answer to an output; None where the module would have to run."""
    reader = READERS[module]
    return reader.answer(options, output) if reader.question(options) else None


@pytest.mark.parametrize("name", ["nginx", ["nginx", "redis-tools"], "nginx, redis-tools", "nginx=1.26.*", []])
def test_packages_that_are_installed_need_no_module(name):
    told = answer("apt", INSTALLED, name=name, install_recommends=False, update_cache=True, cache_valid_time=3600)
    assert told == ({"changed": False} if name else None)


@pytest.mark.parametrize(
    ("output", "options"),
    [
        (INSTALLED, {"name": ["nginx", "mongod"]}),
        (INSTALLED, {"name": "nginx=1.27.*"}),
        (INSTALLED, {"name": "nginx", "state": "absent"}),
        (INSTALLED, {"name": "nginx", "state": "latest"}),
        (INSTALLED, {"name": "nginx", "purge": True}),
        (INSTALLED, {"name": "ngin*"}),
        (INSTALLED, {"deb": "/root/x.deb"}),
        ("nginx rc  1.26.3\nread\n", {"name": "nginx"}),
        ("nginx iF  1.26.3\nread\n", {"name": "nginx"}),
        ("nginx ii  1.26.3\n", {"name": "nginx"}),
        ("", {"name": "nginx"}),
    ],
    ids=str,
)
def test_packages_that_are_missing_half_installed_or_in_doubt_need_the_module(output, options):
    assert answer("apt", output, **options) is None


def test_packages_that_are_to_be_absent_and_are_need_no_module():
    assert answer("apt", "read\n", name="ufw", state="absent") == {"changed": False}
    assert answer("apt", "ufw rc  0.36\nread\n", name="ufw", state="absent") == {"changed": False}


def unit(load="loaded", active="active", file="enabled", reload="no"):
    return f"LoadState={load}\nActiveState={active}\nUnitFileState={file}\nNeedDaemonReload={reload}\n"


def test_a_unit_that_is_as_wanted_needs_no_module():
    told = answer("systemd_service", unit(), name="nginx.service", state="started", enabled=True, daemon_reload=True)
    assert (told["changed"], told["enabled"], told["state"]) == (False, True, "started")
    assert told["status"]["ActiveState"] == "active"
    off = unit(active="inactive", file="disabled")
    assert answer("systemd_service", off, name="rsyslog", state="stopped", enabled="no")["changed"] is False
    assert answer("systemd_service", unit("masked", "inactive", "masked"), name="x", masked=True)["changed"] is False


@pytest.mark.parametrize(
    ("output", "options"),
    [
        (unit(active="failed"), {"state": "started"}),
        (unit(active="activating"), {"state": "started"}),
        (unit(active="deactivating"), {"state": "stopped"}),
        (unit(file="disabled"), {"enabled": True}),
        (unit(file="static"), {"enabled": True}),
        (unit(file="enabled-runtime"), {"enabled": True}),
        (unit(), {"enabled": False}),
        (unit(load="masked", file="masked"), {"enabled": True}),
        (unit(load="not-found", active="inactive", file=""), {"state": "stopped"}),
        (unit(reload="yes"), {"daemon_reload": True}),
        (unit(), {"state": "restarted"}),
        (unit(), {"state": "reloaded"}),
        (unit(), {"scope": "user"}),
        ("", {"state": "started"}),
        ("Failed to connect to bus\n", {"state": "started"}),
    ],
    ids=str,
)
def test_a_unit_that_differs_or_is_in_doubt_needs_the_module(output, options):
    assert answer("systemd_service", output, name="nginx.service", **options) is None


ACCOUNT = "mongodb:x:110:113::/var/lib/mongodb:/usr/sbin/nologin\nmongodb\nmongodb adm\n"
AS_IT_IS = {
    "name": "mongodb",
    "group": "mongodb",
    "home": "/var/lib/mongodb",
    "shell": "/usr/sbin/nologin",
    "create_home": False,
}


def test_an_account_that_is_as_wanted_needs_no_module():
    more = {"groups": ["adm"], "append": True, "password": "!", "update_password": "on_create", "system": True}
    told = answer("user", ACCOUNT, **AS_IT_IS, **more)
    assert (told["changed"], told["uid"], told["group"]) == (False, 110, 113)


@pytest.mark.parametrize(
    "other",
    [
        {"group": "users"},
        {"home": "/home/x"},
        {"shell": "/bin/sh"},
        {"groups": ["sudo"], "append": True},
        {"groups": ["adm"]},
        {"password": "!"},
        {"create_home": True},
        {"uid": 5},
        {"name": "mongo"},
    ],
    ids=str,
)
def test_an_account_that_differs_or_is_in_doubt_needs_the_module(other):
    assert answer("user", ACCOUNT, **{**AS_IT_IS, **other}) is None


def test_a_group_that_exists_needs_no_module():
    assert answer("group", "mongodb:x:113:\n", name="mongodb", system=True)["gid"] == 113
    assert answer("group", "", name="mongodb") is None
    assert answer("group", "mongodb:x:113:\n", name="mongodb", gid=5) is None
