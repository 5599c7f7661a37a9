#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.health_check."""

from __future__ import annotations

DOCUMENTATION = r"""
module: health_check
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Probe a stack and name its lowest broken layer
description:
  - "Runs probes side by side, and gives one verdict. It is V(healthy), or it names the lowest broken layer and what is wrong there,
    such as V(mongodb: no primary). What stands higher is often broken only because of what stands lower."
  - "The layers from low to high: V(host), V(process), V(mongodb), V(redis), V(app), V(edge), V(stream), V(monitoring)."
  - A probe is a series of attempts. An attempt that does not end within its O(timeout) is given up. A probe never lasts longer than its
    O(deadline), and does not hold up the others.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    details:
      - Only what reads is run. Probes of kind V(http) and V(stream) that write, by their method or by requests that come before, are skipped;
        V(mongodb) and V(redis) leave out their write. No report is written.
    support: full
  diff_mode:
    details:
      - Nothing is ever changed.
    support: none
requirements:
  - pymongo 3.11 or later on the host, for probes of kind V(mongodb)
  - redis (Python package) on the host, for probes of kind V(redis)
options:
  probes:
    description:
      - What to look at. An option that is not for the kind of its probe is refused.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the probe, in the results and the reports. No two probes share it.
        type: str
        required: true
      kind:
        description:
          - V(http) asks a web server, with C(http) or C(https), and looks at its answer.
          - V(tcp) opens a connection.
          - V(mongodb) looks for a writable primary, at the state and lag of the members, and writes through the majority and reads back.
          - V(redis) looks at role, memory and cluster, and sets, gets and deletes a key with a lifetime.
          - V(stream) follows server-sent events to their end.
          - V(tls) looks at certificate and version.
          - V(disk) looks at the space left on the host on which the module runs.
          - V(clock) compares the clock of that host with a reference.
        type: str
        required: true
        choices: [http, tcp, mongodb, redis, stream, tls, disk, clock]
      layer:
        description:
          - Layer of the probe. By default V(host) for disk and clock, V(process) for tcp, V(app) for http, V(edge) for tls, and for the
            others the layer of their own name.
        type: str
        choices: [host, process, mongodb, redis, app, edge, stream, monitoring]
      samples:
        description: Attempts to take at least, in place of the module's O(samples).
        type: int
      interval:
        description: Seconds from one attempt to the next, in place of the module's O(interval).
        type: float
      timeout:
        description: Seconds for an attempt, in place of the module's O(timeout).
        type: float
      successes:
        description: Successes in a row that are wanted, in place of the module's O(successes).
        type: int
      deadline:
        description: Seconds for all attempts, in place of the module's O(deadline).
        type: float
      p50_ms:
        description: Median of the latency that is allowed, in milliseconds.
        type: float
      p95_ms:
        description: 95th percentile of the latency that is allowed, in milliseconds.
        type: float
      max_ms:
        description: Latency that is allowed for each attempt, in milliseconds.
        type: float
      url:
        description:
          - Address, with C(http) or C(https), for http and stream, which need it.
          - For clock, a web server whose C(Date) is the reference. It counts whole seconds.
        type: str
      method:
        description: Method of the request, by default V(GET), for http and stream.
        type: str
      body:
        description: Body of the request, for http and stream. What is not a string is sent as JSON.
        type: raw
      headers:
        description:
          - Headers of the request, for http and stream. No secrets here, they are for O(probes[].token) and O(probes[].password).
          - The C(User-Agent) is a browser's, as LibreChat refuses others.
        type: dict
      token:
        description: Bearer token, for http and stream.
        type: str
      user:
        description: User, for http and stream (basic authentication) and redis.
        type: str
      password:
        description: Password of O(probes[].user).
        type: str
      address:
        description: Host or address to connect to in place of the host of O(probes[].url), which stays the virtual host.
        type: str
      redirects:
        description: Redirects to follow, for http, by default V(0), which looks at the redirect itself.
        type: int
      max_body:
        description: Bytes of the longest body that is accepted, for http, by default V(1048576).
        type: int
      ca_file:
        description: Certificates of the authorities to trust, in place of the system's, for http, stream, tls and redis.
        type: path
      validate_certs:
        description:
          - Whether the certificate must come from a trusted authority, by default V(true), for http, stream, tls and redis.
          - Probes of kind tls look at its name and its time in any case.
        type: bool
      client_cert:
        description: Certificate to show to the server, for http, stream, tls and redis.
        type: path
      client_key:
        description: Private key of O(probes[].client_cert).
        type: path
      status:
        description: Statuses that are accepted, by default V([200]), for http and stream.
        type: list
        elements: int
      body_regex:
        description: Regular expression that the body must match somewhere, for http.
        type: str
      json:
        description: Comparisons that must hold for a body in JSON, for http.
        type: list
        elements: dict
        suboptions:
          path:
            description: Place in the document, such as C(data.items[0].name).
            type: str
            required: true
          op:
            description: Comparison of what is found there with O(probes[].json[].value). V(matches) takes a regular expression.
            type: str
            choices: [eq, ne, lt, le, gt, ge, contains, matches, exists, absent]
            default: eq
          value:
            description: Value to compare with. V(exists) and V(absent) need none.
            type: raw
      answer_headers:
        description: Headers that the answer must have, each with a regular expression, for http.
        type: dict
      before:
        description: Requests that come before the stream, such as a login, for stream. They go the same way as the stream's own.
        type: list
        elements: dict
        suboptions:
          url:
            description: Address.
            type: str
            required: true
          method:
            description: Method.
            type: str
            default: POST
          body:
            description: Body. What is not a string is sent as JSON. It is treated as a secret.
            type: raw
          headers:
            description: Headers.
            type: dict
          status:
            description: Statuses that are accepted.
            type: list
            elements: int
            default: [200, 201]
          take:
            description:
              - Names, each with a place in the answer's JSON. The value found there stands for C(${name}) in later requests and in the stream's.
            type: dict
      first_event_ms:
        description: Milliseconds until the first event must have come, for stream.
        type: int
      gap_ms:
        description: Milliseconds between two events that are allowed, for stream.
        type: int
      events:
        description: Events that must come at least, by default V(1), for stream.
        type: int
      final_event:
        description: Type of the event that ends the stream. Without it and O(probes[].final_regex) O(probes[].events) are enough.
        type: str
      final_regex:
        description: Regular expression that the data of the final event matches.
        type: str
      host:
        description: Host name or address, for tcp, tls and redis, which need it.
        type: str
      port:
        description: Port. Needed for tcp; by default V(443) for tls and V(6379) for redis.
        type: int
      server_name:
        description: Host name that the certificate must have, for tls, by default O(probes[].host).
        type: str
      days_left:
        description: Days that the certificate must still be valid, for tls, by default V(14).
        type: int
      version:
        description: Lowest version of TLS that may be agreed on, for tls, by default V(TLSv1.2).
        type: str
        choices: [TLSv1.2, TLSv1.3]
      uri:
        description: Connection string, for mongodb, which needs it. It is treated as a secret.
        type: str
      write:
        description: Whether to write, for mongodb and redis, by default V(true). MongoDB's collection and Redis' key are of the probe's own and deleted.
        type: bool
      members:
        description: Number of members that the replica set must have, for mongodb.
        type: int
      max_lag_s:
        description: Seconds that a secondary may be behind, for mongodb, by default V(30).
        type: float
      tls:
        description: Whether to speak TLS, for redis, by default V(false).
        type: bool
      role:
        description: Role that the server must have, for redis, by default V(master).
        type: str
        choices: [master, replica, any]
      cluster:
        description: Whether the server is a node of a cluster, which must serve all slots, for redis, by default V(false).
        type: bool
      memory_percent:
        description: Part of the memory limit that may be used, for redis, by default V(95).
        type: float
      memory_limit_mb:
        description: Memory limit in MB, for redis, by default the server's own C(maxmemory).
        type: int
      paths:
        description: Paths whose file systems to look at, for disk, by default V([/]).
        type: list
        elements: path
      free_percent:
        description: Part of the space that must be free, for disk, by default V(10).
        type: float
      free_mb:
        description: Space in MB that must be free, for disk, by default V(0).
        type: int
      free_inodes_percent:
        description: Part of the inodes that must be free, for disk, by default V(5).
        type: float
      writable:
        description: Whether the file system must not be read-only, for disk, by default V(true).
        type: bool
      reference:
        description: The right time when the module begins, in seconds since 1970, for clock. Clock needs it or O(probes[].url).
        type: float
      tolerance_s:
        description: Seconds that the clock may be off, for clock, by default V(2).
        type: float
  samples:
    description: Attempts that each probe takes at least. Latencies are those of the last so many successes.
    type: int
    default: 1
  interval:
    description: Seconds from the beginning of an attempt to the beginning of the next.
    type: float
    default: 1.0
  timeout:
    description: Seconds for an attempt.
    type: float
    default: 5.0
  successes:
    description: Successes in a row that make a probe healthy.
    type: int
    default: 1
  deadline:
    description: Seconds for all attempts of a probe, from its first one.
    type: float
    default: 30.0
  wait:
    description:
      - Go on until all probes are healthy, or to the O(deadline). Each one must have succeeded after the last failure of any.
    type: bool
    default: false
  fail_if_broken:
    description: Whether the module fails when the verdict is not V(healthy).
    type: bool
    default: true
  threads:
    description: Attempts at the same time.
    type: int
    default: 32
  junit_path:
    description: File to write the results to as JUnit XML. It is replaced as a whole.
    type: path
  prometheus_path:
    description: File to write the results to as Prometheus text, for the textfile collector of the node exporter. It is replaced as a whole.
    type: path
seealso:
  - name: How to read a verdict
    description: The probes of the whole stack, and what to do about what they find.
    link: https://github.com/tierstack/librechat/blob/main/docs/health.md
"""

