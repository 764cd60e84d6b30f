"""Weibo's own ways of writing times, counts and ids."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from monitor import payload
from monitor.payload import Unusable

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOMENT = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})", re.ASCII)
_SHOWN = re.compile(r"(\d{1,12}(?:\.\d{1,4})?)(万|萬|亿|億)?\+?", re.ASCII)
_TIMES = {"": 1, "万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_ID = re.compile(r"[1-9][0-9]{0,19}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIRST_SECOND = 515_483_463  # of the clock inside the ids


def moment(value: Any, field: str) -> datetime:
    """A time such as "Mon Mar 02 17:00:00 +0800 2026", as UTC; read without the locale. Raises Unusable.

    >>> moment("Mon Mar 02 17:00:00 +0800 2026", "created_at").isoformat()
    '2026-03-02T09:00:00+00:00'
    """
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[1] not in _MONTHS:
        raise Unusable(f"{field} is missing or not a time")
    month, day, clock, zone, year = found.groups()
    return payload.moment(f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{clock}{zone}", field)


def count(value: Any) -> int | None:
    """A counter, also one written for readers; None where it says nothing.

    >>> count("1.2万"), count("100万+"), count("88"), count("赞")
    (12000, 1000000, 88, None)
    """
    if not isinstance(value, str):
        return payload.count(value)
    found = _SHOWN.fullmatch(value.strip())
    return payload.count(int(Decimal(found[1]) * _TIMES[found[2] or ""])) if found else None


def own_id(of: Mapping[str, Any], field: str) -> str:
    """The id of a post, comment or account: its text form, for numbers beyond 2^53 are rounded by some. Raises
    Unusable."""
    for name in ("idstr", "mid", "id"):
        value = of.get(name)
        text = str(value) if type(value) is int and 0 < value < 10**20 else value
        if isinstance(text, str) and _ID.fullmatch(text):
            return text
    raise Unusable(f"{field} has no id")


def is_id(text: str) -> bool:
    """Whether ``text`` can be the id of a post."""
    return bool(_ID.fullmatch(text))


def moment_of(id_: str) -> datetime | None:
    """When the post of that id was written, by the clock inside the id; None where that is nonsense.

    >>> str(moment_of("5272066219573248"))
    '2026-03-02 09:00:00+00:00'
    """
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=(int(id_) >> 22) + _FIRST_SECOND)
    except (ValueError, OverflowError):
        return None


def short_id(id_: str) -> str:
    """The id as it stands in addresses: seven digits at a time from the end, in base 62.

    >>> short_id("5272066219573248")
    'QueLPEare'
    """
    pieces = []
    while id_:
        id_, piece = id_[:-7], id_[-7:]
        number, written = int(piece), ""
        while number:
            number, digit = divmod(number, 62)
            written = _DIGITS[digit] + written
        pieces.append(written.rjust(4, "0") if id_ else written or "0")
    return "".join(reversed(pieces))
