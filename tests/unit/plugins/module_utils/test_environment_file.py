"""What the environment file of the workers carries arrives whole, in a shell as in Node; what it cannot carry is named."""

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.environment_file import env_file
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40)


def read_by_a_shell(text):
    script = "set -a; . /dev/stdin; unset PWD OLDPWD SHLVL _; env -0"
    done = subprocess.run(["env", "-i", "/bin/sh", "-c", script], input=text.encode(), capture_output=True, check=True)
    return dict(line.split("=", 1) for line in done.stdout.decode().split("\0") if line)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(["ONE", "TWO", "THREE"]), TEXT | st.sampled_from(["it's", "$HOME `id`", "a\\nb", '"', "#", " "])
    )
)
def test_a_shell_reads_what_was_written(values):
    written = env_file(values)
    assert read_by_a_shell(written["text"]) == {name: values[name] for name in values if name not in written["unfit"]}


@pytest.mark.parametrize("value", ["line\nbreak", "secret\n", "a\rb", "it's $5", 'it\'s "so"', "it's `x`", "it's \\"])
def test_what_no_line_can_carry_is_named_and_left_out(value):
    assert env_file({"JWT_SECRET": value, "GOOD": "x"}) == {
        "settings": {"JWT_SECRET": value, "GOOD": "x"},
        "text": "GOOD='x'",
        "unfit": ["JWT_SECRET"],
    }


@pytest.mark.parametrize("name", ["", "1ST", "A-B", "A B", "A=B", "A\n"])
def test_a_name_that_no_environment_has_is_named(name):
    assert env_file({name: "x"})["unfit"] == [name]


def test_switches_are_written_as_programs_compare_them_and_numbers_as_they_are():
    written = env_file({"B": True, "A": False, "C": 5})
    assert written["text"] == "A='false'\nB='true'\nC='5'"
    assert written["settings"] == {"A": "false", "B": "true", "C": 5}