EXAMPLES = r"""
- name: Is the service up, as its users see it
  tierstack.librechat.health_check:
    probes:
      - name: page
        kind: http
        layer: edge
        url: "https://{{ domain }}:{{ https_port }}/health"
        address: 127.0.0.1
        ca_file: "{{ ca_file }}"
        status: [200]
        body_regex: ^OK$
      - name: certificate
        kind: tls
        host: 127.0.0.1
        port: "{{ https_port }}"
        server_name: "{{ domain }}"
        ca_file: "{{ ca_file }}"
        days_left: 21
        version: TLSv1.3

- name: Which layer is broken
  tierstack.librechat.health_check:
    fail_if_broken: false
    probes:
      - name: space
        kind: disk
        paths: [/, /var/lib]
        free_percent: 1
      - name: time
        kind: clock
        reference: "{{ now().timestamp() }}"
        tolerance_s: 10
      - name: database
        kind: mongodb
        uri: "{{ mongo_uri }}"
        members: 2
        max_lag_s: 10
      - name: cache
        kind: redis
        host: 127.0.0.1
        port: "{{ redis_port }}"
        user: librechat
        password: "{{ redis_password }}"
        memory_percent: 90
      - name: worker
        kind: http
        url: "http://127.0.0.1:{{ worker_port }}/health"
  register: stack

- name: Say it
  ansible.builtin.debug:
    var: stack.verdict

- name: Wait until a worker answers three times in a row, and fast
  tierstack.librechat.health_check:
    wait: true
    deadline: 60
    interval: 0.2
    probes:
      - name: worker
        kind: http
        url: "http://127.0.0.1:{{ worker_port }}/json"
        successes: 3
        p95_ms: 2000
        json:
          - {path: status, value: ok}
          - {path: "workers[0].load", op: lt, value: 0.9}

- name: A stream to its end, after a login
  tierstack.librechat.health_check:
    probes:
      - name: answer
        kind: stream
        url: "http://127.0.0.1:{{ worker_port }}/stream/${stream}"
        headers: {Authorization: "Bearer ${token}"}
        before:
          - url: "http://127.0.0.1:{{ worker_port }}/login"
            body: {email: probe@example.org, password: "{{ account_password }}"}
            take: {token: token}
          - url: "http://127.0.0.1:{{ worker_port }}/chat"
            headers: {Authorization: "Bearer ${token}"}
            body: {text: ping}
            take: {stream: streamId}
        first_event_ms: 3000
        gap_ms: 3000
        final_regex: '"final":\s*true'

- name: For the machines, a report each
  tierstack.librechat.health_check:
    junit_path: /tmp/health.xml
    prometheus_path: /tmp/health.prom
    probes:
      - name: worker
        kind: tcp
        host: 127.0.0.1
        port: "{{ worker_port }}"
"""

