"""A server on the loopback interface that writes bytes as it likes: no protocol keeps it from anything."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Talk = Callable[[socket.socket], None]  # one connection; it is closed afterwards


@contextmanager
def talking(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Runs ``talk`` for each connection in a thread of its own; yields "127.0.0.1:port". A client that hangs up ends
    the talk, and is no failure."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            if tls is None:
                talk(connection)
                return
            with tls.wrap_socket(connection, server_side=True) as secured:
                talk(secured)

    def accept() -> None:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                threads.append(threading.Thread(target=one, args=(listening.accept()[0],), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        ended.set()
        accepting.join()
        listening.close()
        for thread in threads:
            thread.join(5)


def request_head(connection: socket.socket) -> bytes:
    """The request's line and headers."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(65_536)
        if not more:
            raise OSError("the client hung up")
        head += more
    return head
