# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which hosts would do, when those given do not."""

from __future__ import annotations

from math import ceil

# Sizes that can be bought: cores, memory in MB
SIZES = ((2, 4096), (4, 8192), (8, 16384), (16, 32768), (32, 65536), (64, 131072))
MOST_ADDED = 256


def recommend(model):
    """Return ``{"text", "hosts": [{"count", "groups", "cores", "memory_mb"}]}``: fewest cores first, then fewest hosts. None if larger hosts change nothing."""
    offers = [offer for offer in (*larger_hosts(model), *more_app_hosts(model)) if offer]
    if not offers:
        return None
    best = min(offers, key=lambda offer: (sum(host["cores"] for host in offer.hosts.values()), len(offer.hosts)))
    kinds = {}
    for host in best.hosts.values():
        kind = (tuple(host["groups"]), host["cores"], host["memory_mb"])
        kinds[kind] = kinds.get(kind, 0) + 1
    hosts = [
        {"count": count, "groups": list(groups), "cores": cores, "memory_mb": memory}
        for (groups, cores, memory), count in kinds.items()
    ]
    text = ", ".join(
        f"{one['count']} x {one['cores']} cores and {one['memory_mb'] // 1024} GB for {' + '.join(one['groups'])}"
        for one in hosts
    )
    return {"text": f"{model.users} users fit on {text}", "hosts": hosts}


def grown(host, cores, memory_mb):
    return {**host, "cores": max(host["cores"], cores), "memory_mb": max(host["memory_mb"], memory_mb)}


def failing(model):
    """Hosts, or groups of hosts, whose checks fail."""
    return {one.subject for one in model.comparisons() if not one.holds}


def larger_hosts(model):
    """The same hosts, those that are too small each replaced by the smallest size that does."""
    for _step in range(len(SIZES) * len(model.hosts)):
        short = failing(model)
        if not short:
            yield model
            return
        names = [name for name, host in model.hosts.items() if name in short or short & set(host["groups"])]
        larger = {name: next_size(model.hosts[name]) for name in names}
        if None in larger.values() or not larger:
            return
        model = model.with_hosts({**model.hosts, **larger})


def next_size(host):
    for cores, memory_mb in SIZES:
        if cores > host["cores"] or memory_mb > host["memory_mb"]:
            return grown(host, cores, memory_mb)
    return None


def more_app_hosts(model):
    """Application hosts of their own, as few as do, of each size; Redis apart where one does not do; the others grow as far as they must."""
    moved = {"app"}
    apart = {}
    primaries = ceil(model.sheet.redis_operations_rate / model.sheet.redis_operations_per_core)
    if primaries > model.sheet.redis_primaries:
        cores, memory_mb = SIZES[0]
        moved.add("redis")
        apart = {
            f"redis-{one}": {"groups": ["redis"], "cores": cores, "memory_mb": memory_mb}
            for one in range(1, 2 * primaries + 1)
        }
    others = {}
    for name, host in model.hosts.items():
        groups = [group for group in host["groups"] if group not in moved]
        if groups:
            others[name] = {**host, "groups": groups}
    others.update(apart)
    for cores, memory_mb in SIZES[1:]:
        app = {"groups": ["app"], "cores": cores, "memory_mb": memory_mb}
        least, most = 1, MOST_ADDED
        while least < most:
            middle = (least + most) // 2
            short = failing(with_app_hosts(model, others, app, middle))
            enough = not any(name.startswith("app-") or name == "app" for name in short)
            least, most = (least, middle) if enough else (middle + 1, most)
        yield next(larger_hosts(with_app_hosts(model, others, app, least)), None)


def with_app_hosts(model, others, app, count):
    return model.with_hosts({**others, **{f"app-{one}": app for one in range(1, count + 1)}})
