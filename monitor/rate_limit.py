"""What an answer's headers say about how often the site may be asked."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST_WAIT = timedelta(hours=24)  # a site cannot send us away for longer
_EPOCH = 1_000_000_000  # larger figures in a reset header are moments, smaller ones are seconds from now
_EPOCH_MS = 100_000_000_000  # and these are moments in milliseconds
_LARGEST = 1e15
_SKEW = timedelta(hours=1)  # clocks that differ by more are broken, and no help
_FAMILIES = ("ratelimit", "x-ratelimit", "x-rate-limit")
_USAGE = ("x-app-usage", "x-business-use-case-usage")
_USAGE_FULL = timedelta(minutes=15)  # a share of a rolling hour that is used up, where no wait is named


@dataclass(frozen=True, slots=True)
class Limit:
    """What is known of one limit; of a site that tells percentages, ``limit`` is 100."""

    limit: float | None = None  # requests in a window
    remaining: float | None = None
    reset_at: datetime | None = None  # when the next window starts


def announced(headers: Mapping[str, str], now: datetime) -> Limit | None:
    """The limit that an answer announces; None where it announces none. Header names are in lower case.

    >>> at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> announced({"x-ratelimit-remaining": "9.5", "x-ratelimit-reset": "60"}, at).reset_at.isoformat()
    '2026-03-02T12:01:00+00:00'
    """
    for family in _FAMILIES:
        limit, remaining = (_number(headers.get(f"{family}-{name}", "")) for name in ("limit", "remaining"))
        reset = _moment(headers.get(f"{family}-reset", ""), now, _now_there(headers, now))
        if (limit, remaining, reset) != (None, None, None):
            return Limit(limit, remaining, reset)
    return _usage(headers, now)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait that ``Retry-After`` asks for, in either of its forms (RFC 9110, 10.2.3); None where there is none.

    >>> retry_after({"retry-after": "90"}, datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=90)
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), LONGEST_WAIT)
    moment = _http_date(value)
    return None if moment is None else _until(moment, _now_there(headers, now))


def _number(value: str) -> float | None:
    """A figure that is not negative; of a list with its policy ("100, 100;w=60") the first."""
    try:
        number = float(value[:100].partition(",")[0].partition(";")[0])
    except ValueError:
        return None
    return number if 0 <= number <= _LARGEST else None  # not a number fails both


def _moment(value: str, now: datetime, there: datetime) -> datetime | None:
    """A reset, which sites give as seconds from now, seconds or milliseconds since 1970, or a time of day and date.

    ``there`` is the site's own clock, by which it meant what is not relative.
    """
    value = value.strip()[:100]
    number = _number(value)
    try:
        if number is None:
            moment = _iso(value) or _http_date(value)
            return None if moment is None else now + _until(moment, there)
        if number > _EPOCH:
            moment = datetime.fromtimestamp(number / 1000 if number > _EPOCH_MS else number, UTC)
            return now + _until(moment, there)
    except (ValueError, OverflowError, OSError):
        return None
    return now + min(timedelta(seconds=number), LONGEST_WAIT)


def _now_there(headers: Mapping[str, str], now: datetime) -> datetime:
    """The site's own time, by its ``Date``, so that clocks which differ by minutes do not make us early or late."""
    there = _http_date(headers.get("date", ""))
    return there if there is not None and abs(there - now) <= _SKEW else now


def _iso(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return None


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value[:100])
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _until(moment: datetime, now: datetime) -> timedelta:
    return max(timedelta(0), min(moment - now, LONGEST_WAIT))


def _usage(headers: Mapping[str, str], now: datetime) -> Limit | None:
    """Of a site that tells the share used, in percent of several things: the one that is used most."""
    told = [(name, figure) for header in _USAGE for name, figure in _figures(headers.get(header, ""))]
    shares = [figure for name, figure in told if name != "estimated_time_to_regain_access"]
    waits = [figure for name, figure in told if name == "estimated_time_to_regain_access"]
    if not shares:
        return None
    wait = timedelta(minutes=min(max(waits, default=0), LONGEST_WAIT / timedelta(minutes=1)))
    remaining = 0.0 if wait else max(0.0, 100 - max(shares))
    if not wait and not remaining:
        wait = _USAGE_FULL
    return Limit(100, remaining, now + wait if wait else None)


def _figures(value: str) -> Iterator[tuple[str, float]]:
    """The named figures in ``{"call_count": 28}`` and in ``{"<id>": [{"call_count": 28}]}``."""
    try:
        told: Any = json.loads(value[:20_000] or "null")
    except (ValueError, RecursionError):
        return
    rows = [told] if isinstance(told, dict) else []
    rows += [row for rows_of_one in list(rows) for kept in rows_of_one.values() for row in _rows(kept)]
    for row in rows:
        for name, figure in row.items():
            if isinstance(figure, int | float) and not isinstance(figure, bool) and math.isfinite(figure):
                yield name, figure


def _rows(kept: Any) -> list[dict[str, Any]]:
    return [row for row in kept if isinstance(row, dict)] if isinstance(kept, list) else []
