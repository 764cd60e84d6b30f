"""WebSockets over connections that were checked before."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, ProtocolError
from websockets.sync.client import ClientConnection, connect

from monitor.errors import BadPayload, Unreachable
from monitor.network import GuardedNetwork, trusting

LARGEST = 1_000_000  # bytes of one message, unpacked
_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.WARNING)  # the library's notes of a handshake hold keys
_PARTING = 1.0  # seconds that the other side is given to say goodbye
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
    secure = url.startswith("wss:")
    try:
        with (
            closing(network.connect_socket(host, port, timeout)) as reached,
            connect(
                url,
                sock=reached,
                ssl=trusting() if secure else None,
                server_hostname=host if secure else None,
                additional_headers={name: value for name, value in headers.items() if name.lower() != "user-agent"},
                user_agent_header=headers.get("user-agent"),
                proxy=None,
                open_timeout=timeout,
                close_timeout=_PARTING,
                max_size=LARGEST,
                logger=_LOG,
            ) as connection,
        ):
            try:
                yield connection
            finally:
                connection.close()  # with a goodbye: leaving the block by an exception would tell of a failure
    except ConnectionClosed as error:
        raise _lost(error, where) from error
    except TimeoutError as error:
        raise Unreachable(f"{where} did not answer within {timeout:g} s") from error
    except OSError as error:  # before ValueError: a refused certificate is both
        raise Unreachable(f"{where}: no connection ({type(error).__name__})") from error
    except (InvalidHandshake, InvalidURI, ProtocolError, ValueError) as error:
        raise _no_handshake(error, where) from error


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


def _no_handshake(error: Exception, where: str) -> Exception:
    """What a failed handshake means; behind other errors stands a redirect that was not followed."""
    for known in (error, error.__cause__, error.__context__):
        if isinstance(known, InvalidStatus):
            headers = {name.lower(): value for name, value in known.response.headers.raw_items()}
            return Rejected(known.response.status_code, headers)
    return BadPayload(f"{where} does not speak WebSocket")


def _lost(error: ConnectionClosed, where: str) -> BadPayload | Unreachable:
    code = error.sent.code if error.sent is not None and error.rcvd is None else None
    if code == _TOO_LARGE:
        return BadPayload(f"{where} sent a message of more than {LARGEST} bytes")
    if code == _NOT_UTF8:
        return BadPayload(f"{where} sent a message that is no text")
    told = f" ({error.rcvd.code})" if error.rcvd is not None else ""
    return Unreachable(f"{where} ended the connection{told}")
