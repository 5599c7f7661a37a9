"""Starts and stops mongod processes of a test: python3 deployment.py start|stop JSON, the arguments of the function of that name."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pymongo


def start(home, binary, port, members=0, nofile=0, options=(), password=None, libraries=""):
    """One server without a replica set (members 0) or a set of so many; with a password also users, and authentication."""
    os.makedirs(home, mode=0o700)
    replica_set = ["--replSet", "rs0"] if members else []
    if password:
        with open(f"{home}/key", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as key:
            key.write("x" * 64)
        replica_set += ["--keyFile", f"{home}/key"]
    ports = range(port, port + max(1, members))
    starting = [
        subprocess.Popen(command(home, binary, one, nofile, [*replica_set, *options]), env=environment(libraries))
        for one in ports
    ]
    if sum(one.wait() for one in starting):
        raise SystemExit(f"mongod did not start: see {home}")
    if members:
        admin = client(port).admin
        wanted = [{"_id": number, "host": f"127.0.0.1:{one}"} for number, one in enumerate(ports)]
        wanted[0]["priority"] = 2
        admin.command("replSetInitiate", {"_id": "rs0", "settings": {"electionTimeoutMillis": 2000}, "members": wanted})
        until(lambda: admin.command("hello")["isWritablePrimary"])
    if password:
        make_users(client(port), password)
    if members > 1:
        until(lambda: all(client(one).admin.command("hello")["secondary"] for one in ports[1:]))


def command(home, binary, port, nofile, options):
    os.mkdir(f"{home}/{port}")
    limit = ["prlimit", f"--nofile={nofile}:{nofile}"] if nofile else []
    fixed = [
        "--bind_ip",
        "127.0.0.1",
        "--fork",
        "--nounixsocket",
        "--logpath",
        f"{home}/{port}.log",
        "--pidfilepath",
        f"{home}/{port}.pid",
    ]
    return [
        *limit,
        binary,
        "--dbpath",
        f"{home}/{port}",
        "--port",
        str(port),
        *fixed,
        "--wiredTigerCacheSizeGB",
        "0.25",
        *options,
    ]


def environment(libraries):
    return {**os.environ, **({"LD_LIBRARY_PATH": libraries} if libraries else {})}


def client(port):
    return pymongo.MongoClient("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=20000)


def make_users(own, password):
    """The first by way of the localhost exception, the others as the first."""
    own.admin.command("createUser", "admin", pwd=password, roles=["root"])
    admin = pymongo.MongoClient(
        "127.0.0.1", own.address[1], directConnection=True, username="admin", password=password
    ).admin
    watch = {"resource": {"cluster": True}, "actions": ["serverStatus"]}
    admin.command("createRole", "watcher", privileges=[watch], roles=[])
    for user, roles in {
        "monitor": ["clusterMonitor"],
        "watcher": ["watcher"],
        "app": [{"role": "readWrite", "db": "app"}],
    }.items():
        admin.command("createUser", user, pwd=password, roles=roles)


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("The replica set is not ready after 30 s.")
        time.sleep(0.1)


def stop(home, ports=()):
    """The processes on these ports, or all of them, in whatever directory below home."""
    for file in pathlib.Path(home).rglob("*.pid"):
        if ports and int(file.stem) not in ports:
            continue
        pid = int(file.read_text())
        try:
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: not alive(pid))
        except ProcessLookupError:
            pass


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def load(uri, seconds, threads, pool):
    """Slow reads, as many at a time as the pool lets through."""
    collection = pymongo.MongoClient(uri, maxPoolSize=pool).mongo_pool_target.slow
    collection.insert_one({})
    deadline = time.monotonic() + seconds

    def work():
        while time.monotonic() < deadline:
            list(collection.find({"$where": "sleep(20) || true"}))

    running = [threading.Thread(target=work) for _number in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join()


if __name__ == "__main__":
    {"start": start, "stop": stop, "load": load}[sys.argv[1]](**json.loads(sys.argv[2]))
