"""Run recorded posts through the live pipeline on a recorded clock: nothing looks ahead, nothing is done twice."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from alerts.progress import ProgressRow
from alerts.watch import TickReport, Watch
from monitor.annotate import Annotator
from monitor.domain import Post, PostKey, Repost
from monitor.sources.archive import Recorded
from monitor.store.meta import MetaStore
from monitor.store.posts import Added, PostStore
from monitor.text.topics.issues import RECALLED

CHUNK = 5_000  # events stored together
MOST_RECALLED = 100_000  # posts of the days before
QUIET_STEP = timedelta(minutes=30)  # between two ticks while nothing happens but an incident is open
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class ReplayReport:
    """What a replay did. Posts and reposts are those of the recording that concern a watched brand."""

    posts: int = 0
    reposts: int = 0
    new_posts: int = 0  # not in the database before
    new_reposts: int = 0
    not_matched: int = 0  # posts about no watched brand, and reposts of such
    cascades: int = 0  # posts that were passed on at least once
    ticks: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


class Replay:
    """Feeds a recording, in the order of time, to the annotator, the store and the watch, and ticks in between.

    How far it got is kept with what it stored. A second run of the same recording goes on where the first was ended,
    and does nothing where it was not. Of another recording, what the database holds already is left alone; pass files
    that tell one story together.
    """

    def __init__(
        self,
        annotator: Annotator,
        posts: PostStore,
        meta: MetaStore,
        watch: Watch,
        transact: Callable[[], AbstractContextManager[Any]],
        every: timedelta,
        on_tick: Callable[[TickReport], None] = lambda _: None,
    ) -> None:
        self._annotator = annotator
        self._posts = posts
        self._progress = ProgressRow(meta)
        self._watch = watch
        self._transact = transact
        self._every = every
        self._on_tick = on_tick
        self._next: datetime | None = None
        self._open = 0
        self._waiting: list[Recorded] = []
        self._seen_posts: set[PostKey] = set()
        self._seen_reposts: set[PostKey] = set()
        self._outside: set[PostKey] = set()  # posts about no watched brand
        self._matched: set[PostKey] = set()  # posts that were stored before as being about other brands only
        self._roots: set[PostKey] = set()
        self.report = ReplayReport()

    def run(self, events: Iterable[Recorded]) -> ReplayReport:
        """What ``events`` (ascending in time) led to."""
        for chunk in _chunks(events):
            if self.report.first_at is None:
                self._begin(chunk)
            for recorded in self._keep(chunk):
                self._advance(recorded.at)
                self._waiting.append(recorded)
        if self._next is not None:
            self._tick(self._next)
            self._watch.flush(self._next)
        return self.report

    def _begin(self, chunk: Sequence[Recorded]) -> None:
        self._progress.open(chunk)
        self._watch.notes.append(self._progress.looked)
        first = chunk[0].at
        for brand in self._watch.live.brands:
            before = self._posts.about(brand.id, first - RECALLED, first, MOST_RECALLED)
            self._annotator.recall(brand.id, reversed(before))

    def _keep(self, chunk: Sequence[Recorded]) -> Iterator[Recorded]:
        """Store the chunk; yields what of it no tick has looked at yet."""
        roots = {r.repost.child: r.repost.root for r in chunk if r.repost is not None and r.repost.kind != "repost"}
        texts = [r.post for r in chunk if r.post is not None]
        kept = self._annotator.annotate(texts, roots, [r.account for r in chunk if r.account is not None])
        posts: dict[PostKey, Post] = {}
        for post in kept:
            posts.setdefault(post.key, post)
        self._outside |= {post.key for post in texts} - posts.keys()
        reposts = [r.repost for r in chunk if r.repost is not None and r.repost.root not in self._outside]
        accounts = [r.account for r in chunk if r.account is not None]
        with self._transact() as session:
            added = self._posts.add(session, kept, reposts, accounts)
            self._progress.stored(chunk[-1].at, session)
        self._count(chunk, posts.keys(), reposts, added)
        self._matched |= {post.key for post in added.matched}
        new_posts = {post.key for post in (*added.posts, *added.matched)}
        new_edges = {(repost.root, repost.child) for repost in added.reposts}
        for r in chunk:
            again = self._progress.not_looked_at(r.at)
            found = posts.get(r.post.key) if r.post else None
            said = found if found and (again or found.key in new_posts) else None
            edge = r.repost if r.repost and r.repost.root not in self._outside else None
            passed_on = edge if edge and (again or self._is_new(edge, new_edges)) else None
            if said or passed_on:
                yield Recorded(r.at, said, passed_on, r.account)

    def _is_new(self, repost: Repost, stored_now: Set[tuple[PostKey, PostKey]]) -> bool:
        return (repost.root, repost.child) in stored_now or repost.root in self._matched

    def _count(self, chunk: Sequence[Recorded], posts: Set[PostKey], reposts: Sequence[Repost], added: Added) -> None:
        report = self.report
        self._seen_posts |= posts
        self._seen_reposts.update(repost.child for repost in reposts)
        self._roots.update(repost.root for repost in reposts)
        report.posts, report.reposts = len(self._seen_posts), len(self._seen_reposts)
        report.cascades = len(self._roots)
        report.new_posts += len(added.posts)
        report.new_reposts += len(added.reposts)
        report.not_matched += sum(r.repost is not None and r.repost.root in self._outside for r in chunk)
        report.not_matched += sum(r.post is not None and r.post.key in self._outside for r in chunk)
        report.first_at = report.first_at or chunk[0].at
        report.last_at = chunk[-1].at

    def _advance(self, at: datetime) -> None:
        """Make every tick that is due before ``at``."""
        if self._next is None:
            before, looked_at = at - timedelta(microseconds=1), self._progress.began_at
            self._watch.restore(min(before, looked_at) if looked_at else before)
            self._open = self._watch.unresolved(at)
            self._next = self._after(looked_at, at) if looked_at else self._boundary(at)
        while at > self._next:
            self._tick(self._next)
            self._next = self._after(self._next, at)

    def _after(self, tick: datetime, at: datetime) -> datetime:
        """The tick after ``tick``, where the next thing happens at ``at``."""
        boundary = self._boundary(at)
        return min(boundary, tick + max(self._every, QUIET_STEP)) if self._open else boundary

    def _boundary(self, at: datetime) -> datetime:
        """The first tick at or after ``at``."""
        return _EPOCH + -((_EPOCH - at) // self._every) * self._every

    def _tick(self, now: datetime) -> None:
        posts = [r.post for r in self._waiting if r.post is not None]
        reposts = [r.repost for r in self._waiting if r.repost is not None]
        self._watch.take(posts, reposts, [r.account for r in self._waiting if r.account is not None], now)
        self._waiting.clear()
        tick = self._watch.tick(now)
        self._open = tick.live
        self.report.ticks += 1
        self._on_tick(tick)


def _chunks(events: Iterable[Recorded]) -> Iterator[list[Recorded]]:
    iterator = iter(events)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
