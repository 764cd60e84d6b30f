"""Archives as a source: files that grow are looked at like a site."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from monitor import payload
from monitor.domain import Brand, Page
from monitor.errors import InputError, NotFound
from monitor.http import HttpClient
from monitor.payload import Unusable
from monitor.sources.archive.reading import read_archive
from monitor.sources.archive.recorded import Recorded
from monitor.sources.base import SourceConfig, SourceSpec

NAME = "archive"
_EVENTS = 2_000  # of one page


class Config(SourceConfig):
    """Files to read, again at each look: other programs may add to them, in the order of time."""

    paths: tuple[Path, ...] = Field(default=(), description="archive or cascade files, JSON Lines, plain or gzip")


class ArchiveSource:
    """Hands out what happened since the last look and up to now. The state is the moment of the last event."""

    name: ClassVar[str] = NAME

    def __init__(self, config: Config, http: HttpClient | None = None) -> None:
        self._paths = config.paths

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """The next events. Raises NotFound where a file cannot be opened."""
        try:
            recording = read_archive(self._paths)
        except InputError as error:
            raise NotFound(str(error)) from error
        since, skip = _moment(state), int(cursor or 0)
        due = (event for event in recording.events() if since < event.at <= now)
        events = list(islice(due, skip, skip + _EVENTS))
        page = page_of(events, now)
        ended = len(events) < _EVENTS
        return Page(
            page.posts,
            page.reposts,
            page.accounts,
            next_cursor=None if ended else str(skip + _EVENTS),
            dropped=tuple(recording.dropped) if skip == 0 else (),
            state=events[-1].at.isoformat() if events else state,
        )


def page_of(events: Iterable[Recorded], seen_at: datetime) -> Page:
    """The posts, reposts and accounts of ``events``; of several states of a post the last."""
    posts, reposts, accounts = {}, [], {}
    for event in events:
        if event.post is not None:
            posts[event.post.key] = event.post
        if event.repost is not None:
            reposts.append(event.repost)
        if event.account is not None:
            accounts[event.account.key] = event.account
    return Page(tuple(posts.values()), tuple(reposts), tuple(accounts.values()))


def _moment(state: str | None) -> datetime:
    try:
        return payload.moment(state, "state")
    except Unusable:
        return datetime.min.replace(tzinfo=UTC)


SPEC = SourceSpec(NAME, Config, ArchiveSource, online=False)
