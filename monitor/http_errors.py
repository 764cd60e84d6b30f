"""What a refused or failed request means, said so that a person can act and no secret is told."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from monitor.errors import BadPayload, NotFound, RateLimited, SourceError, Unauthorised, Unreachable
from monitor.plain_text import one_line
from monitor.rate_limit import announced, retry_after


def place(url: str) -> str:
    """Host and path of an address; user names, queries and fragments, where keys hide, are left out.

    >>> place("https://me:secret@api.example/v1/posts?key=secret#x")
    'api.example/v1/posts'
    """
    try:
        parts = urlsplit(url[:10_000])
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
        told = announced(headers, now)
        if wait is None and told is not None and told.reset_at is not None:
            wait = told.reset_at - now
        return RateLimited(f"{where} asks to come back later ({status})", retry_after=wait)
    if status == 408 or status >= 500:
        return Unreachable(f"{where} has a problem of its own ({status})", retry_after=wait)
    return BadPayload(f"{where} did not understand the request ({status})", retry_after=wait)
