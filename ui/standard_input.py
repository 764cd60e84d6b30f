"""Standard input for commands that answer line by line: what has been read is dealt with before waiting for more."""

import io
import select
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, cast

PAUSE = 0.02  # seconds without input after which somebody may be waiting for an answer
CHUNK = 1 << 17  # bytes


class _Attended(io.RawIOBase):
    def __init__(self, raw: Any, before_waiting: Callable[[], None]) -> None:
        self._raw = raw
        self._before_waiting = before_waiting
        self.name = raw.name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if not _comes_soon(self._raw):
            self._before_waiting()
        count: int | None = self._raw.readinto(buffer)
        return count


def _comes_soon(raw: Any) -> bool:
    try:
        return bool(select.select([raw], [], [], PAUSE)[0])
    except (OSError, ValueError):  # nothing that can be waited for: a file of some systems
        return True


def standard_input(before_waiting: Callable[[], None]) -> BinaryIO:
    """Standard input as bytes; ``before_waiting`` is called whenever it has paused and more is asked for."""
    raw = getattr(sys.stdin.buffer, "raw", None)
    if raw is None:  # not a stream of the system: nothing will be waited for
        return sys.stdin.buffer
    return cast(BinaryIO, io.BufferedReader(_Attended(raw, before_waiting), CHUNK))
