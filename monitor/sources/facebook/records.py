"""Entries of a page's listings as posts, comments, shares and accounts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.domain import Account, AccountKey, Metrics, Page, Post, PostKey, Repost
from monitor.meta_graph import anonymous, node
from monitor.meta_listing import Told, page_of
from monitor.payload import Unusable
from monitor.sources.facebook.config import NAME

_PLAIN = "id,message,created_time,updated_time,permalink_url"
_COUNTERS = "shares,parent_id,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)"
POST_FIELDS = f"{_PLAIN},from,{_COUNTERS}"
FACELESS_FIELDS = f"{_PLAIN},{_COUNTERS}"  # where the token may not see who wrote
TAGGED_FIELDS = "id,message,created_time,updated_time,from,permalink_url"
COMMENT_FIELDS = "id,message,created_time,from,parent,like_count,comment_count"
SHARE_FIELDS = "id,message,created_time,from,parent_id,permalink_url"
PROFILE_FIELDS = "id,name,username,followers_count,fan_count,verification_status,link"


def posts_of(items: Iterable[Any], where: str, seen_at: datetime) -> Page:
    """Posts on a page, or such as tag it. What has no words (a picture, a new cover) is passed over."""
    return page_of(items, lambda item: _post(item, seen_at), where)


def comments_of(items: Iterable[Any], of: Post, seen_at: datetime) -> Page:
    """Comments below ``of``, with what each one answers."""
    listed = list(items)
    authors = {of.key: of.author, **dict(_authors(listed, seen_at))}
    return page_of(listed, lambda item: _comment(item, of.key, authors, seen_at), "comments")


def shares_of(items: Iterable[Any], of: Post, seen_at: datetime) -> Page:
    """Shares of ``of`` that may be seen. One with words of its own is a post, too."""
    return page_of(items, lambda item: _share(item, of, seen_at), "sharedposts")


def fresh_post(item: Mapping[str, Any], seen_at: datetime) -> Post:
    """A post that was asked for by its id, also one without words. Raises Unusable."""
    return _post_and_author(item, seen_at)[0]


def fresh_comment(item: Mapping[str, Any], seen_at: datetime) -> Post:
    """A comment that was asked for by its id. Raises Unusable."""
    return _comment_and_author(item, seen_at)[0]


def changed_at(item: Mapping[str, Any]) -> datetime | None:
    """When something about a post last changed: its words, or what was said below it."""
    try:
        return payload.moment(item.get("updated_time"), "updated_time")
    except Unusable:
        return None


def profile(item: Mapping[str, Any], seen_at: datetime) -> Account:
    """A page as an account. Raises Unusable."""
    status = item.get("verification_status")
    followers = payload.count(item.get("followers_count"))
    return Account(
        AccountKey(NAME, node(item.get("id"))),
        payload.name(item.get("username")),
        seen_at,
        payload.name(item.get("name")),
        followers if followers is not None else payload.count(item.get("fan_count")),
        verified=None if not isinstance(status, str) else status.endswith("_verified") and status != "not_verified",
    )


def _post(item: Mapping[str, Any], seen_at: datetime) -> Iterator[Told]:
    if item.get("message") in (None, ""):
        return
    post, account = _post_and_author(item, seen_at)
    if not post.text:
        raise Unusable("message is no text")
    yield Told(post, _passed_on(item, post), account)


def _post_and_author(item: Mapping[str, Any], seen_at: datetime) -> tuple[Post, Account]:
    key = PostKey(NAME, node(item.get("id")))
    account = _author(item, key, seen_at)
    post = Post(
        key=key,
        author=account.key,
        text=payload.text(item.get("message")),
        created_at=min(payload.moment(item.get("created_time"), "created_time"), seen_at),
        seen_at=seen_at,
        url=payload.web_address(item.get("permalink_url")) or f"https://www.facebook.com/{key.id}",
        metrics=_counters(item, seen_at),
    )
    return post, account


def _passed_on(item: Mapping[str, Any], post: Post) -> Repost | None:
    """The edge to the post that this one passes on, where the site names it."""
    if item.get("parent_id") is None:
        return None
    shared = PostKey(NAME, node(item.get("parent_id"), "parent_id"))
    if shared == post.key:
        raise Unusable("parent_id is the post's own id")
    return Repost(shared, post.key, post.author, post.created_at, "quote", None, shared, "platform", 1.0)


def _comment(
    item: Mapping[str, Any], of: PostKey, authors: Mapping[PostKey, AccountKey], seen_at: datetime
) -> Iterator[Told]:
    if item.get("message") in (None, ""):  # a picture or sticker
        return
    post, account = _comment_and_author(item, seen_at)
    if not post.text:
        raise Unusable("message is no text")
    above = of
    if item.get("parent") is not None:
        above = PostKey(NAME, node(payload.mapping(item.get("parent"), "parent").get("id"), "parent.id"))
    if post.key in (of, above):
        raise Unusable("a comment below itself")
    edge = Repost(of, post.key, post.author, post.created_at, "reply", authors.get(above), above, "reply", 1.0)
    yield Told(post, edge, account)


def _comment_and_author(item: Mapping[str, Any], seen_at: datetime) -> tuple[Post, Account]:
    """A comment. It has no address here: by that it is told from a post, whose id looks the same."""
    key = PostKey(NAME, node(item.get("id")))
    account = _author(item, key, seen_at)
    likes, replies = payload.count(item.get("like_count")), payload.count(item.get("comment_count"))
    post = Post(
        key=key,
        author=account.key,
        text=payload.text(item.get("message")),
        created_at=min(payload.moment(item.get("created_time"), "created_time"), seen_at),
        seen_at=seen_at,
        metrics=None if likes is None and replies is None else Metrics(seen_at, likes=likes, replies=replies),
    )
    return post, account


def _share(item: Mapping[str, Any], of: Post, seen_at: datetime) -> Iterator[Told]:
    post, account = _post_and_author(item, seen_at)
    if post.key == of.key:
        raise Unusable("a share of itself")
    direct = item.get("parent_id") == of.key.id  # else it may have come through another share
    edge = Repost(
        root=of.key,
        child=post.key,
        by=post.author,
        at=post.created_at,
        kind="quote" if post.text else "repost",
        parent=of.author if direct else None,
        parent_post=of.key if direct else None,
        evidence="platform" if direct else "inferred",
        confidence=1.0 if direct else 0.0,
    )
    yield Told(post if post.text else None, edge, account)


def _author(item: Mapping[str, Any], key: PostKey, seen_at: datetime) -> Account:
    """Who wrote it. Of most people the site does not say so."""
    told = item.get("from")
    if not isinstance(told, dict):
        return Account(anonymous(NAME, key.id), "", seen_at)
    try:
        return Account(AccountKey(NAME, node(told.get("id"))), "", seen_at, payload.name(told.get("name")))
    except Unusable:
        return Account(anonymous(NAME, key.id), "", seen_at)


def _authors(items: Iterable[Any], seen_at: datetime) -> Iterator[tuple[PostKey, AccountKey]]:
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            key = PostKey(NAME, item["id"])
            yield key, _author(item, key, seen_at).key


def _counters(item: Mapping[str, Any], at: datetime) -> Metrics | None:
    """The counters; shares are missing where there are none and where we may not see them, which is not told apart."""
    shares = payload.count(_inside(item, "shares").get("count"))
    likes, comments = (
        payload.count(_inside(_inside(item, name), "summary").get("total_count")) for name in ("reactions", "comments")
    )
    return None if (likes, shares, comments) == (None,) * 3 else Metrics(at, None, likes, shares, comments)


def _inside(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    told = of.get(name)
    return told if isinstance(told, dict) else {}
