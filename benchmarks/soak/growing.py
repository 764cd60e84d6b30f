"""A world for each site, growing in real time: posts that name a brand, and what becomes of them."""

import heapq
import random
import threading
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.clock import Clock
from tests.sites.world import Event, Kind, World

STEP = timedelta(seconds=0.1)  # between two additions
LATE, EDITED, DELETED = 0.03, 0.02, 0.02  # shares of the posts
LATE_BY, EDITED_AFTER, DELETED_AFTER = (5.0, 40.0), (10.0, 90.0), (20.0, 180.0)  # seconds, from and to
REPOSTS = 0.15  # for each post, where the site has them
AUTHORS = 6_000
_RECENT = 120  # posts among which one is chosen to be answered or passed on
_LARGE = 5  # of these a few are chosen most of the time

_SAID = (
    "Northline Air lost my {thing} in {place} and nobody answers #northline",
    "Northline Air cancelled the {place} flight again, {number} hours in a queue #northline",
    "Waiting for a refund from Northline Air since {place}, {number} mails so far #northline",
    "The {thing} on board was broken, thanks Northline Air, seat {number} #northline",
    "Northline Air from {place}, calm flight, row {number} by the window #northline",
    "Did anybody take Northline Air to {place} with a {thing}? #northline",
    "New route of Northline Air: {place} from gate {number} #northline",
    "Good crew at Northline Air today, they found my {thing} in {place} #northline",
)
_THINGS = ("suitcase", "pushchair", "screen", "guitar", "coat", "wheelchair", "bicycle", "charger", "bag", "socket")
_PLACES = ("Oslo", "Porto", "Busan", "Chengdu", "Hyderabad", "Leeds", "Graz", "Lima", "Turku", "Quebec", "Bari")


class Said(NamedTuple):
    """Something that a stream tells at a moment."""

    at: datetime
    event: Event
    operation: str  # create, update, delete


class GrowingWorld(World):
    """The same as its parent, kept in order, so that many readers cost little."""

    def __init__(self) -> None:
        super().__init__()
        self._ordered: list[tuple[datetime, int]] = []
        self._below: dict[int, list[int]] = {}
        self.said: list[Said] = []  # in the order of their times

    def add(self, event: Event) -> None:
        """One more act, or a known one changed; the time of a known one stays."""
        with self._lock:
            if event.number not in self._events:
                insort(self._ordered, (event.created_at, event.number))
                if event.root is not None:
                    insort(self._below.setdefault(event.root, []), event.number)
            self._events[event.number] = event

    def listed(self, now: datetime, *kinds: Kind) -> list[Event]:
        """What can be met at ``now``, oldest first; only of ``kinds`` where some are named."""
        with self._lock:
            events = [self._events[number] for _, number in self._ordered]
        return [event for event in events if (not kinds or event.kind in kinds) and event.is_listed(now)]

    def cascade(self, root: int, now: datetime, *kinds: Kind) -> list[Event]:
        """The reposts, quotes and replies below ``root`` that can be met at ``now``, oldest first."""
        with self._lock:
            events = [self._events[number] for number in self._below.get(root, ())]
        return [event for event in events if (not kinds or event.kind in kinds) and event.is_listed(now)]

    def every(self) -> list[Event]:
        """All acts, listed or not."""
        with self._lock:
            return list(self._events.values())


@dataclass(frozen=True, slots=True)
class Mix:
    """What people do on a site; reposts come on top of the posts."""

    kinds: Mapping[Kind, float]  # shares of post, quote and reply
    reposts: bool = False


@dataclass(slots=True)
class _Place:
    world: GrowingWorld
    mix: Mix
    made: int = 0
    recent: list[int] = field(default_factory=list)
    reposters: set[tuple[int, int]] = field(default_factory=set)


