"""Threads: posts that name a brand, found by search and by mentions, and what becomes of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from monitor.domain import Brand, Page, Post
from monitor.errors import BadPayload
from monitor.http import HttpClient
from monitor.ledger import Allowance
from monitor.meta_listing import Place
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.several import Memory, Several, Step
from monitor.sources.threads.api import Api
from monitor.sources.threads.config import NAME, Config
from monitor.sources.threads.records import parse
from monitor.sources.threads.returns import Returns

_OWN = "own"
_EDGES = ("mentions", "threads", "replies")


class ThreadsSource:
    """Searches each term of a brand, newest first, then reads the token's own account. A search that fails does not
    stop the others."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = 10  # posts can only be asked for one by one

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._api = Api(config, http)
        self._returns = Returns(config, self._api)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The searches with a result in any 24 hours."""
        return (self._api.queries,)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of a search, or of the account's own listings."""
        return Several(dict(self._readings(brand)), self._look).fetch(state, cursor, now)

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """A post as it is now with the replies below it; counters where it is the account's own."""
        return self._returns.follow_up(post, state, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; those that are gone are deleted."""
        return self._returns.recheck(posts, now)

    def probe(self, now: datetime) -> Page:
        """No posts: the token's own account, which is no search, shows that the token is good."""
        if not self._api.graph.ask("me", {"fields": "id"}, now).get("id"):
            raise BadPayload(f"{NAME}: the account answered without itself")
        return Page()

    def _readings(self, brand: Brand) -> Iterator[tuple[str, str]]:
        """What is read for a brand: key, and the name by which people know it."""
        for term in dict.fromkeys((*brand.names, *brand.products)):
            yield f"KEYWORD:{term}", f"search for {term}"
        for tag in dict.fromkeys(brand.hashtags):
            yield f"TAG:{tag}", f"search for #{tag}"
        if self._config.own_account:
            for edge in _EDGES:
                yield f"{_OWN}:{edge}", f"the account's {edge}"

    def _look(self, key: str, memory: Memory, place: Any, now: datetime) -> Step:
        """One request of one reading."""
        at = self._begin(memory, now) if place is None else Place.read(place)
        kind, _, what = key.partition(":")
        batch = self._api.own(what, at, now) if kind == _OWN else self._api.search(what, kind, at, now)
        page = replace(parse(batch.items, now, what), gap=batch.gap)
        if batch.following is not None:
            return Step(page, batch.following.told())
        memory["newest"] = batch.newest
        return Step(page)

    def _begin(self, memory: Memory, now: datetime) -> Place:
        otherwise = int((now - timedelta(hours=self._config.lookback_hours)).timestamp())
        memory.setdefault("newest", otherwise)  # should this fail for long, it still goes back to here
        overlap = int(self._config.overlap_minutes * 60)
        return Place.begin(memory.get("newest"), otherwise, overlap, int(now.timestamp()))


SPEC = SourceSpec(
    NAME,
    Config,
    ThreadsSource,
    capabilities=Capabilities(
        mentions="some",  # sensitive words find nothing; without the permission only own posts are searched
        reposts="none",  # but the account's own
        quotes="some",  # those that name the brand themselves
        replies="some",  # below own posts, and those that name the brand themselves
        views=False,  # of own posts only
        followers=False,
        edits=True,
        deletions=True,
    ),
)
