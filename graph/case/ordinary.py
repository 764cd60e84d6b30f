"""The ordinary days: mentions of the airline as they come every day, and the small waves that are no crisis."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random

from graph.case.accounts import REGULARS, Person, known, someone
from graph.case.figures import Setup
from graph.case.press import OUTLETS
from graph.case.records import Record, post
from graph.case.spread import Wave
from graph.case.words import Writer
from graph.synth import delay, poisson

# Share of the daily mean by hour, US Central time (the middle of the airline's network), and by weekday from Monday.
_HOURS = (0.3, 0.2, 0.15, 0.15, 0.2, 0.35, 0.6, 0.8, 1, 1, 1, 1.05, 1.1, 1.1, 1.05, 1, 1.05, 1.1, 1, 0.95, 0.9, 0.85)
_BY_HOUR = (*_HOURS, 0.7, 0.45)
_BY_WEEKDAY = (1.1, 1.05, 1.0, 1.05, 1.15, 0.8, 0.85)
_CENTRAL = timedelta(hours=-5)
_SITES = ("microblog", "forum", "videosite")
_SITE_SHARES = (0.76, 0.17, 0.07)
NEWS_SHARE = 0.03
OFF_TOPIC = 0.06  # posts with "united" that are not about the airline, beside the mentions
_FEW = (45, 22, 13, 8, 5, 3, 2.5)  # chances of 0 to 6 reposts of a complaint
_MANY = 0.015  # of 15 to 40
_WITHIN = timedelta(hours=48).total_seconds()
_SALE_WITHIN = timedelta(hours=12).total_seconds()


def moments(rng: Random, per_hour: float, start: datetime, end: datetime) -> Iterator[datetime]:
    """When somebody mentions the airline: by hour of day and weekday, a little more uneven than pure chance."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        local = hour + _CENTRAL
        mean = per_hour * _BY_HOUR[local.hour] * _BY_WEEKDAY[local.weekday()] * rng.gammavariate(20, 1 / 20)
        yield from sorted(hour + timedelta(seconds=rng.randrange(3600)) for _ in range(poisson(rng, mean)))
        hour += timedelta(hours=1)


class OrdinaryDays:
    """Writes the mentions one after the other, each with what became of it."""

    def __init__(self, seed: int, setup: Setup) -> None:
        self._rng = Random(f"{seed}:ordinary")
        self._setup = setup
        self._writer = Writer(self._rng)
        self._ids = count()

    def records(self, start: datetime, end: datetime) -> Iterator[Record]:
        """All mentions from ``start`` and their reposts, in no order; some reposts come after ``end``."""
        for at in moments(self._rng, self._setup.mentions_per_hour, start, end):
            yield from self._mention(at)

    def _mention(self, at: datetime) -> Iterator[Record]:
        kind = self._kind()
        if kind == "news":
            yield post("feed", self._id(), self._rng.choice(OUTLETS), at, self._writer.write(kind), press=True)
            return
        site = self._rng.choices(_SITES, _SITE_SHARES)[0]
        person = someone(site, self._rng.randrange(REGULARS))
        text = self._writer.write(kind, person.language, chatty=True)
        root = post(site, self._id(), person.author, at, text, language=_stated(person, site))
        yield root
        yield from _wave(self._rng, self._writer, root, at, self._reposts(kind), words=kind)

    def _kind(self) -> str:
        shares = (self._setup.complaint_share, self._setup.praise_share, NEWS_SHARE)
        return self._rng.choices(("complaint", "praise", "news", "noise"), (*shares, 1 - sum(shares)))[0]

    def _reposts(self, kind: str) -> int:
        if kind == "complaint":
            many = self._rng.random() < _MANY
            return self._rng.randint(15, 40) if many else self._rng.choices(range(len(_FEW)), _FEW)[0]
        return self._rng.choices(range(4), (70, 18, 8, 4) if kind == "praise" else (94, 5, 1, 0))[0]

    def _id(self) -> str:
        return f"day-{next(self._ids)}"


def _stated(person: Person, site: str) -> str | None:
    """Only the microblog says in which language a post is."""
    return person.language if site == "microblog" else None


def _wave(
    rng: Random, writer: Writer, root: Record, at: datetime, size: int, words: str, within: float = _WITHIN
) -> Iterator[Record]:
    """``size`` reposts of ``root``; on sites without reposts, replies."""
    if not size:
        return
    site = root["source"]
    wave = Wave(rng, writer, root["id"])
    wave.start(root, at)
    for when in sorted(at + timedelta(seconds=1 + int(delay(rng, within))) for _ in range(size)):
        person = someone(site, rng.randrange(3 * REGULARS))
        if site != "microblog":
            yield wave.answer("reply", person, when, words)
        elif rng.random() < 0.15:
            yield wave.answer("quote", person, when, words)
        else:
            yield wave.repost(person, when)


def sale(seed: int, setup: Setup) -> Iterator[Record]:
    """One cheap fare that everybody passes on: large for an ordinary day, and no complaint."""
    rng = Random(f"{seed}:sale")
    writer = Writer(rng)
    author = known("fare_finder_weekly", "Fare Finder Weekly", 38_000)
    root = post("microblog", "sale", author, setup.sale_at, writer.write("sale"), language="en")
    yield root
    yield from _wave(rng, writer, root, setup.sale_at, setup.sale_reposts, "praise", _SALE_WITHIN)


def off_topic(seed: int, setup: Setup, start: datetime, end: datetime) -> Iterator[Record]:
    """Football and other things united, which a monitor of the airline must pass by."""
    rng = Random(f"{seed}:off-topic")
    writer = Writer(rng)
    for number, at in enumerate(moments(rng, OFF_TOPIC * setup.mentions_per_hour, start, end)):
        person = someone("microblog", 10 * REGULARS + rng.randrange(REGULARS))
        text = writer.write("off_topic")
        yield post("microblog", f"other-{number}", person.author, at, text, language="en")
