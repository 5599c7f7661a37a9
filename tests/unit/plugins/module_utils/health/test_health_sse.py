"""Server-sent events, however the network cuts them."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.health.probes import is_final
from ansible_collections.tierstack.librechat.plugins.module_utils.health.sse import Parser
from hypothesis import given
from hypothesis import strategies as st

STREAM = b": hello\r\ndata: one\r\n\r\nevent: end\ndata:two\ndata: zw\xc3\xb6i\n\nid: 7\n\ndata: left"
EVENTS = [{"event": "message", "data": "one"}, {"event": "end", "data": "two\nzwöi"}]


@given(
    cuts=st.lists(st.integers(0, len(STREAM)), max_size=20).map(sorted),
    newline=st.sampled_from([b"\n", b"\r\n", b"\r"]),
)
def test_pieces_of_any_size_and_any_line_end_give_the_same_events(cuts, newline):
    stream = STREAM.replace(b"\r\n", b"\n").replace(b"\n", newline)
    parser, events = Parser(), []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        events += parser.feed(stream[begin:end])
    assert events == EVENTS


@pytest.mark.parametrize(
    ("event", "regex", "final"),
    [(None, None, True), ("end", None, True), ("message", None, False), (None, "tw", True), ("end", "three", False)],
)
def test_the_final_event_has_the_type_and_the_data_that_were_described(event, regex, final):
    assert is_final({"event": "end", "data": "two"}, {"final_event": event, "final_regex": regex}) is final
