# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan in words: what each number is, why, and what stands beside it. No input or output here."""

from __future__ import annotations

from .changes import actions

LAYERS = {
    "load": "Load",
    "app_release": "Application",
    "app_pm2": "Workers",
    "rollout": "Releases",
    "mongo": "MongoDB",
    "redis": "Redis",
    "nginx": "Nginx",
    "monitoring": "Monitoring",
    "common": "Kernel",
}
GROUPS = {"nginx": "Nginx", "app": "workers", "mongo": "MongoDB", "redis": "Redis", "monitoring": "Prometheus"}
# Checks that compare two numbers, of which neither fills the other
ORDERS = ("limits", "logins", "timeouts")
STATES = ("FAILED", "accepted", "ok")
NONE = "-"
# Key of a row -> its heading, where there is room for it
CHECK_COLUMNS = {
    "state": "State",
    "name": "Check",
    "subject": "Of",
    "full": "Full",
    "message": "What was compared",
    "remediation": "Remediation",
}
HOST_COLUMNS = {
    "host": "Host",
    "services": "Services",
    "cores": "Cores",
    "memory": "Memory",
    "of": "Memory by service (MB)",
}
INPUT_COLUMNS = {"name": "Input", "value": "Value", "meaning": "Meaning", "basis": "Basis", "source": "Source"}
ACTION_COLUMNS = {"host": "Host", "service": "Service", "what": "What", "because": "Because"}


def amount(value, unit=""):
    """Return a value as people read it: no false digits, no unit where there is none."""
    if isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = str(int(value)) if value == int(value) else f"{value:.4g}"
    elif isinstance(value, (list, tuple)):
        text = " or ".join(amount(one) for one in value)
    else:
        text = str(value)
    return f"{text} {unit}".strip()


def plural(count, word):
    """``1 host``, ``2 hosts``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def share(check):
    """Return how full the resource of a check is, 1 being its limit; None where nothing fills."""
    if check["name"] in ORDERS:
        return None
    value, limit = check.get("value"), check.get("limit")
    if any(isinstance(one, bool) or not isinstance(one, (int, float)) for one in (value, limit)) or limit <= 0:
        return None
    return value / limit


def title(plan):
    return f"LibreChat for {plural(plan['users'], 'user')} on {plural(len(plan['hosts']), 'host')}"


def state(check):
    """Return ``ok``, ``accepted`` (fails, and the administrator knows) or ``FAILED``."""
    return "ok" if check["ok"] else "accepted" if check.get("accepted") else "FAILED"


def verdict(plan):
    """Return the one sentence that matters most."""
    states = [state(check) for check in plan["checks"]]
    accepted = f", {states.count('accepted')} of them only because they are accepted" if "accepted" in states else ""
    if "FAILED" not in states:
        return f"It fits: {plural(len(states), 'check')} passed{accepted}."
    first = plan["checks"][states.index("FAILED")]
    return f"It does not fit: {states.count('FAILED')} of {plural(len(states), 'check')} failed. First: {first['message']}."


def most_users(plan):
    """Return how far these hosts go, and what stands in the way then."""
    most = plan.get("most_users")
    if not most:
        return ""
    return f"These hosts take {plural(most['users'], 'user')}." + (
        f" What binds: {most['binding']}." if most["binding"] else ""
    )


def footing(plan):
    """Return on what the numbers rest, in a sentence."""
    numbers = plan["numbers"].values()
    guessed = sum(one["basis"] == "assumed" for one in numbers)
    overridden = sum(bool(one["overridden"]) for one in numbers)
    return f"{plural(len(plan['numbers']), 'number')}: {guessed} resting on assumed inputs, {overridden} overridden."


def running_value(name, running):
    """Return what runs under this name on the hosts: a value, several where hosts differ, or None."""
    values = []
    for here in running.values():
        if name in here and here[name] not in values:
            values.append(here[name])
    return None if not values else values[0] if len(values) == 1 else values


def rows(plan, running):
    """Return a row of words for each number, by layer: a dict of layer's title to its rows."""
    layers = {layer: [] for layer in LAYERS}
    for name, one in plan["numbers"].items():
        now = running_value(name, running)
        layers.setdefault(one["layer"], []).append(
            {
                "name": name,
                "value": amount(one["value"], one["unit"]),
                "running": NONE if now is None else amount(now),
                "differs": now is not None and now != one["value"],
                "why": one["formula"],
                "inputs": ", ".join(f"{key} {amount(value)}" for key, value in one["inputs"].items()),
                "source": one["source"],
                "slack": NONE if one["slack"] is None else f"{one['slack']:+d}",
                "short": (one["slack"] or 0) < 0,
                "basis": one["basis"],
                "assumed": ", ".join(one["assumed"]),
                "planned": amount(one["planned"], one["unit"]) if one["overridden"] else "",
            }
        )
    return {LAYERS.get(layer, layer): found for layer, found in layers.items() if found}


def host_rows(plan):
    """Return a row of words for each host."""
    return [
        {
            "host": name,
            "services": ", ".join(words for group, words in GROUPS.items() if group in host["groups"]),
            "cores": f"{amount(host['cores_planned'])} of {amount(host['cores'])}",
            "memory": f"{amount(host['planned_mb'])} of {amount(host['ceiling_mb'])} MB",
            "of": ", ".join(f"{service} {amount(size)}" for service, size in host["memory"].items()),
        }
        for name, host in plan["hosts"].items()
    ]


def check_rows(plan):
    """Return a row of words for each check, the failed ones first."""
    return [
        {
            "state": state(check),
            "name": check["name"].replace("_", " "),
            "subject": check.get("subject") or "",
            "value": amount(check["value"], check["unit"]),
            "limit": amount(check["limit"], check["unit"]),
            "full": NONE if share(check) is None else f"{100 * share(check):.0f} %",
            "message": check["message"],
            "remediation": check["remediation"] or "",
        }
        for check in sorted(plan["checks"], key=lambda check: STATES.index(state(check)))
    ]


def input_rows(plan):
    """Return a row of words for each input."""
    return [
        {
            "name": name,
            "value": amount(one["value"], one["unit"]),
            "meaning": one["meaning"],
            "basis": one["basis"],
            "source": one["source"],
        }
        for name, one in plan["inputs"].items()
    ]


def action_rows(plan, running):
    """Return a row of words for each service that a run of site would touch."""
    return [
        {
            "host": action["host"],
            "service": action["service"],
            "what": action["words"],
            "because": ", ".join(
                f"{name} {amount(running_value(name, running))} -> {amount(plan['numbers'][name]['value'])}"
                for name in action["numbers"]
            ),
        }
        for action in actions(plan, running)
    ]


def recommendation(plan):
    """Return which hosts would do, as a sentence; empty where nothing is missing."""
    advice = plan.get("recommendation")
    return advice["text"].rstrip(".") + "." if advice else ""
