"""Nested domain values to JSON values and back, led by the type hints: fields added later read as their default."""

import types
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

_Value = TypeVar("_Value")
_Revive = Callable[[Any], Any]
_MICROSECOND = timedelta(microseconds=1)
_PLAIN = frozenset((str, int, float, bool))


def plain(value: Any) -> Any:
    """``value`` as dicts, lists, text and numbers; keys, times and levels as what they are made of.

    >>> from monitor.domain import Metrics
    >>> plain(Metrics(datetime(2009, 7, 6, tzinfo=UTC), views=3))["at"]
    '2009-07-06T00:00:00+00:00'
    """
    if value is None or type(value) in _PLAIN:
        return value
    if names := _field_names(cast(Hashable, type(value))):
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return value


def revived(kind: type[_Value], stored: Any) -> _Value:
    """The ``kind`` that ``plain`` took apart.

    >>> from monitor.domain import Metrics
    >>> was = Metrics(datetime(2009, 7, 6, tzinfo=UTC), views=3)
    >>> revived(Metrics, plain(was)) == was
    True
    """
    return cast(_Value, _reviver(cast(Hashable, kind))(stored))


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


@cache
def _reviver(kind: Any) -> _Revive:
    if get_origin(kind) in (Union, types.UnionType):
        return _optional(_reviver(next(part for part in get_args(kind) if part is not types.NoneType)))
    if get_origin(kind) is tuple:
        one = _reviver(get_args(kind)[0])
        return lambda stored: tuple(map(one, stored))
    if kind is datetime:
        return datetime.fromisoformat
    if kind is timedelta:
        return lambda stored: stored * _MICROSECOND
    if isinstance(kind, type):
        return _of_class(kind)
    return lambda stored: stored


def _optional(revive: _Revive) -> _Revive:
    return lambda stored: None if stored is None else revive(stored)


def _of_class(kind: type[Any]) -> _Revive:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        parts = {field.name: _reviver(hints[field.name]) for field in fields(kind)}
        return lambda stored: kind(**{name: part(stored[name]) for name, part in parts.items() if name in stored})
    if issubclass(kind, Enum):
        return kind
    if issubclass(kind, tuple):
        return lambda stored: kind(*stored)
    return lambda stored: stored
