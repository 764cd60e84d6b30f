"""How well the sources can be seen, from the rows that the crawlers leave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.planning import stream_of
from monitor.sources.base import Capabilities
from ui.ports import Crawl
from ui.sight import Blind, blind_spots


@dataclass(frozen=True, slots=True)
class SourceLook:
    """How well one source can be seen, over all brands."""

    source: str
    last_success_at: datetime | None
    reason: str | None  # why it is silent; None: it answered when last asked

    @property
    def fine(self) -> bool:
        """Whether it answered when last asked."""
        return self.reason is None and self.last_success_at is not None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source, or the stream of one, over all brands."""

    name: str
    is_stream: bool
    look: SourceLook
    newest_post_at: datetime | None
    lag: timedelta | None  # age of posts when they are found, the median; None: not known yet
    is_catching_up: bool  # older posts are still being read
    next_check_at: datetime | None
    posts: int
    dropped: int
    blind: tuple[Blind, ...]  # what it cannot see


def source_looks(crawls: Sequence[Crawl]) -> tuple[SourceLook, ...]:
    """One line a source, the silent ones first; a source is seen as badly as for the brand for which it is worst."""
    worst: dict[str, Crawl] = {}
    for crawl in crawls:
        other = worst.get(crawl.source)
        if other is None or _blindness(crawl) > _blindness(other):
            worst[crawl.source] = crawl
    looks = [
        SourceLook(name, crawl.last_success_at, (crawl.last_error or "") if crawl.failures else None)
        for name, crawl in worst.items()
    ]
    return tuple(sorted(looks, key=lambda look: (look.fine, look.source)))


def _blindness(crawl: Crawl) -> tuple[bool, float]:
    last = crawl.last_success_at
    return crawl.failures > 0, -last.timestamp() if last else float("inf")


def source_rows(crawls: Sequence[Crawl], sees: Mapping[str, Capabilities | None]) -> tuple[SourceRow, ...]:
    """One row a source and one a stream, the silent ones first."""
    looks = source_looks(crawls)
    return tuple(_row(look, [crawl for crawl in crawls if crawl.source == look.source], sees) for look in looks)


def _row(look: SourceLook, own: Sequence[Crawl], sees: Mapping[str, Capabilities | None]) -> SourceRow:
    stream = stream_of(look.source)
    lags = [crawl.lag_seconds for crawl in own if crawl.lag_seconds is not None]
    return SourceRow(
        name=stream or look.source,
        is_stream=stream is not None,
        look=look,
        newest_post_at=_latest(crawl.newest_post_at for crawl in own),
        lag=timedelta(seconds=max(lags)) if lags else None,
        is_catching_up=any(crawl.cursor is not None for crawl in own),
        next_check_at=min((c.next_check_at for c in own if c.next_check_at is not None), default=None),
        posts=sum(crawl.posts_total for crawl in own),
        dropped=sum(crawl.dropped_total for crawl in own),
        blind=() if stream else blind_spots(sees.get(look.source)),
    )


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
