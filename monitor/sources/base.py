"""What every source keeps to."""

from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from monitor.domain import Brand, Page, Post


class SourceConfig(BaseModel):
    """Settings that all sources share; each source adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=True, description="whether this source is crawled")
    every_minutes: float = Field(default=5.0, ge=0.1, description="time between two looks at the source, in minutes")


@runtime_checkable
class Source(Protocol):
    """Finds mentions of a brand on one site.

    ``state`` is what the source asked to be remembered at the end of the last crawl (``Page.state``): a watermark, an
    ETag. ``cursor`` is ``Page.next_cursor`` of the page before in this crawl, None for the first page. Raises
    ``monitor.errors.SourceError``; a post that cannot be read is counted in ``Page.dropped`` and loses nothing else.
    """

    name: ClassVar[str]

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of posts that may mention ``brand``, newest crawl first."""


@runtime_checkable
class FollowsUp(Protocol):
    """A source that can also return to a post for its reposts, quotes, replies and counters."""

    def follow_up(self, post: Post, now: datetime) -> Page:
        """What has become of ``post``: its reposts, quotes and replies so far, and its counters."""
