"""Make a replica set with an administrator and an application's user: replica_set.py PASSWORD PORT..."""

import sys
import time

import pymongo

password, ports = sys.argv[1], sys.argv[2:]
client = pymongo.MongoClient("127.0.0.1", int(ports[0]), directConnection=True, serverSelectionTimeoutMS=20000)
members = [
    {"_id": number, "host": f"127.0.0.1:{port}", "priority": 1 - min(number, 1)} for number, port in enumerate(ports)
]
settings = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 500}
client.admin.command("replSetInitiate", {"_id": "target", "members": members, "settings": settings})
while not client.admin.command("hello")["isWritablePrimary"]:
    time.sleep(0.1)
client.admin.command("createUser", "admin", pwd=password, roles=["root"])
admin = pymongo.MongoClient("127.0.0.1", int(ports[0]), username="admin", password=password)
admin.chat.command("createUser", "librechat", pwd=password, roles=["readWrite"])
while [m["stateStr"] for m in admin.admin.command("replSetGetStatus")["members"]] != ["PRIMARY", "SECONDARY"]:
    time.sleep(0.1)
