"""No password in any text."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.pool.connection import (
    ConnectionFailed,
    Deployment,
)
from ansible_collections.tierstack.librechat.plugins.module_utils.mongo.pool.redaction import redact, secrets_of
from hypothesis import example, given
from hypothesis import strategies as st

PASSWORDS = st.text(min_size=6, max_size=20).filter(
    lambda password: password.strip("*").encode(errors="ignore").decode() == password
)
ENCODINGS = st.sampled_from(
    [
        lambda password: quote(password, safe=""),
        quote_plus,
        lambda password: "".join(f"%{byte:02x}" for byte in password.encode()),
        lambda password: "".join(f"%{byte:02X}" for byte in password.encode()),
    ]
)


@given(PASSWORDS, ENCODINGS, ENCODINGS, st.text(max_size=30), st.text(max_size=30))
@example("rabbit/hole:50%@#?", quote_plus, quote, "", "")
def test_a_password_is_masked_however_it_was_and_is_encoded(password, given_as, shown_as, before, after):
    secrets = secrets_of(f"mongodb://user:{given_as(password)}@host:27017/app?authSource=admin")
    for shown in (password, given_as(password), repr(password)[1:-1], quote(password, safe=""), quote_plus(password)):
        assert shown not in redact(f"{before}{shown}{after}", secrets)


@given(PASSWORDS)
@example("rabbit@hole:27017/wonder")
def test_a_password_that_breaks_the_uri_is_in_no_message(password):
    """Whatever follows from it: refused as no URI, or taken for a host name that nobody has."""
    assert password not in outcome(f"mongodb://user:{password}@localhost:1/")


def outcome(uri):
    """What is said of a URI: that it is none, or what became of the connection."""
    try:
        deployment = Deployment(uri, 0.01)
    except ConnectionFailed as failure:
        return f"{failure} {failure.__cause__}"
    try:
        return deployment.explain(RuntimeError(f"no luck with {uri}"))
    finally:
        deployment.close()


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://user:rabbit@hole@host/",
        "mongodb://user:rabbit/hole@host/",
        "mongodb://user:rabbit:hole@host/",
        "mongodb://user:rabbit%hole@host:99999/",
        "http://user:rabbithole@host/",
        "user:rabbithole@host",
        "mongodb://user:rabbithole@host:port/",
        "mongodb://user:rabbithole@/",
        "",
    ],
)
def test_what_is_no_uri_is_refused_without_being_quoted(uri):
    with pytest.raises(ConnectionFailed, match="cannot be parsed") as refused:
        Deployment(uri, 1)
    assert "hole" not in str(refused.value)


def test_other_text_stays():
    secrets = secrets_of("mongodb://user:rabbit@host")
    assert redact("connection to host refused", secrets) == "connection to host refused"
    assert redact("see mongodb://a:b@host/", []) == "see mongodb://********@host/"
    assert secrets_of("mongodb://host/") == []
