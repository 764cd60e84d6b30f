"""Listening to the stream: what arrives is gathered into pages, every two seconds or five hundred messages."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from monitor.domain import Account, AccountKey, Brand, Dropped, Gap, Page, Post, PostKey, Repost
from monitor.errors import SourceError, Unreachable
from monitor.http import HttpClient
from monitor.payload import Unusable, moment
from monitor.sources.bluesky.config import NAME
from monitor.sources.bluesky.heard import Heard
from monitor.sources.bluesky.jetstream import (
    CLAMPED,
    Event,
    Position,
    address,
    read_event,
    read_position,
    server_of,
)
from monitor.sources.bluesky.people import People
from monitor.sources.bluesky.records import REPOSTS, via_of
from monitor.sources.bluesky.reposts import child_of
from monitor.sources.bluesky.traces import Traces
from monitor.sources.bluesky.views import POSTS, AtUri, post_of, subject_of

EVERY = timedelta(seconds=2)
MOST = 500  # messages on one page


class Stream:
    """Reads the stream for the posts that may be about a brand, and for what happens to posts that are watched."""

    def __init__(self, base: str, http: HttpClient, people: People, traces: Traces) -> None:
        self._base = base
        self._http = http
        self._people = people
        self._traces = traces

    def listen(self, brands: Sequence[Brand], state: str | None, now: Callable[[], datetime]) -> Iterator[Page]:
        """Pages as they come, an empty one in quiet seconds. Raises SourceError when the connection is lost."""
        left = read_position(state)
        heard = Heard(brands)
        page = _Gathered(self._traces, heard, now(), left)
        frames = self._http.websocket(address(self._base, left))
        with closing(cast(Any, frames)):
            lost: SourceError | None = None
            frame: str | None = None
            while lost is None:
                try:
                    frame = next(frames)
                    if frame is not None:
                        page.take(frame, now())
                except StopIteration:
                    lost = Unreachable("the stream of Bluesky has ended")
                except SourceError as error:
                    lost = error
                if lost is None and frame is not None and page.size < MOST and now() - page.begun < EVERY:
                    continue
                yield page.told(self._people, server_of(self._base), now())
                page = _Gathered(self._traces, heard, now(), None if page.at else page.left)
            raise lost


class _Gathered:
    """What came since the last page."""

    def __init__(self, traces: Traces, heard: Heard, begun: datetime, left: Position | None) -> None:
        self.begun = begun
        self.left = left  # where the connection before this one ended, until the first message has come
        self.at: datetime | None = None  # of the last message
        self.size = 0
        self._traces = traces
        self._heard = heard
        self._gap: Gap | None = None
        self._posts: dict[PostKey, Post] = {}
        self._edges: dict[PostKey, Repost] = {}
        self._deleted: dict[PostKey, None] = {}
        self._erased: dict[AccountKey, None] = {}
        self._dropped: list[Dropped] = []

    def take(self, frame: str, now: datetime) -> None:
        """One message. Raises Unreachable where it says that the stream is over."""
        self.size += 1
        try:
            event = read_event(frame)
            if event is not None:
                self._take(event, now)
        except Unusable as error:
            self._dropped.append(Dropped("a message of the stream", str(error)))

    def _take(self, event: Event, now: datetime) -> None:
        if self.at is None and self.left is not None and event.at - self.left.at > CLAMPED:
            reason = "the stream no longer held what came after the connection was lost"
            self._gap = Gap(self.left.at, event.at, reason)
        self.at = event.at
        if event.is_deleted:
            self._erased[AccountKey(NAME, event.did)] = None
        elif event.collection == POSTS:
            self._post(event, AtUri.read(f"at://{event.did}/{POSTS}/{event.rkey}"), now)
        elif event.collection == REPOSTS:
            self._repost(event, now)

    def _post(self, event: Event, uri: AtUri, now: datetime) -> None:
        key = PostKey(NAME, str(uri))
        if event.record is None:
            self._posts.pop(key, None)
            self._edges.pop(key, None)
            self._deleted[key] = None
            return
        post, edge = post_of(uri, event.record, event.at.isoformat(), now)
        if event.operation == "update":
            post = replace(post, edited_at=min(event.at, now))
        self._deleted.pop(key, None)
        if edge is not None:
            self._edges[key] = edge
        if self._matters(post, edge):
            self._posts[key] = post
            self._traces.watch(key.id, post.created_at)

    def _matters(self, post: Post, edge: Repost | None) -> bool:
        ends = (post.key, edge.root, edge.parent_post) if edge else (post.key,)
        return any(end and self._traces.watched(end.id) for end in ends) or self._heard.may_mention(
            post.text, post.links
        )

    def _repost(self, event: Event, now: datetime) -> None:
        if event.record is None:
            known = self._traces.repost(event.did, event.rkey)
            if known is not None:
                child = child_of(PostKey(NAME, known.subject), event.did)
                self._edges.pop(child, None)
                self._deleted[child] = None
            return
        subject = subject_of(event.record)
        at = min(moment(event.record.get("createdAt"), "createdAt"), event.at, now)
        at = max(at, min(self._traces.watched(str(subject)) or at, now))
        parent = self._parent(event, str(subject), at)
        root = PostKey(NAME, str(subject))
        child = child_of(root, event.did)
        self._traces.note(event.did, event.rkey, root.id, at)
        self._deleted.pop(child, None)
        self._edges[child] = Repost(
            root=root,
            child=child,
            by=AccountKey(NAME, event.did),
            at=at,
            parent=AccountKey(NAME, parent) if parent else None,
            parent_post=child_of(root, parent) if parent else None,
            evidence="via" if parent else "inferred",
            confidence=1.0 if parent else 0.0,
        )

    def _parent(self, event: Event, subject: str, at: datetime) -> str | None:
        """Through whom it came, where the record that it names was seen and can be the one."""
        via = via_of(event.record)
        if via is None or via.did == event.did:
            return None
        named = self._traces.repost(via.did, via.rkey)
        return via.did if named is not None and named.subject == subject and named.at <= at else None

    def told(self, people: People, server: str, now: datetime) -> Page:
        """The page, with the authors of its posts; those who ask not to be shown without a login are left out."""
        authors = (Account(author, "", now) for author in dict.fromkeys(post.author for post in self._posts.values()))
        known = people.complete(authors, now)
        hidden = {post.key for post in self._posts.values() if post.author in known.hidden}
        return Page(
            posts=tuple(post for key, post in self._posts.items() if key not in hidden),
            reposts=known.edges(edge for key, edge in self._edges.items() if key not in hidden),
            accounts=tuple(account for account in known.accounts if account.handle and account.key not in known.hidden),
            dropped=(
                *self._dropped,
                *known.dropped,
                *(Dropped(key.id, "the author asks not to be shown without a login") for key in hidden),
            ),
            state=str(Position(server, self.at)) if self.at is not None else None,
            deleted=tuple(self._deleted),
            erased=tuple(self._erased),
            gap=self._gap,
        )
