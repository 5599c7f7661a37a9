"""A server is taken out of its upstream, and put back, without touching anything else in the file."""

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.upstream import members, switch
from hypothesis import given
from hypothesis import strategies as st

TEXT = """\
events {}
http {
    # upstream workers { server 192.0.2.1:3080; }
    map $uri $path { "~^(?<only>[^;{]*)" $only; default '}'; }
    upstream others {
        server 192.0.2.1:3080;
    }
    upstream workers {
        zone workers 256k;  # server 192.0.2.1:3080;
        server 192.0.2.1:3080 max_fails=3 fail_timeout=5s;
        server 192.0.2.1:3081   max_fails=3
               fail_timeout=5s ; # the second
        server [2001:db8::1]:3080 down max_fails=3;
        keepalive 32;
    }
    server { location / { proxy_pass http://workers/${x}; } }
}
"""
SERVERS = ["192.0.2.1:3080", "192.0.2.1:3081", "[2001:db8::1]:3080"]


def test_down_is_added_at_the_end_of_the_line():
    old, new = (
        "server 192.0.2.1:3080 max_fails=3 fail_timeout=5s;",
        "server 192.0.2.1:3080 max_fails=3 fail_timeout=5s down;",
    )
    assert switch(TEXT, "workers", SERVERS[:1], "down") == TEXT.replace(old, new)


def test_a_directive_of_two_lines_and_a_comment_behind_it_stay_as_they_are():
    old, new = "fail_timeout=5s ; # the second", "fail_timeout=5s down ; # the second"
    assert switch(TEXT, "workers", SERVERS[1:2], "down") == TEXT.replace(old, new)


def test_down_is_removed_wherever_it_stands():
    assert switch(TEXT, "workers", SERVERS[2:], "up") == TEXT.replace(":3080 down max_fails", ":3080 max_fails")


def test_servers_up_and_down_are_those_of_this_upstream_only():
    assert members(TEXT, "workers") == (SERVERS[:2], SERVERS[2:])
    assert members(TEXT, "others") == (SERVERS[:1], [])


@pytest.mark.parametrize(
    ("upstream", "servers"), [("workers", ["192.0.2.9:3080"]), ("nobody", SERVERS), ("workers", [])]
)
def test_what_is_not_there_changes_nothing(upstream, servers):
    assert switch(TEXT, upstream, servers, "down") == TEXT


def test_an_address_that_only_begins_alike_is_another_server():
    assert switch(TEXT, "workers", ["192.0.2.1:308"], "down") == TEXT


def test_no_file_has_no_servers():
    assert members("", "workers") == ([], [])


chosen = st.lists(st.sampled_from(SERVERS), unique=True)


@given(chosen)
def test_there_and_back_gives_the_same_bytes(servers):
    text = switch(TEXT, "workers", SERVERS, "up")
    assert switch(switch(text, "workers", servers, "down"), "workers", servers, "up") == text


@given(chosen, st.sampled_from(["up", "down"]))
def test_twice_is_once_and_exactly_the_chosen_are_switched(servers, state):
    once = switch(TEXT, "workers", servers, state)
    assert switch(once, "workers", servers, state) == once
    assert set(servers) <= set(members(once, "workers")[0 if state == "up" else 1])
    untouched = set(SERVERS) - set(servers)
    assert untouched & set(members(once, "workers")[0]) == untouched & set(members(TEXT, "workers")[0])
