"""Hacker News: stories and comments through its public search, threads and deletions through the items."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zlib import crc32

from monitor import payload
from monitor.domain import Brand, Dropped, Page, Post, PostKey
from monitor.errors import NotFound, SourceError
from monitor.http import HttpClient
from monitor.ledger import Allowance
from monitor.payload import Unusable
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.hackernews.config import NAME, Config
from monitor.sources.hackernews.records import counters, is_gone, number, parse, parse_thread, same_link, times_of
from monitor.sources.hackernews.walk import HITS, Walk

_SAME_STORY = timedelta(days=7)  # submissions of one address further apart are about something else


class HackerNewsSource:
    """Searches each term of a brand, newest first; follows threads. The state is the newest moment seen."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = 10  # items can only be asked for one by one

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._http = http
        self._searches = Allowance(
            name=f"{NAME}.search",
            limit=config.searches_per_hour,
            window=timedelta(hours=1),
            zone=None,
            unit="searches",
        )

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """What the search allows in an hour."""
        return (self._searches,)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of stories and comments with one of the brand's terms."""
        terms, second = brand.search_terms, int(now.timestamp())
        plan = crc32(repr(terms).encode())
        walk = Walk.read(cursor, plan) if cursor else Walk.begin(plan, self._watermark(state, now), second)
        if walk.term >= len(terms):
            return Page(state=str(walk.newest))
        lower = max(0, walk.since - int(self._config.overlap_minutes * 60))
        window = f"created_at_i>={lower},created_at_i<={walk.upper}"
        asked = {"query": _phrase(terms[walk.term]), "tags": "(story,comment)", "numericFilters": window}
        answer = self._search({**asked, "advancedSyntax": "true", "page": walk.page})
        page = parse(answer, now)
        following = walk.after(times_of(answer), len(answer["hits"]), payload.count(answer.get("nbHits")), lower)
        ended = following.term >= len(terms)
        return replace(page, next_cursor=None if ended else str(following), state=str(following.newest))

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The thread below ``post``, other submissions of its link, and its present counters. Raises NotFound where it
        was deleted."""
        parts: tuple[Callable[[Post, datetime], Page], ...] = (self._counted, self._thread, self._resubmitted)
        pages: list[Page] = []
        failures: list[SourceError] = []
        for part in parts:
            try:
                pages.append(part(post, now))
            except NotFound as error:
                if part == self._counted:  # the search merely does not know it yet
                    raise
                failures.append(error)
            except SourceError as error:
                failures.append(error)
        if not any(page.posts for page in pages):
            raise failures[0]
        posts = {found.key: found for page in reversed(pages) for found in page.posts}
        return Page(
            posts=tuple(posts.values()),
            reposts=tuple(edge for page in pages for edge in page.reposts),
            accounts=tuple(account for page in pages for account in page.accounts),
            dropped=(
                *(Dropped(f"return to {post.key.id}", str(error)) for error in failures),
                *(drop for page in pages for drop in page.dropped),
            ),
        )

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` with their present counters; those deleted by their authors or killed by readers are gone."""
        seen: list[Post] = []
        deleted: list[PostKey] = []
        failures: list[SourceError] = []
        for post in posts:
            try:
                item = self._item(post)
                if is_gone(item):
                    deleted.append(post.key)
                else:
                    seen.append(replace(post, metrics=counters(item, post, now), seen_at=now))
            except SourceError as error:
                failures.append(error)
        if failures and not seen and not deleted:
            raise failures[0]
        dropped = tuple(Dropped("recheck", str(error)) for error in failures)
        return Page(posts=tuple(seen), deleted=tuple(deleted), dropped=dropped)

    def _counted(self, post: Post, now: datetime) -> Page:
        item = self._item(post)
        if is_gone(item):
            raise NotFound(f"{NAME}: item {post.key.id} was deleted")
        return Page(posts=(replace(post, metrics=counters(item, post, now), seen_at=now),))

    def _thread(self, post: Post, now: datetime) -> Page:
        self._http.ledger.spend(self._searches)
        return parse_thread(self._http.get_json(f"{self._config.search_url}/items/{_path_part(post)}"), now)

    def _resubmitted(self, post: Post, now: datetime) -> Page:
        if not post.links:
            return Page()
        at, near = int(post.created_at.timestamp()), int(_SAME_STORY.total_seconds())
        window = f"created_at_i>={max(0, at - near)},created_at_i<={at + near}"
        asked = {"query": post.links[0], "restrictSearchableAttributes": "url", "tags": "story"}
        return same_link(self._search({**asked, "numericFilters": window, "page": 0}), post, now)

    def _search(self, asked: dict[str, str | int]) -> Any:
        self._http.ledger.spend(self._searches)
        shared: dict[str, str | int] = {"typoTolerance": "false", "hitsPerPage": HITS}
        return self._http.get_json(f"{self._config.search_url}/search_by_date", {**asked, **shared})

    def _item(self, post: Post) -> Any:
        return self._http.get_json(f"{self._config.item_url}/item/{_path_part(post)}.json")

    def _watermark(self, state: str | None, now: datetime) -> int:
        if state and state.isascii() and state.isdigit() and len(state) < 16:
            return int(state)
        return int((now - timedelta(hours=self._config.lookback_hours)).timestamp())


def _phrase(term: str) -> str:
    return '"' + term.replace('"', " ") + '"'


def _path_part(post: Post) -> str:
    try:
        return number(post.key.id, "id")
    except Unusable as error:
        raise NotFound(f"{NAME}: there is no item of that name") from error


SPEC = SourceSpec(
    NAME,
    Config,
    HackerNewsSource,
    capabilities=Capabilities(
        mentions="all",
        reposts="none",
        quotes="some",  # other submissions of the same address
        replies="all",
        views=False,
        followers=False,
        edits=False,
        deletions=True,
    ),
)
