"""Returning to posts on Threads: their words, replies and counters as far as the token may see them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain import Dropped, Page, Post
from monitor.errors import BadPayload, NotFound, SourceError
from monitor.meta_graph import Absent, Denied, node
from monitor.meta_listing import Listing, Place, catch_up, refreshed
from monitor.payload import Unusable
from monitor.sources.threads.api import Api
from monitor.sources.threads.config import NAME, Config
from monitor.sources.threads.records import FIELDS, METRICS, counters, fresh_post, parse

_OVERLAP = 600  # seconds
_DAY = 24 * 3600  # seconds; so often replies that may not be seen are asked for again
_EVERYBODYS_WORD = "news"  # a search for it brings somebody's post at any time


class Returns:
    """Looks at stored posts again."""

    def __init__(self, config: Config, api: Api) -> None:
        self._api = api
        self._pages = config.reply_pages

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """``post`` as it is, the replies below it, and the counters of an own one. Raises NotFound."""
        item, updated = self._updated(post, now)
        dropped: list[Dropped] = []
        if post.author.id == self._api.own_name(now):
            try:
                updated = replace(updated, metrics=self._counters(post, now) or updated.metrics)
            except SourceError as error:
                dropped.append(Dropped("insights", str(error)))
        said, kept = Page(), state
        if item.get("has_replies") is not False and not _is_closed(state, now):
            try:
                said, kept = self._replies(updated, state, now)
            except (Denied, Absent) as error:  # of many strangers' posts the replies are not shown
                dropped.append(Dropped("replies", str(error)))
                kept = json.dumps({"v": 1, "closed": int(now.timestamp())})
            except SourceError as error:
                dropped.append(Dropped("replies", str(error)))
        replies = tuple(reply for reply in said.posts if reply.key != post.key)
        return replace(said, posts=(updated, *replies), dropped=(*dropped, *said.dropped), state=kept)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand. What is not there any more is gone only where others' posts can be seen."""
        seen: list[Post] = []
        missing: list[Post] = []
        failures: list[SourceError] = []
        for post in posts:
            try:
                seen.append(self._updated(post, now)[1])
            except Absent:
                missing.append(post)
            except SourceError as error:
                failures.append(error)
        if failures and not seen and not missing:
            raise failures[0]
        dropped = [Dropped("recheck", str(error)) for error in failures]
        if missing and not self._sees(seen, now):
            why = "deleted, or not to be seen with this token: the site does not say"
            dropped += [Dropped(post.key.id, why) for post in missing]
            missing = []
        return Page(tuple(seen), deleted=tuple(post.key for post in missing), dropped=tuple(dropped))

    def _sees(self, seen: Iterable[Post], now: datetime) -> bool:
        """Whether strangers' posts can be read one by one: what is deleted and what may not be seen looks the same."""
        own = self._api.own_name(now)
        if any(post.author.id != own for post in seen):
            return True
        second = int(now.timestamp())
        try:
            found = self._api.search(_EVERYBODYS_WORD, "KEYWORD", Place.begin(None, second - _DAY, 0, second), now)
            paths = (_usable(item.get("id")) for item in found.items if isinstance(item, dict))
            path = next((path for path in paths if path), None)
            return path is not None and self._api.post(path, now).get("id") == path
        except SourceError:
            return False

    def _updated(self, post: Post, now: datetime) -> tuple[Any, Post]:
        path = _usable(post.key.id)
        if path is None:
            raise NotFound(f"{NAME}: there is nothing of that name")
        item = self._api.post(path, now)
        if item.get("id") != path:
            raise BadPayload(f"{NAME}: {path} answered without itself")
        try:
            return item, refreshed(post, fresh_post(item, now), now)
        except Unusable as error:
            raise BadPayload(f"{NAME}: {path} cannot be read: {error}") from error

    def _counters(self, post: Post, now: datetime) -> Any:
        return counters(self._api.graph.ask(f"{post.key.id}/insights", {"metric": METRICS}, now), now)

    def _replies(self, of: Post, state: str | None, now: datetime) -> tuple[Page, str]:
        listing = Listing(
            f"{of.key.id}/conversation",
            FIELDS,
            "timestamp",
            # Oldest first: where one return does not read all, the next goes on, and new ones come after.
            more={"reverse": "false"},
            newest_first=False,
        )
        items, kept = catch_up(self._api.graph, listing, state, self._pages, _OVERLAP, now)
        return parse(items, now, "replies", of), kept


def _usable(value: Any) -> str | None:
    try:
        return node(value)
    except Unusable:
        return None


def _is_closed(state: str | None, now: datetime) -> bool:
    """Whether the replies were refused less than a day ago."""
    try:
        told = json.loads(state or "null")
    except (ValueError, RecursionError):
        return False
    second = told.get("closed") if isinstance(told, dict) else None
    return type(second) is int and 0 <= now.timestamp() - second < _DAY
