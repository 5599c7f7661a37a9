# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From users and hosts to a plan."""

from __future__ import annotations

import re
from math import isfinite

from .checks import CHECKS, cores, disk_mb, memory_mb
from .formulas import FORMULAS
from .inputs import INPUTS, Input
from .sheet import Sheet
from .sizing import recommend

GROUPS = ("mongo", "redis", "app", "nginx", "monitoring")
ROLES = ("mongo", "redis", "app_release", "app_pm2", "rollout", "nginx", "common", "monitoring")
MAX_USERS = 1_000_000
# Numbers for which 0 means something: no warm connections
MAY_BE_ZERO = ("app_release_mongo_min_pool_size",)
# Shares in percent
MAY_BE_FRACTION = ("rollout_slo_error_percent",)
EXEC_MODES = ("fork", "cluster")


class CapacityError(ValueError):
    """What was given makes no sense. The message names it, what was found, and what is allowed."""


def plan(users, hosts, load=None, calibration=None, overrides=None, accepted=None, exec_mode="fork"):
    """Return the plan of a stack.

    :param users: users at the same time (int, 1 to 1,000,000)
    :param hosts: host -> ``{"groups": [..], "cores": int, "memory_mb": int, "disk_mb": int}``; the disk may be left out
    :param load: name -> value of inputs that the administrator knows better (see inputs.py)
    :param calibration: the same, as measured on this site
    :param overrides: name -> value of numbers that the administrator sets
    :param accepted: names of checks whose failure the administrator accepts
    :param exec_mode: of PM2, ``fork`` or ``cluster``
    :returns: dict with ``users``, ``fits``, ``most_users`` (what these hosts take, and the check that binds then), ``inputs``, ``hosts``,
        ``numbers``, ``checks`` and ``recommendation``
    :raises CapacityError: for a value that makes no sense
    """
    model = Model(users, hosts, load, calibration, overrides, accepted, exec_mode)
    return {
        "users": model.users,
        "fits": model.fits(),
        "most_users": model.most_users(),
        "inputs": {name: one._asdict() for name, one in model.inputs.items()},
        "hosts": model.host_report(),
        "numbers": model.numbers(),
        "checks": model.checks(),
        "recommendation": None if model.fits() else recommend(model),
    }


