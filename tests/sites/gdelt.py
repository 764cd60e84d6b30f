"""The document search of GDELT over a world: 250 articles at most, no pages, and not quite JSON."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

_MOST = 250
_BUSY = "Please limit requests to one every 5 seconds."
_LANGUAGES = ("English", "Korean", "Chinese", "Telugu", "Portuguese")


def _publisher(event: Event) -> str:
    return f"press{event.author}.example"


def _address(event: Event) -> str:
    return f"https://{_publisher(event)}/articles/{event.number}"


class GdeltSite:
    """Posts are articles; of reposts, quotes and replies it knows nothing.

    Articles are seen on a grid of ``grid`` seconds; with ``pace``, a request that follows the last too soon is refused.
    """

    def __init__(self, world: World, pace: float | None = None, grid: int = 900) -> None:
        self._world = world
        self._pace = None if pace is None else timedelta(seconds=pace)
        self._grid = grid
        self._last: datetime | None = None
        self._lock = threading.Lock()
        self.over_limit = 0

    def settings(self, base_url: str) -> dict[str, Any]:
        """What points the source here."""
        pace = 0 if self._pace is None else self._pace.total_seconds()
        return {"base_url": f"{base_url}/api/v2/doc/doc", "pace_seconds": pace}

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        return PostKey("gdelt", _address(event))

    def seen(self, event: Event) -> datetime:
        """When the site saw the article: some time after it was published."""
        second = -(-int(event.created_at.timestamp()) // self._grid) * self._grid
        return datetime.fromtimestamp(second, UTC)

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        if self._too_soon(now):
            return _words(_BUSY, 429)
        words = [part.strip().strip('"').casefold() for part in asked.one("query").strip("()").split(" OR ")]
        if any(len(word) < 3 for word in words):
            return _words("Your query was too short or too long.\n")
        if "OR" in asked.one("query") and not asked.one("query").startswith("("):
            return _words("Queries containing OR'd terms must be surrounded by ().\n")
        after, before = _moment(asked.one("startdatetime")), _moment(asked.one("enddatetime"))
        found = [
            event
            for event in self._world.listed(now, "post")
            if after < self.seen(event) < before
            and self.seen(event) <= now
            and any(w in event.text.casefold() for w in words)
        ]
        found.sort(key=lambda event: (self.seen(event), event.number), reverse=True)
        told = [self._article(event) for event in found[: asked.number("maxrecords", 75, _MOST)]]
        # Lone backslashes in titles leave the real site as they are.
        body = json.dumps({"articles": told} if told else {}, ensure_ascii=False).replace("\\\\", "\\")
        return Answer(body.encode(), 200, {"content-type": "application/json"})

    def _article(self, event: Event) -> dict[str, str]:
        return {
            "url": _address(event) + ("?utm_source=wire" if event.number % 3 == 0 else ""),
            "url_mobile": "",
            "title": event.text + (r" AC\DC" if event.number % 7 == 0 else ""),
            "seendate": f"{self.seen(event):%Y%m%dT%H%M%SZ}",
            "socialimage": "",
            "domain": _publisher(event),
            "language": _LANGUAGES[event.number % len(_LANGUAGES)],
            "sourcecountry": "Norway",
        }

    def _too_soon(self, now: datetime) -> bool:
        with self._lock:
            if self._pace is not None and self._last is not None and now - self._last < self._pace:
                self.over_limit += 1
                return True
            self._last = now
            return False


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _words(message: str, status: int = 200) -> Answer:
    return Answer(message.encode(), status, {"content-type": "text/html; charset=utf-8"})