RETURN = r"""
healthy:
  description: Whether nothing is broken.
  returned: always
  type: bool
verdict:
  description: V(healthy), or the lowest broken layer and what is wrong there.
  returned: always
  type: str
  sample: "mongodb: no primary"
layer:
  description: The lowest broken layer, empty if there is none.
  returned: always
  type: str
  sample: mongodb
broken:
  description: Names of the broken probes, lowest layer first.
  returned: always
  type: list
  elements: str
  sample: [database, worker-3080]
probes:
  description: The result of each probe, in the order of O(probes).
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the probe.
      type: str
    kind:
      description: Kind of the probe.
      type: str
    layer:
      description: Layer of the probe.
      type: str
    ok:
      description: Whether it is healthy. A skipped one counts as healthy.
      type: bool
    skipped:
      description: Whether it was left out, as it would have written in check mode.
      type: bool
    reason:
      description: What is wrong, in a few words.
      type: str
      sample: no primary
    detail:
      description: What was seen.
      type: str
      sample: "db-1:27017: connection refused"
    attempts:
      description: Attempts that were made.
      type: int
    failures:
      description: Attempts that failed.
      type: int
    latency:
      description: V(p50), V(p95) and V(max) of the successful attempts, in milliseconds, V(null) if there were none.
      type: dict
      sample: {p50: 3.1, p95: 4.0, max: 4.0}
    healthy_after_s:
      description: Seconds until the first of the successes that made it healthy.
      type: float
    evidence:
      description: What the last attempt measured; it depends on the kind.
      type: dict
      sample: {primary: "db-1:27017", members_from: replSetGetStatus}
history:
  description: Each change of each probe's state.
  returned: always
  type: list
  elements: dict
  sample: [{at_s: 0.01, name: worker, ok: false, reason: connection refused}, {at_s: 2.2, name: worker, ok: true, reason: ""}]
duration_s:
  description: Seconds that all of it took.
  returned: always
  type: float
table:
  description: The results as lines of a table.
  returned: always
  type: list
  elements: str
"""

