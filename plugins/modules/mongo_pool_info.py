#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mongo_pool_info
short_description: Hold the connection pools to MongoDB against what it allows and does
version_added: 0.1.0
description:
  - A worker of the application keeps a pool of connections to MongoDB. This module holds its size, from the capacity model or from elsewhere,
    against what the running MongoDB really allows and really does.
options:
  state:
    description:
      - V(verified) fails, naming the limit that binds, when the most connections that the application can ask for are more than O(headroom) of what
        a member of the deployment allows.
      - V(observed) samples the live counters and recommends a larger pool, a smaller one or the same, or says that there is too little load to tell.
    type: str
    choices: [verified, observed]
    required: true
  plan:
    description: A plan, as the filter P(tierstack.librechat.capacity_plan#filter) returns it.
    type: dict
  uri:
    description:
      - URI of the deployment. In user and password, V(/), V(:), V(@), V(%), V(?) and V(#) are percent-encoded.
      - C(serverStatus) is asked for. The role C(clusterMonitor) of database C(admin) allows that, and all else but point reads.
    type: str
    required: true
  timeout:
    description:
      - Seconds after which MongoDB is given up, half of them for finding the server and half for its answer.
      - From V(12) on, a replica set that is electing its primary is waited for.
    type: float
    default: 10
  tls:
    description: Encrypt, whatever O(uri) says.
    type: bool
    default: false
  tls_ca_file:
    description: Certificates of the authorities that are trusted.
    type: path
  tls_certificate_key_file:
    description: Certificate and key to show to the server, without a passphrase.
    type: path
  tls_allow_invalid_certificates:
    description: Do not check the server's certificate. For tests.
    type: bool
    default: false
  workers:
    description: Workers of the application on all hosts. The plan's, if not given.
    type: int
  max_pool_size:
    description: Largest pool of a client. The plan's, if not given.
    type: int
  clients_per_worker:
    description: C(MongoClient) objects of a worker. The plan's or V(1), if not given.
    type: int
  overlapping_workers:
    description: Old workers that still run beside new ones during a release. The plan's or O(workers), if not given.
    type: int
  monitoring_connections:
    description: Connections beside its pool that a client has to each server. The plan's or V(2), if not given.
    type: int
  tool_connections:
    description: Connections of exporters, backups, other members and people. The plan's or V(20), if not given.
    type: int
  headroom:
    description: Share of a limit that the worst case may take.
    type: float
    default: 0.8
  interval:
    description: Seconds between two samples.
    type: float
    default: 1
  samples:
    description: Number of samples, at least 2.
    type: int
    default: 10
  probe:
    description:
      - Measure the handshake, and throughput and 95th percentile at each of O(probe_pool_sizes).
      - This is a load. It is never made in check mode, and never fills the server beyond O(headroom).
    type: bool
    default: false
  probe_pool_sizes:
    description: Pool sizes to try.
    type: list
    elements: int
    default: [1, 2, 5, 10, 20, 40]
  probe_seconds:
    description: Seconds of load, shared by all sizes. Opening the connections is not counted.
    type: float
    default: 6
  probe_database:
    description:
      - Read single documents by key from a collection of 1000 that is made in this database and dropped in the end. Needs the role C(readWrite) there.
      - Without it the load is made of pings, which need no role and leave nothing behind.
    type: str
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
    details: It only reads. The probe is not made in check mode.
  diff_mode:
    support: none
requirements:
  - pymongo 3.11 or later on the host
  - MongoDB 5.0 or later
author:
  - The tierstack authors (@tierstack)
"""

EXAMPLES = r"""
- name: Fail if MongoDB cannot take a release at the busiest hour
  tierstack.librechat.mongo_pool_info:
    state: verified
    plan: "{{ stack_plan }}"
    uri: mongodb://monitor:{{ mongo_monitor_password | urlencode | replace('/', '%2F') }}@localhost:27017/?authSource=admin&replicaSet=rs0

- name: Is the pool too small or too large
  tierstack.librechat.mongo_pool_info:
    state: observed
    workers: 4
    max_pool_size: 10
    samples: 60
    uri: mongodb://monitor:{{ mongo_monitor_password | urlencode | replace('/', '%2F') }}@localhost:27017/?authSource=admin&replicaSet=rs0

- name: Measure on a quiet server
  tierstack.librechat.mongo_pool_info:
    state: verified
    workers: 4
    max_pool_size: 10
    uri: mongodb://admin:{{ mongo_admin_password | urlencode | replace('/', '%2F') }}@localhost:27017/?authSource=admin&replicaSet=rs0
    probe: true
    probe_database: probe
  register: measured

- name: Keep what was measured for the next plan
  ansible.builtin.copy:
    content: "{{ {'stack_calibration': measured.calibration} | to_nice_yaml }}"
    dest: inventories/prod50/group_vars/all/calibration.yml
    mode: "0644"
  delegate_to: localhost
  become: false
"""

RETURN = r"""
worst_case:
  description: The most connections that the application can ask for, C(total), those without a release, C(steady), and the C(formula).
  returned: O(state=verified)
  type: dict
  sample:
    total: 56
    steady: 44
    formula: (2 workers + 1 overlapping) x 1 clients x (10 pool + 2 monitoring) + 20 tools
servers:
  description:
    - Of each member that could be asked C(host), C(fits), its C(limits), the one that C(binding) is, and what was C(unseen) for lack of rights.
    - A member that could not be asked has a C(reason) only.
  returned: O(state=verified)
  type: list
  elements: dict
binding:
  description: The smallest limit of all members, and the C(usable) connections at O(headroom) of it.
  returned: O(state=verified)
  type: dict
  sample: {host: "10.0.0.5:27017", name: open files of the process, connections: 104, usable: 83}
observed:
  description: Extremes, means and rates of C(connections), C(queue) and C(operations) over the samples.
  returned: O(state=observed)
  type: dict
recommendation:
  description: The C(direction), one of V(up), V(down), V(keep) and V(unknown), the C(max_pool_size) to try, the C(reason) and the C(evidence).
  returned: O(state=observed)
  type: dict
probe:
  description:
    - C(handshake), C(loads) by pool size, the C(knee), which is the smallest pool with nine tenths of the best throughput, and a C(verdict) in words.
    - The load comes from one process with as many threads as the pool has connections. A size at which this process itself ran out of CPU is
      marked C(client_bound).
    - Only C(skipped) in check mode.
  returned: O(probe=true)
  type: dict
calibration:
  description:
    - Inputs for the capacity model. C(mongo_handshake_s) is the median handshake.
    - C(mongo_operation_s) is the live mean of reads and writes plus a round trip under enough load with O(state=observed), else the mean of single
      point reads. Pings alone do not give it.
  returned: O(probe=true), outside of check mode
  type: dict
  sample: {mongo_operation_s: 0.0012, mongo_handshake_s: 0.012}
"""

import time

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.pool import (
    connection,
    limits,
    observation,
    probe,
)

PARTS = (
    "workers",
    "max_pool_size",
    "clients_per_worker",
    "overlapping_workers",
    "monitoring_connections",
    "tool_connections",
)
PARTS_OF_POOLS = ("workers", "max_pool_size", "clients_per_worker", "monitoring_connections")


def parts_of(module):
    """What the worst case is made of: the parameters, and the plan for those that are not given."""
    given = {name: module.params[name] for name in PARTS if module.params[name] is not None}
    plan = module.params["plan"]
    parts = {**(limits.parts_of_plan(plan) if plan else {}), **given}
    if "workers" in given and "overlapping_workers" not in given:
        parts.pop("overlapping_workers", None)
    if not {"workers", "max_pool_size"} <= set(parts):
        module.fail_json(msg=f"state {module.params['state']} needs workers and max_pool_size, or a plan.")
    for name, value in parts.items():
        if value < (name in ("workers", "max_pool_size", "clients_per_worker")):
            module.fail_json(msg=f"{name} is {value}: it cannot be that small.")
    return parts


def verified(module, deployment):
    params = module.params
    worst = limits.worst_case(**parts_of(module))
    hello = deployment.primary()
    servers = []
    for host, client in deployment.members(hello):
        try:
            figures, unseen = connection.server_figures(client)
        except connection.PyMongoError as failure:
            if client is deployment.client:
                raise
            servers.append({"host": host, "reason": deployment.explain(failure)})
            continue
        finally:
            if client is not deployment.client:
                client.close()
        judged = limits.judge(worst["total"], limits.limits_of(figures), params["headroom"])
        servers.append({"host": host, "current": figures["current"], "unseen": unseen, **judged})

    asked = [server for server in servers if "binding" in server]
    tightest = min(asked, key=lambda server: server["binding"]["connections"])
    result = {
        "changed": False,
        "worst_case": worst,
        "servers": servers,
        "binding": {"host": tightest["host"], **tightest["binding"]},
    }
    for server in servers:
        if "reason" in server:
            module.warn(f"{server['host']} could not be asked: {server['reason']}")
    if not tightest["fits"]:
        result["msg"] = limits.complaint(tightest["host"], worst["total"], params["headroom"], tightest["binding"])
        result["failed"] = True
    return result


def observed(module, deployment):
    if module.params["samples"] < 2 or module.params["interval"] <= 0:
        module.fail_json(msg="state observed needs at least 2 samples and an interval above 0.")
    parts = parts_of(module)
    deployment.primary()
    samples = []
    for number in range(module.params["samples"]):
        if number:
            time.sleep(module.params["interval"])
        samples.append(observation.sample(deployment.client.admin.command("serverStatus"), time.monotonic()))
    summary = observation.summarise(samples)
    pools = {name: parts[name] for name in PARTS_OF_POOLS if name in parts}
    return {"changed": False, "observed": summary, "recommendation": observation.recommend(summary, **pools)}


def probed(module, deployment, result):
    """Measure, and keep what the capacity model can use."""
    params = module.params
    if module.check_mode:
        return {"probe": {"skipped": "A probe is a load. It is not made in check mode."}}
    connections = deployment.client.admin.command("serverStatus")["connections"]
    free = params["headroom"] * (connections["current"] + connections["available"]) - connections["current"]
    sizes = sorted({size for size in params["probe_pool_sizes"] if 0 < size <= free})
    measured = probe.run(
        deployment.connect, deployment.client, sizes, params["probe_seconds"], params["probe_database"]
    )
    measured["too_large"] = sorted(set(params["probe_pool_sizes"]) - set(sizes))

    values = {"mongo_handshake_s": probe.significant(measured["handshake"]["p50_ms"] / 1000)}
    live = observation.mean_operation_s(result["observed"]) if "observed" in result else None
    if live is not None and measured["operation"] == "ping" and measured["loads"]:
        values["mongo_operation_s"] = probe.significant(live + measured["loads"][0]["mean_ms"] / 1000)
    elif measured["operation"] == "point read" and measured["loads"]:
        values["mongo_operation_s"] = probe.significant(measured["loads"][0]["mean_ms"] / 1000)
    return {"probe": measured, "calibration": values}


def ask(module):
    """Ask the deployment, and measure it if that is wanted."""
    params = module.params
    if connection.PYMONGO_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("pymongo"), exception=connection.PYMONGO_IMPORT_ERROR)
    tls = {
        "tls": params["tls"] or None,
        "tlsCAFile": params["tls_ca_file"],
        "tlsCertificateKeyFile": params["tls_certificate_key_file"],
        "tlsAllowInvalidCertificates": params["tls_allow_invalid_certificates"] or None,
    }
    deployment = None
    try:
        deployment = connection.Deployment(
            params["uri"], params["timeout"], {name: value for name, value in tls.items() if value}
        )
        result = (verified if params["state"] == "verified" else observed)(module, deployment)
        if params["probe"]:
            result.update(probed(module, deployment, result))
    except connection.ConnectionFailed as failure:
        module.fail_json(msg=str(failure))
    except connection.PyMongoError as failure:
        module.fail_json(msg=deployment.explain(failure))
    finally:
        if deployment:
            deployment.close()
    return result


def main():
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "required": True, "choices": ["verified", "observed"]},
            "plan": {"type": "dict"},
            "uri": {"type": "str", "required": True, "no_log": True},
            "timeout": {"type": "float", "default": 10},
            "tls": {"type": "bool", "default": False},
            "tls_ca_file": {"type": "path"},
            "tls_certificate_key_file": {"type": "path", "no_log": False},
            "tls_allow_invalid_certificates": {"type": "bool", "default": False},
            "workers": {"type": "int"},
            "max_pool_size": {"type": "int"},
            "clients_per_worker": {"type": "int"},
            "overlapping_workers": {"type": "int"},
            "monitoring_connections": {"type": "int"},
            "tool_connections": {"type": "int"},
            "headroom": {"type": "float", "default": 0.8},
            "interval": {"type": "float", "default": 1},
            "samples": {"type": "int", "default": 10},
            "probe": {"type": "bool", "default": False},
            "probe_pool_sizes": {"type": "list", "elements": "int", "default": [1, 2, 5, 10, 20, 40]},
            "probe_seconds": {"type": "float", "default": 6},
            "probe_database": {"type": "str"},
        },
        supports_check_mode=True,
    )
    params = module.params
    for name, allowed in (
        ("headroom", 0 < params["headroom"] <= 1),
        ("timeout", params["timeout"] > 0),
        ("probe_seconds", params["probe_seconds"] > 0),
    ):
        if not allowed:
            module.fail_json(
                msg=f"{name} is {params[name]}: it must be above 0{', and at most 1' if name == 'headroom' else ''}."
            )
    result = ask(module)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
