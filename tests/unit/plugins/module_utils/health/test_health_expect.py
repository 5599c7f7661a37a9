"""What is expected of an HTTP answer, without a server."""

from __future__ import annotations

import email.message

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.health.expect import (
    COMPARISONS,
    MISSING,
    check_answer,
    check_json,
    fill,
    look_up,
    parse_json,
    shorten,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.health.options import COMPARISON
from ansible_collections.tierstack.librechat.plugins.module_utils.health.web import (
    Answer,
    place,
    request_body,
    request_headers,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import Broken

DOCUMENT = {"status": "ok", "list": [{"name": "a"}, {"name": "b"}], "users": 50, "ready": True, "none": None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", "ok"),
        ("list[0].name", "a"),
        ("list.1.name", "b"),
        ("list[-1].name", "b"),
        ("none", None),
        ("list[2]", MISSING),
        ("status.length", MISSING),
        ("status[0]", MISSING),
        ("nothing.here", MISSING),
    ],
)
def test_a_path_leads_to_its_value(path, value):
    assert look_up(DOCUMENT, path) == value


@pytest.mark.parametrize(
    ("path", "op", "value"),
    [
        ("status", "eq", "ok"),
        ("users", "eq", 50),
        ("users", "eq", "50"),
        ("ready", "eq", True),
        ("ready", "eq", "true"),
        ("status", "ne", "bad"),
        ("users", "lt", 51),
        ("users", "le", "50"),
        ("users", "gt", 49.5),
        ("users", "ge", 50),
        ("status", "contains", "o"),
        ("list", "contains", {"name": "a"}),
        ("status", "matches", "^o.$"),
        ("users", "matches", "^5"),
        ("none", "exists", None),
        ("other", "absent", None),
    ],
)
def test_a_comparison_holds(path, op, value):
    check_json(DOCUMENT, [{"path": path, "op": op, "value": value}])


@pytest.mark.parametrize(
    ("path", "op", "value", "reason"),
    [
        ("users", "gt", 50, "JSON users is 50, wanted gt 50"),
        ("users", "eq", 51, "JSON users is 50, wanted eq 51"),
        ("status", "lt", 3, "JSON status is ok, wanted lt 3"),
        ("ready", "ge", 0, "JSON ready is true, wanted ge 0"),
        ("users", "contains", 5, "JSON users is 50, wanted contains 5"),
        ("users", "absent", None, "JSON users is 50, wanted absent"),
        ("other", "eq", None, "JSON has no other"),
        ("other", "exists", None, "JSON has no other"),
    ],
)
def test_a_comparison_that_does_not_hold_says_why(path, op, value, reason):
    with pytest.raises(Broken) as broken:
        check_json(DOCUMENT, [{"path": path, "op": op, "value": value}])
    assert broken.value.reason == reason


def test_every_comparison_that_can_be_asked_for_is_there():
    assert set(COMPARISON["op"]["choices"]) == set(COMPARISONS)


def answer(status=200, text="all is well", **headers):
    message = email.message.Message()
    for name, value in headers.items():
        message[name] = value
    return Answer(status, message, text.encode())


def test_an_answer_as_expected_is_accepted():
    check_answer(
        answer(204, X="abc"), {"status": [200, 204], "answer_headers": {"x": "^a"}, "body_regex": "well$", "json": None}
    )


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        ({"status": [201, 204]}, "status 200, wanted 201 or 204"),
        ({"answer_headers": {"Y": ""}}, "no header Y"),
        ({"answer_headers": {"X": "^b"}}, "header X does not match ^b"),
        ({"body_regex": "ill"}, "body does not match ill"),
        ({"json": [{"path": "a", "op": "exists"}]}, "body is not JSON"),
    ],
)
def test_an_answer_that_differs_says_how(expected, reason):
    with pytest.raises(Broken) as broken:
        check_answer(answer(X="abc"), {"status": [200], **expected})
    assert broken.value.reason == reason


def test_bytes_that_are_no_text_are_no_json_but_no_surprise_either():
    with pytest.raises(Broken, match="body is not JSON"):
        parse_json(Answer(200, {}, b"\xff\xfe{").text)


def test_taken_values_stand_where_they_are_named_and_nowhere_else():
    value = {"url": "/x/${id}?n=$id", "list": ["${token}", 5], "unknown": "${other}"}
    assert fill(value, {"id": 7, "token": "t"}) == {"url": "/x/7?n=$id", "list": ["t", 5], "unknown": "${other}"}


def test_a_long_text_is_shown_by_its_beginning_on_one_line():
    assert shorten("a\n b") == "a b"
    assert len(shorten("word " * 100)) == 120


def test_a_url_is_shown_without_what_may_be_secret():
    assert place("https://me:secret@host:8443/path?key=secret#secret") == "https://host:8443/path"


def request(**options):
    return {"headers": None, "body": None, "token": None, "user": None, "password": None, **options}


def test_a_request_looks_like_a_browsers_and_like_what_was_asked():
    headers = request_headers(request(headers={"user-agent": "mine"}, token="t"), "http://me:pw@host:81/")
    assert headers == {
        "Host": "host:81",
        "Accept": "*/*",
        "Authorization": "Bearer t",
        "user-agent": "mine",
        "Connection": "close",
    }
    assert "Mozilla" in request_headers(request(), "http://host/")["User-Agent"]
    assert request_headers(request(user="u", password="p"), "http://host/")["Authorization"] == "Basic dTpw"


def test_a_structured_body_is_sent_as_json():
    assert request_body({"a": [1]}) == b'{"a": [1]}'
    assert request_headers(request(body={}), "http://host/")["Content-Type"] == "application/json"
    assert request_body("a=1") == b"a=1"
    assert request_body(None) is None
