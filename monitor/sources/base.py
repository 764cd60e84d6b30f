"""What every source keeps to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor.domain import Brand, Page, Post
from monitor.http import HttpClient

Sight = Literal["all", "some", "none"]  # of what is public on the site


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a source can and cannot see, so that a reader knows what an incident's evidence lacks."""

    mentions: Sight  # strangers' posts that name a brand
    reposts: Literal["path", "times", "accounts", "count", "none"]  # the most that can be learnt of who passed it on
    quotes: Sight
    replies: Sight
    views: bool
    followers: bool
    edits: bool
    deletions: bool
    reach_back: timedelta | None = None  # how old a post can be and still be found; None: no limit is known
    recheck_every: timedelta = timedelta(days=7)  # at least this often an old stored post is looked for again


class SourceConfig(BaseModel):
    """Settings that all sources share; each source adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=True, description="whether this source is crawled")
    every_minutes: float = Field(default=5.0, ge=0.1, description="time between two looks at the source, in minutes")
    follow_ups_per_hour: int = Field(
        default=300, ge=0, description="how often in an hour it may return to posts for their spread, in all"
    )

    @model_validator(mode="after")
    def _keys_are_there(self) -> "SourceConfig":
        missing = [] if not self.enabled else list(missing_keys(self))
        if missing:
            raise ValueError("; ".join(f"{name} is missing: get one at {page}" for name, page in missing))
        return self


def key_field(description: str, page: str, *, required: bool = True) -> Any:
    """A secret setting that names the page where one gets it."""
    return Field(
        default=None,
        description=f"{description}; get one at {page}",
        json_schema_extra={"key_page": page, "key_required": required},
    )


def missing_keys(config: SourceConfig) -> Iterator[tuple[str, str]]:
    """Name and page of each key without which the source cannot work and that is not set."""
    for name, field in type(config).model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get("key_required") and not getattr(config, name):
            yield name, str(extra["key_page"])


@runtime_checkable
class Source(Protocol):
    """Finds mentions of a brand on one site.

    ``state`` is what the source asked to be remembered at the end of the last walk (``Page.state``): a watermark, an
    ETag. ``cursor`` is ``Page.next_cursor`` of the page before; a walk that was cut off goes on there, perhaps days
    later and in another process. A cursor that has run out raises SourceError; then the walk starts anew from
    ``state``. Raises ``monitor.errors.SourceError``; a post that cannot be read is counted in ``Page.dropped`` and
    loses nothing else.
    """

    name: ClassVar[str]

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of posts that may mention ``brand``; its ``state`` holds once the walk has come to its end."""


@runtime_checkable
class FollowsUp(Protocol):
    """A source that can also return to a post for its reposts, quotes, replies and counters."""

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """What has become of ``post``: its reposts, quotes and replies so far, and its counters (the post itself, read
        anew). ``state`` is ``Page.state`` of the last return to this post. A part that fails is counted in ``dropped``;
        raises SourceError where nothing could be learnt, NotFound where the post is gone."""


@runtime_checkable
class Rechecks(Protocol):
    """A source that can look at many stored posts at once, to honour deletions and edits."""

    recheck_batch: ClassVar[int]  # posts in one request

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; those that are gone are in ``deleted``, which only a whole good answer says."""


@runtime_checkable
class Probes(Protocol):
    """A source whose usual look at its site is dear, and that has a smaller one to see whether all is well."""

    def probe(self, now: datetime) -> Page:
        """One small request that shows that the site answers and knows us; posts where they come at no extra cost.
        Raises SourceError."""


@runtime_checkable
class Streams(Protocol):
    """A source whose site sends posts by itself."""

    @property
    def streaming(self) -> bool:
        """Whether the configuration asks for it."""

    def listen(self, brands: Sequence[Brand], state: str | None, now: Callable[[], datetime]) -> Iterator[Page]:
        """Pages as they come, each with the ``state`` to go on from; an empty one at least every few seconds, so that
        the listener can stop. The first one after a connection carries the ``gap``, where something was missed. Raises
        SourceError when the connection is lost; closing the iterator closes the connection."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """How a source is configured and built, and what it can see."""

    name: str
    config: type[SourceConfig]
    build: Callable[[Any, HttpClient], Source]
    online: bool = True  # False: reads files, asks no site
    capabilities: Capabilities | None = None  # None: it does not say
    for_all_brands: bool = False  # True: one walk brings the posts of all brands (a feed, a forum's newest posts)
