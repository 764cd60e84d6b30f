"""One crawl: fetch, annotate, store, plan the next. What a source fails at is kept in the crawl's row, never raised."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitor.clock import Clock
from monitor.domain import Account, Brand, Dropped, Page, Post, PostKey, Repost
from monitor.due import next_check
from monitor.errors import SourceError
from monitor.plain_text import one_line
from monitor.sources.base import FollowsUp, Source
from monitor.store.crawls import CrawlState, CrawlStore
from monitor.store.posts import Added, PostStore

MOST_PAGES = 10  # of one crawl
LONGEST_CRAWL = timedelta(minutes=3)  # no further page is asked for after that
EVERY = timedelta(minutes=5)  # where nothing else is configured
_HOPELESS = 16  # failures in a row that an error counts for which only a person can mend


class Annotates(Protocol):
    """Adds brands, assessment and issue, and leaves out what concerns nobody (see ``monitor.annotate.Annotator``)."""

    def annotate(self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey]) -> Sequence[Post]:
        """The posts worth keeping; ``roots`` says which of them belong to which cascade."""


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What one crawl or one return to a post brought. Posts and reposts are those that were new to the database."""

    brand: str  # empty for a return to a post
    source: str
    requested: int = 0  # pages that were read
    new_posts: tuple[Post, ...] = ()
    new_reposts: tuple[Repost, ...] = ()
    accounts: tuple[Account, ...] = ()
    dropped: int = 0
    error: str | None = None


class Collector:
    """Crawls sources for brands. Raises StorageError; a SourceError ends up in the report and in the crawl's row."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        annotator: Annotates,
        posts: PostStore,
        crawls: CrawlStore,
        clock: Clock,
        transact: Callable[[], AbstractContextManager[Any]],
        every: Mapping[str, timedelta] | None = None,
    ) -> None:
        self._sources = sources
        self._annotator = annotator
        self._posts = posts
        self._crawls = crawls
        self._clock = clock
        self._transact = transact
        self._every = every or {}

    def collect(self, brand: Brand, source_name: str, now: datetime) -> CollectReport:
        """One crawl of a source for ``brand``; its posts and the plan of the next are stored together or not at all."""
        before = self._crawls.get(brand.id, source_name) or CrawlState(brand.id, source_name)
        pages, error = self._pages(self._sources[source_name], brand, before.state)
        kept = self._kept(pages)
        with self._transact() as session:
            added = self._posts.add(session, kept.posts, kept.reposts, kept.accounts)
            after = _after(before, pages, added, error, now)
            self._crawls.put(session, replace(after, next_check_at=self._next(after, error, now)))
        return _report(brand.id, source_name, pages, kept, added, error)

    def follow_up(self, post: Post, now: datetime) -> CollectReport:
        """Return to ``post`` for its reposts, quotes, replies and counters; nothing where its source cannot do so."""
        source: object = self._sources.get(post.key.source)
        if not isinstance(source, FollowsUp):
            return CollectReport("", post.key.source)
        pages: list[Page] = []
        error: SourceError | None = None
        try:
            pages.append(source.follow_up(post, None, now))
        except SourceError as failure:
            error = failure
        kept = self._kept(pages, followed=post.key)
        added = self._posts.add(None, kept.posts, kept.reposts, kept.accounts) if pages else Added()
        return _report("", post.key.source, pages, kept, added, error)

    def _pages(self, source: Source, brand: Brand, state: str | None) -> tuple[list[Page], SourceError | None]:
        """The pages of one crawl, as far as it got; the failure that ended it, if one did."""
        pages: list[Page] = []
        cursor: str | None = None
        started = self._clock.now()
        try:
            while len(pages) < MOST_PAGES and self._clock.now() - started < LONGEST_CRAWL:
                pages.append(source.fetch(brand, state, cursor, self._clock.now()))
                cursor = pages[-1].next_cursor
                if cursor is None:
                    return pages, None
        except SourceError as error:
            return pages, error
        # The watermark moves on all the same: the next crawl would meet the same limit at the same place.
        cut = Dropped(source.name, f"older posts, after {len(pages)} pages")
        pages[-1] = replace(pages[-1], dropped=(*pages[-1].dropped, cut))
        return pages, None

    def _kept(self, pages: Sequence[Page], followed: PostKey | None = None) -> Page:
        """What of ``pages`` concerns a brand, annotated, with the edges and accounts that belong to it."""
        found = {post.key: post for page in pages for post in page.posts}
        reposts = [repost for page in pages for repost in page.reposts]
        roots = {repost.child: repost.root for repost in reposts}
        # Oldest first, so that a post is read before those that answer it and an issue is named after its first post.
        in_order = sorted(found.values(), key=lambda post: (post.created_at, post.key))
        posts = tuple(self._annotator.annotate(in_order, roots))
        ours = {post.key for post in posts} | {followed}
        edges = tuple(repost for repost in reposts if repost.child in ours or repost.root in ours)
        people = {post.author for post in posts} | {edge.by for edge in edges}
        accounts = tuple(account for page in pages for account in page.accounts if account.key in people)
        return Page(posts, edges, accounts)

    def _next(self, row: CrawlState, error: SourceError | None, now: datetime) -> datetime:
        failures = row.failures if error is None or error.retry else max(row.failures, _HOPELESS)
        fraction = zlib.crc32(f"{row.brand}/{row.source}".encode()) / 2**32
        wait = error.retry_after if error else None
        return next_check(now, self._every.get(row.source, EVERY), failures, wait, fraction)


def _after(
    before: CrawlState, pages: Sequence[Page], added: Added, error: SourceError | None, now: datetime
) -> CrawlState:
    """The crawl's row after a crawl. What a source wants remembered is kept only where the crawl came to its end."""
    states = [page.state for page in pages if page.state is not None]
    moments = [post.created_at for post in added.posts]
    row = replace(
        before,
        last_attempt_at=now,
        newest_post_at=max([*moments, *([before.newest_post_at] if before.newest_post_at else [])], default=None),
        dropped_total=before.dropped_total + sum(len(page.dropped) for page in pages),
        posts_total=before.posts_total + len(added.posts),
    )
    if error is not None:
        return replace(row, failures=before.failures + 1, last_error=one_line(str(error), 500))
    return replace(row, state=states[-1] if states else before.state, last_success_at=now, failures=0, last_error=None)


def _report(
    brand: str, source: str, pages: Sequence[Page], kept: Page, added: Added, error: SourceError | None
) -> CollectReport:
    return CollectReport(
        brand=brand,
        source=source,
        requested=len(pages),
        new_posts=(*added.posts, *added.matched),
        new_reposts=added.reposts,
        accounts=kept.accounts,
        dropped=sum(len(page.dropped) for page in pages),
        error=None if error is None else one_line(str(error), 500),
    )
