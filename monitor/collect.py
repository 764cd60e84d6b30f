"""Collecting: discovery, returns to posts, rechecks and streams. Fetch, annotate, store, plan what is next.

What a source fails at is kept in its row and told in the report, never raised.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor import planning
from monitor.clock import Clock
from monitor.domain import Account, AccountKey, Brand, Gap, Page, Post, PostKey, Repost
from monitor.due import next_recheck
from monitor.errors import BadPayload, NotFound, SourceError
from monitor.plain_text import one_line
from monitor.sources.base import FollowsUp, Rechecks, Source
from monitor.store.crawling import CrawlStores, Transaction
from monitor.store.crawls import CrawlState
from monitor.store.follows import FollowState
from monitor.store.posts import Added
from monitor.walk import walk

EVERY = timedelta(minutes=5)  # where nothing else is configured
RECHECK_AGAIN = timedelta(minutes=30)  # after a recheck that failed
BATCHES = 2  # of posts that are looked for again in one go
SUSPICIOUS = 20  # posts that are all gone at once: the site, or our access to it, is broken, not they


class Annotates(Protocol):
    """Adds brands, assessment and issue, and leaves out what concerns nobody (see ``monitor.annotate.Annotator``)."""

    def annotate(
        self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey], accounts: Iterable[Account] = ()
    ) -> Sequence[Post]:
        """The posts worth keeping; ``roots`` says which belong to which cascade, ``accounts`` who may have written."""


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What one crawl or one return to a post brought. Posts and reposts are those that were new to the database."""

    brand: str  # empty for a return to a post and a recheck, "*" for all brands at once
    source: str
    requested: int = 0  # pages that were read
    new_posts: tuple[Post, ...] = ()
    new_reposts: tuple[Repost, ...] = ()
    accounts: tuple[Account, ...] = ()
    deleted: tuple[PostKey, ...] = ()  # stored posts that their authors took back
    dropped: int = 0
    reasons: tuple[str, ...] = ()  # of what was dropped, the first few
    unfinished: bool = False  # more is there; the next crawl goes on
    error: str | None = None
    refused: bool = False  # the site failed or refused; not so where it answered that there is no such post


