"""Server-sent events: an answer that never ends, line by line."""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread

from monitor.errors import BadPayload

_AHEAD = 64  # chunks read before anybody took them; then the site has to wait
_PARTING = 20  # tenths of a second that the reading thread is given to end


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of a stream; ``id`` is the last one the stream gave."""

    event: str
    data: str
    id: str = ""


class EventReader:
    """Takes a stream's bytes as they come and gives its events; a comment, which keeps the line open, is None."""

    def __init__(self, limit: int, where: str) -> None:
        self._limit = limit  # bytes of one event
        self._where = where
        self._rest = b""
        self._after_return = False  # the last line ended in CR: a LF that follows belongs to it
        self._started = False
        self._event, self._id = "", ""
        self._data: list[str] = []
        self._held = 0

    def feed(self, chunk: bytes) -> Iterator[ServerEvent | None]:
        """The events that ``chunk`` completes. Raises BadPayload where one of them is too large."""
        *lines, self._rest = self._lines(self._rest, chunk)
        for line in lines:
            yield from self._line(line)
        if len(self._rest) + self._held > self._limit:
            raise BadPayload(f"{self._where} sent an event of more than {self._limit} bytes")

    def _lines(self, rest: bytes, chunk: bytes) -> list[bytes]:
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_return = chunk.endswith(b"\r")
        return (rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")

    def _line(self, line: bytes) -> Iterator[ServerEvent | None]:
        if not self._started:
            self._started, line = True, line.removeprefix(b"\xef\xbb\xbf")
        if not line:
            yield from self._event_ends()
            return
        if line.startswith(b":"):
            yield None
            return
        name, _, value = line.decode("utf-8", errors="replace").partition(":")
        self._field(name, value.removeprefix(" "))

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._held += len(value) + 1
            if self._held > self._limit:
                raise BadPayload(f"{self._where} sent an event of more than {self._limit} bytes")
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value

    def _event_ends(self) -> Iterator[ServerEvent]:
        if self._data:
            yield ServerEvent(self._event or "message", "\n".join(self._data), self._id)
        self._event, self._data, self._held = "", [], 0


@dataclass(frozen=True, slots=True)
class _End:
    failure: Exception | None


def as_they_come(
    chunks: Iterable[bytes], failures: tuple[type[Exception], ...], hang_up: Callable[[], None], quiet_seconds: float
) -> Generator[bytes | None, None, None]:
    """``chunks``, read by a thread of its own, and None whenever none came for ``quiet_seconds``.

    One of ``failures`` is raised here when the thread met it. ``hang_up`` has to end the reading, at the latest when
    this iterator is closed.
    """
    read: Queue[bytes | _End] = Queue(maxsize=_AHEAD)
    thread = Thread(target=_read, args=(chunks, failures, read), name="server events", daemon=True)
    thread.start()
    try:
        while True:
            try:
                chunk = read.get(timeout=quiet_seconds)
            except Empty:
                yield None
                continue
            if isinstance(chunk, _End):
                if chunk.failure is not None:
                    raise chunk.failure
                return
            yield chunk
    finally:
        hang_up()
        _drain(read, thread)


def _read(chunks: Iterable[bytes], failures: tuple[type[Exception], ...], into: "Queue[bytes | _End]") -> None:
    failure: Exception | None = None
    try:
        for chunk in chunks:
            into.put(chunk)
    except failures as error:
        failure = error
    finally:
        into.put(_End(failure))


def _drain(read: "Queue[bytes | _End]", thread: Thread) -> None:
    for _ in range(_PARTING):
        while not read.empty():
            with contextlib.suppress(Empty):
                read.get_nowait()
        thread.join(0.1)
        if not thread.is_alive():
            return
