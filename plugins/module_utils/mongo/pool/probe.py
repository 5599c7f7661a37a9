# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How long a connection takes to open, and how many of them at once do any good."""

from __future__ import annotations

import os
import threading
import time

from ansible_collections.tierstack.librechat.plugins.module_utils.percentile import percentile

from .connection import PyMongoError

try:
    from pymongo.monitoring import ConnectionPoolListener
except ImportError:  # reported by the module
    ConnectionPoolListener = object

DOCUMENTS = 1000
HANDSHAKES = 5
NO_GAIN = 0.9
CLIENT_BOUND = 0.7


def significant(value, digits=2):
    """Rounded: what was measured is not known better than this."""
    return float(f"{value:.{digits}g}")


def knee(loads):
    """The smallest pool that gives nine tenths of the best throughput, or None if it is the largest one."""
    best = max((load["throughput_per_s"] for load in loads), default=0)
    size = next((load["pool_size"] for load in loads if load["throughput_per_s"] >= NO_GAIN * best), None)
    return None if not loads or size == loads[-1]["pool_size"] else size


def verdict(loads):
    """The knee in words, with what limits its truth."""
    if not loads:
        return "No pool size fits what the server has left."
    if len(loads) == 1:
        return f"Only a pool of {loads[0]['pool_size']} was measured."
    found = knee(loads)
    text = (
        f"More connections stop helping at {found}."
        if found
        else f"More connections still help at {loads[-1]['pool_size']}."
    )
    if any(load["client_bound"] for load in loads):
        text += " The measuring process ran out of CPU, so the server may well do more."
    return text


class Handshakes(ConnectionPoolListener):
    """Times from opening a socket until the connection is authenticated."""

    def __init__(self):
        self.seconds = []
        self._begun = {}

    def connection_created(self, event):
        self._begun[event.address, event.connection_id] = time.perf_counter()

    def connection_ready(self, event):
        begun = self._begun.pop((event.address, event.connection_id), None)
        if begun is not None:
            self.seconds.append(time.perf_counter() - begun)

    def connection_check_out_started(self, event):
        pass

    connection_check_out_failed = connection_checked_out = connection_checked_in = connection_check_out_started
    connection_closed = pool_created = pool_ready = pool_cleared = pool_closed = connection_check_out_started


def measure_handshake(connect):
    """Seconds of some handshakes, one after the other.

    :param connect: makes a client from keyword arguments
    """
    listener = Handshakes()
    for _number in range(HANDSHAKES):
        client = connect(maxPoolSize=1, minPoolSize=0, event_listeners=[listener])
        try:
            client.admin.command("ping")
        finally:
            client.close()
    return {
        "count": len(listener.seconds),
        "p50_ms": _ms(percentile(listener.seconds, 0.5)),
        "max_ms": _ms(max(listener.seconds)),
    }


def measure_load(connect, operation, size, seconds):
    """Throughput and times of ``size`` threads that share a pool of ``size``.

    :param operation: what each thread repeats, given the client
    """
    times, failures, begun = [[] for _thread in range(size)], [], []

    def begin():
        begun.extend((time.perf_counter(), time.process_time()))

    def work(own):
        try:
            operation(client)
            start.wait()
            while (now := time.perf_counter()) < begun[0] + seconds:
                operation(client)
                own.append(time.perf_counter() - now)
        except threading.BrokenBarrierError:
            pass
        except Exception as failure:
            failures.append(failure)
            start.abort()

    start = threading.Barrier(size, action=begin)
    client = connect(maxPoolSize=size, minPoolSize=size)
    threads = [threading.Thread(target=work, args=(own,), daemon=True) for own in times]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ended = time.perf_counter(), time.process_time()
    finally:
        client.close()
    if failures:
        raise failures[0]
    took, cpu = (end - begin for begin, end in zip(begun, ended, strict=True))
    every = [one for own in times for one in own]
    return {
        "pool_size": size,
        "operations": len(every),
        "throughput_per_s": round(len(every) / took, 1),
        "mean_ms": _ms(sum(every) / len(every)),
        "p50_ms": _ms(percentile(every, 0.5)),
        "p95_ms": _ms(percentile(every, 0.95)),
        "client_cores": round(cpu / took, 2),
        "client_bound": cpu / took >= CLIENT_BOUND,
    }


def _ms(seconds):
    return round(1000 * seconds, 3)


def ping(client):
    client.admin.command("ping")


class PointReads:
    """Reads by key from a collection of our own, which goes when the measurement ends."""

    def __init__(self, client, database):
        self.collection = client[database][f"tierstack_probe_{os.getpid()}_{os.urandom(4).hex()}"]

    def __enter__(self):
        try:
            self.collection.insert_many({"_id": number, "text": "x" * 500} for number in range(DOCUMENTS))
        except PyMongoError:
            self.collection.drop()
            raise
        return self

    def __exit__(self, *_failure):
        self.collection.drop()

    def __call__(self, client):
        number = time.perf_counter_ns() // 1000 % DOCUMENTS
        client[self.collection.database.name][self.collection.name].find_one({"_id": number})


def run(connect, admin_client, sizes, seconds, database=None):
    """Handshakes, then the load at each size for its share of the seconds; without a database the load is pings.

    :param admin_client: a client for what is not measured
    """
    result = {"operation": "point read" if database else "ping", "handshake": measure_handshake(connect), "loads": []}

    def loads(operation):
        return [measure_load(connect, operation, size, seconds / len(sizes)) for size in sizes]

    if sizes and database:
        with PointReads(admin_client, database) as operation:
            result["loads"] = loads(operation)
    elif sizes:
        result["loads"] = loads(ping)
    result["knee"] = knee(result["loads"])
    result["verdict"] = verdict(result["loads"])
    return result
