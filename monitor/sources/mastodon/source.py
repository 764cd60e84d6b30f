"""The Mastodon source: finding posts by hashtag and search, returning to them, and listening."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from monitor.domain import Brand, Dropped, Gap, Page, Post
from monitor.errors import NotFound, Unauthorised
from monitor.http import HttpClient
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.mastodon.api import Api
from monitor.sources.mastodon.config import NAME, Config
from monitor.sources.mastodon.follow import BATCH, Follower
from monitor.sources.mastodon.ids import a_second_later
from monitor.sources.mastodon.known import KnownIds
from monitor.sources.mastodon.statuses import Reading, numbered
from monitor.sources.mastodon.streams import Listener
from monitor.sources.mastodon.walk import (
    Cursor,
    Place,
    advanced,
    marks_of,
    next_mark,
    sightings,
    started,
    state_of,
)

_PAGE = 40  # more is cut without a word
_TAG, _WORDS = "#", "?"  # what a term of the walk begins with


class MastodonSource:
    """Reads each hashtag of a brand, and with a token its names by search, from where the last look ended.

    Hashtags are read upwards with ``min_id``, which gives the page right after an id; ``since_id`` would give the
    newest and leave a hole. A first look, and a search, go down from the newest. The state holds a mark for each term.
    """

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = BATCH

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._api = Api(config, http)
        self._known = KnownIds()
        self._follower = Follower(config, self._api, self._known)
        self._listener = Listener(config, self._api, http, self._known)
        self._overlap = timedelta(minutes=config.overlap_minutes)

    @property
    def streaming(self) -> bool:
        """Whether the configuration asks for a stream."""
        return self._config.stream != "off"

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of a hashtag or of a search."""
        marks, at = marks_of(state), Cursor.read(cursor)
        terms = self._terms(brand)
        place = at.place if at.place is not None and at.place.term in terms else None
        if place is None:
            term = next((term for term in terms if term not in at.done), None)
            if term is None:
                return self._last(Page(), terms, at)
            since = now - timedelta(hours=self._config.lookback_hours)
            place = started(term, marks.get(term), since, now, filters=term.startswith(_WORDS))
        page, after, ended = self._one(place, brand, now)
        if not ended:
            return replace(page, next_cursor=str(Cursor(at.done, after)))
        cut_off = page.gap is not None
        mark = next_mark(after, marks.get(place.term), self._overlap, cut_off=cut_off)
        at = Cursor({**at.done, place.term: mark})
        if all(term in at.done for term in terms):
            return self._last(page, terms, at)
        return replace(page, next_cursor=str(at))

    def _one(self, place: Place, brand: Brand, now: datetime) -> tuple[Page, Place, bool]:
        """One page, the place after it, and whether its term is read to its end."""
        try:
            statuses = self._ask(place)
        except (NotFound, Unauthorised) as error:
            if not place.term.startswith(_WORDS) or not brand.hashtag_terms:
                raise
            return Page(dropped=(Dropped("search", str(error)),)), place, True
        found_by = frozenset(tag.casefold() for tag in brand.hashtags) if place.term.startswith(_WORDS) else None
        reading = Reading(self._api.server, now, self._known, found_by)
        reading.take(numbered(place.term, statuses))
        page = reading.page()
        self._known.remember(reading.seen)
        if place.down and place.floor is None:
            page = _since(page, datetime.fromtimestamp(place.since, UTC))
        after, ended = advanced(place, sightings(statuses, now), now, self._overlap)
        if not ended and after.down and after.floor is None and after.pages >= self._config.max_pages:
            times = [sighting.at for sighting in sightings(statuses, now) if sighting.at is not None]
            oldest = min(times, default=now.timestamp())
            begin, until = (datetime.fromtimestamp(moment, UTC) for moment in (place.since, oldest))
            reason = f"more than {after.pages} pages of {place.term} at the first look; older ones were not read"
            return replace(page, gap=Gap(begin, max(begin, until), reason)), after, True
        return page, after, ended

    def _ask(self, place: Place) -> list[Any]:
        params: dict[str, str | int] = {"limit": _PAGE}
        words = place.term.startswith(_WORDS)
        if place.down and place.at is not None:
            params["max_id"] = a_second_later(place.at) if words and not place.stuck else place.at
        if words and place.floor is not None:
            params["min_id"] = place.floor
        elif not place.down and place.at is not None:
            params["min_id"] = place.at
        if words:
            return self._api.search({"q": place.term[1:], **params})
        if self._config.local_only:
            params["local"] = "true"
        return self._api.get_list_if_any(f"/api/v1/timelines/tag/{quote(place.term[1:], safe='')}", params)

    def _terms(self, brand: Brand) -> list[str]:
        """What is asked for, in this order; with the first letter telling how."""
        tags = [_TAG + tag.casefold() for tag in brand.hashtag_terms]
        words = [] if not (self._config.search and self._api.token) else [*brand.names, *brand.products]
        return list(dict.fromkeys((*tags, *(_WORDS + _phrase(word) for word in words))))

    def _last(self, page: Page, terms: Sequence[str], at: Cursor) -> Page:
        return replace(page, next_cursor=None, state=state_of({term: at.done.get(term) for term in terms}))

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The post anew, its thread, its quotes and its new boosts. Raises NotFound where it is gone."""
        return self._follower.follow_up(post, state, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now, and which of them are gone."""
        return self._follower.recheck(posts, now)

    def listen(self, brands: Sequence[Brand], state: str | None, now: Callable[[], datetime]) -> Iterator[Page]:
        """Posts, edits and deletions as the server sends them; it cannot be asked for what was missed."""
        return self._listener.listen(brands, state, now)


def _phrase(word: str) -> str:
    plain = " ".join(word.replace('"', " ").split())
    return f'"{plain}"' if " " in plain else plain


def _since(page: Page, moment: datetime) -> Page:
    """``page`` without what is older."""
    posts = tuple(post for post in page.posts if post.created_at >= moment)
    kept, people = {post.key for post in posts}, {post.author for post in posts}
    edges = tuple(edge for edge in page.reposts if edge.child in kept)
    accounts = tuple(account for account in page.accounts if account.key in people)
    return replace(page, posts=posts, reposts=edges, accounts=accounts)


SPEC = SourceSpec(
    NAME,
    Config,
    MastodonSource,
    capabilities=Capabilities(
        mentions="some",
        reposts="times",
        quotes="some",
        replies="some",
        views=False,
        followers=True,
        edits=True,
        deletions=True,
        recheck_every=timedelta(days=1),
    ),
)
