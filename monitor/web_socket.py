"""WebSockets to checked addresses only."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.sync.client import connect

from monitor.clock import Clock
from monitor.errors import BadPayload, Refused, Unreachable
from monitor.guard import Guard, resolve
from monitor.http_errors import error_for, place

QUIET_SECONDS = 5.0
_LARGEST = 1_000_000  # bytes of one message


def frames(
    url: str,
    headers: Mapping[str, str],
    guard: Guard,
    clock: Clock,
    timeout: float,
    quiet_seconds: float = QUIET_SECONDS,
) -> Iterator[str | None]:
    """Text messages of a WebSocket as they come, None in quiet seconds. Raises SourceError when it is lost."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise Refused(f"only ws and wss addresses are listened to, not {place(url)}")
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    sent = {name: value for name, value in headers.items() if name.lower() != "user-agent"}
    try:
        address = guard.addresses(parts.hostname, port, resolve)[0]
        with connect(
            url,
            sock=socket.create_connection((address, port), timeout),
            ssl=ssl.create_default_context() if parts.scheme == "wss" else None,
            additional_headers=sent,
            user_agent_header=headers.get("user-agent"),
            proxy=None,
            open_timeout=timeout,
            close_timeout=2,
            max_size=_LARGEST,
        ) as connection:
            while True:
                try:
                    message = connection.recv(timeout=quiet_seconds)
                except TimeoutError:
                    yield None
                    continue
                if not isinstance(message, str):
                    raise BadPayload(f"{place(url)} sent something else than text")
                yield message
    except InvalidStatus as error:
        answer = error.response
        raise error_for(answer.status_code, url, dict(answer.headers.raw_items()), clock.now()) from error
    except (InvalidHandshake, InvalidURI) as error:
        raise BadPayload(f"{place(url)} does not speak WebSocket") from error
    except ConnectionClosed as error:
        raise Unreachable(f"{place(url)} closed the connection") from error
    except OSError as error:
        raise Unreachable(f"{place(url)}: no connection ({type(error).__name__})") from error
