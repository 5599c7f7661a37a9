"""An env file gets its settings, and nothing else changes."""

from __future__ import annotations

import re

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo_pool.env_file import (
    EnvFileError,
    as_text,
    parse,
    quoted,
    reconcile,
)
from hypothesis import given
from hypothesis import strategies as st

PLAIN = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
LINES = st.one_of(
    st.just(""),
    PLAIN.map("# {}".format),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "export ", "  "]),
        PLAIN.map("V_{}".format),
        st.sampled_from(["=", " = "]),
        PLAIN,
    ),
    st.builds("V_{0}={1}{2}{1} # why".format, PLAIN, st.sampled_from("'\"`"), PLAIN),
)
FILES = st.builds(
    lambda lines, ending, last: ending.join(lines) + (ending if last else ""),
    st.lists(LINES, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)


def values(text):
    return {item.name: item.value for item in parse(text) if not isinstance(item, str)}


@given(FILES, st.integers(0, 999))
def test_other_lines_stay_byte_by_byte(text, size):
    new, _before, _after = reconcile(text, {"POOL": str(size)})
    kept = re.sub(r"POOL=\d+\r?\n", "", new)
    assert kept == text or (kept.startswith(text) and kept[len(text) :] in ("\n", "\r\n"))
    assert values(new) == {**values(text), "POOL": str(size)}


@given(FILES, st.integers(0, 999))
def test_a_second_time_changes_nothing(text, size):
    once = reconcile(text, {"POOL": str(size)})[0]
    twice, before, after = reconcile(once, {"POOL": str(size)})
    assert twice == once
    assert before == after


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n'\\"), max_size=20))
def test_a_value_is_read_back_as_it_was_written(value):
    assert values(f"NAME={quoted(value)}\n") == {"NAME": value}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("POOL=5\n", "POOL=10\n"),
        ("POOL=\n", "POOL=10\n"),
        ("export POOL = '5'  # why\n", "export POOL = '10'  # why\n"),
        ('POOL="5"', 'POOL="10"'),
        ("POOL=`5`\r\nA=1\r\n", "POOL=`10`\r\nA=1\r\n"),
        ("A=1", "A=1\nPOOL=10\n"),
        ("A=1\r\nB=2", "A=1\r\nB=2\r\nPOOL=10\r\n"),
        ("", "POOL=10\n"),
        ("# POOL=5\n", "# POOL=5\nPOOL=10\n"),
        ("\ufeffPOOL=5\n", "\ufeffPOOL=10\n"),
        ("A='x\nPOOL=5\n'\nPOOL=1\n", "A='x\nPOOL=5\n'\nPOOL=10\n"),
        ("SPOOL=5\n", "SPOOL=5\nPOOL=10\n"),
        ("POOL=10", "POOL=10"),
    ],
)
def test_notation_comments_and_line_endings_stay(old, new):
    assert reconcile(old, {"POOL": "10"})[0] == new


def test_of_two_lines_the_last_one_stays_as_it_is_the_one_that_counts():
    text, before, after = reconcile("POOL=1\nA=1\nPOOL=2\nB=2\n", {"POOL": "2"})
    assert text == "A=1\nPOOL=2\nB=2\n"
    assert (before, after) == (["POOL=1", "POOL=2"], ["POOL=2"])


def test_what_is_reported_holds_no_other_line():
    _text, before, after = reconcile("SECRET=x\nPOOL=1 # hush\n", {"POOL": "2", "MORE": "a b"})
    assert (before, after) == (["POOL=1"], ["POOL=2", "MORE=a b"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1\npassword rabbit\n", 2),
        ("A=1\n\n#\nSECRET='rabbit\n", 4),
        ("A='1'rabbit\n", 1),
        ("A=1\r\nB=2\r\n=rabbit\r\n", 3),
        ("A='\n\n'\nrabbit", 4),
        ("1A=rabbit", 1),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_line_and_never_quoted(text, line):
    with pytest.raises(EnvFileError, match=rf"\b[Ll]ine {line}\b") as refused:
        reconcile(text, {"POOL": "1"})
    assert "rabbit" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "A B", "1A", "A=", "A\n"])
def test_a_name_that_no_reader_takes_is_refused(name):
    with pytest.raises(EnvFileError):
        reconcile("", {name: "1"})


def test_a_value_that_no_notation_carries_is_refused():
    with pytest.raises(EnvFileError, match="no notation"):
        reconcile("", {"A": "two\nlines"})


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (10, "10"), (0.5, "0.5"), ("x", "x")])
def test_values_are_written_as_readers_expect(value, text):
    assert as_text(value) == text
