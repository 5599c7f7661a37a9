# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: does a Redis or Valkey server take writes, has it room, is its cluster whole?"""

from __future__ import annotations

import binascii
import contextlib
import traceback
import uuid

from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken
from ansible_collections.tierstack.librechat.plugins.module_utils.redis.cluster import SLOTS, cluster_info

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    IMPORT_ERROR = None
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

TTL_S = 60


def attempt(options, deadline, read_only):
    place = f"{options['host']}:{options['port']}"
    try:
        with contextlib.closing(_client(options, deadline)) as client:
            return _attempt(client, options, read_only)
    except redis.RedisError as exc:
        raise Broken(refusal(exc), place) from exc


def _client(options, deadline):
    tls = {}
    if options["tls"]:
        tls = {
            "ssl": True,
            "ssl_ca_certs": options["ca_file"],
            "ssl_cert_reqs": "required" if options["validate_certs"] else "none",
            "ssl_check_hostname": options["validate_certs"],
            "ssl_certfile": options["client_cert"],
            "ssl_keyfile": options["client_key"],
        }
    return redis.Redis(
        host=options["host"],
        port=options["port"],
        username=options["user"],
        password=options["password"],
        socket_timeout=deadline.left() * 0.9,
        socket_connect_timeout=deadline.left() * 0.9,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
        **tls,
    )


def _attempt(client, options, read_only):
    info = client.info()
    role, source = _role(client, info)
    evidence = {"role": role, "role_from": source}
    if info.get("loading"):
        raise Broken("still loads its data", evidence=evidence)
    if options["role"] not in ("any", role):
        raise Broken(f"{role}, wanted {options['role']}", evidence=evidence)
    if role == "replica" and info.get("master_link_status") != "up":
        raise Broken("replica without its master", evidence=evidence)

    limit = options["memory_limit_mb"] * 1048576 if options["memory_limit_mb"] else info.get("maxmemory", 0)
    evidence["memory_percent"] = round(100 * info["used_memory"] / limit, 1) if limit else None
    if limit and evidence["memory_percent"] > options["memory_percent"]:
        raise Broken(
            f"memory is {evidence['memory_percent']:g} % full, allowed {options['memory_percent']:g}", evidence=evidence
        )

    own_slots = None
    if options["cluster"]:
        state = cluster_state(client.execute_command("CLUSTER", "INFO"))
        evidence["cluster"] = state
        if state["state"] != "ok" or state["slots_ok"] != SLOTS:
            raise Broken(f"cluster {state['state']}, {state['slots_ok']} of {SLOTS} slots served", evidence=evidence)
        own_slots = slots_of(client.execute_command("CLUSTER", "NODES"))
    if options["write"] and role == "master" and own_slots != [] and not read_only:
        _write_and_read_back(client, own_slots)
    return evidence


def _role(client, info):
    """Where ROLE is forbidden, INFO says the same."""
    try:
        role, source = client.execute_command("ROLE")[0], "ROLE"
    except redis.ResponseError:
        role, source = info["role"], "INFO (the user may not ask ROLE)"
    return {"slave": "replica"}.get(role, role), source


def _write_and_read_back(client, own_slots):
    key, value = free_key(own_slots), uuid.uuid4().hex
    client.set(key, value, ex=TTL_S)
    try:
        if client.get(key) != value:
            raise Broken("a write is not read back")
        if not 0 < client.ttl(key) <= TTL_S:
            raise Broken("a key does not expire")
    finally:
        client.delete(key)


def free_key(own_slots):
    """A key of our own, in a cluster one that this node serves."""
    number = 0
    while True:
        key = f"health_check:{uuid.uuid4().hex[:12]}:{number}"
        slot = binascii.crc_hqx(key.encode(), 0) % SLOTS
        if own_slots is None or any(first <= slot <= last for first, last in own_slots):
            return key
        number += 1


def slots_of(nodes):
    """The ranges of slots that the asked node serves, from the answer to CLUSTER NODES."""
    for line in nodes.splitlines():
        words = line.split()
        if len(words) > 2 and "myself" in words[2].split(","):
            ranges = [word.split("-") for word in words[8:] if not word.startswith("[")]
            return [(int(numbers[0]), int(numbers[-1])) for numbers in ranges]
    return []


def cluster_state(text):
    """What matters of the answer to CLUSTER INFO."""
    fields = cluster_info(text)
    return {
        "state": fields.get("cluster_state", "unknown"),
        "slots_ok": int(fields.get("cluster_slots_ok", 0)),
        "nodes": int(fields.get("cluster_known_nodes", 0)),
    }


def refusal(exc):
    """The few words for an error of the client. What the library quotes may hold data, so only its kind is shown."""
    text = str(exc)
    if isinstance(exc, redis.AuthenticationError) or text.startswith(("WRONGPASS", "NOAUTH")):
        return "login refused"
    if isinstance(exc, redis.ReadOnlyError) or text.startswith("READONLY"):
        return "read-only replica"
    if text.startswith("OOM") or "OutOfMemory" in type(exc).__name__:
        return "memory is full"
    if text.startswith("MISCONF"):
        return "refuses writes: it cannot save to its disk"
    if text.startswith("NOPERM") or isinstance(exc, redis.exceptions.NoPermissionError):
        return "not authorized"
    if isinstance(exc, redis.exceptions.BusyLoadingError):
        return "still loads its data"
    if isinstance(exc, redis.TimeoutError):
        return "no answer in time"
    if isinstance(exc, redis.ConnectionError):
        return "connection refused" if "refused" in text.lower() else "connection failed"
    return f"error {text.split(' ', 1)[0] if text else type(exc).__name__}"
