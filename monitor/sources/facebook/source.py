"""Facebook pages: what they and their visitors post, what tags them, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from monitor.domain import Account, Brand, Dropped, Page, Post
from monitor.errors import BadPayload, NotFound, SourceError
from monitor.http import HttpClient
from monitor.meta_graph import Denied, Graph
from monitor.meta_listing import Batch, Listing, Place, read
from monitor.payload import Unusable
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.facebook import records
from monitor.sources.facebook.config import KEY_PAGE, NAME, Config
from monitor.sources.facebook.returns import Returns
from monitor.sources.several import Memory, Several, Step

_FEED, _TAGGED = "feed", "tagged"
_DAY = 24 * 3600  # seconds; so often a profile is read, and what was refused is tried again
_BOUNDS = ("since",)


class FacebookSource:
    """Reads the configured pages in turn, whoever is spoken of there: a page that fails does not stop the others."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = 10  # posts can only be asked for one by one

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._graph = Graph(NAME, config.base_url, config.access_token, http, f"get a new one at {KEY_PAGE}")
        self._returns = Returns(config, self._graph)
        self._several = Several({page: f"page {page}" for page in config.pages}, self._look)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of one Facebook page's listings."""
        return self._several.fetch(state, cursor, now)

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The counters of a post as they are now, its comments, and who shared it as far as that can be seen."""
        return self._returns.follow_up(post, state, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; those that are gone are deleted."""
        return self._returns.recheck(posts, now)

    def _look(self, key: str, memory: Memory, place: Any, now: datetime) -> Step:
        """One request for what was posted on a page or, after that, for what tags it."""
        at = self._begin(_FEED, memory, now) if place is None else Place.read(place, (_FEED, _TAGGED))
        if at.step == _TAGGED:
            return self._tagged(key, memory, at, now)
        batch, lost = self._feed(key, memory, at, now)
        page = records.posts_of(batch.items, "feed", now)
        accounts, unread = self._profile(key, memory, now)
        page = replace(
            page,
            accounts=(*accounts, *page.accounts),
            dropped=(*page.dropped, *lost, *unread),
            gap=batch.gap,
        )
        if batch.following is not None:
            return Step(page, batch.following.told())
        memory[_FEED] = batch.newest
        if _is_recent(memory.get("untagged"), now):
            return Step(page)
        return Step(page, self._begin(_TAGGED, memory, now).told())

    def _feed(self, key: str, memory: Memory, at: Place, now: datetime) -> tuple[Batch, list[Dropped]]:
        """What was posted, without authors where the token may not see them: that is told once a day."""
        if _is_recent(memory.get("faceless"), now):
            return read(self._graph, _listing(key, _FEED, records.FACELESS_FIELDS), at, now), []
        try:
            return read(self._graph, _listing(key, _FEED, records.POST_FIELDS), at, now), []
        except Denied as error:
            batch = read(self._graph, _listing(key, _FEED, records.FACELESS_FIELDS), at, now)
            memory["faceless"] = int(now.timestamp())
            return batch, [Dropped(f"page {key}: authors", str(error))]

    def _tagged(self, key: str, memory: Memory, at: Place, now: datetime) -> Step:
        """What tags the page, which only its own token may see: where it may not, that is told once a day."""
        try:
            batch = read(self._graph, _listing(key, _TAGGED, records.TAGGED_FIELDS), at, now)
        except (Denied, NotFound) as error:
            memory["untagged"] = int(now.timestamp())
            return Step(Page(dropped=(Dropped(f"page {key}: posts that tag it", str(error)),)))
        page = replace(records.posts_of(batch.items, "tagged", now), gap=batch.gap)
        if batch.following is not None:
            return Step(page, batch.following.told())
        memory[_TAGGED] = batch.newest
        return Step(page)

    def _profile(self, key: str, memory: Memory, now: datetime) -> tuple[list[Account], list[Dropped]]:
        """The page's followers and name, once a day."""
        if _is_recent(memory.get("profile"), now):
            return [], []
        memory["profile"] = int(now.timestamp())
        try:
            account = records.profile(self._graph.ask(key, {"fields": records.PROFILE_FIELDS}, now), now)
            if account.key.id != key:
                raise BadPayload(f"{NAME}: page {key} answered without itself")
        except (SourceError, Unusable) as error:
            return [], [Dropped(f"page {key}: profile", str(error))]
        return [account], []

    def _begin(self, step: str, memory: Memory, now: datetime) -> Place:
        otherwise = int((now - timedelta(hours=self._config.lookback_hours)).timestamp())
        memory.setdefault(step, otherwise)  # should this fail for long, it still goes back to here
        overlap = int(self._config.overlap_minutes * 60)
        return Place.begin(memory.get(step), otherwise, overlap, int(now.timestamp()), step)


def _listing(page: str, edge: str, fields: str) -> Listing:
    return Listing(f"{page}/{edge}", fields, "created_time", bounds=_BOUNDS)


def _is_recent(second: Any, now: datetime) -> bool:
    return type(second) is int and 0 <= now.timestamp() - second < _DAY


SPEC = SourceSpec(
    NAME,
    Config,
    FacebookSource,
    for_all_brands=True,
    capabilities=Capabilities(
        mentions="some",  # on the configured pages only: there is no search
        reposts="count",  # of shares a few can be seen, with their times
        quotes="some",
        replies="all",  # most of them without their authors
        views=False,
        followers=True,  # of the configured pages
        edits=True,
        deletions=True,
    ),
)
