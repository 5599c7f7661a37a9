"""The rules of the house that no linter knows: what a role declares, has, uses and needs is the same thing."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache

import jinja2
import pytest
import yaml
from rolespec import ROLES, ROOT, STACK, load

ENTRY_LINES = 60
# The inventory's own words: nobody has a default for them
INTERFACE = {"tier_users", "stack_environment", "stack_domain"}
# What roles tell each other in a run: facts of the release, of the rollout, and of whatever runtime there is (docs/runtimes.md)
RESULTS = {
    *("app_release_pair", "app_release_before", "rollout_plan"),
    *("runtime_state", "runtime_restart", "runtime_workers", "runtime_ended", "runtime_acted"),
}
SECRET = re.compile(r"(password|passphrase|secret|token|keyfile|creds_key|creds_iv)$")
# Keys whose strings are expressions without braces
EXPRESSIONS = {"when", "until", "failed_when", "changed_when", "that"}
# What the collection has plugins of its own for: handlers only restart and reload, for which there is nothing to read.
READ_FIRST = {f"ansible.builtin.{path.stem}" for path in (ROOT / "plugins/action").glob("*.py")}
JINJA = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])

each_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
each_service = pytest.mark.parametrize("role", [role for role in ROLES if role != STACK], ids=lambda role: role.name)


def show(problems):
    """An assertion's message: one problem a line."""
    return "\n  " + "\n  ".join(sorted(problems)) if problems else ""


def rel(path):
    return path.relative_to(ROOT)


def yaml_files(role, *folders):
    return [path for folder in folders for path in sorted((role.path / folder).rglob("*.yml"))]


def tasks_of(path):
    """Every task of a file, also those inside blocks."""

    def walk(tasks):
        for task in tasks or []:
            yield task
            for part in ("block", "rescue", "always"):
                yield from walk(task.get(part))

    return list(walk(load(path)))


def names_in(text, bare=False):
    """The variables that a template or an expression reads."""
    tree = JINJA.parse("{{ " + text + " }}" if bare else text)
    names = list(tree.find_all(jinja2.nodes.Name))
    return {name.name for name in names if name.ctx == "load"} - {name.name for name in names if name.ctx == "store"}


def names_in_yaml(value, bare=False):
    if isinstance(value, str):
        return names_in(value, bare and "{{" not in value)
    if isinstance(value, dict):
        return {
            name for key, one in value.items() for name in names_in_yaml(one, key in EXPRESSIONS) | names_in_yaml(key)
        }
    if isinstance(value, list):
        return {name for one in value for name in names_in_yaml(one, bare)}
    return set()


@cache
def used_by(role):
    """(file, variable) for all that a role's tasks, handlers, variables and templates read."""
    templates = sorted((role.path / "templates").rglob("*.j2"))
    return {
        *((rel(path), name) for path in templates for name in names_in(path.read_text())),
        *(
            (rel(path), name)
            for path in yaml_files(role, "tasks", "handlers", "vars", "defaults")
            for name in names_in_yaml(load(path))
        ),
    }


# Where an expression counts on a type: a text in its place, as `-e name=value` and a vault give it, would be true, repeated or refused.
SWITCHES = {"If": ["test"], "CondExpr": ["test"], "And": ["left", "right"], "Or": ["left", "right"], "Not": ["node"]}
NUMBERS = {name: ["left", "right"] for name in ("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod")} | {
    "Compare": ["expr"],
    "Operand": ["expr"],
    "Neg": ["node"],
}
TYPES = {
    name: option["type"]
    for role in ROLES
    for name, option in role.options.items()
    if option.get("type") in ("bool", "int", "float")
}


