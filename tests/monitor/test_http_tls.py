"""The same over TLS: pages, streams of events and WebSockets, and whom they trust."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.sync.server import ServerConnection, serve

from monitor.clock import RecordedClock
from monitor.errors import Unreachable
from monitor.http import HttpClient, HttpConfig, ServerEvent
from tests.sites.raw import request_head, talking

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALWAYS = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def server_side(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS on 127.0.0.1, and the certificate that a client has to trust."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(ALWAYS[0])
        .not_valid_after(ALWAYS[1])
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context, folder / "certificate.pem"


@pytest.fixture
def tls(server_side: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS whose certificate our client trusts."""
    context, certificate = server_side
    for module in ("network", "web_socket"):
        monkeypatch.setattr(f"monitor.{module}.trusting", lambda: ssl.create_default_context(cafile=certificate))
    return context


@contextlib.contextmanager
def client() -> Iterator[HttpClient]:
    config = HttpConfig(pace_seconds=0, timeout_seconds=5, allowed_private_hosts=("127.0.0.1", "localhost"))
    http = HttpClient(config, RecordedClock(NOON), quiet_seconds=0.05)
    yield http
    http.close()


def test_a_page_is_read(tls: ssl.SSLContext) -> None:
    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npage")

    with talking(talk, tls) as host, client() as http:
        assert http.get(f"https://{host}/").body == b"page"


def test_events_come_and_closing_the_stream_hangs_up(tls: ssl.SSLContext) -> None:
    hung_up = threading.Event()

    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: one\n\ndata: two\n\n")
        with contextlib.suppress(OSError):
            connection.recv(1)
        hung_up.set()

    with talking(talk, tls) as host, client() as http:
        stream = http.events(f"https://{host}/")
        assert [next(stream), next(stream)] == [ServerEvent("message", "one"), ServerEvent("message", "two")]
        assert next(stream) is None
        stream.close()  # type: ignore[attr-defined]
        assert hung_up.wait(5)
    assert not [thread for thread in threading.enumerate() if thread.name == "server events"]


def test_messages_come(tls: ssl.SSLContext) -> None:
    def talk(connection: ServerConnection) -> None:
        for number in range(300):
            connection.send(f"{number} " + "x" * 1000)

    with serve(talk, "127.0.0.1", 0, ssl=tls) as server, client() as http:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stream = http.websocket(f"wss://127.0.0.1:{server.socket.getsockname()[1]}/")
        messages = [message for message in (next(stream) for _ in range(300)) if message]
        assert [message.split()[0] for message in messages] == [str(number) for number in range(len(messages))]
        assert len(messages) > 200
        stream.close()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


ASK: dict[str, Callable[[HttpClient, str], object]] = {
    "get": lambda http, host: http.get(f"https://{host}/"),
    "events": lambda http, host: next(http.events(f"https://{host}/")),
    "websocket": lambda http, host: next(http.websocket(f"wss://{host}/")),
}


@pytest.mark.parametrize("way", ASK)
def test_a_certificate_for_another_name_is_not_accepted(way: str, tls: ssl.SSLContext) -> None:
    heads: list[bytes] = []
    note = talking(lambda connection: heads.append(request_head(connection)), tls)
    with note as host, client() as http, pytest.raises(Unreachable):
        ASK[way](http, host.replace("127.0.0.1", "localhost"))
    assert heads == []


@pytest.mark.parametrize("way", ASK)
def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    way: str, server_side: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server_side[1]))  # what the environment names does not count
    heads: list[bytes] = []
    note = talking(lambda connection: heads.append(request_head(connection)), server_side[0])
    with note as host, client() as http, pytest.raises(Unreachable):
        ASK[way](http, host)
    assert heads == []


def test_keys_stay_out_of_the_log(tls: ssl.SSLContext, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    def talk(connection: ServerConnection) -> None:
        connection.send("one")

    with serve(talk, "127.0.0.1", 0, ssl=tls) as server, client() as http:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"wss://127.0.0.1:{server.socket.getsockname()[1]}/?access_token=s3cret"
        caplog.clear()
        with caplog.filtering(lambda record: record.name != "websockets.server"):
            stream = http.websocket(address, {"Authorization": "Bearer s3cret"})
            assert next(stream) == "one"
            stream.close()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()
    assert "s3cret" not in caplog.text


def test_the_wait_for_another_turn_is_not_shortened_by_tls(tls: ssl.SSLContext) -> None:
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(request_head(connection))

    clock = RecordedClock(NOON)
    with talking(talk, tls) as host:
        config = HttpConfig(pace_seconds=4, timeout_seconds=5, allowed_private_hosts=("127.0.0.1",))
        http = HttpClient(config, clock, chance=lambda: 0.0)
        with pytest.raises(Unreachable):
            http.get(f"https://{host}/")
        http.close()
    assert len(asked) == 3
    assert clock.now() - NOON == timedelta(seconds=8)
