# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts without passwords."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MASK = "********"
USERINFO = re.compile(r"//[^\s/]*@")


def secrets_of(uri):
    """The password of a URI in every form in which a message could hold it; of a malformed URI also what may be one."""
    authority = uri.split("://", 1)[-1]
    forms = set()
    # A password with an @ of its own makes two readings possible.
    for userinfo in (authority.rpartition("@")[0], authority.partition("@")[0] if "@" in authority else ""):
        password = userinfo.partition(":")[2]
        for plain in (password, unquote(password), unquote_plus(password)):
            encoded = (quote(plain, safe=""), quote(plain), quote_plus(plain))
            forms.update((plain, repr(plain)[1:-1], *encoded, *map(_lower_hex, encoded)))
    return sorted(forms - {""}, key=len, reverse=True)


def _lower_hex(text):
    return re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), text)


def redact(text, secrets):
    """The text with user information of URIs and each secret masked."""
    text = USERINFO.sub(f"//{MASK}@", text)
    for secret in secrets:
        text = text.replace(secret, MASK)
    return MASK if any(secret in text for secret in secrets) else text
