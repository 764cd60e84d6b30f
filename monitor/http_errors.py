"""What a refused or failed request means, said so that a person can act and no secret is told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from monitor.errors import BadPayload, NotFound, RateLimited, SourceError, Unauthorised, Unreachable
from monitor.plain_text import one_line

LONGEST_WAIT = timedelta(hours=24)  # a site cannot send us away for longer
_EPOCH = 1_000_000_000  # larger figures in a reset header are moments, smaller ones are seconds


def place(url: str) -> str:
    """Host and path of an address; user names, queries and fragments, where keys hide, are left out.

    >>> place("https://me:secret@api.example/v1/posts?key=secret#x")
    'api.example/v1/posts'
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(an unreadable address)"
    return one_line(f"{host}{port}{parts.path}", 120) or "(an empty address)"


def error_for(status: int, url: str, headers: Mapping[str, str], now: datetime) -> SourceError:
    """The error that an answer with an unwanted status stands for, with the wait that it asks for."""
    where, wait = place(url), retry_after(headers, now)
    if status in (401, 403):
        return Unauthorised(f"{where} refuses access ({status}): check the key or login of this source")
    if status in (404, 410):
        return NotFound(f"{where} does not exist{' any more' if status == 410 else ''} ({status})")
    if status == 429:
        wait = _reset(headers, now) if wait is None else wait
        return RateLimited(f"{where} asks to come back later ({status})", retry_after=wait)
    if status == 408 or status >= 500:
        return Unreachable(f"{where} has a problem of its own ({status})", retry_after=wait)
    return BadPayload(f"{where} did not understand the request ({status})", retry_after=wait)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait that ``Retry-After`` asks for, in either of its forms (RFC 9110, 10.2.3); None where there is none.

    >>> retry_after({"retry-after": "90"}, datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=90)
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _until(moment, now)


def _reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait of a rate-limit header, which sites give as seconds, as seconds since 1970 or as a time."""
    value = (headers.get("ratelimit-reset") or headers.get("x-ratelimit-reset") or "").strip()
    try:
        if value.isascii() and value.isdigit():
            seconds = int(value[:12])
            return _until(datetime.fromtimestamp(seconds, UTC), now) if seconds > _EPOCH else timedelta(seconds=seconds)
        moment = datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return _until(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now)


def _until(moment: datetime, now: datetime) -> timedelta:
    return max(timedelta(0), min(moment - now, LONGEST_WAIT))
