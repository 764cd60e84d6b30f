"""Ids of X: numbers that hold the moment at which they were given."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.payload import Unusable

_ID = re.compile(r"[0-9]{1,19}")
_FIRST = 1288834974657  # milliseconds since 1970 at which the counting starts
_SHIFT = 22  # bits below the milliseconds


def read_id(value: Any, field: str) -> str:
    """An id as digits. Raises Unusable for anything else; JSON numbers are taken, though X warns of them."""
    digits = str(value) if type(value) is int else value
    if isinstance(digits, str) and _ID.fullmatch(digits):
        return digits
    raise Unusable(f"{field} is missing or not an id")


def is_id(value: Any) -> bool:
    """Whether ``value`` is an id as text."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def given_at(post: str) -> datetime:
    """When the id was given; of ids from before November 2010, the moment at which this way of counting starts."""
    return datetime.fromtimestamp(((int(post) >> _SHIFT) + _FIRST) / 1000, UTC)


def before(post: str, duration: timedelta) -> str:
    """The id that would have been given ``duration`` before ``post``."""
    return str(max(0, int(post) - (duration // timedelta(milliseconds=1) << _SHIFT)))
