"""The Weibo source: finding posts, returning to them, and looking whether they are still there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from monitor.domain import Brand, Page, Post
from monitor.http import HttpClient
from monitor.ledger import Allowance
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.weibo.again import BATCH, Rechecker
from monitor.sources.weibo.api import Api
from monitor.sources.weibo.config import NAME, Config
from monitor.sources.weibo.follow import Follower
from monitor.sources.weibo.search import Search


class WeiboSource:
    """Reads Weibo through its official interfaces; the path of reposts comes from the chains in their texts."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = BATCH

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._api = Api(config, http)
        self._search = Search(config, self._api)
        self._follower = Follower(config, self._api)
        self._rechecker = Rechecker(config, self._api)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """How often the interfaces may be asked."""
        return self._api.allowances

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of posts with one of the brand's terms, or that mention the account of the token."""
        return self._search.fetch(brand, state, cursor, now)

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The counters of ``post``, and its new reposts and comments. Raises NotFound where it is gone."""
        return self._follower.follow_up(post, state, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now, and those that are gone."""
        return self._rechecker.recheck(posts, now)


SPEC = SourceSpec(
    NAME,
    Config,
    WeiboSource,
    capabilities=Capabilities(
        mentions="some",  # the paid search finds strangers' posts; without it, only what names the own account
        reposts="path",
        quotes="some",  # the list of reposts is complete in a paid interface only
        replies="some",
        views=False,
        followers=True,
        edits=False,
        deletions=True,
        recheck_every=timedelta(days=1),
    ),
)
