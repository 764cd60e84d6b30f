"""Cascade records one by one, as columns: what a forecast reads, whatever the number of cascades in the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from monitor import payload
from monitor.payload import Unusable
from monitor.sources.archive.cascade import CascadeColumns, is_cascade
from monitor.sources.archive.lines import Readable, records
from monitor.sources.archive.recorded import Tally


@dataclass(frozen=True, slots=True)
class CascadeSeries:
    """The usable events of one cascade record, by time, the root first."""

    id: str
    seconds: tuple[float, ...]  # since the root, ascending
    users: tuple[str | None, ...]
    parents: tuple[str | None, ...]
    followers: tuple[int | None, ...]


def read_series(source: Readable, tally: Tally) -> Iterator[CascadeSeries]:
    """Each cascade of a file; damaged lines and events are counted in ``tally`` and left out.

    Raises InputError where the file cannot be opened.
    """
    for where, record in records(source, tally):
        try:
            if not is_cascade(record):
                raise Unusable("not a cascade record")
            columns = CascadeColumns()
            columns.add({"platform": "unknown", **record}, where, tally)
            yield _by_time(payload.identity(record.get("id"), "id"), *columns.series())
        except Unusable as error:
            tally.drop(where, str(error))


def _by_time(
    name: str,
    seconds: tuple[float, ...],
    users: tuple[str | None, ...],
    parents: tuple[str | None, ...],
    followers: tuple[int | None, ...],
) -> CascadeSeries:
    if all(before <= after for before, after in pairwise(seconds)):
        return CascadeSeries(name, seconds, users, parents, followers)
    order = [0, *sorted(range(1, len(seconds)), key=seconds.__getitem__)]
    columns = (tuple(column[k] for k in order) for column in (users, parents, followers))
    return CascadeSeries(name, tuple(seconds[k] for k in order), *columns)  # type: ignore[arg-type]
