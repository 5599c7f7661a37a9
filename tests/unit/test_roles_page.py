"""Each role that can be used alone has an example, short and complete."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from rolespec import ROLES, ROOT, load

EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/roles.md").read_text(), re.DOTALL)
LINES = 25


def role_of(example):
    """The name of the role that an example uses, and all that it gives it."""
    (play,) = yaml.safe_load(example)
    (role,) = play["roles"]
    role = {"role": role} if isinstance(role, str) else role
    return role["role"].removeprefix("tierstack.librechat."), {**play["vars"], **role.get("vars", {})}


def test_the_roles_that_can_be_used_alone_have_an_example():
    assert [role_of(example)[0] for example in EXAMPLES] == ["mongo", "redis", "nginx", "app_pm2", "monitoring"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: role_of(example)[0])
def test_an_example_is_short_and_gives_all_that_is_required_and_nothing_unknown(example):
    assert len(example.splitlines()) <= LINES
    name, given = role_of(example)
    role = next(role for role in ROLES if role.name == name)
    options = load(role.path / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    given = {variable: value for variable, value in given.items() if variable.startswith(f"{name}_")}
    assert ArgumentSpecValidator(options).validate(given).error_messages == []
