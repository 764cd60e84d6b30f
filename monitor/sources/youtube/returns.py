"""Returning to videos and comments: counters over time, what was said below them, edits and deletions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.domain import Dropped, Page, Post, PostKey
from monitor.errors import BadPayload, NotFound, SourceError
from monitor.payload import Unusable
from monitor.sources.youtube.api import Api, CommentsDisabled, items, next_page
from monitor.sources.youtube.config import NAME, Config
from monitor.sources.youtube.records import VIDEO_PARTS, Comment, comment, is_comment, is_video, video, video_of
from monitor.sources.youtube.threads import Thread, page_of, replies, thread, video_key

_WHOLE_EVERY = 6 * 3600  # seconds; so often all pages are read, for late replies and because counters may lie
_REPLY_PAGES = 5  # of one thread; the site allows 500 replies
_MOST_KEPT = 200  # threads whose replies were read, remembered for each video
_TEXT = {"textFormat": "plainText"}


@dataclass(frozen=True, slots=True)
class _Read:
    """What the last return to a video knew."""

    comments: int | None = None  # how many the site counted
    at: int = 0  # when its comments were read, in seconds since 1970
    whole_at: int = 0  # when all pages of them were
    replies: Mapping[str, int] = field(default_factory=dict)  # by thread whose replies were read: how many there were

    @classmethod
    def of(cls, state: str | None) -> "_Read":
        """What was remembered; what cannot be read is forgotten, which costs one whole reading."""
        try:
            told = json.loads(state or "null")
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(told, dict) or told.get("v") != 1:
            return cls()
        counted = told.get("replies")
        kept = {name: n for name, n in counted.items() if type(n) is int} if isinstance(counted, dict) else {}
        at, whole_at = (payload.count(told.get(name)) or 0 for name in ("at", "whole_at"))
        return cls(payload.count(told.get("comments")), at, whole_at, kept)

    def __str__(self) -> str:
        kept = dict(list(self.replies.items())[-_MOST_KEPT:])
        told = {"v": 1, "comments": self.comments, "at": self.at, "whole_at": self.whole_at, "replies": kept}
        return json.dumps(told, separators=(",", ":"))


@dataclass(slots=True)
class _Late:
    """How the reading of replies beyond the samples goes."""

    read: dict[str, int]
    requests: int = 0
    whole: bool = True  # False: some are left for the next return
    dropped: list[Dropped] = field(default_factory=list)


class Returns:
    """Looks at stored posts again."""

    def __init__(self, config: Config, api: Api) -> None:
        self._api = api
        self._pages = config.comment_pages
        self._requests = config.reply_requests

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """A video with its counters and comments, or a comment with its likes and replies. Raises NotFound."""
        if is_video(post.key):
            return self._video(post, _Read.of(state), now)
        if is_comment(post.key):
            return self._comment(post, now)
        raise NotFound(f"{NAME}: there is nothing of that name")

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand; what the site does not list any more is gone. Raises SourceError, and then nothing
        is known of any of them."""
        known = {post.key: post for post in posts if is_video(post.key) or is_comment(post.key)}
        videos = [key.id for key in known if is_video(key)]
        others = [key.id for key in known if is_comment(key)]
        listed = self._api.by_id("videos", VIDEO_PARTS, videos, now)
        listed += self._api.by_id("comments", "snippet", others, now, **_TEXT)
        seen: dict[PostKey, Post] = {}
        dropped: list[Dropped] = []
        gone = set(known)
        for number, item in enumerate(listed):
            key = _key(item)
            gone = gone - {key} if key in known else set()  # whose entry this was nobody knows: none is taken for gone
            try:
                fresh = _fresh(item, known, now)
                seen[fresh.key] = refreshed(known[fresh.key], fresh, now)
            except Unusable as error:
                dropped.append(Dropped(f"posts[{number}]", str(error)))
        deleted = tuple(key for key in known if key in gone)
        return Page(tuple(seen.values()), dropped=tuple(dropped), deleted=deleted)

    def _video(self, post: Post, before: _Read, now: datetime) -> Page:
        listed = self._api.by_id("videos", VIDEO_PARTS, [post.key.id], now)
        found = next((item for item in listed if _key(item) == post.key), None)
        if found is None:
            raise NotFound(f"{NAME}: the video is not there any more")
        try:
            updated = refreshed(post, video(found, now), now)
        except Unusable as error:
            raise BadPayload(f"{NAME}: the video cannot be read: {error}") from error
        counted = updated.metrics.replies if updated.metrics else None
        second = int(now.timestamp())
        whole = second - before.whole_at >= _WHOLE_EVERY
        if counted is not None and counted == before.comments and not whole:
            return Page((updated,), state=str(before))
        try:
            threads = self._threads(updated, 0 if whole else before.at, now)
        except CommentsDisabled:
            return Page((updated,), state=str(_Read(counted, second, second)))
        except SourceError as error:
            return Page((updated,), dropped=(Dropped("comments", str(error)),), state=str(before))
        more, late = self._replies(threads, before.replies, now)
        said = page_of(threads, more)
        after = _Read(counted, second, second if whole else before.whole_at, late.read)
        # Where replies are left to be read, the next return comes to the same threads again.
        state = str(after if late.whole else replace(before, replies=late.read))
        return replace(said, posts=(updated, *said.posts), dropped=(*said.dropped, *late.dropped), state=state)

    def _threads(self, of: Post, since: int, now: datetime) -> list[Thread]:
        """The threads below a video, newest first, down to those from before ``since``."""
        asked: dict[str, str | int] = {"part": "snippet,replies", "videoId": of.key.id, "order": "time"}
        threads: list[Thread] = []
        token = ""
        for _ in range(self._pages):
            answer = self._api.listing("commentThreads", {**asked, **_paged(token)}, now)
            page = [_thread(item, of, now) for item in items(answer)]
            threads += page
            moments = [one.top.created_at.timestamp() for one in page if one.top]
            token = next_page(answer, token)
            if not token or (moments and min(moments) < since):
                return threads
        beyond = Dropped("comments", f"those beyond the newest {len(threads)} threads")
        return [*threads, Thread(of.key, None, (), 0, 0, (beyond,))]

    def _replies(
        self, threads: Sequence[Thread], known: Mapping[str, int], now: datetime
    ) -> tuple[list[Comment], _Late]:
        """Replies beyond the samples, as many as may be asked for; the others are left for the next return."""
        found: list[Comment] = []
        late = _Late(dict(known))
        for one in threads:
            if one.top is None or not one.missing or known.get(one.top.key.id) == one.total:
                continue
            if late.requests >= self._requests:
                late.whole = False
                break
            try:
                found += self._below(one.top, one.of, late, now)
            except SourceError as error:
                late.dropped.append(Dropped("replies", str(error)))
                late.whole = False
                break
            late.read.pop(one.top.key.id, None)  # the newest last
            late.read[one.top.key.id] = one.total
        return found, late

    def _below(self, top: Post, of: PostKey, late: _Late, now: datetime) -> list[Comment]:
        """The replies to one comment."""
        found: list[Comment] = []
        token = ""
        for _ in range(_REPLY_PAGES):
            late.requests += 1
            asked: dict[str, str | int] = {"part": "snippet", "parentId": top.key.id, **_paged(token)}
            answer = self._api.listing("comments", asked, now)
            more, unread = replies(items(answer), of, top, now)
            found += more
            late.dropped += unread
            token = next_page(answer, token)
            if not token:
                return found
        late.dropped.append(Dropped("replies", f"those beyond {len(found)} to one comment"))
        return found

    def _comment(self, post: Post, now: datetime) -> Page:
        page = self.recheck([post], now)
        if page.deleted:
            raise NotFound(f"{NAME}: the comment is not there any more")
        if not page.posts:
            raise BadPayload(f"{NAME}: the comment cannot be read")
        of = video_of(post)
        if of is None or "." in post.key.id:  # a reply, to which nobody can reply
            return page
        late, found = _Late({}), []
        try:
            found = self._below(page.posts[0], of, late, now)
        except SourceError as error:
            late.dropped.append(Dropped("replies", str(error)))
        said = page_of((), found)
        return replace(said, posts=(*page.posts, *said.posts), dropped=(*page.dropped, *late.dropped))


