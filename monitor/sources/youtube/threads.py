"""Threads of comments: each holds its first comment, and of its replies a sample."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Page, Post, PostKey, Repost
from monitor.payload import Unusable
from monitor.sources.youtube.config import NAME
from monitor.sources.youtube.records import Comment, comment, figure, video_id


class Thread(NamedTuple):
    """One thread as a page of threads tells of it."""

    of: PostKey  # the video
    top: Post | None  # its first comment; None where that could not be read
    comments: tuple[Comment, ...]  # the first one and the sample of replies
    missing: int  # replies that are not in the sample, as the site counts
    total: int  # replies, as the site counts
    dropped: tuple[Dropped, ...]


def thread(item: Any, videos: Mapping[PostKey, Post], seen_at: datetime) -> Thread:
    """A thread; ``videos`` are those known. Raises Unusable where it does not say which video it belongs to."""
    entry = payload.mapping(item, "the thread")
    snippet = payload.mapping(entry.get("snippet"), "snippet")
    of, total = video_key(snippet), figure(snippet.get("totalReplyCount"))
    first: list[Comment] = []
    lost: list[Dropped] = []
    try:
        first.append(comment(snippet.get("topLevelComment"), of, videos.get(of), seen_at, total))
    except Unusable as error:
        lost.append(Dropped("a first comment", str(error)))
    top = first[0].post if first else None
    told = entry.get("replies")
    listed = told.get("comments") if isinstance(told, dict) else None
    sample = listed if isinstance(listed, list) else []
    more, unread = replies(sample, of, top, seen_at)
    return Thread(of, top, (*first, *more), max(0, (total or 0) - len(sample)), total or 0, (*lost, *unread))


def video_key(snippet: Mapping[str, Any]) -> PostKey:
    """The video that a thread or comment belongs to. Raises Unusable where it does not say."""
    return PostKey(NAME, video_id(snippet.get("videoId")))


def replies(
    listed: Sequence[Any], of: PostKey, top: Post | None, seen_at: datetime
) -> tuple[list[Comment], list[Dropped]]:
    """Replies to the comment ``top`` under the video ``of``."""
    found: list[Comment] = []
    dropped: list[Dropped] = []
    for number, item in enumerate(listed):
        try:
            found.append(comment(item, of, top, seen_at))
        except Unusable as error:
            dropped.append(Dropped(f"replies[{number}]", str(error)))
    return found, dropped


def page_of(threads: Iterable[Thread], more: Iterable[Comment] = ()) -> Page:
    """Threads, and ``more`` comments, as posts, edges and accounts, each once."""
    posts: dict[PostKey, Post] = {}
    edges: dict[PostKey, Repost] = {}
    accounts: dict[AccountKey, Account] = {}
    dropped: list[Dropped] = []
    said = list(more)
    for one in threads:
        said.extend(one.comments)
        dropped.extend(one.dropped)
    for each in said:
        posts.setdefault(each.post.key, each.post)
        edges.setdefault(each.post.key, each.edge)
        accounts.setdefault(each.account.key, each.account)
    return Page(tuple(posts.values()), tuple(edges.values()), tuple(accounts.values()), dropped=tuple(dropped))
