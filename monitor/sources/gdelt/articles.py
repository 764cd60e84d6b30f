"""Articles as posts, from an answer that is JSON at its best."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Page, Post, PostKey
from monitor.errors import BadPayload, RateLimited
from monitor.payload import Unusable
from monitor.plain_text import html_to_text, one_line
from monitor.sources.gdelt.config import NAME
from monitor.sources.gdelt.languages import code_of

_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)')
_WHOLE = re.compile(r"(?:\]\s*|\{\s*)\}$")  # how an answer ends that was not cut off
_LONGEST_MESSAGE = 300


class Garbled(ValueError):  # noqa: N818 - said of one answer, whose window is asked for in smaller parts
    """A whole answer that is no JSON even after its escapes were repaired."""


def read(text: str) -> list[Any]:
    """The articles of an answer; none where nothing was found. Raises Garbled, RateLimited and BadPayload."""
    body = text.strip(" \t\r\n\ufeff")
    if not body.startswith("{"):
        raise _told(body)
    try:
        answer = json.loads(_ESCAPE.sub(_repaired, body), strict=False)
    except (ValueError, RecursionError) as error:
        if _WHOLE.search(body):
            raise Garbled from error
        raise BadPayload(f"{NAME}: the answer was cut off") from error
    articles = answer.get("articles") if answer else []
    if not isinstance(articles, list):
        raise BadPayload(f"{NAME}: the search answered without articles")
    return articles


def _repaired(escape: re.Match[str]) -> str:
    """An escape as it stands, or a lone backslash doubled."""
    return escape[0] if escape[1] else r"\\"


def _told(message: str) -> RateLimited | BadPayload:
    """What a message instead of articles means; GDELT sends it with status 200."""
    if "limit requests" in message.casefold():
        return RateLimited(f"{NAME} asks to come back later")
    if "<" in message or len(message) > _LONGEST_MESSAGE:  # a page of something else on the way
        return BadPayload(f"{NAME} did not answer with JSON")
    return BadPayload(f"{NAME} did not take the question: {one_line(message) or 'an empty answer'}")


def parse(articles: list[Any], seen_at: datetime) -> Page:
    """Articles as posts of the sites that published them. Their time is when GDELT saw them: it says no other."""
    posts: dict[PostKey, Post] = {}
    accounts: dict[AccountKey, Account] = {}
    dropped: list[Dropped] = []
    for number, article in enumerate(articles):
        try:
            post = _post(payload.mapping(article, "the article"), seen_at)
        except Unusable as error:
            dropped.append(Dropped(f"articles[{number}]", str(error)))
            continue
        posts.setdefault(post.key, post)
        accounts.setdefault(post.author, Account(post.author, post.author.id, seen_at))
    return Page(tuple(posts.values()), accounts=tuple(accounts.values()), dropped=tuple(dropped))


def times_of(articles: list[Any]) -> list[int]:
    """When the articles were seen, in seconds since 1970, of those that say so."""
    times = []
    for article in articles:
        try:
            times.append(int(payload.moment(payload.mapping(article, "the article").get("seendate"), "").timestamp()))
        except Unusable:
            continue
    return times


def _post(article: Mapping[str, Any], seen_at: datetime) -> Post:
    url = payload.web_address(article.get("url"))
    if url is None:
        raise Unusable("url is missing or no web address")
    title = article.get("title")
    text = " ".join(html_to_text(title).split()) if isinstance(title, str) else ""
    if not text:
        raise Unusable("title is missing")
    return Post(
        key=PostKey(NAME, _identity(url)),
        author=AccountKey(NAME, _publisher(article, url)),
        text=text,
        created_at=min(payload.moment(article.get("seendate"), "seendate"), seen_at),
        seen_at=seen_at,
        url=url,
        language=code_of(payload.name(article.get("language"))),
        links=(url,),
        is_press=True,
    )


def _publisher(article: Mapping[str, Any], url: str) -> str:
    try:
        host = payload.name(article.get("domain")) or urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return payload.identity(host.lower().removeprefix("www."), "domain", longest=255)


def _identity(url: str) -> str:
    """The address without what only says who follows the link; shortened to a sum where it is too long for a key."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Unusable("url is missing or no web address") from error
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(_TRACKING)]
    bare = urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, urlencode(kept), ""))
    return bare if len(bare) <= payload.LONGEST_ID else hashlib.sha256(bare.encode()).hexdigest()
