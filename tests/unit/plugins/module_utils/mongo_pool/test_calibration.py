"""What was measured reaches the file, and the rest of it stays."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo_pool.calibration import (
    CalibrationError,
    reconcile,
    significant,
)
from hypothesis import given
from hypothesis import strategies as st

VALUES = {"mongo_operation_s": 0.0012, "mongo_handshake_s": 0.02}
NAMES = st.from_regex(r"[a-z_]{1,6}", fullmatch=True).filter(
    lambda name: name not in yaml.resolver.Resolver.yaml_implicit_resolvers
)


@given(st.dictionaries(NAMES, st.floats(0.001, 100)), st.dictionaries(NAMES, st.integers()), st.booleans())
def test_other_keys_stay_as_they_are(inputs, others, calibration_first):
    block = {"stack_calibration": inputs} if inputs else {}
    parts = [yaml.safe_dump(part) for part in ((block, others) if calibration_first else (others, block)) if part]
    new = yaml.safe_load(reconcile("---\n" + "".join(parts), VALUES, "when and where"))
    assert new == {**others, "stack_calibration": {**inputs, **VALUES}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "---\nstack_calibration:\n  a: 1  # now\n"),
        ("# why\nb: 2\n", "# why\nb: 2\nstack_calibration:\n  a: 1  # now\n"),
        (
            "stack_calibration:\n    a: 2  # then\n    # note\n    c: 3\n\nb: 2\n",
            "stack_calibration:\n    a: 1  # now\n    # note\n    c: 3\n\nb: 2\n",
        ),
        ("stack_calibration:\n  c: 3\n\n# of b\nb: 2\n", "stack_calibration:\n  c: 3\n  a: 1  # now\n\n# of b\nb: 2\n"),
        ("stack_calibration:  # of this site\nb: 2\n", "stack_calibration:  # of this site\n  a: 1  # now\nb: 2\n"),
    ],
)
def test_comments_order_and_indentation_stay(old, new):
    assert reconcile(old, {"a": 1}, "now") == new


@pytest.mark.parametrize(
    ("text", "line"),
    [("stack_calibration: {a: 1}\n", 1), ("---\nstack_calibration:\n  a: 1\nstack_calibration:\n  a: 2\n", 4)],
)
def test_what_cannot_be_changed_line_by_line_is_refused(text, line):
    with pytest.raises(CalibrationError, match=f"Line {line} "):
        reconcile(text, VALUES, "now")


@pytest.mark.parametrize(("value", "rounded"), [(0.00123456, 0.0012), (0.0567, 0.057), (0, 0), (3.14, 3.1)])
def test_a_measured_value_has_two_digits(value, rounded):
    assert significant(value) == rounded
