"""Many rows in one statement: the fast way in, on both databases."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlmodel import Session, SQLModel

_Item = TypeVar("_Item")
CHUNK = 1000  # rows a statement
_MAX_PARAMETERS = 32_000  # SQLite's limit is 32,766, PostgreSQL's 65,535
_VALUES = re.compile(r"(?<= VALUES )(\(.*?\))(?= ON CONFLICT|$| RETURNING)", re.DOTALL)


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table behind a private model."""
    return cast(sa.Table, model.__table__)  # type: ignore[attr-defined]


def insert_into(session: Session, table: sa.Table) -> sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(sqlite.Insert, postgresql.insert(table))
    return sqlite.insert(table)


def insert_rows(session: Session, statement: sa.Insert, rows: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """Send ``rows`` (values in the order of the table's columns) in large statements; what RETURNING gave.

    Nothing is sent before the result is iterated. Writing each row on its own costs three times as much.
    """
    connection = session.connection()
    table = cast(sa.Table, statement.table)
    convert = _converter(table, connection.dialect)
    one_row = str(statement.compile(dialect=connection.dialect, column_keys=table.columns.keys()))
    for chunk in chunked(rows, min(CHUNK, _MAX_PARAMETERS // len(table.columns))):
        result = connection.exec_driver_sql(_widened(one_row, len(chunk)), convert(chunk))
        if result.returns_rows:
            yield from result.all()


def send(session: Session, statement: sa.Insert, rows: Iterable[tuple[Any, ...]]) -> None:
    """``insert_rows`` for a statement that returns nothing."""
    for _ in insert_rows(session, statement, rows):
        pass


def chunked(items: Iterable[_Item], size: int = CHUNK) -> Iterator[list[_Item]]:
    """``items`` in lists of at most ``size``."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


@lru_cache(maxsize=256)
def _widened(one_row: str, rows: int) -> str:
    match = _VALUES.search(one_row)
    if match is None:
        raise ValueError(f"not an INSERT of values: {one_row}")
    return one_row[: match.start()] + ", ".join([match[1]] * rows) + one_row[match.end() :]


def _converter(table: sa.Table, dialect: Dialect) -> Callable[[Sequence[tuple[Any, ...]]], tuple[Any, ...]]:
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]

    def convert(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
        columns = [
            values if process is None else map(process, values)
            for process, values in zip(processors, zip(*rows, strict=True), strict=True)
        ]
        return tuple(chain.from_iterable(zip(*columns, strict=True)))

    return convert