@dataclass(frozen=True, slots=True)
class Pacing:
    """How often a source is looked at."""

    every: timedelta = EVERY
    recheck_every: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What of some pages concerns a brand."""

    page: Page
    pages: int
    dropped: tuple[str, ...] = field(default=())
    gaps: tuple[Gap, ...] = field(default=())


class Collector:
    """Asks sources. Raises StorageError; a SourceError ends up in the report and in the row."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        annotator: Annotates,
        stores: CrawlStores,
        clock: Clock,
        pacing: Mapping[str, Pacing] | None = None,
    ) -> None:
        self._sources = sources
        self._annotator = annotator
        self._stores = stores
        self._clock = clock
        self._pacing = pacing or {}

    def collect(self, brand: Brand, source_name: str, now: datetime) -> CollectReport:
        """One turn of crawling for ``brand``; its posts and the plan of the next are stored together or not at all."""
        before = self._stores.crawls.get(brand.id, source_name) or CrawlState(brand.id, source_name)
        source = self._sources[source_name]
        turn = walk(source, brand, before.state, before.cursor, before.failures, self._clock)
        kept = self._kept(turn.pages)
        with self._stores.transact() as session:
            added, gone = self._write(session, source_name, kept, now)
            row = planning.after(before, turn, added, now)
            every = self._pacing.get(source_name, Pacing()).every
            self._stores.crawls.put(
                session, replace(row, next_check_at=planning.next_turn(row, turn, added, every, now))
            )
        report = _report(brand.id, source_name, kept, added, gone, turn.error)
        return replace(report, unfinished=turn.cursor is not None)

    def take(self, source_name: str, page: Page, now: datetime) -> CollectReport:
        """Store what a stream sent, with the place to go on from."""
        stream = planning.stream_name(source_name)
        before = self._stores.crawls.get(planning.ALL_BRANDS, stream) or CrawlState(planning.ALL_BRANDS, stream)
        kept = self._kept([page])
        with self._stores.transact() as session:
            added, gone = self._write(session, source_name, kept, now)
            self._stores.crawls.put(session, planning.streamed(before, page, added, now))
        return _report(planning.ALL_BRANDS, stream, kept, added, gone, None)

    def follow_up(self, post: Post, now: datetime) -> CollectReport:
        """Return to ``post`` for its reposts, quotes, replies and counters; nothing where its source cannot do so."""
        source: object = self._sources.get(post.key.source)
        if not isinstance(source, FollowsUp):
            return CollectReport("", post.key.source)
        before = self._stores.follows.get(post.key)
        known = before.known if before else self._stores.posts.sizes([post.key])[post.key]
        try:
            page = source.follow_up(post, before.state if before else None, now)
        except SourceError as error:
            return self._not_followed(post, before, known, error, now)
        kept = self._kept([page], followed=post.key)
        with self._stores.transact() as session:
            added, gone = self._write(session, post.key.source, kept, now)
            size = known + sum(edge.root == post.key for edge in added.reposts)
            self._stores.follows.put(session, planning.followed(post.key, before, page.state, size, now))
        return _report("", post.key.source, kept, added, gone, None)

    def recheck(self, source_name: str, now: datetime) -> CollectReport:
        """Look for stored posts that it is time to look for again: their counters, edits and deletions."""
        source: object = self._sources.get(source_name)
        if not isinstance(source, Rechecks):
            return CollectReport("", source_name)
        posts = self._stores.upkeep.due(source_name, now, BATCHES * source.recheck_batch)
        if not posts:
            return CollectReport("", source_name)
        try:
            page = source.recheck(posts, now)
            if len(page.deleted) >= max(SUSPICIOUS, len(posts)):
                raise BadPayload(f"{source_name}: all of {len(posts)} posts are said to be gone, which is not believed")
        except SourceError as error:
            self._stores.upkeep.plan(None, {post.key: now + RECHECK_AGAIN for post in posts})
            return CollectReport("", source_name, error=one_line(str(error), 500))
        kept = self._kept([page])
        longest = self._pacing.get(source_name, Pacing()).recheck_every
        with self._stores.transact() as session:
            added, gone = self._write(session, source_name, kept, now)
            self._stores.upkeep.plan(session, {post.key: next_recheck(post.seen_at, now, longest) for post in posts})
        return _report("", source_name, kept, added, gone, None)

    def _not_followed(
        self, post: Post, before: FollowState | None, known: int, error: SourceError, now: datetime
    ) -> CollectReport:
        with self._stores.transact() as session:
            self._stores.follows.put(session, planning.not_followed(post.key, before, known, error, now))
            if isinstance(error, NotFound):  # perhaps taken back: the recheck, which cannot be mistaken, finds out
                self._stores.upkeep.plan(session, {post.key: now})
        refused = not isinstance(error, NotFound)
        return CollectReport("", post.key.source, error=one_line(str(error), 500), refused=refused)

    def _write(
        self, session: Transaction, source: str, kept: _Kept, now: datetime
    ) -> tuple[Added, tuple[PostKey, ...]]:
        """Store what was kept; what of it was new, and the posts that were taken back."""
        stores, page = self._stores, kept.page
        added = stores.posts.add(session, page.posts, page.reposts, page.accounts)
        gone = stores.upkeep.forget(session, page.deleted, now) if page.deleted else []
        gone += stores.upkeep.erase(session, page.erased, now) if page.erased else []
        for gap in kept.gaps:
            stores.gaps.add(session, source, gap)
        return added, tuple(gone)

    def _kept(self, pages: Sequence[Page], followed: PostKey | None = None) -> _Kept:
        """What of ``pages`` concerns a brand, annotated, with the edges and accounts that belong to it."""
        found = {post.key: post for page in pages for post in page.posts}
        reposts = [repost for page in pages for repost in page.reposts]
        roots = {repost.child: repost.root for repost in reposts}
        # Oldest first, so that a post is read before those that answer it and an issue is named after its first post.
        in_order = sorted(found.values(), key=lambda post: (post.created_at, post.key))
        accounts = [account for page in pages for account in page.accounts]
        posts = tuple(self._annotator.annotate(in_order, roots, accounts))
        ours = {post.key for post in posts} | {followed}
        ours |= self._stores.posts.known_posts({repost.root for repost in reposts} - ours)
        edges = tuple(repost for repost in reposts if repost.child in ours or repost.root in ours)
        people = {post.author for post in posts} | {edge.by for edge in edges}
        drops = tuple(f"{drop.where}: {drop.reason}" for page in pages for drop in page.dropped)
        page = Page(
            posts,
            edges,
            _seen_last(pages, people.__contains__),
            deleted=tuple(key for page in pages for key in page.deleted),
            erased=tuple(key for page in pages for key in page.erased),
        )
        return _Kept(page, len(pages), drops, tuple(each.gap for each in pages if each.gap is not None))


def _seen_last(pages: Sequence[Page], wanted: Callable[[AccountKey], bool]) -> tuple[Account, ...]:
    return tuple(account for page in pages for account in page.accounts if wanted(account.key))


def _report(
    brand: str, source: str, kept: _Kept, added: Added, gone: tuple[PostKey, ...], error: SourceError | None
) -> CollectReport:
    return CollectReport(
        brand=brand,
        source=source,
        requested=kept.pages,
        new_posts=(*added.posts, *added.matched),
        new_reposts=added.reposts,
        accounts=kept.page.accounts,
        deleted=gone,
        dropped=len(kept.dropped),
        reasons=tuple(one_line(reason, 200) for reason in kept.dropped[:5]),
        error=None if error is None else one_line(str(error), 500),
    )
