"""What a reader copies out of the READMEs is the same in every language, and the picture of the house is the house."""

from __future__ import annotations

import re

import pytest
from rolespec import ROLES, ROOT

ENGLISH = (ROOT / "README.md").read_text()
TRANSLATIONS = sorted(ROOT.glob("README.*.md"))


def commands(text):
    """The lines of all console blocks, and what stands between backticks and begins with a command."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`((?:ansible-|make |python3 |cp )[^`]+)`", text)
    return {line for block in blocks for line in block.splitlines()} | set(spans)


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.name)
def test_a_translation_has_the_commands_of_the_english_readme(path):
    assert commands(path.read_text()) - commands(ENGLISH) == set()


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.name)
def test_a_translation_links_to_files_that_are_there(path):
    links = re.findall(r"\]\(([^)#:]+)[^)]*\)", path.read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_of_the_house_names_every_role_and_playbook_and_no_other():
    picture = re.search(r"<!-- picture -->\n```text\n(.*?)```", (ROOT / "docs/architecture.md").read_text(), re.DOTALL)[
        1
    ]
    named = set(re.findall(r"\b(?:roles|playbooks)/[a-z0-9_]+", picture))
    there = {f"roles/{role.name}" for role in ROLES} | {
        f"playbooks/{path.stem}" for path in (ROOT / "playbooks").glob("*.yml")
    }
    assert named == there
