"""Questions and answers as a forum's JSON tells them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.plain_text import html_to_text
from monitor.sources.askbot.config import NAME, Forum

_MOST_TAGS = 20
_MOST_ANSWERS = 500  # newest ids of one question


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what a walk needs to know of it."""

    id: int
    post: Post
    account: Account
    active_at: datetime  # when somebody last did something about it
    answers: tuple[int, ...]  # ids, ascending


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of questions."""

    questions: tuple[Question, ...]
    pages: int | None  # in all: the page after the last is a page again, never an empty one
    count: int | None  # questions in all
    dropped: tuple[Dropped, ...]


def parse(answer: Any, forum: Forum, seen_at: datetime) -> Page:
    """The questions of a list. Raises BadPayload where the answer has none."""
    told = listing(answer, forum, seen_at)
    accounts = {one.account.key: one.account for one in told.questions}
    posts = {one.post.key: one.post for one in told.questions}
    return Page(tuple(posts.values()), accounts=tuple(accounts.values()), dropped=told.dropped)


def listing(answer: Any, forum: Forum, seen_at: datetime) -> Listing:
    """A page of ``/api/v1/questions/``. Raises BadPayload where it is none."""
    items = answer.get("questions") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise BadPayload(f"{forum.place} answered without questions")
    found, dropped = [], []
    for number, item in enumerate(items):
        try:
            found.append(question(item, forum, seen_at))
        except Unusable as error:
            dropped.append(Dropped(f"{forum.place} questions[{number}]", str(error)))
    pages, count = payload.count(answer.get("pages")), payload.count(answer.get("count"))
    return Listing(tuple(found), pages, count, tuple(dropped))


def question(item: Any, forum: Forum, seen_at: datetime) -> Question:
    """A question. Raises Unusable where something that it needs is missing."""
    told = payload.mapping(item, "the question")
    id_ = whole(told.get("id"))
    title, body = payload.name(told.get("title")), html_to_text(_string(told.get("summary")))
    named = " ".join(f"#{tag}" for tag in map(payload.name, _list(told.get("tags"))[:_MOST_TAGS]) if tag)
    views, replies = payload.count(told.get("view_count")), payload.count(told.get("answer_count"))
    metrics = Metrics(seen_at, views=views, likes=payload.count(told.get("score")), replies=replies)
    account, post = _post(told, f"questions/{id_}", forum, "\n\n".join(filter(None, (title, body, named))), metrics)
    ids = sorted({one for one in _list(told.get("answer_ids")) if type(one) is int and 0 < one <= payload.LARGEST})
    active_at = _epoch(told.get("last_activity_at"), "last_activity_at")
    # Not later than now: a forum whose clock is ahead must not make us wait for the hour it tells.
    active_at = min(max(active_at, post.created_at), seen_at)
    return Question(id_, post, account, active_at, tuple(ids[-_MOST_ANSWERS:]))


def answer(item: Any, forum: Forum, seen_at: datetime) -> tuple[Post, Account]:
    """An answer and who gave it. Raises Unusable where something that it needs is missing."""
    told = payload.mapping(item, "the answer")
    metrics = Metrics(seen_at, likes=payload.count(told.get("score")))
    account, post = _post(
        told, f"answers/{whole(told.get('id'))}", forum, html_to_text(_string(told.get("summary"))), metrics
    )
    return post, account


def edge(reply: Post, root: PostKey, parent: AccountKey | None) -> Repost:
    """The edge from an answer to its question."""
    return Repost(root, reply.key, reply.author, reply.created_at, "reply", parent, root, "reply", 1.0)


def key_of(forum: Forum, id_: int) -> PostKey:
    """The key of a question or answer; both are numbered together."""
    return PostKey(NAME, f"{forum.place}:{id_}")


def whole(value: Any) -> int:
    """A positive whole number. Raises Unusable where it is none."""
    if type(value) is int and 0 < value <= payload.LARGEST:
        return value
    raise Unusable("id is missing or not a number")


def _post(told: Mapping[str, Any], local_id: str, forum: Forum, text: str, metrics: Metrics) -> tuple[Account, Post]:
    author = payload.mapping(told.get("author"), "author")
    key = AccountKey(NAME, f"{forum.place}:{whole(author.get('id'))}")
    seen_at = metrics.at
    created_at = min(_epoch(told.get("added_at"), "added_at"), seen_at)
    nothing = metrics.views is None and metrics.likes is None and metrics.replies is None
    post = Post(
        key=key_of(forum, whole(told.get("id"))),
        author=key,
        text=text,
        created_at=created_at,
        seen_at=seen_at,
        url=payload.web_address(forum.page(told.get("url"))),
        metrics=None if nothing else metrics,
        local_id=local_id,
        edited_at=_edited_at(told.get("last_edited_at"), created_at, seen_at),
    )
    return Account(key, payload.name(author.get("username")) or key.id, seen_at), post


def _edited_at(value: Any, created_at: datetime, seen_at: datetime) -> datetime | None:
    try:
        edited_at = _epoch(value, "last_edited_at")
    except Unusable:
        return None
    return min(edited_at, seen_at) if edited_at > created_at else None


def _epoch(value: Any, field: str) -> datetime:
    """A time that is told as text with the seconds since 1970. Raises Unusable where it is none."""
    if isinstance(value, str):
        text = value.strip()
        value = float(text) if len(text) < 20 and text.isascii() and text.replace(".", "", 1).isdigit() else None
    return payload.from_epoch(value, field)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
