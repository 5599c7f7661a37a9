"""What a run of site does is said as the roles' handlers do it."""

from __future__ import annotations

import re

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.plan.changes import (
    EFFECTS,
    actions,
    differences,
    effects_of,
)
from plans import model
from rolespec import ROLES, STACK, load

NUMBERS = sorted(load(STACK.path / "defaults/main/numbers.yml"))


def as_planned(plan, *names):
    """What runs where everything is as planned, but for these names."""
    numbers = {name: one["value"] for name, one in plan["numbers"].items()}
    return {host: {**numbers, **dict.fromkeys(names, 1)} for host in plan["hosts"]}


def touched(plan, *names):
    return [
        (one["host"], one["service"], one["effect"], one["numbers"]) for one in actions(plan, as_planned(plan, *names))
    ]


def test_nothing_is_touched_where_all_is_as_planned(any_plan):
    assert differences(any_plan, as_planned(any_plan)) == []
    assert actions(any_plan, as_planned(any_plan)) == []


def test_a_difference_names_host_number_and_both_values(small_plan):
    running = {"one": {"redis_maxmemory_mb": 256, "redis_maxclients": 1000, "a_number_of_yesterday": 3}}
    assert differences(small_plan, running) == [
        {"host": "one", "number": "redis_maxmemory_mb", "running": 256, "planned": 512}
    ]


@pytest.mark.parametrize(
    ("name", "service", "effect"),
    [
        ("mongo_wiredtiger_cache_mb", "mongod", "restart"),
        ("redis_maxmemory_mb", "Redis", "live"),
        ("redis_nofile", "Redis", "restart"),
        ("app_release_mongo_max_pool_size", "workers", "rolling"),
        ("app_pm2_nofile", "PM2", "restart"),
        ("nginx_page_burst", "Nginx", "reload"),
        ("nginx_nofile", "Nginx", "restart"),
        ("monitoring_scrape_interval_s", "Prometheus", "reload"),
        ("common_somaxconn", "kernel", "live"),
    ],
)
def test_one_number_touches_one_service(small_plan, name, service, effect):
    assert touched(small_plan, name) == [("one", service, effect, [name])]


def test_the_strongest_effect_counts_and_all_its_numbers_are_named(small_plan):
    names = ["redis_maxmemory_mb", "redis_nofile"]
    assert touched(small_plan, *names) == [("one", "Redis", "restart", names)]


def test_the_number_of_workers_touches_who_knows_their_ports():
    plan = model(50, "many")
    running = {host: {} for host in plan["hosts"]}
    running["app-1"] = {"app_pm2_workers": 9}
    found = {(one["host"], one["service"]): one["effect"] for one in actions(plan, running) if one["numbers"]}
    assert found[("app-1", "workers")] == "scale"
    assert {host for host, service in found if service == "Nginx"} == {"edge-1", "edge-2"}
    assert {host for host, service in found if service == "Prometheus"} == {"monitor-1"}


def test_workers_of_a_cluster_are_replaced_all_at_once():
    plan = model(50, "one", exec_mode="cluster")
    assert touched(plan, "app_pm2_workers") == [("one", "workers", "rolling", ["app_pm2_workers"])]
    assert touched(plan, "app_pm2_heap_mb") == [("one", "workers", "rolling", ["app_pm2_heap_mb"])]


def test_an_empty_host_gets_the_services_of_its_groups():
    plan = model(50, "many")
    assert [(one["host"], one["service"], one["effect"]) for one in actions(plan, {"data-1": {}})] == [
        ("data-1", "Redis", "install"),
        ("data-1", "mongod", "install"),
    ]


def test_every_number_has_an_effect():
    assert [name for name in NUMBERS if not effects_of(name)] == []
    assert {effect for name in NUMBERS for service, effect in effects_of(name)} <= set(EFFECTS)


def rendered(role, template):
    """The variables in a template and in those that it includes."""
    text = (role.path / "templates" / template).read_text()
    included = re.findall(r"include '([\w.]+)'", text)
    return set(re.findall(r"\b[a-z]\w+\b", text)).union(*(rendered(role, one) for one in included))


def templates(task):
    """The names of the templates of a task, one for each item of its loop."""
    source = task.get("tierstack.librechat.template", {}).get("src")
    if source and "{{ item" in source:
        for item in task["loop"]:
            yield re.sub(
                r"{{ item(?:\.(\w+))? }}", lambda field, item=item: item[field[1]] if field[1] else item, source
            )
    elif source:
        yield source


def listed(value):
    """The files of a role's table of services (vars/main.yml), wherever it has them."""
    if isinstance(value, dict) and {"src", "dest"} <= set(value):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from listed(inner)


def notified(role):
    """Pairs of a number and what is done to the service, ``restart`` or ``reload``, by the template that has the number."""
    table = load(role.path / "vars/main.yml") if (role.path / "vars/main.yml").is_file() else {}
    for file in listed(table):
        if file["src"].endswith(".j2"):
            for name in rendered(role, file["src"]).intersection(NUMBERS):
                yield name, file.get("apply", "restart")
    for file in sorted((role.path / "tasks").glob("*.yml")):
        for task in load(file) or []:
            # Grafana only shows, and only where it is asked for: the plan does not speak of it.
            if task.get("notify") == "Restart Grafana":
                continue
            # PM2 is restarted host by host, and so by no handler.
            effect = (
                "restart"
                if task.get("register") == "__app_pm2_unit"
                else str(task.get("notify", "")).partition(" ")[0].lower()
            )
            if effect in ("restart", "reload"):
                for template in templates(task):
                    for name in rendered(role, template).intersection(NUMBERS):
                        yield name, effect


@pytest.mark.parametrize("role", [role for role in ROLES if role != STACK], ids=lambda role: role.name)
def test_the_effects_are_those_of_the_roles_handlers(role):
    handled = {}
    for name, effect in notified(role):
        handled[name] = max(handled.get(name, effect), effect, key=list(EFFECTS).index)
    for name in (name for name in NUMBERS if name.startswith(role.name + "_")):
        own = effects_of(name)[0][1]
        if name in handled:
            assert own == handled[name], name
        else:
            assert own not in ("restart", "reload"), name