def taken_as_they_are(text, bare=False, serialized=False):
    """The options of a type that an expression takes without a conversion where the type counts.

    :param serialized: whether the text is a value that is written as JSON or YAML, or compared
    """

    def options(nodes, *types):
        return [node.name for node in nodes if isinstance(node, jinja2.nodes.Name) and TYPES.get(node.name) in types]

    bare = bare and "{{" not in text and "{%" not in text
    tree = JINJA.parse("{{ " + text + " }}" if bare else text)
    for node in tree.find_all(jinja2.nodes.Node):
        kind = type(node).__name__
        yield from options((getattr(node, field) for field in SWITCHES.get(kind, [])), "bool")
        yield from options((getattr(node, field) for field in NUMBERS.get(kind, [])), "int", "float")
        if kind == "Filter" and node.name == "ternary":
            yield from options([node.node], "bool")
        if kind in ("Call", "Filter") and (
            getattr(node, "name", None) in ("max", "min", "sum") or getattr(node.node, "name", None) == "range"
        ):
            inside = node.node.items if isinstance(node.node, jinja2.nodes.List) else []
            yield from options([*(node.args or []), *inside], "int", "float")
    alone = re.fullmatch(r"\{\{ (\w+) \}\}", text)
    if alone and serialized and alone[1] in TYPES:
        yield alone[1]
    if bare:
        yield from options([tree.body[0].nodes[0]], "bool")


def taken_as_they_are_in_yaml(value, bare=False, serialized=False):
    if isinstance(value, str):
        yield from taken_as_they_are(value, bare, serialized)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from taken_as_they_are_in_yaml(one, key in EXPRESSIONS, serialized)
    elif isinstance(value, list):
        for one in value:
            yield from taken_as_they_are_in_yaml(one, bare, serialized)


def set_by(task):
    """The variables that a task makes."""
    made = {task[key] for key in ("register",) if key in task} | set(task.get("vars", {}))
    made |= {task["loop_control"][key] for key in ("loop_var", "index_var") if key in task.get("loop_control", {})}
    facts = task.get("ansible.builtin.set_fact") or {}
    return made | (set(facts) - {"cacheable"})


def owner(variable):
    """The role whose public prefix a variable has: the longest that fits."""
    owners = [role.name for role in ROLES if variable.startswith(f"{role.name}_")]
    return max(owners, key=len, default=None)


@each_role
def test_spec_is_there(role):
    spec = role.path / "meta/argument_specs.yml"
    assert spec.is_file(), (
        f"{rel(role.path)}: no meta/argument_specs.yml; write one with entry points main and preflight"
    )
    for entry in (name for name in ("main", "preflight") if (role.path / f"tasks/{name}.yml").is_file()):
        assert entry in role.entry_points, f"{rel(spec)}: no entry point {entry}"
    for entry, described in role.entry_points.items():
        assert (role.path / f"tasks/{entry}.yml").is_file(), f"{rel(spec)}: {entry} has no tasks/{entry}.yml"
        assert described.get("short_description"), f"{rel(spec)}: {entry} has no short_description"
        assert described.get("options") == role.options, (
            f"{rel(spec)}: main and {entry} differ; share them: `options: &options`, then `options: *options`"
        )
    mute = {name for name, option in role.options.items() if not option.get("description")}
    assert not mute, f"{rel(spec)}: options without a description: {', '.join(sorted(mute))}"


@each_service
def test_main_is_a_table_of_contents(role):
    path = role.path / "tasks/main.yml"
    assert path.is_file(), f"{rel(path)} is missing"
    lines = len(path.read_text().splitlines())
    assert lines <= ENTRY_LINES, (
        f"{rel(path)}: {lines} lines, at most {ENTRY_LINES}; move tasks into the file of their phase"
    )


