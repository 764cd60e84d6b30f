"""When a feed wants to be read again: what it and its server say, and what was remembered of that. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from monitor.syndication import Syndicated

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def is_resting(memory: Mapping[str, Any], now: datetime) -> bool:
    """Whether the feed asked not to be read at ``now``."""
    rest = memory.get("rest")
    if type(rest) is int and rest > now.timestamp():
        return True
    hours, days = memory.get("hours"), memory.get("days")
    asleep = isinstance(hours, list) and len(set(hours)) < 24 and now.hour in hours
    return asleep or (isinstance(days, list) and len(set(days)) < 7 and _DAYS[now.weekday()] in days)


def wishes(read: Syndicated) -> dict[str, Any]:
    """What a feed says about reading it, as it is remembered: "every" in seconds, "hours" and "days" of rest."""
    every = max(_ttl(read.feed), _period(read.feed))
    said: dict[str, Any] = {"every": int(every.total_seconds())} if every else {}
    if read.skip_hours:
        said["hours"] = sorted(read.skip_hours)
    if read.skip_days:
        said["days"] = sorted(read.skip_days & set(_DAYS))
    return said


def rest_until(memory: Mapping[str, Any], headers: Mapping[str, str], now: datetime, longest: timedelta) -> int:
    """The second until which the feed is to be left alone, by its own wish and the age that its server allows."""
    every = memory.get("every")
    own = timedelta(seconds=every) if type(every) is int and 0 <= every < 10**9 else timedelta(0)
    return int((now + min(max(own, _fresh_for(headers)), longest)).timestamp())


def _ttl(feed: Mapping[str, Any]) -> timedelta:
    minutes = _whole(feed.get("ttl"))
    return timedelta(minutes=minutes) if minutes else timedelta(0)


def _period(feed: Mapping[str, Any]) -> timedelta:
    period = feed.get("sy_updateperiod")
    every = _PERIODS.get(period.strip().lower()) if isinstance(period, str) else None
    return every / max(1, _whole(feed.get("sy_updatefrequency")) or 1) if every else timedelta(0)


def _fresh_for(headers: Mapping[str, str]) -> timedelta:
    cache = headers.get("cache-control", "")
    found = _MAX_AGE.search(cache)
    if found is None or "no-cache" in cache.lower() or "no-store" in cache.lower():
        return timedelta(0)
    return timedelta(seconds=max(0, int(found[1]) - (_whole(headers.get("age")) or 0)))


def _whole(value: Any) -> int | None:
    """A number in text, of a size that makes sense; else None."""
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
