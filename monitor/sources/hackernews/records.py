"""Hits, items and trees as posts and replies."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.plain_text import html_to_text
from monitor.sources.hackernews.config import NAME

_MOST_COMMENTS = 5_000  # of one thread
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")


def parse(answer: Any, seen_at: datetime) -> Page:
    """The hits of a search. Raises BadPayload where the answer has no list of hits."""
    hits = answer.get("hits") if isinstance(answer, dict) else None
    if not isinstance(hits, list):
        raise BadPayload(f"{NAME}: the search answered without hits")
    return _page(((f"hits[{number}]", hit, None) for number, hit in enumerate(hits)), seen_at)


def times_of(answer: Mapping[str, Any]) -> list[int]:
    """When the hits of a search were posted, in seconds since 1970, of those that say so."""
    moments = (hit.get("created_at_i") for hit in answer["hits"] if isinstance(hit, dict))
    return [moment for moment in moments if type(moment) is int]


def parse_thread(tree: Any, seen_at: datetime) -> Page:
    """A story or comment with everything below it; each reply knows the account that it answers."""
    if not isinstance(tree, dict):
        raise BadPayload(f"{NAME}: the item answered without a tree")
    return _page(_nodes(tree), seen_at)


def same_link(answer: Any, post: Post, seen_at: datetime) -> Page:
    """The other submissions of the address that ``post`` points to; the oldest one is what the others pass on.

    That a later one came from an earlier one is a guess: the site does not say how its author found the address.
    """
    found = parse(answer, seen_at)
    stories = [s for s in found.posts if s.key != post.key and {*map(bare, s.links)} & {*map(bare, post.links)}]
    root, *later = sorted([*stories, post], key=lambda story: (story.created_at, len(story.key.id), story.key.id))
    edges = tuple(
        Repost(root.key, s.key, s.author, s.created_at, "quote", root.author, root.key, "inferred", 0.3) for s in later
    )
    people = {story.author for story in stories}
    return Page(tuple(stories), edges, tuple(a for a in found.accounts if a.key in people), dropped=found.dropped)


def bare(address: str) -> str:
    """An address without what differs between two links to one page.

    >>> bare("http://www.video.example/watch/?v=1&utm_source=x#top")
    'video.example/watch?v=1'
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(_TRACKING)]
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}{'?' if kept else ''}{urlencode(kept)}"


def is_gone(item: Any) -> bool:
    """Whether the site says of an item that its author deleted it or that its readers killed it."""
    return isinstance(item, dict) and (item.get("deleted") is True or item.get("dead") is True)


def counters(item: Any, post: Post, at: datetime) -> Metrics:
    """The counters of the item that is ``post``. Raises BadPayload where the answer is another one, or none."""
    if not isinstance(item, dict) or str(item.get("id")) != post.key.id:
        raise BadPayload(f"{NAME}: item {post.key.id} answered without itself")
    return Metrics(at, likes=payload.count(item.get("score")), replies=payload.count(item.get("descendants")))


def number(value: Any, field: str) -> str:
    """An item's number as text. Raises Unusable for anything else: it becomes part of an address."""
    text = payload.identity(value, field)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Unusable(f"{field} is not a number")
    return text


def _nodes(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any, str | None]]:
    """All items of a tree with the account of their parent, without recursion: strangers decide how deep it is."""
    waiting: list[tuple[Any, str | None]] = [(tree, None)]
    for _ in range(_MOST_COMMENTS):
        if not waiting:
            return
        node, parent = waiting.pop()
        if isinstance(node, dict):
            yield f"item {payload.count(node.get('id'))}", {**node, "objectID": node.get("id")}, parent
            author, children = payload.name(node.get("author")) or None, node.get("children")
            if isinstance(children, list):
                waiting.extend((child, author) for child in children)
    if waiting:
        yield f"thread beyond {_MOST_COMMENTS} comments", None, None


def _page(items: Iterator[tuple[str, Any, str | None]], seen_at: datetime) -> Page:
    posts: dict[PostKey, Post] = {}
    reposts: dict[PostKey, Repost] = {}
    accounts: dict[AccountKey, Account] = {}
    dropped: list[Dropped] = []
    for where, item, parent in items:
        try:
            post = _post(payload.mapping(item, "the item"), seen_at)
            reply = _reply(item, post, parent)
        except Unusable as error:
            dropped.append(Dropped(where, str(error)))
            continue
        posts.setdefault(post.key, post)
        accounts.setdefault(post.author, Account(post.author, post.author.id, seen_at))
        if reply:
            reposts.setdefault(post.key, reply)
    return Page(tuple(posts.values()), tuple(reposts.values()), tuple(accounts.values()), None, tuple(dropped))


def _post(hit: Mapping[str, Any], seen_at: datetime) -> Post:
    key = PostKey(NAME, number(hit.get("objectID"), "objectID"))
    author = AccountKey(NAME, payload.identity(hit.get("author"), "author"))
    created_at = min(payload.from_epoch(hit.get("created_at_i"), "created_at_i"), seen_at)
    title = html_to_text(_string(hit, "title"))
    body = html_to_text(_string(hit, "comment_text") or _string(hit, "story_text") or _string(hit, "text"))
    if not title and not body:
        raise Unusable("no text")
    link = payload.web_address(hit.get("url"))
    likes, replies = payload.count(hit.get("points")), payload.count(hit.get("num_comments"))
    return Post(
        key=key,
        author=author,
        text=f"{title}\n\n{body}".strip(),
        created_at=created_at,
        seen_at=seen_at,
        url=f"https://news.ycombinator.com/item?id={key.id}",
        metrics=None if likes is None and replies is None else Metrics(seen_at, likes=likes, replies=replies),
        links=(link,) if link else (),
    )


def _reply(hit: Mapping[str, Any], post: Post, parent_author: str | None) -> Repost | None:
    """The edge from a comment to what it answers; None for a story. The search does not name the parent's author."""
    if hit.get("parent_id") is None:
        return None
    root = PostKey(NAME, number(hit.get("story_id"), "story_id"))
    if root == post.key:
        raise Unusable("story_id is the comment's own id")
    return Repost(
        root=root,
        child=post.key,
        by=post.author,
        at=post.created_at,
        kind="reply",
        parent=AccountKey(NAME, parent_author) if parent_author else None,
        parent_post=PostKey(NAME, number(hit["parent_id"], "parent_id")),
        evidence="reply",
        confidence=1.0,
    )


def _string(of: Mapping[str, Any], name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""