@each_service
def test_spec_and_defaults_say_the_same(role):
    problems = []
    spec = rel(role.path / "meta/argument_specs.yml")
    for name, option in role.options.items():
        if option.get("required"):
            if name in role.defaults:
                problems.append(
                    f"{spec}: {name} is required, yet {rel(role.defaults[name][1])} has it; drop one of them"
                )
            elif "default" in option:
                problems.append(f"{spec}: {name} is required and has a default; drop one of them")
            elif name not in STACK.defaults and name not in INTERFACE:
                problems.append(f"{spec}: {name} is required and nobody gives it; add it to roles/stack/defaults/main/")
        elif "default" in option:
            if role.is_computed(name):
                problems.append(f"{spec}: the default of {name} is computed, and no {option['type']}; leave it out")
            elif name not in role.defaults:
                problems.append(
                    f"{spec}: {name} has a default that Ansible does not apply; add it to defaults/main.yml"
                )
            elif role.defaults[name][0] != option["default"]:
                value, path = role.defaults[name]
                problems.append(f"{spec}: {name} is {option['default']!r}, in {rel(path)} {value!r}; make them equal")
        elif name in role.defaults and not role.is_computed(name):
            value, path = role.defaults[name]
            problems.append(f"{spec}: {name} lacks `default: {value!r}`, which {rel(path)} has")
    for name, (_value, path) in role.defaults.items():
        if name not in role.options and not name.startswith("__"):
            problems.append(f"{rel(path)}: {name} is not in {spec}; describe it there")
    assert not problems, show(problems)


@each_service
def test_names_have_the_roles_prefix(role):
    public, private = f"{role.name}_", f"__{role.name}_"
    problems = [
        f"{rel(path)}: {name} must begin with {public}"
        for name, (_value, path) in role.defaults.items()
        if not name.startswith((public, private))
    ]
    problems += [
        f"{rel(path)}: {name} must begin with {private} (what users may set belongs into defaults/)"
        for name, (_value, path) in role.variables("vars").items()
        if not name.startswith(private)
    ]
    problems += [
        f"{rel(path)}: {name} (task {task.get('name')!r}) must begin with {private}"
        for path in yaml_files(role, "tasks", "handlers")
        for task in tasks_of(path)
        for name in set_by(task)
        if not name.startswith((private, "ansible_")) and name not in RESULTS
    ]
    assert not problems, show(problems)


def test_facts_for_other_roles_are_described():
    page = (ROOT / "docs/runtimes.md").read_text()
    assert not {name for name in RESULTS if f"`{name}`" not in page}


@each_service
def test_used_variables_are_declared(role):
    problems = {
        f"{path}: {name} is not in roles/{role.name}/meta/argument_specs.yml; describe it there, or call it __{name}"
        for path, name in used_by(role)
        if owner(name) == role.name and name not in role.options and name not in RESULTS
    }
    assert not problems, show(problems)


@each_role
def test_a_text_in_the_place_of_a_switch_or_a_number_is_converted(role):
    found = {
        *(
            (rel(path), name)
            for path in sorted((role.path / "templates").rglob("*.j2"))
            for name in taken_as_they_are(path.read_text())
        ),
        *(
            (rel(path), name)
            for path in yaml_files(role, "tasks", "handlers", "vars", "defaults")
            for name in taken_as_they_are_in_yaml(load(path), serialized=path.parent.name == "vars")
        ),
    }
    problems = {f"{path}: {name} is taken as it is; write {name} | {TYPES[name]}" for path, name in found}
    assert not problems, show(problems)


@each_service
def test_declared_variables_are_used(role):
    idle = set(role.options) - {name for _path, name in used_by(role)}
    assert not idle, f"roles/{role.name}/meta/argument_specs.yml: nothing reads {', '.join(sorted(idle))}; drop it"


@each_service
def test_no_role_looks_at_another(role):
    problems = {
        f"{path}: {name} is another role's; take a {role.name}_* of your own and wire it in roles/stack"
        for path, name in used_by(role)
        if owner(name.removeprefix("__")) not in (None, role.name)
    }
    assert not problems, show(problems)


@each_role
def test_tasks_read_before_they_run_a_module(role):
    problems = {
        f"{rel(path)}: {task.get('name')} uses {name}; take tierstack.librechat.{name.rpartition('.')[2]}"
        for path in yaml_files(role, "tasks")
        for task in tasks_of(path)
        for name in set(task) & READ_FIRST
    }
    assert not problems, show(problems)


