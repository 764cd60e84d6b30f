"""Several sites of one kind read in turn: one that fails is told of and left alone for a while, the others go on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.domain import Dropped, Gap, Page
from monitor.errors import BadPayload, NotFound, RateLimited, SourceError
from monitor.plain_text import one_line

VERSION = 1  # of the shape of states and cursors
_FIRST_PAUSE = timedelta(minutes=5)  # of a site that failed twice in a row and asked for no wait itself
_LONGEST_PAUSE = timedelta(hours=1)
_LONGEST_WAIT = timedelta(days=32)  # that a site can ask for

Memory = dict[str, Any]  # what is remembered of one site: JSON


class Gone(NotFound):
    """The site said that it will never be back: it is not asked again."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one look at one site brought; ``place`` (JSON) is where the site goes on, None where it is read."""

    page: Page
    place: Any = None


# Looks at a site by its key, with its memory (may be changed in place) and where to go on. Raises SourceError.
Look = Callable[[str, Memory, Any, datetime], Step]


@dataclass(slots=True)
class _Walk:
    """Where a walk stands: at which site and where in it, and what is remembered of all of them so far."""

    at: str | None
    place: Any = None
    sites: dict[str, Memory] = field(default_factory=dict)


class Several:
    """Walks over ``sites`` (key and the name people know it by), ``at_once`` looks in one page."""

    def __init__(self, sites: Mapping[str, str], look: Look, at_once: int = 1) -> None:
        self._sites = dict(sites)
        self._look = look
        self._at_once = at_once

    def fetch(self, state: str | None, cursor: str | None, now: datetime) -> Page:
        """The next page of the walk; what fails on the way is in ``dropped``. Raises SourceError where all sites do.

        A walk over several sites that is under way is ended rather than failed: its cursor may stand at a site that
        never answers, and where each site goes on is remembered anyway.
        """
        walk = self._begun(state, cursor)
        pages: list[Page] = []
        failures: list[SourceError] = []
        while walk.at is not None and len(pages) - len(failures) < self._at_once:
            name = self._sites[walk.at]
            try:
                pages.append(self._step(walk, now))
            except SourceError as error:
                failures.append(error)
                pages.append(Page(dropped=(Dropped(name, one_line(str(error), 500)),)))
                _remember(walk.sites[walk.at], walk.place, error, now)
                self._next_site(walk)
        if failures and len(failures) == len(pages) and (cursor is None or len(self._sites) == 1):
            raise failures[0]
        if walk.at is None:
            return _together(pages, None, _written(walk))
        return _together(pages, _written(walk), None)

    def _step(self, walk: _Walk, now: datetime) -> Page:
        """One look at the site where the walk stands."""
        at = str(walk.at)
        memory = walk.sites.setdefault(at, {})
        if walk.place is None:
            _let_be(memory, now)
            walk.place = memory.get("place")
        step = self._look(at, memory, walk.place, now)
        for name in ("place", "failures", "wait", "why"):
            memory.pop(name, None)
        walk.place = step.place
        if step.place is None:
            self._next_site(walk)
        return step.page

    def _next_site(self, walk: _Walk) -> None:
        keys = list(self._sites)
        later = keys[keys.index(str(walk.at)) + 1 :]
        walk.at, walk.place = (later[0] if later else None), None

    def _begun(self, state: str | None, cursor: str | None) -> _Walk:
        if cursor is None:
            first = next(iter(self._sites), None)
            kept = _sites(_loaded(state))
            return _Walk(first, sites={key: kept[key] for key in self._sites if key in kept})
        raw = _loaded(cursor)
        at = raw.get("at")
        if not isinstance(at, str) or at not in self._sites:
            raise BadPayload("a cursor of another version or configuration")
        kept = _sites(raw)
        return _Walk(at, raw.get("place"), {key: kept[key] for key in self._sites if key in kept})


def _let_be(memory: Memory, now: datetime) -> None:
    """Raises where the site is not to be asked now."""
    why = memory.get("why") if isinstance(memory.get("why"), str) else "the site failed"
    if memory.get("gone") is True:
        raise Gone(f"{why}; it is not asked any more: take it out of the configuration")
    left = _wait(memory, now)
    if left > timedelta(0):
        raise RateLimited(f"{why}; not asked again before {_hour(now + left)}", retry_after=left)


def _wait(memory: Memory, now: datetime) -> timedelta:
    """How long the site is still to be left alone; nothing where what is remembered makes no sense."""
    until = memory.get("wait")
    left = timedelta(seconds=until - now.timestamp()) if type(until) is int and until < 2**40 else timedelta(0)
    return left if timedelta(0) < left <= _LONGEST_WAIT else timedelta(0)


def _remember(memory: Memory, place: Any, error: SourceError, now: datetime) -> None:
    """Keeps why a site failed, until when it is left alone, and where to go on with it."""
    if memory.get("gone") is True or _wait(memory, now):
        return  # it was not asked
    memory.pop("place", None)
    if place is not None and not isinstance(error, BadPayload | NotFound):  # else it may be the place that is wrong
        memory["place"] = place
    if isinstance(error, Gone):
        memory |= {"gone": True, "why": one_line(str(error), 200)}
        return
    failures = memory.get("failures")
    failures = failures + 1 if type(failures) is int and 0 <= failures < 16 else 1
    pause = error.retry_after
    if pause is None and failures > 1:
        pause = min(_FIRST_PAUSE * 2 ** (failures - 2), _LONGEST_PAUSE)
    memory |= {"failures": failures, "why": one_line(str(error), 200)}
    memory["wait"] = int((now + (pause or timedelta(0))).timestamp())


def _together(pages: list[Page], cursor: str | None, state: str | None) -> Page:
    gaps = [page.gap for page in pages if page.gap is not None]
    return Page(
        posts=tuple(post for page in pages for post in page.posts),
        reposts=tuple(edge for page in pages for edge in page.reposts),
        accounts=tuple(account for page in pages for account in page.accounts),
        next_cursor=cursor,
        dropped=tuple(drop for page in pages for drop in page.dropped),
        state=state,
        deleted=tuple(key for page in pages for key in page.deleted),
        erased=tuple(key for page in pages for key in page.erased),
        gap=_widest(gaps),
    )


def _widest(gaps: list[Gap]) -> Gap | None:
    if not gaps:
        return None
    reasons = dict.fromkeys(gap.reason for gap in gaps)
    return Gap(min(gap.since for gap in gaps), max(gap.until for gap in gaps), one_line("; ".join(reasons), 500))


def _written(walk: _Walk) -> str:
    if walk.at is None:
        return json.dumps({"v": VERSION, "sites": walk.sites}, separators=(",", ":"))
    stand = {"v": VERSION, "at": walk.at, "place": walk.place, "sites": walk.sites}
    return json.dumps(stand, separators=(",", ":"))


def _loaded(text: str | None) -> Mapping[str, Any]:
    """What was written, or nothing where it cannot be read."""
    try:
        raw = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) and raw.get("v") == VERSION else {}


def _sites(raw: Mapping[str, Any]) -> dict[str, Memory]:
    sites = raw.get("sites")
    if not isinstance(sites, dict):
        return {}
    return {key: dict(memory) for key, memory in sites.items() if isinstance(memory, dict)}


def _hour(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
