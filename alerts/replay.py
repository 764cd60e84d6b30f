"""Run recorded posts through the live pipeline on a recorded clock: nothing looks ahead, nothing is done twice."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from alerts.watch import LAST_TICK, TickReport, Watch
from monitor.annotate import Annotator
from monitor.domain import PostKey, Repost
from monitor.sources.archive import Recorded
from monitor.store.meta import MetaStore
from monitor.store.posts import Added, PostStore

CHUNK = 5_000  # events stored together
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
    """Feeds a recording, in the order of time, to the annotator, the store and the watch, and ticks in between."""

    def __init__(
        self,
        annotator: Annotator,
        posts: PostStore,
        meta: MetaStore,
        watch: Watch,
        every: timedelta,
        on_tick: Callable[[TickReport], None] = lambda _: None,
    ) -> None:
        self._annotator = annotator
        self._posts = posts
        self._meta = meta
        self._watch = watch
        self._every = every
        self._on_tick = on_tick
        self._next: datetime | None = None
        self._open = 0
        self._waiting: list[Recorded] = []
        self._seen_posts: set[PostKey] = set()
        self._seen_reposts: set[PostKey] = set()
        self._outside: set[PostKey] = set()  # posts about no watched brand
        self._roots: set[PostKey] = set()
        self.report = ReplayReport()

    def run(self, events: Iterable[Recorded]) -> ReplayReport:
        """What ``events`` (ascending in time) led to; what an earlier run has looked at is left alone."""
        last = self._meta.get(LAST_TICK)
        looked_at = datetime.fromisoformat(last) if last else None
        for chunk in _chunks(events):
            for recorded in self._keep(chunk, looked_at):
                self._advance(recorded.at)
                self._waiting.append(recorded)
        if self._next is not None:
            self._tick(self._next)
            self._watch.flush(self._next)
        return self.report

    def _keep(self, chunk: Sequence[Recorded], looked_at: datetime | None) -> Iterator[Recorded]:
        """Store the chunk; yields what of it no tick has looked at yet."""
        roots = {r.repost.child: r.repost.root for r in chunk if r.repost is not None and r.repost.kind != "repost"}
        said = [r.post for r in chunk if r.post is not None]
        posts = {post.key: post for post in self._annotator.annotate(said, roots)}
        self._outside |= {post.key for post in said} - posts.keys()
        reposts = [r.repost for r in chunk if r.repost is not None and r.repost.root not in self._outside]
        accounts = [r.account for r in chunk if r.account is not None]
        added = self._posts.add(None, list(posts.values()), reposts, accounts)
        self._count(chunk, posts.keys(), reposts, added)
        new_posts = {post.key for post in (*added.posts, *added.matched)}
        new_edges = {(repost.root, repost.child) for repost in added.reposts}
        for r in chunk:
            post = posts.get(r.post.key) if r.post else None
            repost = r.repost if r.repost and r.repost.root not in self._outside else None
            later = looked_at is not None and r.at > looked_at
            if not later and (post is None or post.key not in new_posts):
                post = None
            if not later and (repost is None or (repost.root, repost.child) not in new_edges):
                repost = None
            if post is not None or repost is not None:
                yield Recorded(r.at, post, repost, r.account)

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
            self._watch.restore(at)
            self._next = self._boundary(at)
        while at > self._next:
            self._tick(self._next)
            boundary = self._boundary(at)
            self._next = min(boundary, self._next + max(self._every, QUIET_STEP)) if self._open else boundary

    def _boundary(self, at: datetime) -> datetime:
        """The first tick at or after ``at``."""
        return _EPOCH + -((_EPOCH - at) // self._every) * self._every

    def _tick(self, now: datetime) -> None:
        posts = [r.post for r in self._waiting if r.post is not None]
        reposts = [r.repost for r in self._waiting if r.repost is not None]
        self._watch.take(posts, reposts, [r.account for r in self._waiting if r.account is not None])
        self._waiting.clear()
        tick = self._watch.tick(now)
        self._open = tick.live
        self.report.ticks += 1
        self._on_tick(tick)


def _chunks(events: Iterable[Recorded]) -> Iterator[list[Recorded]]:
    iterator = iter(events)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
