# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exporter makes of the answers of a real MongoDB 6.0, and of later ones."""

import pathlib

import bson.json_util
import pytest
from programs import load_program

HERE = pathlib.Path(__file__).parent
PROGRAM = HERE.parents[3] / "roles/monitoring/files/mongodb_exporter.py"
# Without a time zone, as the driver returns points in time
ANSWERS = bson.json_util.loads(
    (HERE / "mongodb.json").read_text(), json_options=bson.json_util.JSONOptions(tz_aware=False)
)


@pytest.fixture(scope="module")
def exporter():
    return load_program(PROGRAM)


@pytest.fixture(scope="module")
def found(exporter):
    return [sample for name, answer in ANSWERS.items() for sample in exporter.samples(answer, name)]


MEMBER = (("member_idx", "mongo-1:27017"), ("member_state", "PRIMARY"))


# As Percona's exporter names them with --collector.diagnosticdata
@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("mongodb_ss_uptime", ()),
        ("mongodb_ss_mem_resident", ()),
        ("mongodb_ss_connections", (("conn_type", "current"),)),
        ("mongodb_ss_connections", (("conn_type", "available"),)),
        ("mongodb_ss_connections", (("conn_type", "totalCreated"),)),
        ("mongodb_ss_opcounters", (("legacy_op_type", "insert"),)),
        ("mongodb_ss_opLatencies_latency", (("op_type", "reads"),)),
        ("mongodb_ss_opLatencies_ops", (("op_type", "commands"),)),
        ("mongodb_ss_asserts", (("assert_type", "user"),)),
        ("mongodb_ss_globalLock_currentQueue", (("count_type", "readers"),)),
        ("mongodb_ss_metrics_cursor_open", (("csr_type", "total"),)),
        ("mongodb_ss_metrics_cursor_timedOut", ()),
        ("mongodb_ss_network_bytesIn", ()),
        ("mongodb_ss_wt_cache_bytes_currently_in_the_cache", ()),
        ("mongodb_ss_wt_cache_maximum_bytes_configured", ()),
        ("mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache", ()),
        ("mongodb_ss_wt_cache_modified_pages_evicted", ()),
        ("mongodb_ss_wt_concurrentTransactions_out", (("txn_rw", "read"),)),
        ("mongodb_ss_wt_concurrentTransactions_available", (("txn_rw", "write"),)),
        ("mongodb_rs_myState", ()),
        ("mongodb_rs_term", ()),
        ("mongodb_rs_members_state", MEMBER),
        ("mongodb_rs_members_health", MEMBER),
        ("mongodb_rs_members_optimeDate", MEMBER),
    ],
)
def test_a_metric_has_perconas_name(found, name, labels):
    assert [value for *key, value in found if key == [name, labels]], f"{name}{labels} is missing"


def test_no_series_comes_twice(found):
    assert len({(name, labels) for name, labels, _value in found}) == len(found)


def test_only_what_is_wanted_is_exported(found):
    assert 60 < len(found) < 100
    assert not [name for name, *_rest in found if "network_" in name and "Slow" in name]


def test_a_point_in_time_is_milliseconds_since_1970(found):
    when = ANSWERS["replSetGetStatus"]["members"][0]["optimeDate"]
    (value,) = [value for name, _labels, value in found if name == "mongodb_rs_members_optimeDate"]
    assert value == pytest.approx((when - when.__class__(1970, 1, 1)).total_seconds() * 1000)


def test_every_member_of_a_set_has_its_series(exporter):
    first = ANSWERS["replSetGetStatus"]["members"][0]
    second = {**first, "name": "mongo-2:27017", "state": 2, "stateStr": "SECONDARY", "pingMs": 1}
    answer = {**ANSWERS["replSetGetStatus"], "members": [first, second]}
    states = {
        dict(labels)["member_state"]: value
        for name, labels, value in exporter.samples(answer, "replSetGetStatus")
        if name == "mongodb_rs_members_state"
    }
    assert states == {"PRIMARY": 1, "SECONDARY": 2}


def test_tickets_have_the_same_names_where_mongodb_8_counts_them(exporter):
    tickets = {"out": 3, "available": 125, "totalTickets": 128, "normalPriority": {"startedProcessing": 1}}
    answer = {"queues": {"execution": {"read": tickets, "write": tickets}, "ingress": {"out": 1}}}
    found = {(name, labels): value for name, labels, value in exporter.samples(answer, "serverStatus")}
    assert found["mongodb_ss_wt_concurrentTransactions_out", (("txn_rw", "read"),)] == 3
    assert found["mongodb_ss_wt_concurrentTransactions_available", (("txn_rw", "write"),)] == 125
