# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: judge a certificate and its key on the controller, before they go to a host."""

from __future__ import annotations

import base64
import binascii
import re
import textwrap
from datetime import datetime, timezone
from itertools import pairwise

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
except ImportError as failure:  # ansible-core brings it; the sanity tests do without
    CRYPTOGRAPHY_IMPORT_ERROR = failure
else:
    CRYPTOGRAPHY_IMPORT_ERROR = None

CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
BORDER = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]*CERTIFICATE-----")
KEY = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)
LEAST_RSA_BITS = 2048  # the security level of Debian's OpenSSL refuses less
WEAK_HASHES = ("md5", "sha1")


class Problem(Exception):
    """What is wrong with the pair, in words."""


def provided_pair(certificate, key, name, now=None):
    """Judge a certificate with its chain, and its private key, as a server for a name.

    :param certificate: PEM text, the server's certificate first, each other one the issuer of the one before it; line ends of any kind,
        a byte order mark, and text around the blocks are no fault
    :param key: PEM text of the private key
    :param name: host name that the certificate is to be for
    :param now: datetime in UTC, the present where it is not given
    :returns: a dictionary of ``problem`` (str, empty where there is none) and ``pem`` (str): chain and key in one text, as a daemon reads it
    """
    if CRYPTOGRAPHY_IMPORT_ERROR:
        raise CRYPTOGRAPHY_IMPORT_ERROR
    try:
        chain = _chain(_plain(certificate))
        private, key_pem = _key(_plain(key))
        _same_key(chain, private)
        _in_order(chain)
        _strong(chain)
        _valid(chain, now or datetime.now(timezone.utc))
        _for_name(chain[0], name.lower())
    except Problem as problem:
        return {"problem": str(problem), "pem": ""}
    blocks = [one.public_bytes(serialization.Encoding.PEM).decode().strip() for one in chain]
    return {"problem": "", "pem": "\n".join([*blocks, key_pem]) + "\n"}


def _plain(text):
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _chain(text):
    blocks = CERTIFICATE.findall(text)
    if not blocks:
        raise Problem(
            "nginx_tls_certificate has no block from BEGIN CERTIFICATE to END CERTIFICATE: it is no PEM text, or was cut off."
        )
    if 2 * len(blocks) != len(BORDER.findall(text)):
        raise Problem(
            "nginx_tls_certificate has a certificate without its first or its last line: something was cut off."
        )
    chain = []
    for place, block in enumerate(blocks, 1):
        try:
            chain.append(x509.load_der_x509_certificate(base64.b64decode("".join(block.split()), validate=True)))
            chain[-1].extensions  # noqa: B018 - reads them, which is where damage shows
        except (ValueError, binascii.Error, UnsupportedAlgorithm) as failure:
            raise Problem(
                f"Certificate {place} of {len(blocks)} in nginx_tls_certificate cannot be read: it is damaged, or a line of it is missing."
            ) from failure
    return chain


def _key(text):
    block = KEY.search(text)
    if not block:
        raise Problem(
            "nginx_tls_key has no block from BEGIN PRIVATE KEY to END PRIVATE KEY: it is no PEM text, or was cut off."
        )
    if "ENCRYPTED" in block.group():
        raise Problem(
            "nginx_tls_key has a passphrase, which Nginx could not ask for. Take it away (openssl pkey -in with.key -out without.key) and keep "
            "the key in ansible-vault."
        )
    kind, body = block.groups()
    pem = "\n".join([f"-----BEGIN {kind}-----", *textwrap.wrap("".join(body.split()), 64), f"-----END {kind}-----"])
    try:
        return serialization.load_pem_private_key(pem.encode(), password=None), pem
    except (ValueError, TypeError, UnsupportedAlgorithm) as failure:
        raise Problem("nginx_tls_key cannot be read: it is damaged, or a line of it is missing.") from failure


def _public(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _subject(certificate):
    return certificate.subject.rfc4514_string() or "without a subject"


def _same_key(chain, private):
    places = [place for place, one in enumerate(chain) if _public(one.public_key()) == _public(private.public_key())]
    if not places:
        raise Problem(f"nginx_tls_key is not the private key of nginx_tls_certificate ({_subject(chain[0])}).")
    if places[0] != 0:
        raise Problem(
            f"The first certificate in nginx_tls_certificate is that of an authority ({_subject(chain[0])}): put the server's first "
            f"({_subject(chain[places[0]])}), then the one that signed it."
        )


def _in_order(chain):
    for place, (one, issuer) in enumerate(pairwise(chain), 1):
        if one.issuer != issuer.subject:
            raise Problem(
                f"Certificate {place + 1} in nginx_tls_certificate ({_subject(issuer)}) did not sign certificate {place}, which "
                f"{one.issuer.rfc4514_string()} did. Put each certificate's issuer after it."
            )


def _strong(chain):
    for one in chain:
        key = one.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            if key.key_size < LEAST_RSA_BITS:
                raise Problem(
                    f"The key of {_subject(one)} has {key.key_size} bits of RSA. Nginx takes {LEAST_RSA_BITS} and more."
                )
        elif not isinstance(key, (ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            raise Problem(
                f"The key of {_subject(one)} is neither RSA nor of an elliptic curve. Browsers take no other."
            )
        digest = one.signature_hash_algorithm
        if one.subject != one.issuer and digest is not None and digest.name in WEAK_HASHES:
            raise Problem(
                f"{_subject(one)} is signed with {digest.name}, which browsers and Nginx refuse. Have it signed with SHA-256."
            )


def _validity(certificate):
    """The first and the last moment; older libraries have them without a time zone."""
    if hasattr(certificate, "not_valid_after_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return tuple(
        one.replace(tzinfo=timezone.utc) for one in (certificate.not_valid_before, certificate.not_valid_after)
    )


def _valid(chain, now):
    for one in chain:
        first, last = _validity(one)
        if not first <= now <= last:
            raise Problem(
                f"{_subject(one)} in nginx_tls_certificate is valid from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC only."
            )


def _for_name(certificate, name):
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
            x509.DNSName
        )
    except x509.ExtensionNotFound:
        raise Problem(
            f"nginx_tls_certificate ({_subject(certificate)}) has no subject alternative name, and browsers do not look at the subject. "
            f"Have one issued with the name {name}."
        ) from None
    if not {name, "*." + name.partition(".")[2]} & {one.lower() for one in names}:
        raise Problem(f"nginx_tls_certificate is for {', '.join(names) or 'no host name'}, not for {name}.")
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not {x509.ExtendedKeyUsageOID.SERVER_AUTH, x509.ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(usages):
        raise Problem(
            f"nginx_tls_certificate ({_subject(certificate)}) is not for a server: its extended key usage has no serverAuth."
        )