def _paged(token: str) -> dict[str, str | int]:
    return {"maxResults": 100, **_TEXT, **({"pageToken": token} if token else {})}


def refreshed(post: Post, fresh: Post, now: datetime) -> Post:
    """``post`` as it is now. Of a video the site does not say when it was changed: that is when it was noticed."""
    edited_at = fresh.edited_at
    if edited_at is None:
        edited_at = now if fresh.text != post.text else post.edited_at
    return replace(post, text=fresh.text, metrics=fresh.metrics, seen_at=now, edited_at=edited_at)


def _key(item: Any) -> PostKey:
    """Whose entry a listed one is; a key that no post has where it does not say."""
    named = item.get("id") if isinstance(item, dict) else None
    return PostKey(NAME, named if isinstance(named, str) else "")


def _fresh(item: Any, known: Mapping[PostKey, Post], now: datetime) -> Post:
    """A listed video or comment that was asked for. Raises Unusable."""
    entry = payload.mapping(item, "the entry")
    key = _key(item)
    if key not in known:
        raise Unusable("id is not one that was asked for")
    if is_video(key):
        return video(item, now)
    of = video_of(known[key])
    if of is None:
        of = video_key(payload.mapping(entry.get("snippet"), "snippet"))
    return comment(item, of, None, now).post


def _thread(item: Any, of: Post, now: datetime) -> Thread:
    """A thread below a video; one that cannot be read holds only why."""
    try:
        return thread(item, {of.key: of}, now)
    except Unusable as error:
        return Thread(of.key, None, (), 0, 0, (Dropped("a thread", str(error)),))
