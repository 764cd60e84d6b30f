"""Media and comments as posts, replies and accounts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.domain import Account, AccountKey, Metrics, Page, Post, PostKey, Repost
from monitor.meta_graph import anonymous, node, username
from monitor.meta_listing import Told, page_of
from monitor.payload import Unusable
from monitor.sources.instagram.config import NAME

HASHTAG_FIELDS = "id,caption,media_type,permalink,timestamp,comments_count,like_count"  # no author is to be had
MEDIA_FIELDS = "id,caption,username,timestamp,permalink,like_count,comments_count"
_REPLIES = "replies{id,text,timestamp,username,like_count}"
COMMENT_FIELDS = f"id,text,timestamp,username,from,like_count,parent_id,{_REPLIES}"
ONE_COMMENT = "id,text,timestamp,username,from,like_count,parent_id"
OWN_FIELDS = f"{MEDIA_FIELDS},comments.limit(50){{{COMMENT_FIELDS}}}"


def media_of(items: Iterable[Any], where: str, seen_at: datetime) -> Page:
    """Media with their captions, and the comments that came with them. Pictures without words are passed over."""
    return page_of(items, lambda item: _media(item, seen_at), where)


def comments_of(items: Iterable[Any], of: Post, seen_at: datetime) -> Page:
    """Comments on ``of``, and the replies to them."""
    return page_of(items, lambda item: _thread(item, of.key, of.author, seen_at), "comments")


def fresh_media(item: Mapping[str, Any], seen_at: datetime) -> Post:
    """A medium, also one without a caption. Raises Unusable."""
    key = PostKey(NAME, node(item.get("id")))
    return Post(
        key=key,
        author=_account(item, key, seen_at).key,
        text=payload.text(item.get("caption")),
        created_at=min(payload.moment(item.get("timestamp"), "timestamp"), seen_at),
        seen_at=seen_at,
        # An address is what tells a medium from a comment, whose id looks the same.
        url=payload.web_address(item.get("permalink")) or "https://www.instagram.com/",
        metrics=_counters(item, "comments_count", seen_at),
    )


def fresh_comment(item: Mapping[str, Any], seen_at: datetime) -> Post:
    """A comment. Raises Unusable."""
    key = PostKey(NAME, node(item.get("id")))
    return Post(
        key=key,
        author=_account(item, key, seen_at).key,
        text=payload.text(item.get("text")),
        created_at=min(payload.moment(item.get("timestamp"), "timestamp"), seen_at),
        seen_at=seen_at,
        metrics=_counters(item, "replies_count", seen_at),
    )


def is_comment(post: Post) -> bool:
    """Whether ``post`` is a comment: these have no address of their own."""
    return post.url is None


def profile(told: Any, asked: str, seen_at: datetime) -> Account:
    """The professional account that business_discovery tells of. Raises Unusable where it is not the one asked for."""
    found = payload.mapping(told, "business_discovery")
    named = username(found.get("username"))
    if named != asked:
        raise Unusable("business_discovery tells of somebody else")
    return Account(AccountKey(NAME, named), named, seen_at, followers=payload.count(found.get("followers_count")))


def _media(item: Mapping[str, Any], seen_at: datetime) -> Iterator[Told]:
    post = fresh_media(item, seen_at)
    if item.get("caption") not in (None, ""):
        if not post.text:
            raise Unusable("caption is no text")
        yield Told(post, None, _account(item, post.key, seen_at))
    for comment in _listed(item.get("comments")):
        yield from _thread(payload.mapping(comment, "the comment"), post.key, post.author, seen_at)


def _thread(item: Mapping[str, Any], of: PostKey, author: AccountKey, seen_at: datetime) -> Iterator[Told]:
    """A comment and the replies that came with it."""
    top = _comment(item, of, author, of, seen_at)
    if item.get("parent_id") is not None:
        above = PostKey(NAME, node(item.get("parent_id"), "parent_id"))
        top = _comment(item, of, None, above, seen_at)
    yield top
    if top.post is not None:
        for reply in _listed(item.get("replies")):
            yield _comment(payload.mapping(reply, "the reply"), of, top.post.author, top.post.key, seen_at)


def _comment(
    item: Mapping[str, Any], of: PostKey, parent: AccountKey | None, above: PostKey, seen_at: datetime
) -> Told:
    post = fresh_comment(item, seen_at)
    if not post.text:
        raise Unusable("text is missing")
    if post.key in (of, above):
        raise Unusable("a comment below itself")
    edge = Repost(of, post.key, post.author, post.created_at, "reply", parent, above, "reply", 1.0)
    return Told(post, edge, _account(item, post.key, seen_at))


def _account(item: Mapping[str, Any], key: PostKey, seen_at: datetime) -> Account:
    """Who wrote it: by user name, for most answers tell no other identity, and those of hashtags none at all."""
    told = item.get("from")
    named = username(item.get("username")) or username(told.get("username") if isinstance(told, dict) else None)
    return Account(AccountKey(NAME, named) if named else anonymous(NAME, key.id), named, seen_at)


def _counters(item: Mapping[str, Any], replies: str, at: datetime) -> Metrics | None:
    """The counters. Likes are missing where their owner hides them."""
    likes, said = payload.count(item.get("like_count")), payload.count(item.get(replies))
    reposts = payload.count(item.get("reposts_count"))
    views = payload.count(item.get("view_count"))
    return None if (views, likes, reposts, said) == (None,) * 4 else Metrics(at, views, likes, reposts, said)


def _listed(told: Any) -> list[Any]:
    listed = told.get("data") if isinstance(told, dict) else None
    return listed if isinstance(listed, list) else []
