"""Posts and topics as a forum tells them; replies and quotes as edges."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote as quoted

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Evidence, Metrics, Page, Post, PostKey, Repost, RepostKind
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.plain_text import html_to_text
from monitor.sources.discourse.config import NAME, Forum
from monitor.sources.discourse.cooked import Quote, links_of, own_words, quotes_of

_REGULAR = 1  # the type of posts that people write; others tell what moderators did
_LIKE = 2  # among the kinds of actions


class Known(NamedTuple):
    """A post that others point to by topic and number."""

    id: int
    username: str


Numbers = Mapping[tuple[int, int], Known]  # by topic and number in it


@dataclass(frozen=True, slots=True)
class Record:
    """One post with what its edges need."""

    post: Post
    account: Account
    id: int
    topic: int
    number: int
    reply_to: int | None
    reply_to_user: str
    quotes: tuple[Quote, ...]


@dataclass(slots=True)
class Records:
    """What a list of posts holds."""

    found: list[Record] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    deleted: list[PostKey] = field(default_factory=list)
    ids: set[int] = field(default_factory=set)  # of all, whatever became of them

    @property
    def numbers(self) -> dict[tuple[int, int], Known]:
        """The posts by topic and number."""
        return {(one.topic, one.number): Known(one.id, one.account.handle) for one in self.found}


class Topic(NamedTuple):
    """A topic with its first posts."""

    id: int
    records: Records
    stream: tuple[int, ...] | None  # ids of all its posts; None: the forum does not tell, as of very long ones


def parse(answer: Any, forum: Forum, seen_at: datetime) -> Page:
    """The posts of ``/posts.json``. Raises BadPayload where the answer has no list of posts."""
    return page_of(records(listed(answer), forum, seen_at), forum, {})


def parse_topic(answer: Any, forum: Forum, seen_at: datetime) -> Topic:
    """A topic as ``/t/{id}.json`` tells it. Raises BadPayload where it is none."""
    if not isinstance(answer, dict) or not isinstance(answer.get("post_stream"), dict):
        raise BadPayload(f"{forum.place}: the topic answered without posts")
    try:
        topic = whole(answer.get("id"), "id")
    except Unusable as error:
        raise BadPayload(f"{forum.place}: the topic has no id") from error
    stream = answer["post_stream"].get("stream")
    ids = tuple(one for one in stream if type(one) is int and one > 0) if isinstance(stream, list) else None
    return Topic(topic, records(streamed(answer), forum, seen_at, answer), ids)


def listed(answer: Any) -> list[Any]:
    """The posts of a list of the newest. Raises BadPayload where there is none."""
    posts = answer.get("latest_posts") if isinstance(answer, dict) else None
    if not isinstance(posts, list):
        raise BadPayload(f"{NAME}: the forum answered without a list of posts")
    return posts


def streamed(answer: Any) -> list[Any]:
    """The posts of a topic. Raises BadPayload where there is no list of them."""
    stream = answer.get("post_stream") if isinstance(answer, dict) else None
    posts = stream.get("posts") if isinstance(stream, dict) else None
    if not isinstance(posts, list):
        raise BadPayload(f"{NAME}: the topic answered without posts")
    return posts


def records(items: Iterable[Any], forum: Forum, seen_at: datetime, topic: Mapping[str, Any] | None = None) -> Records:
    """``items`` read one by one; ``topic`` is what is known of the topic that they all belong to."""
    read = Records()
    for number, item in enumerate(items):
        try:
            told = payload.mapping(item, "the post")
            id_ = whole(told.get("id"), "id")
            read.ids.add(id_)
            if told.get("user_deleted") is True or told.get("deleted_at") is not None:
                read.deleted.append(key_of(forum, id_))
            elif not _is_skipped(told):
                read.found.append(_record(told, forum, seen_at, topic or {}))
        except Unusable as error:
            read.dropped.append(Dropped(f"{forum.place} posts[{number}]", str(error)))
    return read


def page_of(read: Records, forum: Forum, known: Numbers) -> Page:
    """A page of what was read; ``known`` are further posts to which edges may point."""
    numbers = {**known, **read.numbers}
    edges = [edge for record in read.found for edge in _edges(record, forum, numbers)]
    return Page(
        tuple({one.post.key: one.post for one in read.found}.values()),
        tuple({(edge.root, edge.child): edge for edge in edges}.values()),
        tuple({one.account.key: one.account for one in read.found}.values()),
        dropped=tuple(read.dropped),
        deleted=tuple(read.deleted),
    )


def pointed_at(read: Records) -> set[tuple[int, int]]:
    """The posts, by topic and number, to which the edges of ``read`` may point."""
    asked = {(one.topic, number) for one in read.found for number in (1, one.reply_to or 1)}
    return asked | {(quote.topic or one.topic, quote.number) for one in read.found for quote in one.quotes}


def wanted(read: Records, known: Numbers) -> list[int]:
    """The topics whose heads the edges of ``read`` lack, most wanted first."""
    numbers = {**known, **read.numbers}
    topics = [one.topic for one in read.found if one.number > 1 and (one.topic, 1) not in numbers]
    for one in read.found:
        for quote in one.quotes:
            topic = quote.topic or one.topic
            topics += [topic] if topic != one.topic and (topic, quote.number) not in numbers else []
    return list(dict.fromkeys(topics))


def key_of(forum: Forum, id_: int) -> PostKey:
    """The key of a post of ``forum``."""
    return PostKey(NAME, f"{forum.place}:{id_}")


def whole(value: Any, name: str) -> int:
    """A positive whole number. Raises Unusable where it is none."""
    if type(value) is int and 0 < value <= payload.LARGEST:
        return value
    raise Unusable(f"{name} is missing or not a number")


def _is_skipped(told: Mapping[str, Any]) -> bool:
    """What moderators did, and what the forum hides, is no post."""
    return told.get("post_type", _REGULAR) != _REGULAR or bool(told.get("action_code")) or told.get("hidden") is True


def _record(told: Mapping[str, Any], forum: Forum, seen_at: datetime, topic: Mapping[str, Any]) -> Record:
    id_, number = whole(told.get("id"), "id"), whole(told.get("post_number"), "post_number")
    topic_id = whole(told.get("topic_id") or topic.get("id"), "topic_id")
    username = payload.identity(told.get("username"), "username", 200)
    cooked = _string(told.get("cooked"))
    title = payload.name(topic.get("title") or told.get("topic_title")) if number == 1 else ""
    body = html_to_text(own_words(cooked)) if cooked else payload.text(told.get("raw"))
    created_at = min(payload.moment(told.get("created_at"), "created_at"), seen_at)
    author = account_key(forum, username)
    slug = quoted(payload.name(told.get("topic_slug")) or "-", safe="")
    post = Post(
        key=key_of(forum, id_),
        author=author,
        text=f"{title}\n\n{body}".strip(),
        created_at=created_at,
        seen_at=seen_at,
        url=payload.web_address(f"{forum.address}/t/{slug}/{topic_id}/{number}"),
        metrics=_metrics(told, topic, number, seen_at),
        links=links_of(cooked),
        local_id=str(topic_id),
        edited_at=_edited_at(told, created_at, seen_at),
    )
    answered = told.get("reply_to_post_number")
    answered_user = told.get("reply_to_user")
    return Record(
        post,
        Account(author, username, seen_at, display_name=payload.name(told.get("name"))),
        id_,
        topic_id,
        number,
        answered if type(answered) is int and 0 < answered < payload.LARGEST else None,
        payload.name(answered_user.get("username")) if isinstance(answered_user, dict) else "",
        quotes_of(cooked),
    )


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def account_key(forum: Forum, username: str) -> AccountKey:
    """The key of an account; names of users are the same in any case."""
    return AccountKey(NAME, f"{forum.place}:{username.lower()}")


def _metrics(told: Mapping[str, Any], topic: Mapping[str, Any], number: int, seen_at: datetime) -> Metrics | None:
    """The counters of a post. Those of a topic's head are the topic's, and only told together with it."""
    likes = _likes(told.get("actions_summary"))
    if number > 1:
        views, replies = payload.count(told.get("reads")), payload.count(told.get("reply_count"))
    else:
        views, posts = payload.count(topic.get("views")), payload.count(topic.get("posts_count"))
        replies = posts - 1 if posts else None
    if likes is None and views is None and replies is None:
        return None
    return Metrics(seen_at, views=views, likes=likes, replies=replies)


def _likes(actions: Any) -> int | None:
    """How often it was liked: the forum leaves actions out that nobody took."""
    if not isinstance(actions, list):
        return None
    for action in actions:
        if isinstance(action, dict) and action.get("id") == _LIKE:
            return payload.count(action.get("count"))
    return 0


def _edited_at(told: Mapping[str, Any], created_at: datetime, seen_at: datetime) -> datetime | None:
    version = told.get("version")
    if type(version) is not int or version < 2:
        return None
    try:
        edited_at = payload.moment(told.get("updated_at"), "updated_at")
    except Unusable:
        return None
    return min(edited_at, seen_at) if edited_at > created_at else None


def _edges(record: Record, forum: Forum, numbers: Numbers) -> Iterator[Repost]:
    """The reply to its topic, and quotes of posts of other topics, where the posts they point to are known."""
    head = numbers.get((record.topic, 1))
    if record.number > 1 and head is not None and head.id != record.id:
        yield _reply(record, forum, head, numbers)
    for quote in record.quotes:
        target = numbers.get((quote.topic or record.topic, quote.number))
        if quote.topic not in (None, record.topic) and target is not None and target.id != record.id:
            yield _edge(record, forum, "quote", "quote", target, target)


def _reply(record: Record, forum: Forum, head: Known, numbers: Numbers) -> Repost:
    """What somebody answered: the post that the forum names, else the one that is quoted, else the topic's head."""
    within = [one for one in record.quotes if one.topic in (None, record.topic)]
    evidence: Evidence = "quote" if within and record.reply_to is None else "reply"
    if record.reply_to is not None:
        number, username = record.reply_to, record.reply_to_user
    elif within:
        number, username = within[0].number, within[0].username
    else:
        number, username = 1, head.username
    parent = numbers.get((record.topic, number)) or (Known(0, username) if username else None)
    return _edge(record, forum, "reply", evidence, head, parent)


def _edge(
    record: Record, forum: Forum, kind: RepostKind, evidence: Evidence, root: Known, parent: Known | None
) -> Repost:
    return Repost(
        root=key_of(forum, root.id),
        child=record.post.key,
        by=record.post.author,
        at=record.post.created_at,
        kind=kind,
        parent=account_key(forum, parent.username) if parent else None,
        parent_post=key_of(forum, parent.id) if parent and parent.id else None,
        evidence=evidence,
        confidence=1.0,
    )
