"""Comments on a post: answers to it, or to one another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.domain import AccountKey, Dropped, Page, Post, PostKey, Repost
from monitor.payload import Unusable
from monitor.sources.weibo.chain import answers, plain
from monitor.sources.weibo.config import NAME
from monitor.sources.weibo.statuses import account_of
from monitor.sources.weibo.values import moment, own_id

_BY_NAME = 0.7  # how surely the latest earlier comment of a person is the one that is answered


@dataclass(frozen=True, slots=True)
class On:
    """What is commented on: a post, or a repost in the cascade of ``root``."""

    key: PostKey
    author: AccountKey
    root: PostKey


def comment_key(id_: str) -> PostKey:
    """The key of a comment; its id is of another row of numbers than those of posts."""
    return PostKey(NAME, f"comment:{id_}")


def read_comments(values: Iterable[Any], on: On, seen_at: datetime) -> Page:
    """Comments with the edges to what they answer, in the order of their times."""
    read, dropped, accounts = [], [], {}
    for number, sent in enumerate(values):
        try:
            value = payload.mapping(sent, "the comment")
            account = account_of(value.get("user"), seen_at)
            post = _post(value, account.key, seen_at)
        except Unusable as error:
            dropped.append(Dropped(f"comments[{number}]", str(error)))
            continue
        accounts[account.key] = account
        read.append((post, value, account.handle))
    read.sort(key=lambda found: (found[0].created_at, len(found[0].key.id), found[0].key.id))
    latest: dict[str, Post] = {}
    edges = []
    for post, value, name in read:
        edges.append(_edge(post, value, on, latest))
        latest[name] = post
    posts = {post.key: post for post, _, _ in read}
    return Page(tuple(posts.values()), tuple(edges), tuple(accounts.values()), dropped=tuple(dropped))


def _post(value: Mapping[str, Any], author: AccountKey, seen_at: datetime) -> Post:
    text = value.get("text")
    words = plain(text) if isinstance(text, str) else ""
    if not words:
        raise Unusable("text is missing")
    return Post(
        key=comment_key(own_id(value, "the comment")),
        author=author,
        text=words,
        created_at=min(moment(value.get("created_at"), "created_at"), seen_at),
        seen_at=seen_at,
    )


def _edge(post: Post, value: Mapping[str, Any], on: On, latest: Mapping[str, Post]) -> Repost:
    answered, parent, sure = on.key, on.author, 1.0
    named = answers(post.text)
    replied = value.get("reply_comment")
    if isinstance(replied, dict):
        try:
            answered, parent = (
                comment_key(own_id(replied, "reply_comment")),
                account_of(replied.get("user"), post.seen_at).key,
            )
        except Unusable:
            sure = _BY_NAME
    elif named is not None and named in latest:
        answered, parent, sure = latest[named].key, latest[named].author, _BY_NAME
    return Repost(
        root=on.root,
        child=post.key,
        by=post.author,
        at=post.created_at,
        kind="reply",
        parent=parent,
        parent_post=answered,
        evidence="reply",
        confidence=sure,
    )
