"""Column types that behave the same on SQLite and PostgreSQL, whatever strangers write."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LARGEST = 2**63 - 1
MAX_KEY_BYTES = 1000  # PostgreSQL takes at most 2,704 bytes for all columns of an index entry
_KEY_HEAD = 200


def stored_text(text: str) -> str:
    """``text`` as it is stored: NUL and lone surrogates, which no database takes, become U+FFFD."""
    return text if text.isprintable() else _UNSTORABLE.sub("\ufffd", text)


def stored_key(text: str) -> str:
    """An identifier as it is stored; one too long for an index keeps its start and ends in a digest of the whole."""
    text = stored_text(text)
    if len(text) <= MAX_KEY_BYTES // 4 or len(text.encode()) <= MAX_KEY_BYTES:
        return text
    return f"{text[:_KEY_HEAD]}~{hashlib.sha256(text.encode()).hexdigest()}"


def plain_text(values: Iterable[str | None], longest: int | None = None) -> bool:
    """Whether all of a column can be stored as it is: one look at the whole instead of one call for each value."""
    present = [value for value in values if value]
    if longest is not None and present and max(map(len, present)) > longest:
        return False
    return "".join(present).isprintable()


def _optional(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


# Processors are given whole, not through process_bind_param: inserting calls them a million times.
class Words(TypeDecorator[str]):
    """Text of any origin."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Replaces what cannot be stored."""
        return _optional(stored_text)

    def fits(self, values: Iterable[str | None]) -> bool:
        """Whether no value needs the processor."""
        return plain_text(values)


class Key(TypeDecorator[str]):
    """Part of an identity: text that is indexed."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Replaces what cannot be stored or indexed."""
        return _optional(stored_key)

    def fits(self, values: Iterable[str | None]) -> bool:
        """Whether no value needs the processor."""
        return plain_text(values, MAX_KEY_BYTES // 4)


class Moment(TypeDecorator[datetime]):
    """An aware time, in UTC on both ways. A naive one is refused with ``ValueError``."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """SQLite keeps sortable text, PostgreSQL a timestamp with time zone."""
        return _optional(_as_text if dialect.name == "sqlite" else _as_utc)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Aware, in UTC."""
        return _optional(_from_text if dialect.name == "sqlite" else _as_utc)


class Count(TypeDecorator[int]):
    """A counter of a site; one beyond 64 bits is nonsense and kept as unknown."""

    impl = sa.BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """None where out of range."""
        return _optional(lambda value: value if -_LARGEST <= value <= _LARGEST else None)


class Json(TypeDecorator[Any]):
    """Nested values as JSON text. Values that JSON does not know come back as their text."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Escapes everything that is not ASCII, so that any text can be stored."""
        return _optional(lambda value: json.dumps(value, separators=(",", ":"), default=str))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Lists, dicts, text, numbers."""
        return _optional(json.loads)


def _as_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a time without a time zone cannot be stored: {moment.isoformat()}")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _as_text(moment: datetime) -> str:
    return _as_utc(moment).isoformat(" ", "microseconds")[:26]


def _from_text(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
