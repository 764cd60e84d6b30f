"""Server-sent events: an answer that never ends, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.errors import BadPayload


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of a stream; ``id`` is the last one the stream gave."""

    event: str
    data: str
    id: str = ""


class EventReader:
    """Takes a stream's bytes as they come and gives its events; a comment, which keeps the line open, is None."""

    def __init__(self, limit: int) -> None:
        self._limit = limit  # bytes of one event
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
            raise BadPayload(f"an event is larger than {self._limit} bytes")

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
                raise BadPayload(f"an event is larger than {self._limit} bytes")
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value

    def _event_ends(self) -> Iterator[ServerEvent]:
        if self._data:
            yield ServerEvent(self._event or "message", "\n".join(self._data), self._id)
        self._event, self._data, self._held = "", [], 0
