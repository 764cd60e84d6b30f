"""The X source: finding posts within a ceiling of money, and looking again at those that are known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import floor
from typing import Any, ClassVar

from monitor.domain import Brand, Dropped, Gap, Page, Post
from monitor.errors import BudgetSpent, SourceError
from monitor.http import HttpClient
from monitor.ledger import Allowance
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.x.api import MOST_IDS, SEARCH, Api, Ask, gone, next_token
from monitor.sources.x.config import NAME, Config
from monitor.sources.x.ids import given_at, is_id
from monitor.sources.x.money import ROUNDING
from monitor.sources.x.place import Place, begin, name_of, remember
from monitor.sources.x.query import queries
from monitor.sources.x.returns import Returns
from monitor.sources.x.views import data_of, ids_of, parse

_PAGE = (10, 100)  # posts on a page of a search
_KEPT_BACK = 0.5  # of what is left, for later looks, where a walk cannot be paid for in full anyway
_MOST_EMPTY = 3  # pages in a row that hold nothing and name a next one; X says that short pages are no end
_AHEAD = timedelta(minutes=1)  # clocks differ by that
_PROBE = "from:XDevelopers"


class XSource:
    """Searches for any of a brand's terms, newest first, down to the newest post of the walk before."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = MOST_IDS

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._api = Api(config, http)
        self._returns = Returns(self._api, config)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The ceilings of money, in dollars."""
        return self._api.allowances

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of posts with one of the brand's terms. Raises BudgetSpent where a ceiling is reached."""
        asked = queries(brand)
        if not asked:
            return Page()
        at, gap = (Place.read(cursor, asked), None) if cursor else begin(asked, 0, state, {}, self._config, now)
        return self._page(asked, at, gap, state, now)

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The reposts, quotes and replies of ``post`` since the last return, and its present counters."""
        return self._returns.follow_up(post, state, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now. Those that X says are gone, or hidden from us, are deleted."""
        pages = [self._recheck(posts[at : at + MOST_IDS], now) for at in range(0, len(posts), MOST_IDS)]
        return Page(
            posts=tuple(post for page in pages for post in page.posts),
            dropped=tuple(drop for page in pages for drop in page.dropped),
            deleted=tuple(key for page in pages for key in page.deleted),
        )

    def probe(self, now: datetime) -> Page:
        """No posts, which cost; how many an account has made, the price of one post, shows that the key is good."""
        self._api.volume({"query": _PROBE}, now)
        return Page()

    def _page(self, asked: Sequence[str], at: Place, gap: Gap | None, state: str | None, now: datetime) -> Page:
        params = {"query": asked[at.query], **at.window, **({"next_token": at.token} if at.token else {})}
        answer = self._api.read(Ask(SEARCH, "search/recent", params, *_PAGE, referenced=True), now)
        page = parse(answer, now)
        token = next_token(answer, at.token)
        at = replace(at, empty=0 if data_of(answer) else at.empty + 1)
        if at.empty > _MOST_EMPTY:
            token = ""
        dropped: list[Dropped] = []
        if not at.token:
            if newest := _newest(answer, now):
                at = replace(at, newest={**at.newest, name_of(asked[at.query]): newest})
            if token:
                at = self._within_means(asked[at.query], at, answer, dropped, now)
        if token and at.pages != 0:
            at = replace(at, token=token, pages=None if at.pages is None else at.pages - 1)
            return replace(page, next_cursor=str(at), dropped=(*page.dropped, *dropped), gap=gap)
        if token:
            gap = self._left_out(at, answer, gap, dropped)
        return self._next_query(asked, at, replace(page, dropped=(*page.dropped, *dropped), gap=gap), state, now)

    def _next_query(self, asked: Sequence[str], at: Place, page: Page, state: str | None, now: datetime) -> Page:
        """``page`` as the last of its query: the walk goes on with the next one, or ends."""
        if at.query + 1 == len(asked):
            return replace(page, state=remember(asked, state, at.newest))
        following, gap = begin(asked, at.query + 1, state, at.newest, self._config, now)
        return replace(page, next_cursor=str(following), gap=page.gap or gap)

    def _within_means(
        self, query: str, at: Place, answer: Mapping[str, Any], dropped: list[Dropped], now: datetime
    ) -> Place:
        """How many more pages there is money for, where it does not do for all that X counts."""
        try:
            volume = self._api.volume({"query": query, **at.window}, now)
        except BudgetSpent:
            return at
        except SourceError as error:
            dropped.append(Dropped("the number of posts", str(error)))
            return at
        read, cost, room = len(data_of(answer)), self._api.cost(answer), self._api.room()
        left = (volume or 0) - read
        if left <= 0 or read == 0 or left * cost / read <= room:
            return at
        pages = floor(room * _KEPT_BACK / cost + ROUNDING)
        return replace(at, pages=pages, left_out=max(0, left - pages * read))

    def _left_out(self, at: Place, answer: Mapping[str, Any], gap: Gap | None, dropped: list[Dropped]) -> Gap | None:
        """Says what is not read for want of money, so that later looks can still be paid for."""
        since = gap.since if gap else at.since
        until = given_at(min(ids_of(answer), key=int, default="0"))
        reason = (
            f"about {at.left_out} posts were not read: they cost more than is left of "
            f"sources.{NAME}.max_dollars_per_day and max_dollars_per_month"
        )
        dropped.append(Dropped("older posts", reason))
        return Gap(since, until, reason) if since < until else gap

    def _recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        keys = {post.local_id or post.key.id: post.key for post in posts}
        ids = [id_ for id_ in keys if is_id(id_)]
        if not ids:
            return Page()
        asked = Ask("/2/tweets", "tweets", {"ids": ",".join(ids)}, items=len(ids), authors=False, returning=True)
        answer = self._api.read(asked, now)
        page = parse(answer, now)
        present = {post.key for post in page.posts}
        deleted = tuple(keys[id_] for id_ in gone(answer) if id_ in keys and keys[id_] not in present)
        return replace(page, reposts=(), deleted=deleted)


def _newest(answer: Mapping[str, Any], now: datetime) -> str:
    """The newest id that the first page of a walk tells, where that can be true; empty where there is none."""
    meta = answer.get("meta")
    told = [meta.get("newest_id")] if isinstance(meta, dict) else []
    listed = [raw.get("id") for raw in data_of(answer) if isinstance(raw, dict)]
    for ids in (told, listed):
        usable = [id_ for id_ in ids if isinstance(id_, str) and is_id(id_) and given_at(id_) <= now + _AHEAD]
        if usable:
            return max(usable, key=int)
    return ""


SPEC = SourceSpec(
    NAME,
    Config,
    XSource,
    capabilities=Capabilities(
        mentions="all",
        reposts="times",
        quotes="all",
        replies="all",
        views=True,
        followers=True,
        edits=True,
        deletions=True,
        reach_back=timedelta(days=7),
        recheck_every=timedelta(hours=24),
    ),
)
