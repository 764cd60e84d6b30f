"""YouTube: videos through the search, comments, and what becomes of both."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from monitor.domain import Brand, Page, Post
from monitor.http import HttpClient
from monitor.ledger import Allowance
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.youtube.api import AT_ONCE, Api
from monitor.sources.youtube.config import NAME, Config
from monitor.sources.youtube.discovery import Discovery
from monitor.sources.youtube.returns import Returns

_FIRST_VIDEO = "jNQXAC9IVRw"  # of the site; that it is there does not matter


class YoutubeSource:
    """Searches videos that name a brand, reads what is said below them, and below the brand's own."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = AT_ONCE

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._api = Api(config, http)
        self._discovery = Discovery(config, self._api)
        self._returns = Returns(config, self._api)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The day's searches, and the day's units for everything else."""
        return self._api.allowances

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page: of comments below a channel of the brand, or of videos that the search finds."""
        return self._discovery.page(brand, state, cursor, now)

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The counters of a video or comment as they are now, and what was said below it."""
        return self._returns.follow_up(post, state, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; those that the site does not list any more are gone."""
        return self._returns.recheck(posts, now)

    def probe(self, now: datetime) -> Page:
        """No posts: one unit of the quota, none of the few searches, shows that the key is good."""
        self._api.listing("videos", {"part": "id", "id": _FIRST_VIDEO}, now)
        return Page()


SPEC = SourceSpec(
    NAME,
    Config,
    YoutubeSource,
    capabilities=Capabilities(
        mentions="some",  # in videos; of comments only those below videos that were found
        reposts="none",
        quotes="none",
        replies="all",
        views=True,
        followers=True,
        edits=True,
        deletions=True,
        recheck_every=timedelta(days=28),  # what is kept must be looked at again before 30 days are over
    ),
)
