# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: connections that end with their deadline, and words for what went wrong."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time


class Broken(Exception):
    """What is wrong, in a few words, and what was seen."""

    def __init__(self, reason, detail="", evidence=None):
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.evidence = evidence or {}


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds, monotonic=time.monotonic):
        self.seconds = seconds
        self.monotonic = monotonic
        self.moment = monotonic() + seconds

    def left(self):
        """Seconds until then, never 0: a timeout of 0 would make a socket non-blocking."""
        left = self.moment - self.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Reader(io.RawIOBase):
    """What arrives at a socket until the deadline, however it drips."""

    def __init__(self, sock, deadline):
        self.sock = sock
        self.deadline = deadline

    def readable(self):
        return True

    def readinto(self, buffer):
        self.sock.settimeout(self.deadline.left())
        count = self.sock.recv_into(buffer)
        self.deadline.left()  # raises TimeoutError: what comes too late has not come
        return count


class Wire:
    """As much of a socket as http.client needs. Its owner closes the socket, http.client does not."""

    def __init__(self, sock, deadline):
        self.sock = sock
        self.deadline = deadline

    def sendall(self, data):
        view = memoryview(data)
        while view:
            self.sock.settimeout(self.deadline.left())
            view = view[self.sock.send(view) :]

    def makefile(self, *_arguments):
        return io.BufferedReader(_Reader(self.sock, self.deadline), 65536)

    def close(self):
        """Leave the socket to its owner."""


def connect(host, port, deadline):
    """A TCP connection to the first address of the host that answers; each has its share of the time left."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    refused = OSError(f"{host} has no address")
    for number, (family, kind, protocol, _name, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(deadline.left() / (len(addresses) - number))
            sock.connect(address)
            return sock
        except OSError as exc:
            sock.close()
            refused = exc
    raise refused


def tls_context(validate_certs=True, ca_file=None, client_cert=None, client_key=None):
    """Trust in an authority, or in nobody in particular; and who we are."""
    if validate_certs:
        context = ssl.create_default_context(cafile=ca_file)
        # Python 3.13 asks more of a private authority than earlier ones: one verdict on all hosts.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if client_cert:
        context.load_cert_chain(client_cert, client_key)
    return context


def wrap(sock, context, server_name, deadline):
    """TLS over a connection. The handshake has the time that is left."""
    sock.settimeout(deadline.left())
    return context.wrap_socket(sock, server_hostname=server_name)


def explain(exc):
    """The few words for an exception of the network, without the data that some of them quote."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"certificate refused: {exc.verify_message}"
    if isinstance(exc, http.client.RemoteDisconnected):
        return "closed without an answer"
    if isinstance(exc, socket.gaierror):
        return "name does not resolve"
    if isinstance(exc, (TimeoutError, socket.timeout)):
        return "no answer in time"
    if isinstance(exc, ConnectionRefusedError):
        return "connection refused"
    if isinstance(exc, (ConnectionResetError, BrokenPipeError)):
        return "connection reset"
    if isinstance(exc, ssl.SSLEOFError):
        return "closed during TLS"
    if isinstance(exc, ssl.SSLError):
        return f"TLS failed: {(getattr(exc, 'reason', None) or 'unknown').replace('_', ' ').lower()}"
    if isinstance(exc, http.client.IncompleteRead):
        return "answer ended early"
    if isinstance(exc, http.client.HTTPException):
        return f"not HTTP: {type(exc).__name__}"
    if isinstance(exc, OSError) and exc.strerror:
        return exc.strerror.lower()
    return type(exc).__name__
