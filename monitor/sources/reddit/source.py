"""The Reddit source: finding posts and comments, returning to them, and looking for them again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from monitor.domain import Brand, Dropped, Gap, Page, Post
from monitor.errors import NotFound, Unauthorised
from monitor.http import HttpClient
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.reddit.api import Api
from monitor.sources.reddit.config import NAME, Config
from monitor.sources.reddit.place import Place, Plan
from monitor.sources.reddit.returns import Returns, names_of
from monitor.sources.reddit.things import Thing, after_of, is_fullname, made_at, name_of, page_of, things_of

_PAGE = 100
_INFO = 100  # things in one look-up
_SPARE = 3
_DEEP = 900  # Reddit lists about 1,000 things and ends there, whatever is below
_DEEPEST = 2_000  # a listing that goes on beyond that is not believed


class RedditSource:
    """Searches for any of a brand's terms, then reads communities whole: the search knows posts, but no comments."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = _INFO

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._api = Api(config, http)
        self._returns = Returns(self._api, config)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of posts with one of the brand's terms, or of what was said in the communities."""
        plan = Plan(brand, self._config)
        if not plan.readings(apart=False):
            return Page()
        at = Place.read(cursor, plan) if cursor else plan.begin(0, state, None, now)
        try:
            answer = self._ask(plan, at, now)
        except (NotFound, Unauthorised) as error:
            return self._without(plan, at, error, state, now)
        things = things_of(answer)
        page = page_of(things, now)
        if not things and at.spare:  # what the page was to start below may be deleted, and then Reddit lists nothing
            return replace(page, next_cursor=str(replace(at, after=at.spare[0], spare=at.spare[1:])))
        reading = plan.readings(apart=at.apart)[at.reading]
        times = [made for _, thing in things if (made := made_at(thing, now)) is not None]
        after, before = after_of(answer), at.after
        at = at.saw(reading.name, len(things), times)
        if after in ("", before) or not things or at.is_passed(times) or at.seen > _DEEPEST:
            return self._next_reading(
                plan, at, replace(page, gap=_unread(at, lost=bool(before) and not things)), state, now
            )
        return replace(page, next_cursor=str(replace(at, after=after, spare=_spare(things, after))))

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The comments below ``post``, its crossposts, and its present counters."""
        return self._returns.follow_up(post, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; those that Reddit does not show any more are deleted."""
        pages = [self._recheck(posts[at : at + _INFO], now) for at in range(0, len(posts), _INFO)]
        return Page(
            posts=tuple(post for page in pages for post in page.posts),
            dropped=tuple(drop for page in pages for drop in page.dropped),
            deleted=tuple(key for page in pages for key in page.deleted),
        )

    def probe(self, now: datetime) -> Page:
        """No posts: a login and the smallest search show that the app may ask."""
        things_of(self._api.get("/search", {"q": "reddit", "sort": "new", "t": "hour", "limit": "1"}, now))
        return Page()

    def _ask(self, plan: Plan, at: Place, now: datetime) -> Any:
        reading = plan.readings(apart=at.apart)[at.reading]
        params = {"limit": str(_PAGE), **({"after": at.after} if at.after else {})}
        if reading.query:
            params |= {"q": reading.query, "sort": "new", "t": at.span, "type": "link"}
        return self._api.get(reading.path, params, now, reading.title)

    def _without(self, plan: Plan, at: Place, error: NotFound | Unauthorised, state: str | None, now: datetime) -> Page:
        """Goes on without a community that cannot be read: one that was closed must not stop all the rest."""
        reading = plan.readings(apart=at.apart)[at.reading]
        if not reading.communities or not plan.searches:
            raise error
        if not at.apart and len(self._config.communities) > 1:
            return Page(next_cursor=str(plan.begin(plan.searches, state, replace(at, apart=True), now)))
        page = Page(dropped=(Dropped(reading.title, str(error)),))
        return self._next_reading(plan, at, page, state, now)

    def _next_reading(self, plan: Plan, at: Place, page: Page, state: str | None, now: datetime) -> Page:
        """``page`` as the last of its listing: the walk goes on with the next one, or ends."""
        if at.reading + 1 < len(plan.readings(apart=at.apart)):
            return replace(page, next_cursor=str(plan.begin(at.reading + 1, state, at, now)))
        return replace(page, next_cursor=None, state=plan.remember(state, at.newest))

    def _recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        asked = {post.key.id: post.key for post in posts if is_fullname(post.key.id)}
        if not asked:
            return Page()
        things = things_of(self._api.get("/api/info", {"id": ",".join(asked)}, now))
        page = page_of(things, now)
        names = names_of(things)
        missing = [key for name, key in asked.items() if name not in names] if None not in names else []
        gone = tuple(key for key in page.deleted if key.id in asked)
        return replace(page, reposts=(), deleted=(*gone, *missing))


def _spare(things: Sequence[Thing], after: str) -> tuple[str, ...]:
    names = [name for _, thing in reversed(things) if (name := name_of(thing)) and name != after]
    return tuple(names[:_SPARE])


def _unread(at: Place, *, lost: bool) -> Gap | None:
    """What lies below the depth at which Reddit's listings end, or below a page that named a next one in vain."""
    if at.oldest <= at.since or not (lost or at.seen >= _DEEP):
        return None
    since, until = (datetime.fromtimestamp(seconds, UTC) for seconds in (at.since, at.oldest))
    why = "its listing broke off" if lost else "it lists about 1,000 posts or comments at most, and there were more"
    return Gap(since, until, f"{NAME}: {why}")


SPEC = SourceSpec(
    NAME,
    Config,
    RedditSource,
    capabilities=Capabilities(
        mentions="some",  # comments only in the communities that are read
        reposts="path",  # a crosspost names what it was made from
        quotes="none",
        replies="all",
        views=False,
        followers=False,
        edits=True,
        deletions=True,
        recheck_every=timedelta(hours=48),
    ),
)