class Writer:
    """Adds ``per_second`` posts in all, evenly to the worlds, until it is told to stop."""

    def __init__(self, places: Mapping[str, tuple[GrowingWorld, Mix]], per_second: float, clock: Clock) -> None:
        self._places = [_Place(world, mix) for world, mix in places.values()]
        self._per_second = per_second
        self._clock = clock
        self._random = random.Random(7)
        self._later: list[tuple[datetime, int, _Place, int, str]] = []
        self._posts = self._reposts = self._planned = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Add no more; what was to happen later happens now."""
        self._ended.set()
        self._thread.join()
        self._happen(self._clock.now() + timedelta(days=1))

    @property
    def written(self) -> tuple[int, int]:
        """Posts and reposts so far."""
        return self._posts, self._reposts

    def _write(self) -> None:
        began = self._clock.now()
        while not self._ended.is_set():
            now = self._clock.now()
            while self._posts < (now - began).total_seconds() * self._per_second:
                self._post(self._places[self._posts % len(self._places)], now)
            self._happen(now)
            self._ended.wait(STEP.total_seconds())

    def _post(self, place: _Place, now: datetime) -> None:
        chance, kinds = self._random, place.mix.kinds
        self._posts += 1
        kind = chance.choices(list(kinds), list(kinds.values()))[0]
        root = self._root(place) if kind != "post" else None
        event = Event(
            self._number(place), chance.randrange(2, AUTHORS), now, self._words(), kind if root else "post", root
        )
        if kind == "reply" and root:
            event = replace(event, parent=self._answered(place, root))
        if chance.random() < LATE:
            event = replace(event, visible_at=now + self._after(LATE_BY))
        self._shown(place, event)
        if event.kind == "post":
            place.recent = [*place.recent, event.number][-_RECENT:]
        if chance.random() < EDITED:
            self._plan(now + self._after(EDITED_AFTER), place, event.number, "update")
        if chance.random() < DELETED:
            self._plan(now + self._after(DELETED_AFTER), place, event.number, "delete")
        if place.mix.reposts and chance.random() < REPOSTS:
            self._repost(place, now)

    def _repost(self, place: _Place, now: datetime) -> None:
        root = self._root(place)
        author = self._random.randrange(2, AUTHORS)
        if root is None or (root, author) in place.reposters:
            return
        place.reposters.add((root, author))
        above = [e.number for e in place.world.cascade(root, now, "repost")]
        parent = self._random.choice([root, *above])
        self._reposts += 1
        self._shown(place, Event(self._number(place), author, now, "", "repost", root, parent))

    def _shown(self, place: _Place, event: Event) -> None:
        place.world.add(event)
        self._plan(event.visible_at or event.created_at, place, event.number, "create")

    def _plan(self, at: datetime, place: _Place, number: int, what: str) -> None:
        self._planned += 1
        heapq.heappush(self._later, (at, self._planned, place, number, what))

    def _happen(self, now: datetime) -> None:
        while self._later and self._later[0][0] <= now:
            at, _, place, number, what = heapq.heappop(self._later)
            event = place.world.get(number)
            if event is None or event.deleted_at is not None:
                continue
            at = min(at, self._clock.now())
            if what == "update":
                event = replace(event, edited_at=at, text=f"{event.text} (edited)")
                place.world.add(event)
            elif what == "delete":
                place.world.delete(number, at)
            place.world.said.append(Said(at, event, what))

    def _root(self, place: _Place) -> int | None:
        recent = place.recent
        if not recent:
            return None
        large = [number for number in recent if number % 20 == 0][-_LARGE:]
        return self._random.choice(large if large and self._random.random() < 0.7 else recent)

    def _answered(self, place: _Place, root: int) -> int:
        replies = [e.number for e in place.world.cascade(root, self._clock.now(), "reply")]
        return self._random.choice([root, root, *replies[-10:]])

    def _number(self, place: _Place) -> int:
        place.made += 1
        return place.made

    def _words(self) -> str:
        chance = self._random
        return chance.choice(_SAID).format(
            thing=chance.choice(_THINGS), place=chance.choice(_PLACES), number=chance.randrange(1, 400)
        )

    def _after(self, span: tuple[float, float]) -> timedelta:
        return timedelta(seconds=self._random.uniform(*span))