@each_role
def test_handlers_and_notifications_meet(role):
    handlers, notified = {}, {}
    for path in yaml_files(role, "handlers"):
        for task in tasks_of(path):
            listen = task.get("listen", [])
            handlers[task["name"]] = {task["name"], *([listen] if isinstance(listen, str) else listen)}
    for path in yaml_files(role, "tasks", "handlers"):
        for task in tasks_of(path):
            names = task.get("notify", [])
            notified.update(dict.fromkeys([names] if isinstance(names, str) else names, rel(path)))
    idle = [name for name, topics in handlers.items() if not topics & set(notified)]
    problems = [f"roles/{role.name}/handlers: {name!r} is never notified; drop it" for name in idle]
    known = set().union(*handlers.values())
    problems += [f"{path}: no handler answers {name!r}" for name, path in notified.items() if name not in known]
    assert not problems, show(problems)


def test_stack_spec_is_the_interface():
    spec = STACK.options
    here = "roles/stack/meta/argument_specs.yml"
    interface = load(STACK.path / "defaults/main/interface.yml")
    problems = [f"{here}: {name} of interface.yml is not described" for name in interface if name not in spec]
    missing = [name for name in INTERFACE if not spec.get(name, {}).get("required")]
    problems += [f"{here}: {name} must be there, required and without a default" for name in missing]
    for name, option in spec.items():
        value = STACK.defaults.get(name, (None, None))[0]
        if "default" in option and option["default"] != value:
            problems.append(
                f"{here}: {name} is {option['default']!r}, in roles/stack/defaults {value!r}; make them equal"
            )
    assert not problems, show(problems)


def test_options_whose_values_are_looked_at_are_options():
    named = load(STACK.path / "vars/main.yml")
    looked_at = named["__stack_host_paths"] + named["__stack_address_options"] + named["__stack_network_options"]
    assert set(looked_at) <= set().union(*(role.options for role in ROLES), STACK.options)


def test_stack_gives_only_what_is_asked_for():
    playbooks = sorted((ROOT / "playbooks").glob("*.yml"))
    read = {name for _path, name in used_by(STACK)} | {name for path in playbooks for name in names_in_yaml(load(path))}
    declared = set().union(*(role.options for role in ROLES))
    problems = [
        f"{rel(path)}: nobody declares or reads {name}; drop it, or is it misspelt?"
        for name, (_value, path) in STACK.defaults.items()
        if name not in read | declared
    ]
    assert not problems, show(problems)


def test_nothing_is_said_twice_by_the_stack():
    seen, problems = {}, []
    for path in yaml_files(STACK, "defaults"):
        for name in load(path) or {}:
            if name in seen:
                problems.append(f"{name}: in {rel(seen[name])} and {rel(path)}; keep one")
            seen[name] = path
    assert not problems, show(problems)


def test_no_secret_has_a_published_default():
    sources = [(name, value, path) for role in ROLES for name, (value, path) in role.defaults.items()]
    inventories = sorted(path for path in (ROOT / "inventories").rglob("*.yml") if ".secrets" not in path.parts)
    for path in inventories:
        # Vaulted values are fine; the tag itself means nothing to PyYAML.
        content = yaml.load(re.sub(r"!vault\b", "", path.read_text()), yaml.SafeLoader)
        sources += [(name, value, path) for name, value in pairs(content) if "$ANSIBLE_VAULT" not in str(value)]
    problems = [
        f"{rel(path)}: {name} is a literal that all readers know; make it as roles/stack/defaults/main/secrets.yml does"
        for name, value, path in sources
        if SECRET.search(name) and isinstance(value, str) and value and "{{" not in value
    ]
    assert not problems, show(problems)


def pairs(content):
    if isinstance(content, dict):
        for name, value in content.items():
            yield str(name), value
            yield from pairs(value)


def test_readmes_are_fresh():
    run = subprocess.run(
        [sys.executable, ROOT / "tools/readme", "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
