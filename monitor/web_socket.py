"""WebSockets over connections that were checked before."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpcore
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, ProtocolError
from websockets.sync.client import ClientConnection, connect

from monitor.errors import BadPayload, Unreachable
from monitor.network import GuardedNetwork

LARGEST = 1_000_000  # bytes of one message, unpacked
_PARTING = 1.0  # seconds that the other side is given to say goodbye
_NO_CONNECTION = (OSError, httpcore.NetworkError, httpcore.TimeoutException)
_TOO_LARGE, _NOT_UTF8 = 1009, 1007


class Rejected(Exception):  # noqa: N818 - not an error yet: the caller says which one the status stands for
    """The site answered with a status instead of opening the connection."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


@contextmanager
def connected(
    url: str, host: str, port: int, network: GuardedNetwork, headers: Mapping[str, str], timeout: float, where: str
) -> Iterator[ClientConnection]:
    """An open connection, closed after the block.

    Raises Rejected where the site refuses it, else SourceError; failures within the block become Unreachable.
    """
    try:
        with connect(
            url,
            sock=network.connect_socket(host, port, timeout),
            ssl=ssl.create_default_context() if url.startswith("wss:") else None,
            server_hostname=host if url.startswith("wss:") else None,
            additional_headers={name: value for name, value in headers.items() if name.lower() != "user-agent"},
            user_agent_header=headers.get("user-agent"),
            proxy=None,
            open_timeout=timeout,
            close_timeout=_PARTING,
            max_size=LARGEST,
        ) as connection:
            yield connection
    except InvalidStatus as error:
        answer = error.response
        raise Rejected(
            answer.status_code, {name.lower(): value for name, value in answer.headers.raw_items()}
        ) from error
    except (InvalidHandshake, InvalidURI, ProtocolError) as error:
        raise BadPayload(f"{where} does not speak WebSocket") from error
    except ConnectionClosed as error:
        raise _lost(error, where) from error
    except TimeoutError as error:
        raise Unreachable(f"{where} did not answer within {timeout:g} s") from error
    except _NO_CONNECTION as error:
        raise Unreachable(f"{where}: no connection ({type(error).__name__})") from error


def frames(connection: ClientConnection, where: str, quiet_seconds: float) -> Iterator[str | None]:
    """Text messages as they come, and None whenever none came for ``quiet_seconds``."""
    while True:
        try:
            message = connection.recv(timeout=quiet_seconds)
        except TimeoutError:
            yield None
            continue
        if not isinstance(message, str):
            raise BadPayload(f"{where} sent something else than text")
        yield message


def _lost(error: ConnectionClosed, where: str) -> BadPayload | Unreachable:
    code = error.sent.code if error.sent is not None and error.rcvd is None else None
    if code == _TOO_LARGE:
        return BadPayload(f"{where} sent a message of more than {LARGEST} bytes")
    if code == _NOT_UTF8:
        return BadPayload(f"{where} sent a message that is no text")
    told = f" ({error.rcvd.code})" if error.rcvd is not None else ""
    return Unreachable(f"{where} ended the connection{told}")
