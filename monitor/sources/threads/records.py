"""Entries of Threads as posts, quotes, replies and reposts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.domain import Account, AccountKey, Metrics, Page, Post, PostKey, Repost
from monitor.meta_graph import anonymous, node, username
from monitor.meta_listing import Told, page_of
from monitor.payload import Unusable
from monitor.sources.threads.config import NAME

FIELDS = (
    "id,text,timestamp,username,permalink,media_type,is_quote_post,quoted_post,reposted_post,has_replies,is_reply,"
    "root_post,replied_to"
)
METRICS = "views,likes,replies,reposts,quotes,shares"
_REPOST = "REPOST_FACADE"


def parse(items: Iterable[Any], seen_at: datetime, where: str, of: Post | None = None) -> Page:
    """Entries of a listing; of a conversation ``of`` is the post that it belongs to. Pictures without words are passed
    over."""
    listed = list(items)
    authors = dict(_authors(listed))
    if of is not None:
        authors[of.key] = of.author
    return page_of(listed, lambda item: _entry(item, authors, seen_at), where)


def fresh_post(item: Mapping[str, Any], seen_at: datetime) -> Post:
    """A post that was asked for by its id, also one without words. Raises Unusable."""
    key = PostKey(NAME, node(item.get("id")))
    return Post(
        key=key,
        author=_author(item, key),
        text=payload.text(item.get("text")),
        created_at=min(payload.moment(item.get("timestamp"), "timestamp"), seen_at),
        seen_at=seen_at,
        url=payload.web_address(item.get("permalink")),
    )


def counters(answer: Mapping[str, Any], at: datetime) -> Metrics | None:
    """The insights of a post; None where none of them can be read."""
    told = answer.get("data")
    listed = told if isinstance(told, list) else []
    figures = {item.get("name"): _figure(item) for item in listed if isinstance(item, dict) and _is_name(item)}
    views, likes, reposts, replies = (figures.get(name) for name in ("views", "likes", "reposts", "replies"))
    return None if (views, likes, reposts, replies) == (None,) * 4 else Metrics(at, views, likes, reposts, replies)


def _entry(item: Mapping[str, Any], authors: Mapping[PostKey, AccountKey], seen_at: datetime) -> Iterator[Told]:
    if item.get("media_type") != _REPOST and item.get("text") in (None, ""):
        return
    post = fresh_post(item, seen_at)
    account = _account(item, post, seen_at)
    if item.get("media_type") == _REPOST:
        yield Told(None, _repost(item, post), account)
        return
    if not post.text:
        raise Unusable("text is no text")
    yield Told(post, _reply(item, post, authors) or _quote(item, post, authors), account)


def _repost(item: Mapping[str, Any], act: Post) -> Repost:
    """The act of reposting. The site names what was reposted, not through whom it came."""
    return Repost(_named(item, "reposted_post", act), act.key, act.author, act.created_at)


def _reply(item: Mapping[str, Any], post: Post, authors: Mapping[PostKey, AccountKey]) -> Repost | None:
    if item.get("replied_to") is None and item.get("root_post") is None:
        return None
    above = _named(item, "replied_to" if item.get("replied_to") is not None else "root_post", post)
    root = above if item.get("root_post") is None else _named(item, "root_post", post)
    return Repost(root, post.key, post.author, post.created_at, "reply", authors.get(above), above, "reply", 1.0)


def _quote(item: Mapping[str, Any], post: Post, authors: Mapping[PostKey, AccountKey]) -> Repost | None:
    if item.get("quoted_post") is None:
        return None
    quoted = _named(item, "quoted_post", post)
    return Repost(quoted, post.key, post.author, post.created_at, "quote", authors.get(quoted), quoted, "quote", 1.0)


def _named(item: Mapping[str, Any], field: str, post: Post) -> PostKey:
    key = PostKey(NAME, node(payload.mapping(item.get(field), field).get("id"), f"{field}.id"))
    if key == post.key:
        raise Unusable(f"{field} is the post itself")
    return key


def _author(item: Mapping[str, Any], key: PostKey) -> AccountKey:
    """Who wrote it: by user name, for the site tells no other identity."""
    named = username(item.get("username"))
    return AccountKey(NAME, named) if named else anonymous(NAME, key.id)


def _account(item: Mapping[str, Any], post: Post, seen_at: datetime) -> Account:
    verified = item.get("is_verified")
    named = username(item.get("username"))
    return Account(post.author, named, seen_at, verified=verified if isinstance(verified, bool) else None)


def _authors(items: Iterable[Any]) -> Iterator[tuple[PostKey, AccountKey]]:
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            key = PostKey(NAME, item["id"])
            yield key, _author(item, key)


def _is_name(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("name"), str)


def _figure(item: Mapping[str, Any]) -> int | None:
    values = item.get("values")
    last = values[-1] if isinstance(values, list) and values else item.get("total_value")
    return payload.count(last.get("value")) if isinstance(last, dict) else None