class Model:
    """The arguments of a plan, checked, and its sheet; ``with_*`` give the same plan for other users or hosts."""

    def __init__(self, users, hosts, load=None, calibration=None, overrides=None, accepted=None, exec_mode="fork"):
        self.users = whole_number("tier_users", users, most=MAX_USERS)
        self.hosts = {name: valid_host(name, host) for name, host in (hosts or {}).items()}
        for group in GROUPS:
            if not any(group in host["groups"] for host in self.hosts.values()):
                raise CapacityError(
                    f"No host is in group {group}. Each of {', '.join(GROUPS)} needs one; a host may be in all."
                )
        if exec_mode not in EXEC_MODES:
            raise CapacityError(f"exec_mode is {exec_mode!r}. It must be one of {', '.join(EXEC_MODES)}.")
        unknown = sorted(set(accepted or ()) - set(CHECKS))
        if unknown:
            raise CapacityError(f"stack_accepted_checks names {', '.join(unknown)}. There are: {', '.join(CHECKS)}.")
        self.accepted, self.exec_mode = accepted or (), exec_mode
        self.load, self.calibration = valid_load(load, "stack_load"), valid_load(calibration, "stack_calibration")
        self.overrides = {name: valid_override(name, value) for name, value in (overrides or {}).items()}
        self.inputs = {
            **INPUTS,
            **{
                name: replaced(name, value, "measured", "calibration of this site")
                for name, value in self.calibration.items()
            },
            **{name: replaced(name, value, "given", "the administrator") for name, value in self.load.items()},
            **layout(self.users, self.hosts, exec_mode),
        }
        self.sheet = self.new_sheet(self.overrides)
        self._needs = {}

    def new_sheet(self, overrides):
        return Sheet(FORMULAS, {name: one.value for name, one in self.inputs.items()}, overrides)

    def with_users(self, users):
        return Model(users, self.hosts, *self.rest())

    def with_hosts(self, hosts):
        return Model(self.users, hosts, *self.rest())

    def rest(self):
        return self.load, self.calibration, self.overrides, self.accepted, self.exec_mode

    def needed(self, name, users=None):
        """The model's own value of a number, whatever is overridden, for these or other users."""
        users = users or self.users
        if users not in self._needs:
            model = self if users == self.users else self.with_users(users)
            self._needs[users] = model.new_sheet(self.overrides)
        sheet = self._needs[users]
        return sheet.trace(name, FORMULAS[name].compute) if name in self.overrides else getattr(sheet, name)

    def most_users(self):
        """How many users fit on these hosts with these overrides, and what stands in the way of one more."""
        fits, full = last_that(lambda users: self.with_users(users).fits(), 0, MAX_USERS + 1)
        if full > MAX_USERS:
            return {"users": MAX_USERS, "binding": ""}
        binding = next(one for one in self.with_users(full).comparisons() if not one.holds)
        return {"users": fits, "binding": f"{full} users: {binding.text}"}

    def slack(self, name):
        """How many more users fit before the number would have to grow; None if it never does, negative if it is too small already."""
        value = getattr(self.sheet, name)

        def enough(users):
            return self.needed(name, users) <= value

        if enough(MAX_USERS):
            return None
        fits, _grows = last_that(enough, *((self.users, MAX_USERS) if enough(self.users) else (0, self.users)))
        return fits - self.users

    def numbers(self):
        """Name -> value with its reason, for all formulas."""
        return {name: self.number(name, formula) for name, formula in FORMULAS.items()}

    def number(self, name, formula):
        overridden = name in self.overrides
        value = getattr(self.sheet, name)
        planned = self.needed(name)
        sheet = self._needs[self.users] if overridden else self.sheet
        roots = [root for root in sheet.closure(name) if root in self.inputs]
        assumptions = sorted(root for root in roots if self.inputs[root].basis == "assumed")
        bases = {"given"} if overridden else {self.inputs[root].basis for root in roots}
        return {
            "value": value,
            "unit": formula.unit,
            "variable": formula.variable,
            "layer": next((role for role in ROLES if name.startswith(role + "_")), "load"),
            "formula": formula.words,
            "inputs": {read: shown(getattr(sheet, read)) for read in sheet.inputs_of.get(name, ())},
            "source": formula.source,
            "slack": self.slack(name) if isinstance(planned, int) else None,
            "overridden": overridden,
            "planned": planned,
            "basis": weakest(bases),
            "assumed": [] if overridden else assumptions,
        }

    def checks(self):
        """All comparisons of all checks, each with the cheapest remediation where it fails."""
        report = []
        for name, compare in CHECKS.items():
            comparisons = self.sheet.trace(name, lambda sheet, compare=compare: list(compare(sheet, self.hosts)))
            for one in comparisons:
                report.append(
                    {
                        "name": name,
                        "subject": one.subject,
                        "ok": one.holds,
                        "accepted": name in self.accepted,
                        "value": one.value,
                        "limit": one.limit,
                        "unit": one.unit,
                        "message": one.text,
                        "remediation": "" if one.holds else self.cheapest_remediation(name, one),
                    }
                )
        return report

    def cheapest_remediation(self, check, comparison):
        """Taking one value out of the inventory is cheaper than what the check itself proposes."""
        on_sheet = [name for name in self.sheet.closure(check) if name in self.overrides]
        for name in on_sheet:
            others = {key: value for key, value in self.overrides.items() if key != name}
            sheet = self.new_sheet(others)
            again = [one for one in CHECKS[check](sheet, self.hosts) if one.subject == comparison.subject]
            if all(one.holds for one in again):
                return (
                    f"take {name}: {self.overrides[name]} out of the inventory (the model says {getattr(sheet, name)})"
                )
        return comparison.remediation

    def comparisons(self):
        """Those that are not accepted anyway."""
        wanted = (compare for name, compare in CHECKS.items() if name not in self.accepted)
        return (one for compare in wanted for one in compare(self.sheet, self.hosts))

    def fits(self):
        return all(one.holds for one in self.comparisons())

    def host_report(self):
        """The hosts, with what is planned for them."""
        x = self.sheet
        report = {}
        for name, host in self.hosts.items():
            parts = memory_mb(x, host)
            report[name] = {
                **host,
                "memory": parts,
                "planned_mb": sum(parts.values()),
                "ceiling_mb": int(host["memory_mb"] * x.memory_ceiling),
                "cores_planned": cores(x, host),
                "disk": disk_mb(x, host),
            }
        return report


