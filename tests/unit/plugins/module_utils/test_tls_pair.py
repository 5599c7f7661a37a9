"""A certificate and its key, as the openssl of this machine shows them."""

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.tls_pair import answer, question

DAY = 86400


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def look(certificate, key, seconds=0, authority=None):
    command = question(str(certificate), str(key), seconds, authority and str(authority))
    return answer(subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False).stdout)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Return a self-signed certificate of ten days, and its key."""
    directory = tmp_path_factory.mktemp("it's a pair")
    certificate, key = directory / "a.crt", directory / "a.key"
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 10)
    names = "subjectAltName=DNS:chat.example.org,DNS:b.example.org"
    openssl("req", "-x509", *ec, "-subj", "/CN=x", "-addext", names, "-keyout", key, "-out", certificate)
    return certificate, key


def test_a_good_pair_is_seen_with_its_names(pair):
    seen = look(*pair, seconds=9 * DAY, authority=pair[0])
    assert seen == {
        "lasts": True,
        "matches": True,
        "trusted": True,
        "names": ["DNS:chat.example.org", "DNS:b.example.org"],
    }


def test_a_certificate_that_ends_too_soon_does_not_last(pair):
    assert look(*pair, seconds=11 * DAY)["lasts"] is False


def test_another_key_does_not_match(pair, tmp_path):
    openssl("genpkey", "-algorithm", "ed25519", "-out", tmp_path / "b.key")
    assert look(pair[0], tmp_path / "b.key")["matches"] is False


def test_what_is_missing_or_damaged_is_not_good(pair, tmp_path):
    (tmp_path / "damaged").write_text("no PEM\n")
    nothing = {"lasts": False, "matches": False, "trusted": False, "names": []}
    assert look(tmp_path / "missing", tmp_path / "missing") == nothing
    assert look(tmp_path / "damaged", tmp_path / "damaged", authority=pair[0]) == nothing
    assert look(pair[0], tmp_path / "damaged", authority=tmp_path / "missing")["matches"] is False
