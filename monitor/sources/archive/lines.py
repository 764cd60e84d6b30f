"""Numbered lines of archive files, plain or gzip; damage is counted and never stops the other files."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from monitor.errors import InputError
from monitor.sources.archive.recorded import Tally

LONGEST_LINE = 64 * 1024 * 1024  # bytes; a cascade of a million events fits
_GZIP = b"\x1f\x8b"

Readable = Path | BinaryIO


def records(source: Readable, tally: Tally) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each JSON object with its place ("FILE line 17"). Raises InputError where the file cannot be opened at all."""
    title = str(source) if isinstance(source, Path) else str(getattr(source, "name", "input"))
    for number, line in _lines(source, title, tally):
        tally.lines += 1
        where = f"{title} line {number}"
        try:
            record = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError:
            tally.drop(where, "not UTF-8")
        except (ValueError, RecursionError):
            tally.drop(where, "not JSON")
        else:
            if isinstance(record, dict):
                yield where, record
            else:
                tally.drop(where, "not a JSON object")


def _lines(source: Readable, title: str, tally: Tally) -> Iterator[tuple[int, bytes]]:
    """Lines with something on them and their numbers, from 1."""
    number = 0
    with _opened(source, title) as stream:
        try:
            while line := stream.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    tally.drop(f"{title} line {number}", f"longer than {LONGEST_LINE} bytes")
                    _skip_rest_of_line(stream)
                elif line.strip():
                    yield number, line
        except (EOFError, zlib.error, gzip.BadGzipFile):
            tally.drop(f"{title} line {number + 1}", "the compressed file is damaged or cut short here")
        except OSError as error:
            tally.drop(f"{title} line {number + 1}", f"cannot be read on: {error.strerror}")


def _skip_rest_of_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


@contextmanager
def _opened(source: Readable, title: str) -> Iterator[BinaryIO]:
    """The file ready to read; gzip is told by its first bytes, not by its name. A stream of the caller stays open."""
    with ExitStack() as stack:
        try:
            stream: Any = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
            if not hasattr(stream, "peek"):
                stream = io.BufferedReader(stream)
                stack.callback(stream.detach)
            compressed = stream.peek(2)[:2] == _GZIP
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(f"{title}: cannot be read: {reason}. Check the path and its permissions.") from error
        yield stack.enter_context(gzip.open(stream, "rb")) if compressed else stream
