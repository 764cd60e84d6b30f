"""The items of a feed as posts; the answers among them as edges."""

import calendar
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.http_errors import place
from monitor.payload import Unusable
from monitor.plain_text import html_to_text, one_line
from monitor.sources.feed.config import NAME, key_of
from monitor.syndication import MOST_ITEMS, Syndicated, read

_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed that was read, and what is worth remembering of it."""

    page: Page
    syndicated: Syndicated
    marks: tuple[str, ...]  # stand for the items, newest first
    oldest: datetime | None  # of the items that are dated
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class _Item:
    """One item on its way to a post."""

    entry: Mapping[str, Any]
    own: str  # its id within its feed
    post: Post
    dated: bool
    account: Account


def parse(body: bytes, url: str, seen_at: datetime, content_type: str = "") -> Page:
    """The items of a feed; ``url`` is where it was found. Raises BadPayload where it is no feed at all."""
    return reading(body, url, seen_at, content_type).page


def reading(
    body: bytes, url: str, seen_at: datetime, content_type: str = "", scopes: Mapping[str, str] | None = None
) -> Reading:
    """The items of a feed with what is to be remembered. ``scopes`` are keys of other feeds by address.

    Oddities of real feeds are no failures: a charset that contradicts the header, broken dates, missing ids. Raises
    BadPayload where it is no feed at all.
    """
    where = place(url)
    syndicated = read(body, where, content_type)
    items: dict[str, _Item] = {}
    dropped: list[Dropped] = []
    for number, entry in enumerate(syndicated.entries):
        try:
            item = _item(entry, syndicated, url, seen_at)
            items.setdefault(item.own, item)
        except Unusable as error:
            dropped.append(Dropped(f"{where} item {number}", str(error)))
    if syndicated.left_out:
        dropped.append(Dropped(where, f"{syndicated.left_out} items beyond the first {MOST_ITEMS}"))
    if syndicated.broken:
        dropped.append(Dropped(where, "the feed is damaged; what stands behind the damage may be missing"))
    ordered = sorted(items.values(), key=lambda item: item.post.created_at, reverse=True)
    times = [item.post.created_at for item in ordered if item.dated]
    page = Page(
        tuple(item.post for item in items.values()),
        tuple(_edges(items, key_of(url), scopes or {})),
        tuple({item.account.key: item.account for item in items.values()}.values()),
        dropped=tuple(dropped),
    )
    marks = tuple(hashlib.sha256(item.own.encode(errors="replace")).hexdigest()[:8] for item in ordered)
    return Reading(page, syndicated, marks, min(times, default=None), max(times, default=None))


def _item(entry: Mapping[str, Any], syndicated: Syndicated, url: str, seen_at: datetime) -> _Item:
    answers = _answered(entry) is not None
    account = _publisher(entry, syndicated.feed, url, seen_at, by_name=answers)
    text = _text(entry)
    if not text:
        raise Unusable("neither title nor summary")
    link = _link(_string(entry, "link"), url)
    own = _own_id(entry, link, text)
    published, edited = _times(entry, syndicated.version, seen_at)
    replies = _replies(entry)
    post = Post(
        key=PostKey(NAME, f"{key_of(url)}:{own}"),
        author=account.key,
        text=text,
        created_at=published or seen_at,
        seen_at=seen_at,
        url=link,
        language=_language(entry) or payload.language(syndicated.feed.get("language")),
        metrics=None if replies is None else Metrics(seen_at, replies=replies),
        links=(link,) if link else (),
        is_press=not answers,
        edited_at=edited,
    )
    return _Item(entry, own, post, published is not None, account)


def _text(entry: Mapping[str, Any]) -> str:
    """Title and summary; the publisher's name, which aggregators hang on both, is no part of what was said."""
    title = html_to_text(_string(entry, "title"))
    summary = html_to_text(_string(entry, "summary") or _content(entry))
    publisher = html_to_text(_string(_source(entry), "title"))
    if publisher and title.endswith(f" - {publisher}"):
        title = title.removesuffix(f" - {publisher}").rstrip()
        if summary.startswith(title) and summary.removeprefix(title).strip(" \n\xa0-") == publisher:
            return title
    return summary if summary.startswith(title) else f"{title}\n\n{summary}".strip()


def _own_id(entry: Mapping[str, Any], link: str | None, text: str) -> str:
    """The item's own id, good within its feed only: feeds copy one another's ids, and a stranger could claim any."""
    own = _string(entry, "id") or (_untracked(link) if link else "") or f"{text[:500]}{_string(entry, 'published')}"
    return _short(own)


def _short(own: str) -> str:
    if own.isprintable() and len(own) <= payload.LONGEST_ID // 2:
        return own
    return hashlib.sha256(own.encode(errors="replace")).hexdigest()


