"""Many rows in one statement: the fast way in, on both databases."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlmodel import Session, SQLModel

from monitor.store.types import Key, Words

_Item = TypeVar("_Item")
CHUNK = 1000  # rows a statement
_MAX_PARAMETERS = 32_000  # SQLite's limit is 32,766, PostgreSQL's 65,535


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
    dialect, table = connection.dialect, cast(sa.Table, statement.table)
    convert = _converter(table, dialect)
    one_row = str(statement.compile(dialect=dialect, column_keys=table.columns.keys()))
    for chunk in chunked(rows, min(CHUNK, _MAX_PARAMETERS // len(table.columns))):
        columns = convert(chunk)
        if dialect.name == "postgresql":
            result = connection.exec_driver_sql(_from_columns(one_row, table, dialect), _as_json(columns))
        else:
            values = tuple(chain.from_iterable(zip(*columns, strict=True)))
            result = connection.exec_driver_sql(_widened(one_row, len(chunk)), values)
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
    """The statement for so many rows at once."""
    head, values, tail = _split(one_row)
    return head + ", ".join([values] * rows) + tail


@lru_cache(maxsize=64)
def _from_columns(one_row: str, table: sa.Table, dialect: Dialect) -> str:
    """The statement that takes each column as one JSON list: a parameter for each value costs ten times more."""
    kinds = [column.type.compile(dialect) for column in table.columns]
    head, _, tail = _split(one_row)
    head = head.replace(" VALUES ", " SELECT ")
    casts = ", ".join(f"c{n}::{kind}" for n, kind in enumerate(kinds))
    lists = ", ".join(["json_array_elements_text(%s::json)"] * len(kinds))
    names = ", ".join(f"c{n}" for n in range(len(kinds)))
    return f"{head}{casts} FROM ROWS FROM ({lists}) AS given({names}){tail}"


def _split(one_row: str) -> tuple[str, str, str]:
    head, found, rest = one_row.partition(" VALUES ")
    values, conflict, tail = rest.partition(" ON CONFLICT")
    if not found or not conflict:
        raise ValueError("only an INSERT of values that says what to do in a conflict can be widened")
    return head + found, values, conflict + tail


def _as_json(columns: Iterable[Iterable[Any]]) -> tuple[str, ...]:
    return tuple(json.dumps(list(column), separators=(",", ":"), default=str) for column in columns)


def _converter(table: sa.Table, dialect: Dialect) -> Callable[[Sequence[tuple[Any, ...]]], list[Iterable[Any]]]:
    kinds = [column.type for column in table.columns]
    processors = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in kinds]

    def convert(rows: Sequence[tuple[Any, ...]]) -> list[Iterable[Any]]:
        return [
            values if process is None or (isinstance(kind, Words | Key) and kind.fits(values)) else map(process, values)
            for kind, process, values in zip(kinds, processors, zip(*rows, strict=True), strict=True)
        ]

    return convert
