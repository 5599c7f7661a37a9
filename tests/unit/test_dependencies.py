"""What the collection needs of others is what it declares."""

from __future__ import annotations

import re

from rolespec import ROOT, load

FOREIGN = re.compile(r"\b((?:ansible|community|kubernetes)\.(?!builtin\b)[a-z]+)\.[a-z_]+\b")


def used(*places):
    """The collections whose names stand in YAML files below these places."""
    files = [
        path for place in places for path in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*"))
    ]
    return {
        name
        for path in files
        if path.suffix in (".yml", ".cfg")
        for line in path.read_text().splitlines()
        if not line.lstrip().startswith("#") and "http" not in line
        for name in FOREIGN.findall(line)
    }


def test_the_collection_depends_on_what_its_roles_and_playbooks_use():
    assert set(load(ROOT / "galaxy.yml")["dependencies"]) == used("roles", "playbooks")


def test_a_checkout_asks_for_what_the_lab_uses_as_well():
    asked = {one["name"] for one in load(ROOT / "requirements.yml")["collections"]}
    assert asked == used("roles", "playbooks", "lab/playbooks", "molecule", "ansible.cfg")
