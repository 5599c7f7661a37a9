"""What mtail's program takes of a line of Nginx' log. That it compiles is mtail's to say, when it is installed."""

from __future__ import annotations

import json
import re

import pytest
from rolespec import ROOT

PROGRAM = (ROOT / "roles/monitoring/templates/nginx.mtail.j2").read_text()
REQUEST, UPSTREAM = (
    re.compile("".join(re.findall(r"^/(.*?)/ [+{]$", part, re.MULTILINE)))
    for part in re.findall(r"^(?:/.*/ \+\n)*/.*/ \{$", PROGRAM, re.MULTILINE)
)


def line(**changes):
    """A line as Nginx writes it, in its order."""
    entry = {
        "time": "2026-01-01T00:00:00+00:00",
        "path": "/api/user",
        "status": 200,
        "user_agent": "Mozilla",
        "request_id": "0" * 32,
        "upstream": "10.0.0.5:3080",
        "upstream_status": "200",
        "rt": 0.125,
        "uct": "0.000",
        "uht": "0.124",
        "urt": "0.125",
        "class": "request",
    }
    return json.dumps({**entry, **changes}, separators=(",", ":"))


def test_a_request_has_a_code_a_time_and_a_class():
    assert REQUEST.search(line()).groupdict() == {"code": "200", "seconds": "0.125", "class": "request"}


def test_what_a_client_sends_is_no_field():
    forged = line(user_agent='","status":500,"x":"', path='/","upstream":"10.6.6.6:1","upstream_status":"500","x":"')
    assert REQUEST.search(forged)["code"] == "200"
    assert UPSTREAM.search(forged)["upstream"] == "10.0.0.5:3080"


@pytest.mark.parametrize(
    ("upstream", "status", "times", "found"),
    [
        ("10.0.0.5:3080", "200", "0.125", ("10.0.0.5:3080", "200", "0.125")),
        ("10.0.0.5:3080, 10.0.0.5:3081", "502, 200", "0.001, 0.125", ("10.0.0.5:3081", "200", "0.125")),
        ("10.0.0.5:3080 : 10.0.0.5:3081", "502 : 404", "0.001 : 0.002", ("10.0.0.5:3081", "404", "0.002")),
        ("10.0.0.5:3080", "-", "-", ("10.0.0.5:3080", "-", "-")),
        ("10.0.0.5:3080", "", "", ("10.0.0.5:3080", "", "")),
    ],
    ids=["one", "the next one", "after a redirect", "client gone", "no answer"],
)
def test_of_the_servers_that_were_tried_the_last_counts(upstream, status, times, found):
    match = UPSTREAM.search(line(upstream=upstream, upstream_status=status, urt=times))
    assert (match["upstream"], match["status"], match["seconds"]) == found


@pytest.mark.parametrize("upstream", ["", "workers"], ids=["none was asked", "none was there"])
def test_a_request_that_no_server_got_counts_for_none(upstream):
    assert not UPSTREAM.search(line(upstream=upstream, upstream_status="502", urt="0.000"))
