"""Lines reach a collector that goes away, and are kept when it does not come back in time."""

from __future__ import annotations

import datetime
import ipaddress
import os
import signal
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from programs import load_program

logs_send = load_program("roles/logs/files/logs_send.py")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Return certificate and key of a collector at 127.0.0.1, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "collector")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName("collector"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    directory = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (directory / "crt").write_bytes(certificate.public_bytes(pem))
    (directory / "key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return directory / "crt", directory / "key"


class Collector:
    """A RELP server over TLS that asks its clients for a certificate; it can break off after some lines."""

    def __init__(self, pair, break_after=None):
        self.lines, self.connections, self.break_after = [], 0, break_after
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=pair[0])
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(*pair)
        self.context, self.server = context, socket.create_server(("127.0.0.1", 0))
        self.address = self.server.getsockname()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                plain, _address = self.server.accept()
            except OSError:
                return
            self.connections += 1
            try:
                with self.context.wrap_socket(plain, server_side=True) as secure:
                    self.answer(secure, secure.makefile("rb"))
            except (OSError, ValueError):
                plain.close()

    def answer(self, secure, stream):
        while head := self.words(stream):
            number, command, length = int(head[0]), head[1], int(head[2])
            data = stream.read(length)
            stream.read(1)
            if command == b"syslog":
                if self.break_after is not None and len(self.lines) >= self.break_after:
                    self.break_after = None
                    return
                self.lines.append(data)
            secure.sendall(b"%d rsp 6 200 OK\n" % number)

    @staticmethod
    def words(stream):
        found = []
        while len(found) < 3:
            word = b""
            while (byte := stream.read(1)) not in (b" ", b"\n", b""):
                word += byte
            if not byte:
                return None
            found.append(word)
            if found[1:] and int(found[2] if len(found) == 3 else 1) == 0:
                return None
        return found

    def close(self):
        self.server.close()


@pytest.fixture
def connect(pair):
    context = ssl.create_default_context(cafile=pair[0])
    context.load_cert_chain(*pair)
    return lambda address: logs_send.Connection(address, "collector", context, 5)


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()


LINES = [b"<14>1 - one chat - - - line %d" % number for number in range(2500)]


def test_every_line_arrives_in_order(pair, connect, tmp_path):
    collector = Collector(pair)
    sender = logs_send.Sender(lambda: connect(collector.address), tmp_path / "kept")
    sender.deliver(LINES[:2000])
    sender.deliver(LINES[2000:])
    sender.close()
    assert collector.lines == LINES
    assert collector.connections == 1
    assert (sender.sent, sender.suspended) == (2500, False)


def test_a_connection_that_breaks_costs_no_line_and_changes_no_order(pair, connect, tmp_path):
    collector = Collector(pair, break_after=700)
    sender = logs_send.Sender(lambda: connect(collector.address), tmp_path / "kept")
    sender.deliver(list(LINES))
    # What was on its way may come twice.
    assert list(dict.fromkeys(collector.lines)) == LINES
    assert collector.connections == 2


def test_a_collector_that_is_away_is_waited_for(pair, connect, tmp_path):
    collector, idle = [], []
    address = free_address()

    def come_back():
        idle.append(sender.suspended)
        if len(idle) == 2:
            collector.append(Collector(pair))

    sender = logs_send.Sender(
        lambda: connect(collector[0].address if collector else address), tmp_path / "kept", come_back, pause=0.01
    )
    sender.deliver(LINES[:10])
    assert idle == [True, True]
    assert collector[0].lines == LINES[:10]
    assert not sender.suspended


def test_what_cannot_be_delivered_before_a_stop_goes_first_after_the_start(pair, connect, tmp_path):
    address = free_address()
    sender = logs_send.Sender(lambda: connect(address), tmp_path / "kept", pause=0.01)
    sender.idle = sender.stop
    sender.deliver(LINES[:3])
    sender.deliver(LINES[3:5])
    assert (tmp_path / "kept").read_bytes().splitlines() == LINES[:5]
    collector = Collector(pair)
    again = logs_send.Sender(lambda: connect(collector.address), tmp_path / "kept")
    again.deliver(LINES[5:7])
    assert collector.lines == LINES[:7]
    assert not (tmp_path / "kept").exists()


def test_a_stop_interrupts_a_collector_that_does_not_answer(pair, connect, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sender = logs_send.Sender(lambda: connect(silent.getsockname()), tmp_path / "kept")
        before = signal.signal(signal.SIGALRM, sender.stop)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        begin = time.monotonic()
        sender.deliver(LINES[:3])
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - begin < 3
    assert (tmp_path / "kept").read_bytes().splitlines() == LINES[:3]


def test_a_collector_without_the_right_name_gets_nothing(pair, tmp_path):
    collector = Collector(pair)
    context = ssl.create_default_context(cafile=pair[0])
    with pytest.raises(ssl.SSLCertVerificationError):
        logs_send.Connection(collector.address, "somebody-else", context, 5)
    assert collector.lines == []


def test_omprogs_transactions():
    delivered, answers = [], []
    sender = type("Sender", (), {"deliver": staticmethod(lambda batch: delivered.append(list(batch)))})
    lines = [b"BEGIN TRANSACTION", b"a", b"b", b"COMMIT TRANSACTION", b"BEGIN TRANSACTION", b"c", b"COMMIT TRANSACTION"]
    logs_send.serve(lines, answers.append, sender)
    assert delivered == [[b"a", b"b"], [b"c"]]
    assert answers == ["OK", "OK", "DEFER_COMMIT", "DEFER_COMMIT", "OK", "OK", "DEFER_COMMIT", "OK"]


def test_lines_that_come_in_pieces():
    read, write = os.pipe()
    with os.fdopen(write, "wb", buffering=0) as file:
        file.write(b"one\ntw")
        file.write(b"o\n")
    assert list(logs_send.lines_of(read, 15, lambda: None)) == [b"one", b"two"]
    os.close(read)


def test_metrics(tmp_path):
    statistics, metrics = tmp_path / "statistics", tmp_path / "metrics.prom"
    statistics.write_text(
        'Mon Nov 23 09:02:40 2026: { "name": "main Q", "origin": "core.queue", "size": 900, "enqueued": 901 }\n'
        'Mon Nov 23 09:02:40 2026: { "name": "collector", "origin": "core.action", "processed": 0 }\n'
        'Mon Nov 23 09:02:55 2026: { "name": "main Q", "origin": "core.queue", "size": 12, "enqueued": 913 }\nhalf a li'
    )
    sender = logs_send.Sender(None, tmp_path / "kept")
    sender.sent, sender.suspended = 7, True
    logs_send.report(sender, statistics, metrics)
    lines = metrics.read_text().splitlines()
    assert {"tierstack_logs_queued 12", "tierstack_logs_lines_total 7", "tierstack_logs_suspended 1"} <= set(lines)
    assert statistics.read_text() == ""


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (
            rb"upstream timed out, request: \"GET \/reset?token=a\/b&user=1 HTTP\/2.0\", upstream: \"http:\/\/10.0.0.5:3080\/reset?token=a\/b\"",
            rb"upstream timed out, request: \"GET \/reset HTTP\/2.0\", upstream: \"http:\/\/10.0.0.5:3080\/reset\"",
        ),
        (
            rb"no live upstreams, request: \"GET /oauth?code=s HTTP/1.1\", host: \"chat\", referrer: \"https://chat/?q=1\"",
            rb"no live upstreams, request: \"GET /oauth HTTP/1.1\", host: \"chat\", referrer: \"https://chat/\"",
        ),
        (rb"why? nobody knows", rb"why? nobody knows"),
    ],
)
def test_addresses_in_the_error_log_of_nginx_lose_their_queries(message, sent):
    def line(text):
        return rb'<134>1 - edge-1 nginx - - - {"file":"\/var\/log\/nginx\/error.log","message":"' + text + rb'"}'

    assert logs_send.without_queries(line(message)) == line(sent)


def test_lines_of_other_files_stay_as_they_are():
    line = rb'{"file":"\/var\/log\/librechat\/librechat-3080.log","message":"request: \"GET \/a?b=c\""}'
    assert logs_send.without_queries(line) == line
