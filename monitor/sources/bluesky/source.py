"""The Bluesky source: finding posts, and returning to them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from monitor import payload
from monitor.domain import Account, AccountKey, Brand, Dropped, Page, Post
from monitor.errors import BadPayload, SourceError, Unauthorised
from monitor.http import HttpClient
from monitor.payload import Unusable
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.bluesky.config import NAME, Config
from monitor.sources.bluesky.records import RecordReader
from monitor.sources.bluesky.reposts import RepostTracker
from monitor.sources.bluesky.views import account_of, parse, parse_thread
from monitor.sources.bluesky.xrpc import Xrpc

_PROFILES = 25  # in one request
_REMEMBERED = 50_000  # accounts whose followers are known
_FRESH = timedelta(hours=24)


class _Cursor(NamedTuple):
    """Where a crawl stands: which search term, the newest moment seen so far, the site's own cursor."""

    term: int
    newest: datetime
    site: str

    @classmethod
    def read(cls, cursor: str | None, newest: datetime) -> "_Cursor":
        if cursor is None:
            return cls(0, newest, "")
        try:
            term, moment, site = cursor.split("|", 2)
            return cls(int(term), datetime.fromisoformat(moment), site)
        except ValueError as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error

    def __str__(self) -> str:
        return f"{self.term}|{self.newest.isoformat()}|{self.site}"


class BlueskySource:
    """Searches each term of a brand, newest first; returns to posts. The state is the newest moment seen."""

    name: ClassVar[str] = NAME

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._xrpc = Xrpc(config, http)
        self._tracker = RepostTracker(RecordReader(config, http))
        self._profiles: dict[AccountKey, Account] = {}

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of posts with one of the brand's terms, with the follower counts of their authors."""
        terms = brand.search_terms
        watermark = _moment(state) or now - timedelta(hours=self._config.lookback_hours)
        at = _Cursor.read(cursor, watermark)
        if at.term >= len(terms):
            return Page(state=at.newest.isoformat())
        since = watermark - timedelta(minutes=self._config.overlap_minutes)
        found, site = self._search(terms[at.term], since, at.site, now)
        newest = max([at.newest, *(post.created_at for post in found.posts)])
        # The service may ignore "since": what is older is left out here, and a page of nothing else is the last.
        posts = tuple(post for post in found.posts if post.created_at >= since)
        following = _Cursor(at.term, newest, site) if site and posts else _Cursor(at.term + 1, newest, "")
        kept = {post.key for post in posts}
        accounts, dropped = self._with_followers(
            [account for account in found.accounts if any(post.author == account.key for post in posts)], now
        )
        return Page(
            posts,
            tuple(edge for edge in found.reposts if edge.child in kept),
            accounts,
            str(following) if following.term < len(terms) else None,
            (*found.dropped, *dropped),
            newest.isoformat(),
        )

    def _search(self, term: str, since: datetime, site_cursor: str, now: datetime) -> tuple[Page, str]:
        params: dict[str, str | int] = {
            "q": f'"{term}"' if " " in term and '"' not in term else term,
            "sort": "latest",
            "since": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "limit": 100,
        }
        if site_cursor:
            params["cursor"] = site_cursor
        try:
            answer = self._xrpc.query("app.bsky.feed.searchPosts", params)
        except Unauthorised as error:
            if not site_cursor or self._xrpc.signed_in:
                raise
            return Page(dropped=(Dropped("older posts", str(error)),)), ""
        following = _text(answer.get("cursor"))
        return parse(answer, now, signed_in=self._xrpc.signed_in), "" if following == site_cursor else following

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The thread, quotes and reposts of ``post``. Raises NotFound where it is gone."""
        signed_in = self._xrpc.signed_in
        params: dict[str, str | int] = {"uri": post.key.id, "depth": 10, "parentHeight": 0}
        thread = parse_thread(self._xrpc.query("app.bsky.feed.getPostThread", params), now, signed_in=signed_in)
        quotes = [parse(body, now, signed_in=signed_in) for body in self._lists("app.bsky.feed.getQuotes", post)]
        reposters = [
            profile for body in self._lists("app.bsky.feed.getRepostedBy", post) for profile in _profiles(body, now)
        ]
        new, missing = self._with_followers(self._tracker.new_among(post, reposters), now)
        reposts, dropped = self._tracker.reposts(post, new, now, self._config.max_requests)
        pages = [thread, *quotes]
        return Page(
            posts=tuple(found for page in pages for found in page.posts),
            reposts=(*(edge for page in pages for edge in page.reposts), *reposts),
            accounts=(*(account for page in pages for account in page.accounts), *new),
            dropped=(*(drop for page in pages for drop in page.dropped), *missing, *dropped),
        )

    def _lists(self, nsid: str, post: Post) -> Iterator[Any]:
        """The pages of a list about ``post``, up to the limit."""
        params: dict[str, str | int] = {"uri": post.key.id, "limit": 100}
        for _ in range(self._config.max_pages):
            body = self._xrpc.query(nsid, params)
            yield body
            cursor = _text(body.get("cursor"))
            if not cursor:
                return
            params["cursor"] = cursor

    def _with_followers(self, accounts: Sequence[Account], now: datetime) -> tuple[tuple[Account, ...], list[Dropped]]:
        """``accounts`` with their follower counts; where those cannot be had, without, which is counted."""
        known = self._profiles
        wanted = [a.key.id for a in accounts if a.key not in known or now - known[a.key].seen_at > _FRESH]
        dropped: list[Dropped] = []
        if len(known) > _REMEMBERED:
            known.clear()
        for begin in range(0, len(wanted), _PROFILES):
            try:
                found = self._xrpc.profiles(wanted[begin : begin + _PROFILES])
            except SourceError as error:
                dropped.append(Dropped("follower counts", str(error)))
                break
            known |= {account.key: account for account in _accounts(found, now)}
        return tuple(
            replace(account, followers=known[account.key].followers) if account.key in known else account
            for account in accounts
        ), dropped


def _profiles(body: Any, now: datetime) -> list[Account]:
    listed = body.get("repostedBy") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise BadPayload("Bluesky answered without reposters")
    return list(_accounts(listed, now))


def _accounts(profiles: list[Any], now: datetime) -> Iterator[Account]:
    for profile in profiles:
        try:
            yield account_of(profile, now)
        except Unusable:
            continue  # an account that cannot be named cannot be kept


def _moment(state: str | None) -> datetime | None:
    try:
        return payload.moment(state, "state")
    except Unusable:
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


SPEC = SourceSpec(
    NAME,
    Config,
    BlueskySource,
    capabilities=Capabilities(
        mentions="all",
        reposts="path",
        quotes="all",
        replies="all",
        views=False,
        followers=True,
        edits=False,
        deletions=False,
    ),
)
