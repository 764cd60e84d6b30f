"""The questions of a forum as its RSS tells them."""

import calendar
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Gap, Page, Post
from monitor.payload import Unusable
from monitor.plain_text import html_to_text
from monitor.sources.askbot.config import NAME, Forum
from monitor.sources.askbot.posts import key_of, whole
from monitor.syndication import read

_QUESTION = re.compile(r"/question/(\d{1,15})(?:/|$)")


def parse_rss(body: bytes, forum: Forum, seen_at: datetime, content_type: str = "") -> Page:
    """The questions of ``/feeds/rss/``. Raises BadPayload where it is no feed."""
    feed = read(body, forum.place, content_type)
    posts: dict[str, Post] = {}
    accounts: dict[AccountKey, Account] = {}
    dropped = [Dropped(forum.place, f"{feed.left_out} items beyond the first")] if feed.left_out else []
    for number, entry in enumerate(feed.entries):
        try:
            account, post = _question(entry, forum, seen_at, payload.language(feed.feed.get("language")))
            posts.setdefault(post.key.id, post)
            accounts.setdefault(account.key, account)
        except Unusable as error:
            dropped.append(Dropped(f"{forum.place} item {number}", str(error)))
    return Page(tuple(posts.values()), accounts=tuple(accounts.values()), dropped=tuple(dropped))


def rolled(forum: Forum, memory: Mapping[str, Any], page: Page, now: datetime) -> Gap | None:
    """What passed through the feed unseen: none of the questions of the last look is in it any more."""
    ids, seen = memory.get("ids"), memory.get("seen")
    if not isinstance(ids, list) or not ids or type(seen) is not int or len(page.posts) < max(2, len(ids)):
        return None
    known = {f"{forum.place}:{id_}" for id_ in ids}
    since = timedelta(seconds=min(int(now.timestamp()) - seen, 2**32))
    if since <= timedelta(0) or any(post.key.id in known for post in page.posts):
        return None
    return Gap(now - since, now, f"{forum.place} shows {len(page.posts)} other questions than at the last look")


def _question(entry: Mapping[str, Any], forum: Forum, seen_at: datetime, language: str | None) -> tuple[Account, Post]:
    link = payload.text(entry.get("link"))
    found = _QUESTION.search(_path(link)) or _QUESTION.search(_path(payload.text(entry.get("id"))))
    if found is None:
        raise Unusable("no question is named")
    id_ = whole(int(found[1]))
    name = payload.identity(entry.get("author"), "author", 200)
    account = AccountKey(NAME, f"{forum.place}:{name}")
    title = html_to_text(payload.text(entry.get("title")))
    body = html_to_text(payload.text(entry.get("summary")))
    post = Post(
        key=key_of(forum, id_),
        author=account,
        text=f"{title}\n\n{body}".strip(),
        created_at=_published(entry, seen_at),
        seen_at=seen_at,
        url=payload.web_address(forum.page(link)),
        language=language,
        local_id=f"questions/{id_}",
    )
    return Account(account, name, seen_at), post


def _published(entry: Mapping[str, Any], seen_at: datetime) -> datetime:
    try:
        return min(datetime.fromtimestamp(calendar.timegm(entry["published_parsed"]), UTC), seen_at)
    except (KeyError, ValueError, OverflowError, OSError, TypeError):
        return seen_at


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
