"""Instagram: hashtags of a brand, media that tag the account, and what is said below its own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from monitor.domain import Brand, Page, Post
from monitor.errors import BadPayload
from monitor.http import HttpClient
from monitor.ledger import Allowance
from monitor.meta_graph import Graph, HashtagsSpent
from monitor.meta_listing import Batch, Listing, Place, read
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.instagram import records
from monitor.sources.instagram.config import KEY_PAGE, NAME, Config
from monitor.sources.instagram.hashtags import Hashtags
from monitor.sources.instagram.returns import Returns
from monitor.sources.several import Memory, Several, Step

_TAGS, _MEDIA = "tags", "media"
_HASHTAG_PAGE = 50
_REACH = timedelta(hours=24)


class InstagramSource:
    """Reads each hashtag of a brand, then what tags the account and the comments on its newest media. One that fails
    does not stop the others."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = 10  # posts can only be asked for one by one

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._graph = Graph(NAME, config.base_url, config.access_token, http, f"get a new one at {KEY_PAGE}")
        self._hashtags = Hashtags(config, self._graph, http.ledger)
        self._returns = Returns(config, self._graph)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The different hashtags that may be asked for in a week."""
        return (self._hashtags.allowance,)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of a hashtag's newest media, of media that tag the account, or of its own."""
        return Several(dict(self._readings(brand)), self._look).fetch(state, cursor, now)

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The counters of a post as they are now, and what was said below it where it is the account's own."""
        return self._returns.follow_up(post, state, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; those that are gone are deleted."""
        return self._returns.recheck(posts, now)

    def probe(self, now: datetime) -> Page:
        """No posts: the account itself, which uses none of the week's hashtags, shows that the token is good."""
        if self._graph.ask(self._config.user_id, {"fields": "id"}, now).get("id") != self._config.user_id:
            raise BadPayload(f"{NAME}: the account answered without itself")
        return Page()

    def _readings(self, brand: Brand) -> Iterator[tuple[str, str]]:
        """What is read for a brand: key, and the name by which people know it."""
        for tag in dict.fromkeys(tag.casefold() for tag in brand.hashtag_terms):
            yield f"#{tag}", f"#{tag}"
        yield _TAGS, "media that tag the account"
        if self._config.own_media:
            yield _MEDIA, "the account's own media"

    def _look(self, key: str, memory: Memory, place: Any, now: datetime) -> Step:
        """One request of one reading."""
        if key == _MEDIA:
            return self._own(now)
        at = self._begin(memory, now) if place is None else Place.read(place)
        if key == _TAGS:
            listing = Listing(f"{self._config.user_id}/tags", records.MEDIA_FIELDS, "timestamp")
            batch = read(self._graph, listing, at, now)
        else:
            batch = self._hashtag(key.removeprefix("#"), memory, at, now)
        page = replace(records.media_of(batch.items, key, now), gap=batch.gap)
        if batch.following is not None:
            return Step(page, batch.following.told())
        memory["newest"] = batch.newest
        return Step(page)

    def _hashtag(self, tag: str, memory: Memory, at: Place, now: datetime) -> Batch:
        listing = Listing(
            f"{self._hashtags.id_of(tag, memory, now)}/recent_media",
            records.HASHTAG_FIELDS,
            "timestamp",
            size=_HASHTAG_PAGE,
            more={"user_id": self._config.user_id},
            ends_empty=True,  # its cursors may look the same from page to page, so they do not tell the end
        )
        try:
            return read(self._graph, listing, at, now)
        except HashtagsSpent as error:
            raise self._hashtags.spent(now, error) from error

    def _own(self, now: datetime) -> Step:
        """The newest own media with the first comments on each; the others are read in returns."""
        asked = {"fields": records.OWN_FIELDS}
        answer = self._graph.listing(f"{self._config.user_id}/media", asked, self._config.own_media, now)
        return Step(records.media_of(answer["data"], _MEDIA, now))

    def _begin(self, memory: Memory, now: datetime) -> Place:
        otherwise = int((now - timedelta(hours=self._config.lookback_hours)).timestamp())
        memory.setdefault("newest", otherwise)  # should this fail for long, it still goes back to here
        overlap = int(self._config.overlap_minutes * 60)
        return Place.begin(memory.get("newest"), otherwise, overlap, int(now.timestamp()))


SPEC = SourceSpec(
    NAME,
    Config,
    InstagramSource,
    capabilities=Capabilities(
        mentions="some",  # by hashtag, without their authors, and media that tag the account
        reposts="none",
        quotes="none",
        replies="some",  # below own media only
        views=False,
        followers=True,  # of professional accounts whose names are known
        edits=True,
        deletions=True,  # of own media and the comments on them
        reach_back=_REACH,
    ),
)
