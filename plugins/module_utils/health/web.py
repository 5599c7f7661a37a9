# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: HTTP and HTTPS within a deadline, with Python's own library only."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
from urllib.parse import urljoin, urlsplit

from ansible_collections.tierstack.librechat.plugins.module_utils.health.wire import (
    Broken,
    Wire,
    connect,
    explain,
    tls_context,
    wrap,
)

# LibreChat refuses, and after a while bans, what does not look like a browser.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
REDIRECTS = (301, 302, 303, 307, 308)
READ_ONLY_METHODS = ("GET", "HEAD", "OPTIONS")
# A request for an address, without anything special
NO_REQUEST = {
    "method": "GET",
    "body": None,
    "headers": None,
    "token": None,
    "user": None,
    "password": None,
    "address": None,
    "redirects": 0,
    "max_body": 1048576,
    "ca_file": None,
    "validate_certs": True,
    "client_cert": None,
    "client_key": None,
}


class Answer:
    """Status, headers and the text of an answer."""

    def __init__(self, status, headers, body=b""):
        self.status = status
        self.headers = headers
        self.text = body.decode("utf-8", "replace")


def place(url):
    """A URL without what may be secret in it: user, query and fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def request_headers(request, url):
    """The headers of a request, with those that the caller gave last."""
    headers = {"Host": urlsplit(url).netloc.rpartition("@")[2], "User-Agent": USER_AGENT, "Accept": "*/*"}
    if not isinstance(request["body"], (str, type(None))):
        headers["Content-Type"] = "application/json"
    if request["token"]:
        headers["Authorization"] = f"Bearer {request['token']}"
    elif request["user"]:
        login = f"{request['user']}:{request['password'] or ''}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(login).decode()
    given = {str(name): str(value) for name, value in (request["headers"] or {}).items()}
    lower = {name.lower() for name in given}
    return {
        **{name: value for name, value in headers.items() if name.lower() not in lower},
        **given,
        "Connection": "close",
    }


def request_body(body):
    if body is None:
        return None
    return (body if isinstance(body, str) else json.dumps(body)).encode()


@contextlib.contextmanager
def opened(request, deadline, url=None, method=None, body=None, headers=None):
    """The answer to a request, its body still to be read."""
    url = url or request["url"]
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Broken(f"not an HTTP address: {place(url)}")
    # A virtual host at a given address: redirects to the same host stay there.
    own_host = parts.hostname == urlsplit(request["url"]).hostname
    host = request["address"] if request["address"] and own_host else parts.hostname
    with contextlib.ExitStack() as stack:
        try:
            sock = connect(host, parts.port or {"http": 80, "https": 443}[parts.scheme], deadline)
            stack.callback(sock.close)
            if parts.scheme == "https":
                context = tls_context(
                    request["validate_certs"], request["ca_file"], request["client_cert"], request["client_key"]
                )
                sock = stack.enter_context(contextlib.closing(wrap(sock, context, parts.hostname, deadline)))
            connection = http.client.HTTPConnection(parts.hostname)
            connection.sock = Wire(sock, deadline)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method or request["method"], target, body, headers or request_headers(request, url))
            answer = connection.getresponse()
            yield answer
        except (OSError, http.client.HTTPException) as exc:
            raise Broken(explain(exc), place(url)) from exc


def fetch(request, deadline):
    """The whole answer, after redirects, in a body of bounded size."""
    url, method, body = request["url"], request["method"], request_body(request["body"])
    seen, left = {url}, request["redirects"]
    headers = request_headers(request, url)
    while True:
        with opened(request, deadline, url, method, body, headers) as answer:
            location = answer.getheader("Location")
            if request["redirects"] == 0 or answer.status not in REDIRECTS or not location:
                content = answer.read(request["max_body"] + 1)
                if len(content) > request["max_body"]:
                    raise Broken(f"body longer than {request['max_body']} bytes", place(url))
                if answer.length:
                    raise Broken("answer ended early", place(url))
                return Answer(answer.status, answer.headers, content)
            status = answer.status
        following = urljoin(url, location)
        if following in seen:
            raise Broken("redirect loop", place(following))
        if left == 0:
            raise Broken(f"more than {request['redirects']} redirects", place(following))
        left -= 1
        seen.add(following)
        headers = {**headers, "Host": urlsplit(following).netloc.rpartition("@")[2]}
        if urlsplit(following).hostname != urlsplit(url).hostname:
            headers = {
                name: value for name, value in headers.items() if name.lower() not in ("authorization", "cookie")
            }
        if status in (301, 302, 303) and method not in ("GET", "HEAD"):
            method, body = "GET", None
        url = following
