"""Videos, comments and channels as posts, replies and accounts."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from monitor import payload
from monitor.domain import Account, AccountKey, Metrics, Post, PostKey, Repost
from monitor.payload import Unusable
from monitor.plain_text import unescape
from monitor.sources.youtube.config import NAME

VIDEO_PARTS = "snippet,statistics,status"  # what is asked of a video
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
_COMMENT = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_CHANNEL = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PAGE = re.compile(r"[?&]v=([A-Za-z0-9_-]{11})(?:&|$)")
_FIGURE = re.compile(r"[0-9]{1,16}")


class Comment(NamedTuple):
    """A comment, whom it answers, and who wrote it."""

    post: Post
    edge: Repost
    account: Account


def is_video(key: PostKey) -> bool:
    """Whether a key names a video; all others name comments."""
    return _VIDEO.fullmatch(key.id) is not None


def is_comment(key: PostKey) -> bool:
    """Whether a key can be asked for as a comment."""
    return not is_video(key) and _COMMENT.fullmatch(key.id) is not None


def video_of(post: Post) -> PostKey | None:
    """The video that a stored comment belongs to; None where its address does not tell."""
    found = _PAGE.search(post.url or "")
    return PostKey(NAME, found[1]) if found else None


def video(item: Any, seen_at: datetime) -> Post:
    """A video with its counters. Raises Unusable."""
    entry = payload.mapping(item, "the video")
    snippet = payload.mapping(entry.get("snippet"), "snippet")
    key = PostKey(NAME, video_id(entry.get("id")))
    spoken = payload.language(snippet.get("defaultAudioLanguage")) or payload.language(snippet.get("defaultLanguage"))
    post = _video(key, snippet, payload.text(snippet.get("title")), payload.text(snippet.get("description")), seen_at)
    return replace(post, metrics=_counters(entry.get("statistics"), seen_at), language=spoken)


def found_video(item: Any, seen_at: datetime) -> Post:
    """A video as the search tells of it: escaped, shortened, and without counters. Raises Unusable."""
    entry = payload.mapping(item, "the result")
    snippet = payload.mapping(entry.get("snippet"), "snippet")
    key = PostKey(NAME, video_id(payload.mapping(entry.get("id"), "id").get("videoId")))
    title, about = (payload.text(unescape(payload.text(snippet.get(name)))) for name in ("title", "description"))
    return _video(key, snippet, title, about, seen_at)


def channel(item: Any, seen_at: datetime) -> Account:
    """A channel as an account. Raises Unusable."""
    entry = payload.mapping(item, "the channel")
    snippet = payload.mapping(entry.get("snippet"), "snippet")
    told = entry.get("statistics")
    statistics: Mapping[str, Any] = told if isinstance(told, dict) else {}
    hidden = statistics.get("hiddenSubscriberCount") is True
    return Account(
        AccountKey(NAME, channel_id(entry.get("id"))),
        payload.name(snippet.get("customUrl")).lstrip("@"),
        seen_at,
        payload.name(snippet.get("title")),
        None if hidden else figure(statistics.get("subscriberCount")),
        payload.language(snippet.get("defaultLanguage")),
    )


def comment(item: Any, of: PostKey, answers: Post | None, seen_at: datetime, replies: int | None = None) -> Comment:
    """A comment on the video ``of``; ``answers`` is what it answers, where that is known. Raises Unusable."""
    entry = payload.mapping(item, "the comment")
    snippet = payload.mapping(entry.get("snippet"), "snippet")
    key = PostKey(NAME, _safe(entry.get("id"), "id", _COMMENT))
    if is_video(key):
        raise Unusable("id is not one of a comment")
    author = AccountKey(
        NAME, channel_id(payload.mapping(snippet.get("authorChannelId"), "authorChannelId").get("value"))
    )
    text = payload.text(snippet.get("textOriginal")) or payload.text(snippet.get("textDisplay"))
    if not text:
        raise Unusable("no text")
    created_at = min(payload.moment(snippet.get("publishedAt"), "publishedAt"), seen_at)
    likes = payload.count(snippet.get("likeCount"))
    post = Post(
        key=key,
        author=author,
        text=text,
        created_at=created_at,
        seen_at=seen_at,
        url=f"https://www.youtube.com/watch?v={of.id}&lc={key.id}",
        metrics=None if likes is None and replies is None else Metrics(seen_at, likes=likes, replies=replies),
        edited_at=_edited(snippet.get("updatedAt"), created_at, seen_at),
    )
    above = snippet.get("parentId")
    edge = Repost(
        root=of,
        child=key,
        by=author,
        at=created_at,
        kind="reply",
        parent=answers.author if answers else None,
        parent_post=of if above is None else PostKey(NAME, _safe(above, "parentId", _COMMENT)),
        evidence="reply",
        confidence=1.0,
    )
    return Comment(post, edge, Account(author, payload.name(snippet.get("authorDisplayName")).lstrip("@"), seen_at))


def video_id(value: Any) -> str:
    """A video's id. Raises Unusable for anything else: it becomes part of an address."""
    return _safe(value, "video id", _VIDEO)


def channel_id(value: Any) -> str:
    """A channel's id. Raises Unusable for anything else."""
    return _safe(value, "channel id", _CHANNEL)


def figure(value: Any) -> int | None:
    """A counter, which YouTube writes as text; None where it is hidden, never 0.

    >>> figure("152340"), figure(None), figure("many")
    (152340, None, None)
    """
    return payload.count(int(value) if isinstance(value, str) and _FIGURE.fullmatch(value) else value)


def _video(key: PostKey, snippet: Mapping[str, Any], title: str, about: str, seen_at: datetime) -> Post:
    text = f"{title}\n\n{about}".strip()
    if not text:
        raise Unusable("neither title nor description")
    return Post(
        key=key,
        author=AccountKey(NAME, channel_id(snippet.get("channelId"))),
        text=text,
        created_at=min(payload.moment(snippet.get("publishedAt"), "publishedAt"), seen_at),
        seen_at=seen_at,
        url=f"https://www.youtube.com/watch?v={key.id}",
    )


def _counters(statistics: Any, at: datetime) -> Metrics | None:
    told = statistics if isinstance(statistics, dict) else {}
    views, likes, comments = (figure(told.get(name)) for name in ("viewCount", "likeCount", "commentCount"))
    return None if (views, likes, comments) == (None,) * 3 else Metrics(at, views, likes, None, comments)


def _edited(value: Any, created_at: datetime, seen_at: datetime) -> datetime | None:
    """When a comment was changed; None where it was not, as far as the site says."""
    try:
        updated = min(payload.moment(value, "updatedAt"), seen_at)
    except Unusable:
        return None
    return updated if updated > created_at else None


def _safe(value: Any, field: str, shape: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Unusable(f"{field} is missing or not one")
    return value
