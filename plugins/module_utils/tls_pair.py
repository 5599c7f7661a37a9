# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: a certificate and its key, as openssl shows them on the host. The key stays there."""

from __future__ import annotations

import re
import shlex

NAME = re.compile(r"(?:DNS|IP Address):[^,\s]+")


def question(certificate, key, seconds, authority=None):
    """The command that looks at a pair, a line for a POSIX shell.

    :param certificate: path of the certificate
    :param key: path of its private key
    :param seconds: how long the certificate is to be valid from now
    :param authority: path of the certificate of the authority that is to have signed it
    """
    certificate, key = shlex.quote(certificate), shlex.quote(key)
    shown = f"openssl x509 -in {certificate} -noout"
    command = (
        f"{shown} -checkend {int(seconds)} >/dev/null 2>&1 && echo lasts; "
        f"public=$(openssl pkey -in {key} -pubout 2>/dev/null) && "
        f'test "$public" = "$({shown} -pubkey 2>/dev/null)" && echo matches; '
        f"{shown} -ext subjectAltName 2>/dev/null"
    )
    if authority:
        command += f"; openssl verify -CAfile {shlex.quote(authority)} {certificate} >/dev/null 2>&1 && echo trusted"
    return command


def answer(output):
    """Read the command's output: whether the pair ``lasts``, ``matches`` and is ``trusted``, and its ``names``."""
    lines = output.splitlines()
    return {
        **{what: what in lines for what in ("lasts", "matches", "trusted")},
        "names": NAME.findall(" ".join(line for line in lines if ":" in line)),
    }
