"""What the roles declare: read once here, used by tools/readme and by tests/unit/test_role_contract.py."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def load(path: Path):
    """A YAML file's content; None where there is no file."""
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader) if path.is_file() else None


@dataclass(frozen=True)
class Role:
    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @cached_property
    def entry_points(self) -> dict:
        return (load(self.path / "meta/argument_specs.yml") or {}).get("argument_specs", {})

    @property
    def main(self) -> dict:
        """The entry point that says it all: a role that only checks has no other than preflight."""
        return self.entry_points.get("main") or self.entry_points.get("preflight", {})

    @property
    def options(self) -> dict:
        return self.main.get("options") or {}

    def is_computed(self, name: str) -> bool:
        """Tell whether the default of a number or a switch follows from something else: no specification can hold that."""
        value = self.defaults.get(name, (None, None))[0]
        return (
            self.options.get(name, {}).get("type") in ("bool", "float", "int")
            and isinstance(value, str)
            and "{{" in value
        )

    def variables(self, folder: str) -> dict[str, tuple[object, Path]]:
        """Each variable of defaults/ or vars/ with its value and the file that says it."""
        found = {}
        for path in sorted((self.path / folder).rglob("*.yml")):
            found.update({name: (value, path) for name, value in (load(path) or {}).items()})
        return found

    @cached_property
    def defaults(self) -> dict[str, tuple[object, Path]]:
        return self.variables("defaults")


ROLES = [Role(path) for path in sorted((ROOT / "roles").iterdir()) if path.is_dir()]
STACK = Role(ROOT / "roles/stack")
