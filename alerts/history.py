"""What the store knows of the past, in the shape in which the live state takes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain import Account, Brand, Post, PostKey, Repost
from monitor.store.posts import PostStore

MOST_POSTS = 1_000_000
_TICK = timedelta(microseconds=1)  # the store leaves the end of a span out


@dataclass(frozen=True, slots=True)
class History:
    """Posts and reposts, oldest first, and the authors of the posts as last seen."""

    posts: tuple[Post, ...] = ()
    reposts: tuple[Repost, ...] = ()
    accounts: tuple[Account, ...] = ()


def recent(
    store: PostStore, brands: Sequence[Brand], since: datetime, now: datetime, also: Iterable[PostKey] = ()
) -> History:
    """All that happened around ``brands`` from ``since`` to ``now``.

    Cascades that began earlier, and those of ``also``, come whole.
    """
    about = {post.key: post for brand in brands for post in store.about(brand.id, since, now + _TICK, MOST_POSTS)}
    edges = [repost for repost in store.reposts_since(since) if repost.at <= now]
    older = _about(store.many({*(edge.root for edge in edges), *also} - about.keys()), brands, now)
    earlier = [edge for edge in store.reposts_of(list(older)) if edge.at < since]
    return _whole(store, about | older, [*earlier, *edges])


def cascades(store: PostStore, brands: Sequence[Brand], roots: Iterable[PostKey], now: datetime) -> History:
    """The cascades of those ``roots`` that are about ``brands``, up to ``now``."""
    about = _about(store.many(roots), brands, now)
    if not about:
        return History()
    return _whole(store, about, [edge for edge in store.reposts_of(list(about)) if edge.at <= now])


def _about(found: Mapping[PostKey, Post], brands: Sequence[Brand], now: datetime) -> dict[PostKey, Post]:
    names = {brand.id for brand in brands}
    return {
        key: post
        for key, post in found.items()
        if post.created_at <= now and any(match.brand in names for match in post.brand_matches)
    }


def _whole(store: PostStore, about: Mapping[PostKey, Post], edges: Sequence[Repost]) -> History:
    """``about`` with those of ``edges`` that belong to it, and what was said in them."""
    known, said = set(about), set[PostKey]()
    answers = [edge for edge in edges if edge.kind != "repost"]
    while new := {edge.child for edge in answers if edge.root in known or edge.child in about} - said:
        said |= new
        known |= new
    ours = tuple(edge for edge in edges if edge.root in known or edge.child in about)
    texts = {**about, **store.many(said - about.keys())}
    posts = sorted(texts.values(), key=lambda post: (post.created_at, post.key))
    return History(tuple(posts), ours, tuple(store.accounts({post.author for post in posts}).values()))
