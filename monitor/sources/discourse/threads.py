"""Returning to topics: what was answered since, and whether posts still stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain import Dropped, Page, Post, PostKey
from monitor.errors import NotFound, RateLimited, Refused, SourceError
from monitor.payload import Unusable
from monitor.sources.discourse.asking import Asking, Heads
from monitor.sources.discourse.config import NAME, Forum
from monitor.sources.discourse.posts import (
    Records,
    Topic,
    key_of,
    page_of,
    parse_topic,
    pointed_at,
    records,
    streamed,
    whole,
)

_CHUNK = 20  # posts of a topic in one request


class Threads:
    """Reads topics of known posts again."""

    def __init__(self, forums: Mapping[str, Forum], asking: Asking, heads: Heads, most_posts: int) -> None:
        self._forums = forums
        self._asking = asking
        self._heads = heads
        self._most_posts = most_posts

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The topic of ``post`` with what came since. The state is the newest id that was read.

        Raises NotFound where the post is gone, Refused where its forum is not configured any more.
        """
        forum, id_ = self._where(post)
        topic = self._topic_of(forum, id_, post.local_id, now)
        last = int(state) if state and state.isascii() and state.isdigit() and len(state) < 17 else 0
        dropped, done = self._read_on(forum, topic, id_, last, now)
        self._heads.learn(forum, topic.records.numbers)
        page = page_of(topic.records, forum, self._heads.of(forum, pointed_at(topic.records)))
        key = key_of(forum, id_)
        if key in page.deleted or not (key in {one.key for one in page.posts} or self._stands(forum, id_, now)):
            raise NotFound(f"{NAME}: post {id_} was deleted")
        return replace(page, dropped=(*page.dropped, *dropped), state=str(done))

    def _read_on(self, forum: Forum, topic: Topic, own: int, last: int, now: datetime) -> tuple[list[Dropped], int]:
        """Adds the posts after ``last``, and ``own``, to the first ones of the topic; how far that came."""
        read = topic.records
        if topic.stream is None:
            return [Dropped(f"{forum.place} topic {topic.id}", "it is too long for the forum to tell")], last
        new = sorted(one for one in set(topic.stream) if one not in read.ids and one > last)
        dropped = []
        if len(new) > self._most_posts:
            dropped.append(
                Dropped(f"{forum.place} topic {topic.id}", f"{len(new) - self._most_posts} posts until later")
            )
        asked = [one for one in (own,) if one not in read.ids and one not in new] + new[: self._most_posts]
        done = last
        for chunk in _chunks(asked):
            try:
                _extend(read, self._chunk(forum, topic.id, chunk, now))
            except SourceError as error:
                return [*dropped, Dropped(f"{forum.place} topic {topic.id}", str(error))], done
            done = max(done, *(one for one in chunk if one != own or one in new), last)
        return dropped, done if dropped else max(done, *topic.stream, last)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now, topic by topic. Raises SourceError where nothing could be learnt."""
        found: dict[PostKey, Post] = {}
        gone: list[PostKey] = []
        dropped: list[Dropped] = []
        failures: list[SourceError] = []
        groups = self._by_topic(posts, dropped)
        for (forum, topic), ids in groups.items():
            try:
                read = self._standing(forum, topic, ids, now)
            except SourceError as error:
                failures.append(error)
                dropped.append(Dropped(f"{forum.place} topic {topic}", str(error)))
                if isinstance(error, RateLimited):
                    break
                continue
            ours = {key_of(forum, one) for one in ids}
            found |= {one.post.key: one.post for one in read.found if one.post.key in ours}
            gone += [key for key in read.deleted if key in ours]
            dropped += read.dropped
        if failures and not found and not gone:
            raise failures[0]
        return Page(tuple(found.values()), dropped=tuple(dropped), deleted=tuple(dict.fromkeys(gone)))

    def _standing(self, forum: Forum, topic: str | None, ids: list[int], now: datetime) -> Records:
        """Those of ``ids`` that stand, and those that the forum says are gone."""
        read = Records()
        try:
            if topic is not None:
                told = self._topic(forum, topic, now)
                read = told.records
                in_topic = [one for one in ids if one not in read.ids and one in (told.stream or ids)]
                for chunk in _chunks(in_topic):
                    _extend(read, self._chunk(forum, told.id, chunk, now))
        except NotFound:
            pass  # each of its posts may have been moved: they are asked for one by one
        for one in ids:
            if one not in read.ids:
                self._extend_by(read, forum, one, now)
        return read

    def _extend_by(self, read: Records, forum: Forum, id_: int, now: datetime) -> None:
        """One post, wherever it is now."""
        try:
            told = self._asking.get(forum, f"posts/{id_}.json", now)
        except NotFound:
            read.deleted.append(key_of(forum, id_))
            return
        if isinstance(told, dict) and told.get("post_number") == 1:
            told = {**told, **_title(self._asking.get(forum, f"t/{_topic_id(told)}.json", now))}
        _extend(read, records([told], forum, now))

    def _topic_of(self, forum: Forum, id_: int, topic: str | None, now: datetime) -> Topic:
        """The topic that the post is in now: posts are moved, and topics merged."""
        try:
            if topic is not None:
                return self._topic(forum, topic, now)
        except NotFound:
            pass
        told = self._asking.get(forum, f"posts/{id_}.json", now)
        return self._topic(forum, _topic_id(told), now)

    def _topic(self, forum: Forum, topic: str, now: datetime) -> Topic:
        if not (topic.isascii() and topic.isdigit() and len(topic) < 17):
            raise NotFound(f"{NAME}: no topic of that id")
        return parse_topic(self._asking.get(forum, f"t/{topic}.json", now), forum, now)

    def _chunk(self, forum: Forum, topic: int, ids: Sequence[int], now: datetime) -> Records:
        asked = {"post_ids[]": [str(one) for one in ids]}
        told = self._asking.get(forum, f"t/{topic}/posts.json", now, asked)
        return records(streamed(told), forum, now, {"id": topic})

    def _stands(self, forum: Forum, id_: int, now: datetime) -> bool:
        """Whether the post can still be read, though its topic does not show it. Raises NotFound where it is gone."""
        told = self._asking.get(forum, f"posts/{id_}.json", now)
        return isinstance(told, dict) and not (told.get("user_deleted") is True or told.get("deleted_at") is not None)

    def _where(self, post: Post) -> tuple[Forum, int]:
        place, _, id_ = post.key.id.rpartition(":")
        forum = self._forums.get(place)
        if forum is None or not (id_.isascii() and id_.isdigit() and len(id_) < 17):
            raise Refused(f"{NAME}: the forum of this post is not configured")
        return forum, int(id_)

    def _by_topic(self, posts: Sequence[Post], dropped: list[Dropped]) -> dict[tuple[Forum, str | None], list[int]]:
        groups: dict[tuple[Forum, str | None], list[int]] = {}
        for post in posts:
            try:
                forum, id_ = self._where(post)
                groups.setdefault((forum, post.local_id), []).append(id_)
            except Refused as error:
                dropped.append(Dropped(str(post.key), str(error)))
        return groups


def _extend(read: Records, more: Records) -> None:
    read.found += [one for one in more.found if one.id not in read.ids]
    read.dropped += more.dropped
    read.deleted += more.deleted
    read.ids |= more.ids


def _title(topic: Any) -> dict[str, Any]:
    return {"topic_title": topic.get("title")} if isinstance(topic, dict) else {}


def _topic_id(post: Any) -> str:
    try:
        return str(whole(post.get("topic_id") if isinstance(post, dict) else None, "topic_id"))
    except Unusable as error:
        raise NotFound(f"{NAME}: the post is in no topic") from error


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), _CHUNK):
        yield ids[at : at + _CHUNK]
