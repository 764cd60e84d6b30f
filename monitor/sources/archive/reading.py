"""Reading and writing archives: what `replay`, `import` and `export` stand on."""

import gzip
import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, cast

from monitor.domain import Dropped
from monitor.errors import InputError
from monitor.payload import Unusable
from monitor.sources.archive.cascade import CascadeColumns, is_cascade
from monitor.sources.archive.lines import Readable, records
from monitor.sources.archive.record import RecordReader, is_record
from monitor.sources.archive.recorded import Counts, Recorded, Tally

_EVERY = 256  # lines between two reports of progress


class Recording:
    """Archives in memory. ``dropped`` holds the first thousand unusable things, ``counts.dropped`` counts all."""

    def __init__(self, cascades: CascadeColumns, happened: list[Recorded], tally: Tally) -> None:
        self._cascades = cascades
        self._happened = happened
        self._tally = tally

    def events(self) -> Iterator[Recorded]:
        """Everything in the order of time; may be asked for again."""
        return (
            heapq.merge(self._happened, self._cascades.events(), key=_AT) if self._happened else self._cascades.events()
        )

    def __len__(self) -> int:
        return len(self._happened) + len(self._cascades)

    @property
    def dropped(self) -> list[Dropped]:
        """What could not be used, with file and line."""
        return self._tally.dropped

    @property
    def counts(self) -> Counts:
        """How much was read and how much was not."""
        return self._tally.counts()

    @property
    def notes(self) -> Mapping[str, int]:
        """What had to be assumed, and how often."""
        return self._tally.notes


def read_archive(paths: Sequence[Readable], *, progress: Callable[[int], None] | None = None) -> Recording:
    """Archive and cascade records of all files, told apart line by line.

    ``progress`` is called now and then with the number of posts and reposts so far. Raises InputError where a file
    cannot be opened; whatever is unreadable inside one is counted and skipped.
    """
    tally, cascades, happened = Tally(), CascadeColumns(), list[Recorded]()
    reader = RecordReader(tally)
    for path in paths:
        for where, record in records(path, tally):
            try:
                if is_cascade(record):
                    cascades.add(record, where, tally)
                elif is_record(record):
                    happened.extend(reader.read(record))
                else:
                    tally.drop(where, "neither an archive record nor a cascade record")
            except Unusable as error:
                tally.drop(where, str(error))
            if progress and tally.lines % _EVERY == 0:
                progress(len(happened) + len(cascades))
    happened.sort(key=_AT)
    return Recording(cascades, happened, tally)


def write_archive(path: Path, records: Iterable[Mapping[str, Any]]) -> int:
    """Write JSON Lines, gzip where the name ends in ".gz"; returns how many. The file appears only when whole."""
    part = path.with_name(path.name + ".part")
    written = 0
    try:
        with ExitStack() as stack:
            stream: IO[bytes] = stack.enter_context(part.open("wb"))
            if path.suffix == ".gz":  # no time inside, so that equal records make equal files
                stream = stack.enter_context(cast(IO[bytes], gzip.GzipFile("", "wb", fileobj=stream, mtime=0)))
            for record in records:
                stream.write(json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n")
                written += 1
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(
            f"{path}: cannot be written: {error.strerror}. Check the folder, its permissions and its space."
        ) from error
    return written


_AT = attrgetter("at")