import time

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.tierstack.librechat.plugins.module_utils.files import replace
from ansible_collections.tierstack.librechat.plugins.module_utils.health import probe_mongodb, probe_redis
from ansible_collections.tierstack.librechat.plugins.module_utils.health.options import (
    PACE,
    complete_all,
    probe_options,
    required_options,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.health.probes import ATTEMPTS, only_reads
from ansible_collections.tierstack.librechat.plugins.module_utils.health.reports import junit, prometheus
from ansible_collections.tierstack.librechat.plugins.module_utils.health.schedule import Schedule, skipped
from ansible_collections.tierstack.librechat.plugins.module_utils.health.verdict import broken, describe, table, verdict


def require_libraries(module, probes):
    for kind, library, error in (
        ("mongodb", "pymongo", probe_mongodb.IMPORT_ERROR),
        ("redis", "redis", probe_redis.IMPORT_ERROR),
    ):
        if error and any(probe["kind"] == kind for probe in probes):
            module.fail_json(msg=missing_required_lib(library), exception=error)


def main():
    module = AnsibleModule(
        argument_spec=dict(
            PACE,
            probes={
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": probe_options(),
                "required_if": required_options(),
            },
            wait={"type": "bool", "default": False},
            fail_if_broken={"type": "bool", "default": True},
            threads={"type": "int", "default": 32},
            junit_path={"type": "path"},
            prometheus_path={"type": "path"},
        ),
        supports_check_mode=True,
    )
    probes, complaints = complete_all(module.params["probes"], {name: module.params[name] for name in PACE})
    if module.params["threads"] < 1:
        complaints.append(f"threads is {module.params['threads']}, it must be more than 0")
    if complaints:
        module.fail_json(msg="; ".join(complaints))
    require_libraries(module, probes)

    begin = time.monotonic()
    to_run = [probe for probe in probes if only_reads(probe) or not module.check_mode]
    schedule = Schedule(
        to_run,
        lambda options, deadline: ATTEMPTS[options["kind"]](options, deadline, module.check_mode),
        threads=module.params["threads"],
        wait=module.params["wait"],
    )
    found, history = schedule.run()
    by_name = {result["name"]: result for result in found}
    results = [by_name.get(probe["name"]) or skipped(probe) for probe in probes]
    duration = time.monotonic() - begin

    lowest_first = broken(results)
    answer = {
        "changed": False,
        "healthy": not lowest_first,
        "verdict": verdict(results),
        "layer": lowest_first[0]["layer"] if lowest_first else "",
        "broken": [result["name"] for result in lowest_first],
        "probes": results,
        "history": history,
        "duration_s": round(duration, 2),
        "table": table(results),
    }
    if not module.check_mode:
        if module.params["junit_path"]:
            replace(module, module.params["junit_path"], junit(results, duration))
        if module.params["prometheus_path"]:
            replace(module, module.params["prometheus_path"], prometheus(results, answer["verdict"]))
    if lowest_first and module.params["fail_if_broken"]:
        module.fail_json(msg=describe(results), **answer)
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
