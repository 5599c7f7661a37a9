"""A web server that does what servers should not: misbehaving_http.py DIRECTORY PORT, and HTTPS on the ports behind it.

PORT      HTTP
PORT + 1  HTTPS with good.crt
PORT + 2  HTTPS with expired.crt
PORT + 3  HTTPS with good.crt, for clients that show a certificate signed by good.crt
PORT + 4  accepts connections and never says a word
"""

import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BEGIN = time.monotonic()
READY_AFTER_S = 4
TOKEN, STREAM = "a-token-of-the-login", "a-stream"
PLACES = {
    "/health": "OK",
    "/json": {"status": "ok", "workers": [{"load": 0.5}], "users": 50},
    "/wrong-json": "{oops",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.split("?")[0]
        name = path.split("/")[1].replace("-", "_")
        if path in PLACES:
            self.reply(200, PLACES[path])
        elif hasattr(self, f"get_{name}"):
            getattr(self, f"get_{name}")()
        else:
            self.reply(404, "no such place")

    do_HEAD = do_GET

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        if self.path == "/login":
            known = body == {"email": "probe@example.org", "password": "correct-horse"}
            self.reply(200 if known else 401, {"token": TOKEN} if known else {"message": "no"})
        elif self.path == "/chat" and self.headers["Authorization"] == f"Bearer {TOKEN}":
            self.reply(200, {"streamId": STREAM})
        else:
            self.reply(403, "no")

    def reply(self, status, content, **headers):
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "X-Release": "1.2.3", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def drip(self, head, piece, pause):
        self.close_connection = True
        self.wfile.write(head)
        while True:
            self.wfile.write(piece)
            time.sleep(pause)

    def get_starting(self):
        self.reply(200 if time.monotonic() - BEGIN > READY_AFTER_S else 503, "ready or not")

    def get_host(self):
        self.reply(200, self.headers["Host"])

    def get_basic(self):
        self.reply(200 if self.headers["Authorization"] == "Basic bWU6Y29ycmVjdC1ob3JzZQ==" else 401, "me")

    def get_slow(self):
        time.sleep(20)

    def get_slow_header(self):
        self.drip(b"HTTP/1.1 200 OK\r\n", b"X-Header: x\r\n", 0.3)

    def get_slow_body(self):
        self.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", 0.3)

    def get_endless(self):
        self.drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, 0)

    def get_early_end(self):
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")

    def get_garbage(self):
        self.close_connection = True
        self.wfile.write(b"220 mail.example.org ESMTP\r\n")

    def get_reset(self):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def get_loop(self):
        self.reply(302, "", Location="/loop")

    def get_chain(self):
        length = int(self.path.rpartition("/")[2])
        self.reply(302, "", Location=f"/chain/{length - 1}" if length else "/health")

    def get_stream(self):
        if self.headers["Authorization"] != f"Bearer {TOKEN}" or not self.path.endswith(STREAM):
            self.reply(403, "no")
            return
        self.events([0.05] * 5, final=True)

    def get_stream_late(self):
        self.events([20])

    def get_stream_gap(self):
        self.events([0, 0.05, 20])

    def get_stream_cut(self):
        self.events([0, 0.05])

    def get_stream_done(self):
        self.events([0, 0.05], final=True)

    def events(self, pauses, final=False):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for pause in pauses:
            time.sleep(pause)
            self.chunk(b'event: message\ndata: {"text": "word"}\n\n')
        if final:
            self.chunk(b'event: message\ndata: {"final": true}\n\n')
        self.chunk(b"")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def log_message(self, *_arguments):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_arguments):
        """Clients that leave are the purpose."""


def serve(port, certificate=None, clients=None):
    server = Server(("127.0.0.1", port), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.with_suffix(".crt"), certificate.with_suffix(".key"))
        if clients:
            context.load_verify_locations(clients)
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()


home, first = Path(sys.argv[1]), int(sys.argv[2])
serve(first + 1, home / "good")
serve(first + 2, home / "expired")
serve(first + 3, home / "good", clients=home / "good.crt")
mute = socket.create_server(("127.0.0.1", first + 4))
serve(first)
threading.Event().wait()
