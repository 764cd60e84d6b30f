"""Ids as one server gives them: numbers that hold a time, or texts. Which of two is newer can always be told."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor import payload
from monitor.payload import Unusable

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TIMED = re.compile(r"[0-9]{16,20}")  # milliseconds since 1970, and 16 bits more
_TOLERANCE = timedelta(minutes=1)


def local_id(value: Any, field: str = "id") -> str:
    """``value`` as an id that can stand in a path. Raises Unusable where it is none."""
    found = payload.identity(value, field)
    if _ID.fullmatch(found) is None:
        raise Unusable(f"{field} is not an id of this server")
    return found


def local_id_or_none(value: Any) -> str | None:
    """``value`` as an id that can stand in a path; None where it is none."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def rank(id_: str | None) -> tuple[int, str]:
    """What ids are ordered by: the newer the later. None comes before all.

    >>> rank("9") < rank("10") < rank("01KJQ7Y3M0N0RTHL1NEA1R0001")
    True
    """
    return (len(id_), id_) if id_ else (0, "")


def highest(ids: Iterable[str]) -> str | None:
    """The newest of ``ids``; None where there are none."""
    return max(ids, key=rank, default=None)


def lowest(ids: Iterable[str]) -> str | None:
    """The oldest of ``ids``; None where there are none."""
    return min(ids, key=rank, default=None)


def moment_of(id_: str, earliest: datetime, latest: datetime) -> datetime | None:
    """The time that a numeric id holds; None where it is of another kind, or the time cannot be true."""
    if _TIMED.fullmatch(id_) is None:
        return None
    milliseconds = int(id_) >> 16
    try:
        moment = datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000)
    except (ValueError, OverflowError, OSError):
        return None
    plausible = earliest - _TOLERANCE <= moment <= latest + _TOLERANCE
    return min(max(moment, earliest), latest) if plausible else None


def a_second_later(id_: str) -> str:
    """The id of a second later, where the id holds a time; else the same id.

    Mastodon's search knows times in whole seconds only: asked for what is before an id, it leaves out that second.
    """
    return str(int(id_) + (1000 << 16)) if _TIMED.fullmatch(id_) else id_
