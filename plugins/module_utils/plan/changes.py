# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of site does to a host whose numbers are not the planned ones. No input or output here."""

from __future__ import annotations

# Group of the inventory -> beginnings of its roles' variables
ROLES = {
    "mongo": ("mongo_",),
    "redis": ("redis_",),
    "app": ("app_release_", "app_pm2_", "rollout_"),
    "nginx": ("nginx_",),
    "monitoring": ("monitoring_",),
}

# Effects, the mildest first
EFFECTS = {
    "later": "nothing now, used by the next run",
    "live": "changed live, nothing stops",
    "reload": "reloaded, connections go on",
    "scale": "workers are added or taken away, the others go on",
    "rolling": "workers are replaced one after the other",
    "restart": "restarted",
    "install": "installed and started",
}

# Service -> group of its hosts. The kernel is everywhere.
SERVICES = {
    "mongod": "mongo",
    "Redis": "redis",
    "PM2": "app",
    "workers": "app",
    "Nginx": "nginx",
    "Prometheus": "monitoring",
}

# What a number of a role does, in general; the roles' handlers are where this is true.
OF_ROLE = {
    "mongo_": (("mongod", "restart"),),
    "redis_": (("Redis", "live"),),
    "app_release_": (("workers", "rolling"),),
    "app_pm2_": (("workers", "rolling"),),
    "rollout_": (("workers", "later"),),
    "nginx_": (("Nginx", "reload"),),
    "common_": (("kernel", "live"),),
    "monitoring_": (("Prometheus", "reload"),),
}

# Those that do something else. A systemd unit's limits hold from the next start of its service.
OF_NUMBER = {
    "mongo_election_timeout_ms": (("mongod", "live"),),
    "mongo_start_timeout_s": (("mongod", "later"),),
    "redis_nofile": (("Redis", "restart"),),
    "redis_memory_limit_mb": (("Redis", "restart"),),
    "app_pm2_workers": (("workers", "scale"), ("Nginx", "reload"), ("Prometheus", "reload")),
    "app_pm2_nofile": (("PM2", "restart"),),
    "app_pm2_stop_timeout_s": (("PM2", "restart"),),
    "nginx_nofile": (("Nginx", "restart"),),
    "monitoring_retention_days": (("Prometheus", "restart"),),
    "monitoring_retention_size_mb": (("Prometheus", "restart"),),
}


def effects_of(name, exec_mode="fork"):
    """Return pairs of service and effect for a change of this number.

    :param exec_mode: of PM2. In cluster mode all workers are one entry behind one port, which is replaced as a whole.
    """
    role = next((prefix for prefix in OF_ROLE if name.startswith(prefix)), None)
    effects = OF_NUMBER.get(name) or OF_ROLE.get(role, ())
    if exec_mode == "cluster":
        return tuple((service, "rolling") for service, effect in effects if effect in ("scale", "rolling")) or effects
    return effects


def differences(plan, running):
    """Return what differs: a list of host, number, running and planned value, by host and number.

    :param plan: the capacity model's result
    :param running: host: variable: number, as the module running_numbers returns it for each host
    """
    numbers = plan["numbers"]
    return [
        {"host": host, "number": name, "running": here[name], "planned": numbers[name]["value"]}
        for host, here in sorted(running.items())
        for name in sorted(here)
        if name in numbers and here[name] != numbers[name]["value"]
    ]


def actions(plan, running):
    """Return what site would do to each service of each host, for its strongest reason, with the numbers behind it.

    :returns: a list of host, service, effect (a key of :data:`EFFECTS`), words and numbers
    """
    found = {}

    def add(host, service, effect, number=None):
        action = found.setdefault((host, service), {"effect": effect, "numbers": []})
        action["effect"] = max(action["effect"], effect, key=list(EFFECTS).index)
        if number:
            action["numbers"].append(number)

    for host, here in running.items():
        for service, group in SERVICES.items():
            if (
                group in plan["hosts"].get(host, {}).get("groups", [])
                and not _runs(here, group)
                and service != "workers"
            ):
                add(host, service, "install")
    exec_mode = plan["inputs"].get("exec_mode", {}).get("value")
    for change in differences(plan, running):
        for service, effect in effects_of(change["number"], exec_mode):
            for host in _hosts(plan, running, change, service):
                add(host, service, effect, change["number"])
    return [
        {"host": host, "service": service, **action, "words": EFFECTS[action["effect"]]}
        for (host, service), action in sorted(found.items())
    ]


def _runs(here, group):
    return any(name.startswith(ROLES[group]) for name in here)


def _hosts(plan, running, change, service):
    """The host of the change; or, for another role's service, all hosts that have it."""
    group = SERVICES.get(service)
    if group is None or change["number"].startswith(ROLES[group]):
        return [change["host"]]
    return [host for host in running if group in plan["hosts"].get(host, {}).get("groups", [])]
