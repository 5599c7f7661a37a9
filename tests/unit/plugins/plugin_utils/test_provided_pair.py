"""A certificate and its key are judged whole before they go to a host."""

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.tierstack.librechat.plugins.plugin_utils.provided_pair import provided_pair
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
NAME = "chat.example.org"


def new_key(bits=None):
    return rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())


def pem(one):
    if isinstance(one, x509.Certificate):
        return one.public_bytes(serialization.Encoding.PEM).decode()
    return one.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def certificate(subject, key, issuer, issuer_key, names=(), usage=None, first=NOW, days=90, authority=False):
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first - timedelta(days=1))
        .not_valid_after(first + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), False)
    return builder.sign(issuer_key, hashes.SHA256())


ROOT_KEY, MIDDLE_KEY, KEY = new_key(), new_key(), new_key()
MIDDLE = certificate("Middle", MIDDLE_KEY, "Root", ROOT_KEY, authority=True)
STRANGER = certificate("Stranger", MIDDLE_KEY, "Root", ROOT_KEY, authority=True)


def leaf(key=KEY, names=(NAME,), **others):
    return certificate(NAME, key, "Middle", MIDDLE_KEY, names=names, **others)


LEAF = leaf()
CHAIN = pem(LEAF) + pem(MIDDLE)
EXPECTED = CHAIN + pem(KEY)


def judged(chain=CHAIN, key=None, name=NAME):
    return provided_pair(chain, pem(KEY) if key is None else key, name, now=NOW)


@pytest.mark.parametrize(
    ("chain", "key"),
    [
        (CHAIN, pem(KEY)),
        (CHAIN.replace("\n", "\r\n"), pem(KEY).replace("\n", "\r\n")),
        ("\ufeff" + CHAIN, "\ufeff" + pem(KEY)),
        (pem(LEAF).strip() + pem(MIDDLE).strip(), pem(KEY).strip()),
        ("subject=CN = x\n" + CHAIN + "\n\n  ", "Bag Attributes\n" + pem(KEY)),
        (CHAIN.replace("\n", "\n  "), pem(KEY).replace("\n", "\n  ")),
    ],
    ids=["as it is", "CRLF", "byte order mark", "glued", "text around", "indented"],
)
def test_a_good_pair_arrives_whole_however_it_was_written(chain, key):
    assert judged(chain, key) == {"problem": "", "pem": EXPECTED}


def test_a_self_signed_authority_of_ones_own_may_serve():
    own = certificate(NAME, KEY, NAME, KEY, names=[NAME], authority=True)
    assert judged(pem(own))["problem"] == ""


@pytest.mark.parametrize("names", [["*.example.org"], ["CHAT.Example.ORG"], ["a.example.net", NAME]])
def test_a_name_is_compared_as_browsers_do(names):
    assert judged(pem(leaf(names=names)))["problem"] == ""


def encrypted(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    ).decode()


SHORT = new_key(1024)
WRONG = {
    "empty": ("", None, "has no block from BEGIN CERTIFICATE"),
    "cut off": (CHAIN[:-40], None, "without its first or its last line"),
    "the authority first": (
        pem(MIDDLE) + pem(LEAF),
        None,
        "is that of an authority (CN=Middle): put the server's first",
    ),
    "another key": (CHAIN, pem(new_key()), "is not the private key of nginx_tls_certificate (CN=chat.example.org)"),
    "an issuer of another": (pem(LEAF) + pem(STRANGER), None, "did not sign certificate 1, which CN=Middle did"),
    "no key": (CHAIN, "", "nginx_tls_key has no block"),
    "a passphrase": (CHAIN, encrypted(KEY), "has a passphrase"),
    "the subject only": (pem(leaf(names=())), None, "has no subject alternative name"),
    "another name": (pem(leaf(names=["chat.example.com"])), None, "is for chat.example.com, not for chat.example.org"),
    "a wildcard of two labels": (pem(leaf(names=["*.org"])), None, "is for *.org, not for"),
    "expired": (pem(leaf(first=NOW - timedelta(days=100))), None, "is valid from 2026-02-20 00:00 to 2026-05-22 00:00"),
    "not yet valid": (pem(leaf(first=NOW + timedelta(days=9))), None, "is valid from 2026-06-09 00:00"),
    "too short": (pem(leaf(key=SHORT)), pem(SHORT), "has 1024 bits of RSA"),
    "for clients": (
        pem(leaf(usage=x509.ExtendedKeyUsageOID.CLIENT_AUTH)),
        None,
        "is not for a server",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_pair_that_cannot_serve_is_refused_in_words(kind):
    chain, key, told = WRONG[kind]
    verdict = judged(chain, key)
    assert told in verdict["problem"]
    assert verdict["pem"] == ""


def without_a_line(text):
    lines = text.splitlines(keepends=True)
    return ["".join(lines[:place] + lines[place + 1 :]) for place in range(len(lines))]


def test_a_chain_or_a_key_with_a_missing_line_never_gets_to_a_host():
    for chain in without_a_line(CHAIN):
        assert judged(chain)["pem"] in ("", EXPECTED)
        assert judged(chain)["problem"]
    for key in without_a_line(pem(KEY)):
        assert judged(key=key)["problem"]


def test_no_problem_shows_the_key():
    for chain, key, _told in WRONG.values():
        body = (pem(KEY) if key is None else key).split("\n")[1:2]
        assert not body or not body[0] or body[0] not in judged(chain, key)["problem"]
