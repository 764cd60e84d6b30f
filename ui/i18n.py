"""The words of the board in four languages, and how numbers, durations and moments are written."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

_FOLDER = Path(__file__).parent / "locale"


def languages() -> tuple[str, ...]:
    """The codes of the languages that the board speaks."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.json")))


@cache
def _words(language: str) -> Mapping[str, str]:
    words: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return words


def zone(name: str | None) -> tzinfo:
    """The time zone called ``name``; UTC where the name is unknown.

    >>> str(zone("Nowhere/At all"))
    'UTC'
    """
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, OSError, ValueError):  # not found; a folder's name; a malformed name
        return UTC


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


class Texts:
    """The board's texts in one language; moments are written in ``zone``.

    >>> texts = Texts("en")
    >>> texts("level.crisis"), texts.short(14_240), texts.percent(0.7147), texts.duration(timedelta(minutes=190))
    ('crisis', '14k', '71 %', '3 h 10 min')
    """

    def __init__(self, language: str = "en", zone: tzinfo = UTC) -> None:
        self.language = language if language in languages() else "en"
        self.zone = zone
        self._words = _words(self.language)

    def __call__(self, key: str, **arguments: object) -> str:
        """The text ``key`` with its arguments filled in; raises KeyError for a key that no file holds."""
        return self._words[key].format(**arguments)

    def count(self, key: str, count: float, written: str | None = None, **arguments: object) -> str:
        """The text ``key`` about ``count`` things; its form for one thing stands under ``key``_one."""
        form = f"{key}_one" if count == 1 else key
        return self(form, n=written or self.number(count), **arguments)

    def filled(self, key: str, arguments: Mapping[str, str]) -> str:
        """The text ``key`` for what was kept in a log: an argument that an old line lacks becomes a dash."""
        return self._words[key].format_map(_Lenient(arguments))

    def has(self, key: str) -> bool:
        """Whether there is a text ``key``."""
        return key in self._words

    def number(self, value: float | None) -> str:
        """A count with thousands marked; "not known" for None."""
        return self("unknown") if value is None else f"{value:,.0f}"

    def short(self, value: float | None) -> str:
        """A size with two figures or so and the language's unit (k, M; 万; 만)."""
        if value is None:
            return self("unknown")
        for entry in reversed(self("number.units").split(",")):
            size, unit = entry.split(":")
            if value >= 0.9995 * int(size):
                scaled = value / int(size)
                return f"{scaled:.1f}{unit}".replace(".0", "") if scaled < 9.95 else f"{scaled:,.0f}{unit}"
        return f"{value:.0f}"

    def span(self, low: float, high: float) -> str:
        """A range of sizes."""
        first, last = self.short(low), self.short(high)
        return first if first == last else f"{first}–{last}"

    def percent(self, share: float | None) -> str:
        """A share of one in per cent; "not known" for None. Only all is 100 %, only nothing is 0 %."""
        if share is None:
            return self("unknown")
        written = f"{100 * share:.0f}"
        if (written == "100" and share < 1) or (written == "0" and share > 0):
            return "> 99 %" if share > 0.5 else "< 1 %"
        return f"{written} %"

    def duration(self, length: timedelta) -> str:
        """A duration in its two largest units."""
        minutes = max(0, round(length.total_seconds() / 60))
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        units = (("days", days), ("hours", hours), ("minutes", rest))
        first = next((place for place, (_, count) in enumerate(units) if count), 2)
        shown = [(name, count) for name, count in units[first : first + 2] if count]
        return " ".join(self(f"duration.{name}", n=count) for name, count in shown or [("minutes", 0)])

    def ago(self, moment: datetime, now: datetime) -> str:
        """How long before ``now``."""
        if now - moment < timedelta(minutes=1):
            return self("just_now")
        return self("ago", duration=self.duration(now - moment))

    def moment(self, moment: datetime, now: datetime) -> str:
        """The time of day; with the date unless it is the day of ``now``, with the year unless it is the same."""
        local, today = moment.astimezone(self.zone), now.astimezone(self.zone)
        time = f"{local:%H:%M}"
        if local.date() == today.date():
            return time
        day = self("date", day=local.day, month=self("months").split(",")[local.month - 1])
        if local.year != today.year:
            day = self("date.year", date=day, year=local.year)
        return f"{day} {time}"

    def full(self, moment: datetime) -> str:
        """Date, year, time and zone."""
        local = moment.astimezone(self.zone)
        day = self("date", day=local.day, month=self("months").split(",")[local.month - 1])
        return f"{self('date.year', date=day, year=local.year)} {local:%H:%M} {local.tzname()}"

    def language_name(self, code: str | None) -> str:
        """The name of a language; its code where there is no name, "language not known" for None."""
        if code is None:
            return self("language.unknown")
        return self(f"language.{code}") if self.has(f"language.{code}") else code
