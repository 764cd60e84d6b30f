"""What Reddit shows of posts and comments, read into posts, accounts and edges. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.sources.reddit.config import NAME

POST, COMMENT = "t3", "t1"
_FULLNAME = re.compile(r"(t[13])_([0-9a-z]{1,13})")
_ACCOUNT = re.compile(r"t2_\w{1,20}", re.ASCII)
_HANDLE = re.compile(r"[\w-]{1,30}", re.ASCII)
_TAKEN_BACK = frozenset(("[deleted]", "[removed]"))
_LONGEST_CHAIN = 10  # crossposts of crossposts

Thing = tuple[str, Any]  # where it stood in the answer, and what stood there


def parse(answer: Any, seen_at: datetime) -> Page:
    """The posts and comments of a listing, and those that were taken back. Raises BadPayload where it is none."""
    return page_of(things_of(answer), seen_at)


def things_of(answer: Any, where: str = "children") -> list[Thing]:
    """The things of a listing. Raises BadPayload where it is none."""
    data = answer.get("data") if isinstance(answer, dict) else None
    children = data.get("children") if isinstance(data, dict) else None
    if not isinstance(children, list):
        raise BadPayload(f"{NAME} answered without a listing")
    return [(f"{where}[{number}]", child) for number, child in enumerate(children)]


def after_of(answer: Any) -> str:
    """The fullname after which the next page starts; empty where this is the last. Raises BadPayload."""
    after = answer["data"].get("after")
    if after is None:
        return ""
    if isinstance(after, str) and _FULLNAME.fullmatch(after):
        return after
    raise BadPayload(f"{NAME}: the page names no usable next page")


def is_fullname(value: Any) -> bool:
    """Whether ``value`` is the name of a post or comment."""
    return isinstance(value, str) and _FULLNAME.fullmatch(value) is not None


def fullname(value: Any, field: str) -> str:
    """The name of a post ("t3_1abc") or comment ("t1_1abc"). Raises Unusable."""
    if isinstance(value, str) and _FULLNAME.fullmatch(value):
        return value
    raise Unusable(f"{field} is missing or not the name of a post or comment")


def name_of(thing: Any) -> str:
    """The name of a post or comment in a listing; empty where it cannot be read."""
    data = thing.get("data") if isinstance(thing, dict) else None
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) and is_fullname(name) else ""


def made_at(thing: Any, now: datetime) -> int | None:
    """When a thing of a listing was made, in seconds since 1970, never later than ``now``; None where unknown."""
    data = thing.get("data") if isinstance(thing, dict) else None
    try:
        made = payload.from_epoch(data.get("created_utc"), "created_utc") if isinstance(data, dict) else None
    except Unusable:
        return None
    return max(0, int(min(made, now).timestamp())) if made is not None else None


def page_of(things: Iterable[Thing], seen_at: datetime) -> Page:
    """Posts, comments, their edges and authors; what was taken back is in ``deleted``, what is unreadable counted."""
    posts: dict[PostKey, Post] = {}
    edges: list[tuple[Post, Mapping[str, Any]]] = []
    accounts: dict[AccountKey, Account] = {}
    deleted: dict[PostKey, None] = {}
    dropped: list[Dropped] = []
    for where, thing in _with_originals(things):
        try:
            kind, data = _read(thing)
            key = PostKey(NAME, fullname(data.get("name"), "name"))
            if is_taken_back(data):
                deleted.setdefault(key)
                continue
            account = _account(data, seen_at)
            post = _post(kind, data, key, account.key, seen_at)
        except Unusable as error:
            dropped.append(Dropped(where, str(error)))
            continue
        if posts.setdefault(key, post) is post:
            accounts.setdefault(account.key, account)
            edges.append((post, data))
    found = (_edge(post, data, posts) for post, data in edges)
    reposts = tuple(edge for edge in found if edge is not None)
    gone = tuple(key for key in deleted if key not in posts)
    return Page(tuple(posts.values()), reposts, tuple(accounts.values()), None, tuple(dropped), deleted=gone)


def is_taken_back(data: Mapping[str, Any]) -> bool:
    """Whether its author, or a moderator, took a post or comment back."""
    bodies = (data.get("author"), data.get("selftext"), data.get("body"))
    return bool(data.get("removed_by_category")) or any(
        isinstance(value, str) and value.strip() in _TAKEN_BACK for value in bodies
    )


def _with_originals(things: Iterable[Thing]) -> Iterator[Thing]:
    """``things``, and after each crosspost the posts that it shows, unless these were taken back."""
    for where, thing in things:
        yield where, thing
        for original in _originals(thing.get("data") if isinstance(thing, dict) else None):
            if not is_taken_back(original):
                yield f"{where}.crosspost_parent_list", {"kind": POST, "data": original}


def _originals(data: Any) -> list[dict[str, Any]]:
    listed = data.get("crosspost_parent_list") if isinstance(data, dict) else None
    return [one for one in listed[:_LONGEST_CHAIN] if isinstance(one, dict)] if isinstance(listed, list) else []


def _read(thing: Any) -> tuple[str, Mapping[str, Any]]:
    found = payload.mapping(thing, "the thing")
    if found.get("kind") not in (POST, COMMENT):
        raise Unusable("neither a post nor a comment")
    data = payload.mapping(found.get("data"), "data")
    if not str(data.get("name")).startswith(found["kind"]):
        raise Unusable("name is missing or not of this kind")
    return found["kind"], data


def _account(data: Mapping[str, Any], seen_at: datetime) -> Account:
    handle, name = payload.name(data.get("author")), data.get("author_fullname")
    if not _HANDLE.fullmatch(handle):
        raise Unusable("author is missing or not a name")
    key = name if isinstance(name, str) and _ACCOUNT.fullmatch(name) else handle
    return Account(AccountKey(NAME, key), handle, seen_at)


def _post(kind: str, data: Mapping[str, Any], key: PostKey, author: AccountKey, seen_at: datetime) -> Post:
    link = payload.web_address(data.get("url")) if kind == POST and data.get("is_self") is not True else None
    return Post(
        key=key,
        author=author,
        text=_text(kind, data),
        created_at=min(payload.from_epoch(data.get("created_utc"), "created_utc"), seen_at),
        seen_at=seen_at,
        url=_address(data.get("permalink")),
        language=payload.language(data.get("lang")),
        metrics=_metrics(data, seen_at),
        links=(link,) if link else (),
        edited_at=_edited(data.get("edited"), seen_at),
    )


def _text(kind: str, data: Mapping[str, Any]) -> str:
    text = payload.text(data.get("body"))
    if kind == POST:
        text = f"{payload.text(data.get('title'))}\n\n{payload.text(data.get('selftext'))}".strip()
    if not text:
        raise Unusable("title and body are missing")
    return text


def _address(permalink: Any) -> str | None:
    if not isinstance(permalink, str) or not permalink.startswith("/"):
        return None
    return payload.web_address(f"https://www.reddit.com{permalink}")


def _metrics(data: Mapping[str, Any], at: datetime) -> Metrics | None:
    hidden = data.get("score_hidden") is True or data.get("hide_score") is True
    likes = None if hidden else payload.count(data.get("score"))  # below zero it says nothing of those who like it
    reposts, replies = payload.count(data.get("num_crossposts")), payload.count(data.get("num_comments"))
    return None if (likes, reposts, replies) == (None, None, None) else Metrics(at, None, likes, reposts, replies)


def _edited(value: Any, seen_at: datetime) -> datetime | None:
    """When it was edited. Reddit says ``false`` for never, and of very old things only ``true``."""
    try:
        return min(payload.from_epoch(value, "edited"), seen_at)
    except Unusable:
        return None


def _edge(post: Post, data: Mapping[str, Any], posts: Mapping[PostKey, Post]) -> Repost | None:
    """What a comment answers, or a crosspost passes on with a title of its own."""
    kind: Literal["quote", "reply"] = "reply"
    if post.key.id.startswith(COMMENT):
        parent, root = data.get("parent_id"), data.get("link_id")
    else:
        kind, parent, root = "quote", data.get("crosspost_parent"), _first(data)
    if not (is_fullname(parent) and is_fullname(root)) or post.key.id in (parent, root):
        return None
    through = posts.get(PostKey(NAME, str(parent)))
    return Repost(
        root=PostKey(NAME, str(root)),
        child=post.key,
        by=post.author,
        at=post.created_at,
        kind=kind,
        parent=through.author if through is not None else None,
        parent_post=PostKey(NAME, str(parent)),
        evidence="reply" if kind == "reply" else "platform",
        confidence=1.0,
    )


def _first(data: Mapping[str, Any]) -> Any:
    """The post at the start of a chain of crossposts, as far as the crosspost shows it."""
    above = {one["name"]: one.get("crosspost_parent") for one in _originals(data) if is_fullname(one.get("name"))}
    root = data.get("crosspost_parent")
    for _ in range(_LONGEST_CHAIN):
        further = above.get(root) if is_fullname(root) else None
        if not is_fullname(further):
            break
        root = further
    return root
