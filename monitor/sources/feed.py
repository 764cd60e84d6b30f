"""RSS and Atom feeds: press, blogs and forums."""

import calendar
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import feedparser
from pydantic import Field

from monitor import payload
from monitor.domain import Account, AccountKey, Brand, Dropped, Page, Post, PostKey
from monitor.errors import BadPayload, SourceError
from monitor.http import HttpClient
from monitor.http_errors import place
from monitor.payload import Unusable
from monitor.plain_text import html_to_text, one_line
from monitor.sources.base import Capabilities, SourceConfig, SourceSpec

NAME = "feed"
_MOST_ITEMS = 500  # of one feed in one look
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")
# What feedparser lets through on broken input; one broken feed must not stop the others.
_BROKEN = (AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Config(SourceConfig):
    """Feeds to read. They are filtered here: a feed cannot be asked for a brand."""

    every_minutes: float = Field(default=10.0, ge=0.1, description="time between two looks at the feeds, in minutes")
    urls: tuple[str, ...] = Field(default=(), description="addresses of the feeds")


class FeedSource:
    """Reads all configured feeds at each look, and each one only when it has changed."""

    name: ClassVar[str] = NAME

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._urls = config.urls
        self._http = http

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """All items of the feeds that changed. A feed that fails is counted; raises when all of them do."""
        remembered = _remembered(state)
        pages: list[Page] = []
        failures: list[SourceError] = []
        dropped: list[Dropped] = []
        for url in self._urls:
            try:
                pages.append(self._one(url, remembered.setdefault(url, {}), now))
            except SourceError as error:
                failures.append(error)
                dropped.append(Dropped(place(url), str(error)))
        if failures and not pages:
            raise failures[0]
        return Page(
            posts=tuple(post for page in pages for post in page.posts),
            accounts=tuple(account for page in pages for account in page.accounts),
            dropped=(*dropped, *(drop for page in pages for drop in page.dropped)),
            state=json.dumps({url: remembered[url] for url in self._urls}),
        )

    def _one(self, url: str, validators: dict[str, str], now: datetime) -> Page:
        asked = {"if-none-match": validators.get("etag", ""), "if-modified-since": validators.get("modified", "")}
        headers = {"accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"}
        headers |= {name: value for name, value in asked.items() if value}
        response = self._http.get(url, headers=headers, accept=frozenset({200, 304}))
        if response.status == 304:
            return Page()
        page = parse(response.body, url, now, response.headers.get("content-type", ""))
        for name, header in (("etag", "etag"), ("modified", "last-modified")):
            validators[name] = one_line(response.headers.get(header, ""), 500)
        return page


def parse(body: bytes, url: str, seen_at: datetime, content_type: str = "") -> Page:
    """The items of a feed; ``url`` is where it was found. Raises BadPayload where it is no feed at all.

    Oddities of real feeds are no failures: a charset that contradicts the header, broken dates, missing ids.
    """
    try:
        # As a stream: feedparser takes bytes that happen to be a file's name for that file.
        parsed = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": content_type} if content_type else {},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        version, entries, feed = parsed.get("version"), parsed.get("entries", []), parsed.get("feed", {})
    except _BROKEN as error:
        raise BadPayload(f"{place(url)} cannot be read as a feed") from error
    if not version:
        raise BadPayload(f"{place(url)} is not a feed: perhaps a page that asks for a click or a login")
    return _page(entries, feed, url, seen_at)


def _page(entries: list[Any], feed: Mapping[str, Any], url: str, seen_at: datetime) -> Page:
    posts: dict[PostKey, Post] = {}
    accounts: dict[AccountKey, Account] = {}
    dropped: list[Dropped] = []
    for number, entry in enumerate(entries[:_MOST_ITEMS]):
        try:
            account = _publisher(entry, feed, url, seen_at)
            post = _post(entry, feed, url, account.key, seen_at)
            posts.setdefault(post.key, post)
            accounts.setdefault(account.key, account)
        except Unusable as error:
            dropped.append(Dropped(f"{place(url)} item {number}", str(error)))
    return Page(tuple(posts.values()), accounts=tuple(accounts.values()), dropped=tuple(dropped))


def _post(entry: Any, feed: Mapping[str, Any], url: str, author: AccountKey, seen_at: datetime) -> Post:
    title = html_to_text(_string(entry, "title"))
    summary = html_to_text(_string(entry, "summary") or _content(entry))
    text = summary if summary.startswith(title) else f"{title}\n\n{summary}".strip()
    if not text:
        raise Unusable("neither title nor summary")
    link = payload.web_address(urljoin(url, _string(entry, "link"))) if _string(entry, "link") else None
    return Post(
        key=PostKey(NAME, _identity(entry, link, text, url)),
        author=author,
        text=text,
        created_at=_published(entry, seen_at),
        seen_at=seen_at,
        url=link,
        language=payload.language(_string(entry, "language") or feed.get("language")),
        links=(link,) if link else (),
        is_press=True,
    )


def _identity(entry: Any, link: str | None, text: str, url: str) -> str:
    """The item's own id, within this feed only: feeds copy one another's ids, and a stranger could claim any."""
    own = _string(entry, "id") or (_untracked(link) if link else "") or f"{text[:500]}{_string(entry, 'published')}"
    if not own.isprintable() or len(own) > payload.LONGEST_ID // 2:
        own = hashlib.sha256(own.encode(errors="replace")).hexdigest()
    return f"{hashlib.sha256(url.encode(errors='replace')).hexdigest()[:12]}:{own}"


def _untracked(link: str) -> str:
    parts = urlsplit(link)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(_TRACKING)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def _publisher(entry: Any, feed: Mapping[str, Any], url: str, seen_at: datetime) -> Account:
    """Who publishes the item: the original where an aggregator names it, else the site of the feed."""
    source = entry.get("source")
    source = source if isinstance(source, dict) else {}
    home = _host(_string(source, "href")) or _host(_string(feed, "link")) or _host(url)
    if not home:
        raise Unusable("no publisher")
    title = html_to_text(_string(source, "title") or _string(feed, "title"))
    return Account(AccountKey(NAME, home), home, seen_at, display_name=one_line(title))


def _host(address: str) -> str:
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return host if host.isprintable() and len(host) <= 255 else ""


def _published(entry: Any, seen_at: datetime) -> datetime:
    """When the item says it was published; when it was seen, where it says nothing usable or names the future."""
    for moment in _moments(entry):
        try:
            published = datetime.fromtimestamp(calendar.timegm(moment), UTC)
        except (ValueError, OverflowError, OSError, TypeError):
            continue
        if datetime(1990, 1, 1, tzinfo=UTC) < published <= seen_at:
            return published
    return seen_at


def _moments(entry: Any) -> Iterator[Any]:
    # Asked for only where present: feedparser answers for one absent date with another, and warns.
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        if name in entry.keys() and entry[name]:  # noqa: SIM118 - its "in" does the same substitution
            yield entry[name]


def _content(entry: Any) -> str:
    contents = entry.get("content")
    return _string(contents[0], "value") if isinstance(contents, list) and contents else ""


def _string(of: Any, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _remembered(state: str | None) -> dict[str, dict[str, str]]:
    """Validators by feed; what cannot be read is forgotten, which costs one full read."""
    try:
        raw = json.loads(state or "{}")
    except ValueError:
        return {}
    if not isinstance(raw, dict):
        return {}
    return {
        url: {name: value for name, value in kept.items() if isinstance(value, str)}
        for url, kept in raw.items()
        if isinstance(kept, dict)
    }


SPEC = SourceSpec(
    NAME,
    Config,
    FeedSource,
    for_all_brands=True,
    capabilities=Capabilities(
        mentions="some",
        reposts="none",
        quotes="none",
        replies="none",
        views=False,
        followers=False,
        edits=False,
        deletions=False,
    ),
)
