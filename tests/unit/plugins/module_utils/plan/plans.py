"""Plans of the real model, small and large."""

from __future__ import annotations

import json
from functools import cache

from ansible_collections.tierstack.librechat.plugins.module_utils.capacity import plan

ALL = ["mongo", "redis", "app", "nginx", "monitoring"]


def host(groups, cores=4, memory_mb=16384):
    return {"groups": groups, "cores": cores, "memory_mb": memory_mb}


HOSTS = {
    "one": {"one": host(ALL)},
    "many": {
        **{f"data-{place}": host(["mongo", "redis"]) for place in (1, 2, 3)},
        **{f"app-{place}": host(["app"]) for place in (1, 2, 3)},
        **{f"edge-{place}": host(["nginx"]) for place in (1, 2)},
        "monitor-1": host(["monitoring"], 2, 4096),
    },
    # A host whose services are not neighbours in the drawing, and others of several sizes
    "mixed": {
        "a": host(["nginx", "monitoring"]),
        "b": host(["app", "redis"]),
        "c": host(["app"], 8, 16384),
        "d": host(["mongo"], 8, 16384),
    },
}


def model(users, hosts, **more):
    """A plan, as it comes out of a file."""
    return json.loads(written(users, hosts, json.dumps(more)))


@cache
def written(users, hosts, more):
    return json.dumps(plan(users, HOSTS[hosts], **json.loads(more)))
