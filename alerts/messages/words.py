"""The words of the messages in one language, with its numbers, times and durations: ``templates/words.*.toml``."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files

from monitor.plain_text import one_line

FALLBACK = "en"
_TEMPLATES = files("alerts.messages") / "templates"
_NAMES = {
    "bluesky": "Bluesky",
    "facebook": "Facebook",
    "hackernews": "Hacker News",
    "instagram": "Instagram",
    "mastodon": "Mastodon",
    "reddit": "Reddit",
    "threads": "Threads",
    "twitter": "Twitter",
    "weibo": "Weibo",
    "x": "X",
    "youtube": "YouTube",
}


def languages() -> tuple[str, ...]:
    """Codes of the languages that messages can be written in."""
    names = (entry.name.split(".") for entry in _TEMPLATES.iterdir())
    return tuple(sorted(parts[1] for parts in names if parts[0] == "words" and parts[-1] == "toml"))


@cache
def texts(language: str) -> Mapping[str, str]:
    """Every text of ``language`` by its dotted key; those of the months are ``time.months.0`` and on."""
    content = tomllib.loads((_TEMPLATES / f"words.{language}.toml").read_text(encoding="utf-8"))
    flat: dict[str, str] = {}
    for section, entries in content.items():
        for key, value in entries.items():
            pairs = enumerate(value) if isinstance(value, list) else ()
            flat |= {f"{section}.{key}.{i}": str(each) for i, each in pairs} or {f"{section}.{key}": str(value)}
    return flat


@dataclass(frozen=True, slots=True)
class Words:
    """Says things in ``language``, with times in ``zone`` as seen from ``now``."""

    language: str
    zone: tzinfo
    now: datetime

    def __post_init__(self) -> None:
        if self.language not in languages():
            object.__setattr__(self, "language", FALLBACK)

    def say(self, key: str, **places: str) -> str:
        """The text called ``key`` with its places filled in; KeyError where the text or a place is missing."""
        return texts(self.language)[key].format_map(places)

    def has(self, key: str) -> bool:
        """Whether there is a text called ``key``."""
        return key in texts(self.language)

    def clock(self, at: datetime) -> str:
        """Hours and minutes: "14:05"."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def at(self, at: datetime) -> str:
        """The clock time today, with the day elsewhere, with the year in another year."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date():
            return self.clock(at)
        return self.moment(at, with_year=local.year != today.year)

    def moment(self, at: datetime, *, with_year: bool = True) -> str:
        """Clock time and day, with or without the year."""
        local = at.astimezone(self.zone)
        places = {
            "clock": self.clock(at),
            "day": str(local.day),
            "month": self.say(f"time.months.{local.month - 1}"),
            "year": str(local.year),
        }
        return self.say("time.moment_year" if with_year else "time.moment", **places)

    def zone_name(self) -> str:
        """What the zone is called at this time of the year: "UTC", "CEST"."""
        name = self.now.astimezone(self.zone).strftime("%Z")
        return f"UTC{name}" if name[:1] in "+-" else one_line(name, 20)

    def duration(self, span: timedelta) -> str:
        """A length of time in one or two units, rounded to what a reader needs."""
        minutes = max(1, round(abs(span).total_seconds() / 60))
        if minutes < 90:
            return self.say("time.minutes", n=str(minutes))
        if minutes < 600 and minutes % 60 >= 5:
            return self.say("time.hours_minutes", n=str(minutes // 60), minutes=str(minutes % 60))
        if minutes < 48 * 60:
            return self.say("time.hours", n=str(round(minutes / 60)))
        return self.say("time.days", n=str(round(minutes / 1440)))

    def number(self, value: float) -> str:
        """A count with thousands separated: "1,930"."""
        return f"{round(value):,}"

    def rough(self, value: float) -> str:
        """A predicted count, to two significant figures: "5,200".

        >>> from datetime import UTC
        >>> Words("en", UTC, datetime(2009, 7, 7, tzinfo=UTC)).rough(5234.1)
        '5,200'
        """
        digits = 1 - math.floor(math.log10(value)) if value >= 100 else 0
        return f"{round(value, digits):,.0f}"

    def percent(self, share: float) -> str:
        """A share 0..1 as whole percents, without the sign."""
        return f"{100 * share:.0f}"

    def name_of_language(self, code: str) -> str:
        """What the language ``code`` is called."""
        key = f"language.{code}"
        return self.say(key) if self.has(key) else self.say("language.other", code=one_line(code, 12))

    def name_of_site(self, source: str) -> str:
        """What the site is called."""
        key = f"site.{source}"
        return self.say(key) if self.has(key) else _NAMES.get(source, one_line(source, 30))