def last_that(holds, known, beyond):
    """The last whole number that holds, and the first that does not; of something that holds up to a number and never above it.

    ``known`` holds, or is one below the first to try; ``beyond`` does not.
    """
    while beyond - known > 1:
        middle = (known + beyond) // 2
        known, beyond = (middle, beyond) if holds(middle) else (known, middle)
    return known, beyond


def layout(users, hosts, exec_mode):
    """What the formulas ask of the hosts: how many, and the smallest of a group, because all of a group are set up alike."""

    def given(value, unit, meaning):
        return Input(value, unit, meaning, "given", "the inventory")

    members = {group: [host for host in hosts.values() if group in host["groups"]] for group in GROUPS}
    counts = {f"{group}_hosts": given(len(members[group]), "hosts", f"hosts of group {group}") for group in GROUPS}
    return {
        "users": given(users, "users", "tier_users"),
        "exec_mode": given(exec_mode, "", "how PM2 runs the workers"),
        "all_hosts": given(len(hosts), "hosts", "all hosts"),
        **counts,
        "redis_primaries": given(
            max(1, len(members["redis"]) // 2), "nodes", "each with one replica, when there are several"
        ),
        "mongo_memory_mb": given(
            min(host["memory_mb"] for host in members["mongo"]), "MB", "of the smallest MongoDB host"
        ),
        "mongo_dedicated": given(
            all(host["groups"] == ["mongo"] for host in members["mongo"]), "", "MongoDB has its hosts to itself"
        ),
        "nginx_cores": given(min(host["cores"] for host in members["nginx"]), "cores", "of the smallest Nginx host"),
    }


def replaced(name, value, basis, source):
    return INPUTS[name]._replace(value=value, basis=basis, source=source)


def weakest(bases):
    """On what a number rests that rests on all of these."""
    return next((basis for basis in ("assumed", "measured", "chosen", "given") if basis in bases), "chosen")


def shown(value):
    return round(value, 4) if isinstance(value, float) else value


def a_number(name, value):
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise CapacityError(f"{name} is {value!r}. It must be a number.")
    return value


def whole_number(name, value, least=1, most=2**40):
    number = a_number(name, value)
    if number != int(number) or not least <= number <= most:
        raise CapacityError(f"{name} is {value!r}. It must be a whole number from {least} to {most}.")
    return int(number)


def percent(name, value):
    number = a_number(name, value)
    if not 0 < number < 100:
        raise CapacityError(f"{name} is {value!r}. It must be above 0 and below 100.")
    return number


def valid_host(name, host):
    groups = [group for group in GROUPS if group in host.get("groups", [])]
    if not groups:
        raise CapacityError(f"{name} is in none of the groups {', '.join(GROUPS)}.")
    sizes = {size: whole_number(f"{size} of {name}", host.get(size, "unknown")) for size in ("cores", "memory_mb")}
    if host.get("disk_mb"):
        sizes["disk_mb"] = whole_number(f"disk_mb of {name}", host["disk_mb"])
    return {"groups": groups, **sizes}


def valid_load(load, variable):
    checked = {}
    for name, value in (load or {}).items():
        if name not in INPUTS:
            raise CapacityError(
                f"{variable} names {name}, which is no input of the model. There are: {', '.join(INPUTS)}."
            )
        checked[name] = a_number(f"{variable}.{name}", value)
        if checked[name] <= 0:
            raise CapacityError(f"{variable}.{name} is {value!r}. It must be above 0.")
        if INPUTS[name].unit == "" and name != "peak_factor" and checked[name] > 1:
            raise CapacityError(f"{variable}.{name} is {value!r}. It is a share: above 0, at most 1.")
    return checked


def valid_override(name, value):
    if name not in FORMULAS or not FORMULAS[name].variable:
        raise CapacityError(f"{name} is no variable that the model sets, so it cannot be overridden.")
    if name in MAY_BE_FRACTION:
        return percent(name, value)
    return whole_number(name, value, least=0 if name in MAY_BE_ZERO else 1)
