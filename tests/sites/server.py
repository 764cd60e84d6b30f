"""A real server on the loopback interface that answers as a site does."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as a site sees it; header names are in lower case."""

    method: str
    path: str  # without the query
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""

    def one(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int, most: int) -> int:
        """A parameter as a number from 1 to ``most``."""
        text = self.one(name)
        return max(1, min(int(text) if text.isdigit() else default, most))


@dataclass(frozen=True)
class Answer:
    """What a site answers."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Site(Protocol):
    """A site over a ``tests.sites.world.World``; see the modules beside this one."""

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""


Respond = Callable[[Asked], Answer | None]  # None: the connection is cut without an answer


def _asked(handler: BaseHTTPRequestHandler) -> Asked:
    parts = urlsplit(handler.path)
    length = int(handler.headers.get("content-length") or 0)
    return Asked(
        handler.command,
        parts.path,
        parse_qs(parts.query, keep_blank_values=True),
        {name.lower(): value for name, value in handler.headers.items()},
        handler.rfile.read(length) if length else b"",
    )


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    handler.send_response(answer.status)
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    if "content-length" not in {name.lower() for name in answer.headers}:
        handler.send_header("content-length", str(len(answer.body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(answer.body)


@contextmanager
def serve(respond: Respond, host: str = "127.0.0.1") -> Iterator[str]:
    """Serves ``respond`` on a free port; yields the base address, such as ``http://127.0.0.1:40001``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or head and body of each answer would wait for one another

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def _answer(self) -> None:
            answer = respond(_asked(self))
            if answer is None:
                self.close_connection = True
                self.connection.close()
                return
            _send(self, answer)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:
            """A client that hangs up is no failure of the site."""

    server = Server((host, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
