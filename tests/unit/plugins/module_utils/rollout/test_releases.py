# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a release, what is kept of releases, and the way back."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.releases import (
    NoRollbackTarget,
    remember,
    retained,
    rollback_target,
    waves,
)
from hypothesis import given
from hypothesis import strategies as st


def host(address, count=2, **pending):
    return {
        "pending": {"replace": [], "start": [], "delete": [], "prove": [], **pending},
        "servers": {f"chat-{port}": f"{address}:{port}" for port in range(3080, 3080 + count)},
    }


def pair(release, config="c1", at=0):
    return {"release": release, "config": config, "at": at}


BOTH = ["chat-3080", "chat-3081"]


def test_the_first_wave_is_one_worker_then_one_of_each_host():
    found = waves({"a": host("10.0.0.1", replace=BOTH), "b": host("10.0.0.2", replace=BOTH)}, at_a_time=2)
    assert [wave["servers"] for wave in found] == [
        ["10.0.0.1:3080"],
        ["10.0.0.1:3081", "10.0.0.2:3080"],
        ["10.0.0.2:3081"],
    ]
    assert [wave["canary"] for wave in found] == [True, False, False]


def test_nothing_pending_needs_no_wave():
    assert waves({"a": host("10.0.0.1")}, 1) == []


def test_where_nobody_serves_there_are_no_waves():
    assert waves({"a": host("10.0.0.1", start=BOTH)}, 1) == []


def test_a_host_that_does_not_serve_yet_comes_last_and_as_a_whole():
    found = waves({"new": host("10.0.0.3", start=BOTH), "a": host("10.0.0.1", replace=BOTH)}, 1)
    assert [wave["workers"] for wave in found] == [{"a": ["chat-3080"]}, {"a": ["chat-3081"]}, {"new": BOTH}]


def test_a_worker_that_an_interrupted_release_left_stopped_or_unproved_is_moved_too():
    found = waves({"a": host("10.0.0.1", 3, start=["chat-3081"], prove=["chat-3080"])}, 1)
    assert [wave["workers"] for wave in found] == [{"a": ["chat-3080"]}, {"a": ["chat-3081"]}]


def test_workers_that_are_not_wanted_any_more_go_last():
    found = waves({"a": host("10.0.0.1", replace=["chat-3080"], delete=["chat-3081"])}, 1)
    assert [(wave["servers"], wave["goes"]) for wave in found] == [
        (["10.0.0.1:3080"], False),
        (["10.0.0.1:3081"], True),
    ]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.integers(1, 4))
def test_every_pending_worker_is_moved_once_and_never_too_many_at_a_time(counts, at_a_time):
    hosts = {
        str(i): host(f"10.0.0.{i}", 5, replace=[f"chat-{3080 + k}" for k in range(count)])
        for i, count in enumerate(counts)
    }
    found = waves(hosts, at_a_time)
    moved = [server for wave in found for server in wave["servers"]]
    assert len(moved) == len(set(moved)) == sum(counts)
    assert all(len(wave["servers"]) <= at_a_time for wave in found)
    assert all(len(names) == 1 for wave in found for names in wave["workers"].values())


def test_what_is_deployed_comes_first_and_what_it_replaced_second():
    history = remember([pair("v2"), pair("v1")], pair("v3"), 9, current=pair("v1"))
    assert [known["release"] for known in history] == ["v3", "v1", "v2"]
    assert history[0]["at"] == 9


def test_the_same_pair_again_changes_no_history():
    history = [pair("v1", at=1)]
    assert remember(history, pair("v1"), 9) == history


def test_current_and_previous_are_kept_whatever_is_asked_for():
    history = [pair("v3"), pair("v2"), pair("v1")]
    assert retained(history, 1) == history[:2]
    assert retained(history, 1, current=pair("v1")) == history


def test_five_releases_are_kept_however_often_their_settings_changed():
    history = [pair("v9", f"c{i}") for i in range(9)] + [pair(f"v{i}") for i in range(8, 0, -1)]
    kept = retained(history, 5)
    assert list(dict.fromkeys(known["release"] for known in kept)) == ["v9", "v8", "v7", "v6", "v5"]
    assert len(kept) == 6


def test_the_way_back_is_the_release_before_and_twice_leads_further():
    history = [pair("v3"), pair("v2"), pair("v1")]
    assert rollback_target(history, pair("v3"))["release"] == "v2"
    assert rollback_target(history, pair("v2"))["release"] == "v1"


def test_the_way_back_from_changed_settings_is_the_settings_before():
    history = [pair("v1", "c2"), pair("v1", "c1")]
    assert rollback_target(history, pair("v1", "c2"))["config"] == "c1"


@pytest.mark.parametrize("name", ["v0.8.7-0123456789ab", "v0.8.7"])
def test_a_release_is_found_by_its_name_or_its_version(name):
    history = [pair("v0.8.8-ffff"), pair("v0.8.7-0123456789ab")]
    assert rollback_target(history, history[0], name)["release"] == "v0.8.7-0123456789ab"


def test_a_release_that_is_not_kept_is_refused_with_those_that_are():
    with pytest.raises(NoRollbackTarget, match=r"v7 is not kept here. There are: v2, v1"):
        rollback_target([pair("v2"), pair("v1")], pair("v2"), "v7")


def test_there_is_no_way_back_before_the_first_release():
    with pytest.raises(NoRollbackTarget, match="no release before v1"):
        rollback_target([pair("v1")], pair("v1"))


def test_a_one_way_door_is_named_with_its_safe_path():
    door = {"name": "split-messages", "release": "v2", "at": 5, "one_way": True, "safe_path": "restore the backup"}
    history = [pair("v3", at=9), pair("v2", at=4), pair("v1", at=1)]
    assert rollback_target(history, pair("v3"), migrations=[door])["release"] == "v2"
    with pytest.raises(NoRollbackTarget, match=r"split-messages. The safe path: restore the backup"):
        rollback_target(history, pair("v2"), migrations=[door])
    assert rollback_target(history, pair("v2"), migrations=[{**door, "one_way": False}])["release"] == "v1"
