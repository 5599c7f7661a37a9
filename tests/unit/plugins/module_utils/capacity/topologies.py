"""Hosts on which the tables of docs/capacity.md and the tests stand."""

ALL = ["mongo", "redis", "app", "nginx", "monitoring"]


def hosts(prefix, count, groups, cores, memory_gb):
    """So many hosts of one kind."""
    return {
        f"{prefix}-{one}": {"groups": groups, "cores": cores, "memory_mb": 1024 * memory_gb}
        for one in range(1, count + 1)
    }


ONE_HOST = hosts("one", 1, ALL, 4, 16)
TIERS = {
    50: ONE_HOST,
    500: {
        **hosts("data", 3, ["mongo", "redis"], 4, 8),
        **hosts("app", 6, ["app"], 4, 8),
        **hosts("edge", 2, ["nginx"], 2, 2),
        **hosts("monitor", 1, ["monitoring"], 2, 4),
    },
    5000: {
        **hosts("mongo", 3, ["mongo"], 16, 64),
        **hosts("redis", 6, ["redis"], 2, 8),
        **hosts("app", 15, ["app"], 16, 32),
        **hosts("edge", 3, ["nginx"], 4, 8),
        **hosts("monitor", 1, ["monitoring"], 4, 8),
    },
}