def _link(link: str, url: str) -> str | None:
    """``link`` as a whole address; None where it is none that can be followed."""
    try:
        address = payload.web_address(urljoin(url, link)) if link else None
        return address if address and urlsplit(address).hostname else None
    except ValueError:
        return None


def _untracked(link: str) -> str:
    parts = urlsplit(link)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(_TRACKING)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def _publisher(
    entry: Mapping[str, Any], feed: Mapping[str, Any], url: str, seen_at: datetime, *, by_name: bool
) -> Account:
    """Who publishes the item: the original where an aggregator names it, else the site of the feed.

    An answer (``by_name``) is a person's, not the site's, where it says whose.
    """
    source = _source(entry)
    home = _host(_string(source, "href")) or _host(_string(feed, "link")) or _host(url)
    if not home:
        raise Unusable("no publisher")
    author = payload.name(entry.get("author"))
    if by_name and author:
        return Account(AccountKey(NAME, f"{home}:{author}"), author, seen_at)
    title = html_to_text(_string(source, "title") or _string(feed, "title"))
    return Account(AccountKey(NAME, home), home, seen_at, display_name=one_line(title))


def _source(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    source = entry.get("source")
    return source if isinstance(source, dict) else {}


def _host(address: str) -> str:
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return host if host.isprintable() and len(host) <= 255 else ""


def _times(entry: Mapping[str, Any], version: str, seen_at: datetime) -> tuple[datetime | None, datetime | None]:
    """When the item was published, and when it was last changed; None for what it does not say or cannot be true.

    An Atom item without a publication date says only when it was last changed: that is both, so that a later change of
    the same item is seen as one.
    """
    published = _moment(entry, "published_parsed", seen_at)
    updated = _moment(entry, "updated_parsed", seen_at)
    if published is None:
        return updated or _moment(entry, "created_parsed", seen_at), updated if version.startswith("atom") else None
    return published, updated if updated and updated > published else None


def _moment(entry: Mapping[str, Any], name: str, seen_at: datetime) -> datetime | None:
    # Asked for only where present: feedparser answers for one absent date with another, and warns.
    if name not in entry.keys():  # noqa: SIM118 - its "in" does the same substitution
        return None
    try:
        moment = datetime.fromtimestamp(calendar.timegm(entry[name]), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return moment if _EARLIEST < moment <= seen_at else None


def _language(entry: Mapping[str, Any]) -> str | None:
    for part in ("title_detail", "summary_detail"):
        detail = entry.get(part)
        if isinstance(detail, dict) and (said := payload.language(detail.get("language"))):
            return said
    return None


def _replies(entry: Mapping[str, Any]) -> int | None:
    """How many comments the item says it has; None where it does not say."""
    links = entry.get("links")
    counted = [link.get("thr:count") for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    for value in (entry.get("thr-total"), entry.get("slash_comments"), *counted):
        text = value.strip() if isinstance(value, str) else ""
        if text.isascii() and text.isdigit() and len(text) < 16:
            return payload.count(int(text))
    return None


def _answered(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the item answers (RFC 4685); None where it is no answer."""
    named = entry.get("thr-in-reply-to")
    return named if isinstance(named, dict) and _string(named, "ref") else None


def _edges(items: Mapping[str, _Item], scope: str, scopes: Mapping[str, str]) -> list[Repost]:
    edges = []
    for item in items.values():
        answered = _answered(item.entry)
        if answered is None:
            continue
        feed = scopes.get(_string(answered, "source"), scope)
        parent = PostKey(NAME, f"{feed}:{_short(_string(answered, 'ref'))}")
        known = items.get(_short(_string(answered, "ref"))) if feed == scope else None
        root = _root(items, known, scope, scopes) if known else parent
        if item.post.key in (parent, root):
            continue
        edges.append(
            Repost(
                root=root,
                child=item.post.key,
                by=item.post.author,
                at=item.post.created_at,
                kind="reply",
                parent=known.post.author if known else None,
                parent_post=parent,
                evidence="reply",
                confidence=1.0,
            )
        )
    return edges


def _root(items: Mapping[str, _Item], item: _Item, scope: str, scopes: Mapping[str, str]) -> PostKey:
    """The head of the thread as far as the feed shows it."""
    passed = set()
    while item.own not in passed:
        passed.add(item.own)
        answered = _answered(item.entry)
        if answered is None:
            break
        feed, ref = scopes.get(_string(answered, "source"), scope), _short(_string(answered, "ref"))
        if feed != scope or ref not in items:
            return PostKey(NAME, f"{feed}:{ref}")
        item = items[ref]
    return item.post.key


def _content(entry: Mapping[str, Any]) -> str:
    contents = entry.get("content")
    return _string(contents[0], "value") if isinstance(contents, list) and contents else ""


def _string(of: Mapping[str, Any], name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""
