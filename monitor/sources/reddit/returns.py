"""Returning to a post or comment on Reddit: what was said below it, its crossposts, its counters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from monitor.domain import Dropped, Page, Post
from monitor.errors import BadPayload, NotFound, SourceError
from monitor.sources.reddit.api import Api
from monitor.sources.reddit.config import NAME, Config
from monitor.sources.reddit.things import COMMENT, Thing, after_of, is_fullname, name_of, page_of, things_of

_MOST_THINGS = 20_000  # of one tree
_FOLDED = 100  # comments in one request for folded ones
_MOST_PAGES = 3  # of crossposts


@dataclass(slots=True)
class Tree:
    """What stands below a post: comments, and the ids of those that are folded away."""

    things: list[Thing] = field(default_factory=list)
    folded: dict[str, None] = field(default_factory=dict)
    cut: int = 0  # threads so deep that they go on elsewhere
    too_many: bool = False


class Returns:
    """Returns to posts and comments."""

    def __init__(self, api: Api, config: Config) -> None:
        self._api = api
        self._most_more = config.max_more
        self._one_at_a_time = Lock()  # Reddit's rule for folded comments

    def follow_up(self, post: Post, now: datetime) -> Page:
        """See ``monitor.sources.base.FollowsUp``."""
        if not is_fullname(post.key.id):
            raise NotFound(f"{NAME}: there can be no post of that name")
        params = {"limit": "500", "sort": "new"}
        if post.key.id.startswith(COMMENT):
            params["comment"] = post.key.id.partition("_")[2]
        head = self._head(post, now)
        answer = self._api.get(f"/comments/{head.partition('_')[2]}", params, now)
        if not isinstance(answer, list) or len(answer) < 2:
            raise BadPayload(f"{NAME} answered without a post and its comments")
        posts, dropped = things_of(answer[0], "post"), list[Dropped]()
        tree = _tree(things_of(answer[1], "comments"))
        self._unfold(head, tree, dropped, now)
        crossposts = self._crossposts(posts, post, dropped, now)
        page = page_of([*posts, *tree.things, *crossposts], now)
        if not any(found.key == post.key for found in page.posts):
            if post.key in page.deleted:
                raise NotFound(f"{NAME}: {post.key.id} was taken back")
            raise BadPayload(f"{NAME} answered without the post that was asked for")
        return replace(page, dropped=(*page.dropped, *dropped))

    def _head(self, post: Post, now: datetime) -> str:
        """The name of the post at the head of the tree."""
        if not post.key.id.startswith(COMMENT):
            return post.key.id
        things = things_of(self._api.get("/api/info", {"id": post.key.id}, now))
        for _, thing in things:
            head = thing["data"].get("link_id") if name_of(thing) == post.key.id else None
            if is_fullname(head):
                return str(head)
        raise NotFound(f"{NAME}: {post.key.id} is not there any more")

    def _unfold(self, head: str, tree: Tree, dropped: list[Dropped], now: datetime) -> None:
        """Add folded comments to ``tree``, as far as the number of requests allows."""
        try:
            for _ in range(self._most_more):
                if not tree.folded:
                    break
                ids = list(tree.folded)[:_FOLDED]
                params = {"api_type": "json", "link_id": head, "children": ",".join(ids), "sort": "new"}
                with self._one_at_a_time:
                    answer = self._api.get("/api/morechildren", params, now)
                more = _tree(_unfolded(answer))
                for id_ in ids:
                    del tree.folded[id_]
                tree.things += more.things
                tree.folded |= {id_: None for id_ in more.folded if id_ not in ids}
                tree.cut += more.cut
        except SourceError as error:
            dropped.append(Dropped("folded comments", str(error)))
        if tree.folded:
            dropped.append(Dropped("comments", f"{len(tree.folded)} folded ones were not read"))
        if tree.cut:
            dropped.append(Dropped("comments", f"{tree.cut} threads go on below what Reddit shows"))
        if tree.too_many:
            dropped.append(Dropped("comments", f"more than {_MOST_THINGS}"))

    def _crossposts(self, posts: Sequence[Thing], post: Post, dropped: list[Dropped], now: datetime) -> list[Thing]:
        """The posts that were made from ``post``, or link to the same page; none where Reddit counts none."""
        data = next((thing["data"] for _, thing in posts if name_of(thing) == post.key.id), None)
        if data is None or data.get("num_crossposts") == 0:
            return []
        found: list[Thing] = []
        params = {"crossposts_only": "true", "sort": "new", "limit": "100"}
        try:
            for _ in range(_MOST_PAGES):
                answer = self._api.get(f"/duplicates/{post.key.id.partition('_')[2]}", params, now)
                listing = answer[1] if isinstance(answer, list) and len(answer) > 1 else None
                found += things_of(listing, "duplicates")
                after = after_of(listing)
                if after in ("", params.get("after")):
                    return found
                params["after"] = after
            dropped.append(Dropped("crossposts", f"older ones, after {_MOST_PAGES} pages"))
        except SourceError as error:
            dropped.append(Dropped("crossposts", str(error)))
        return found


def names_of(things: Sequence[Thing]) -> set[str | None]:
    """The names of things; None among them where one cannot be read."""
    return {name_of(thing) or None for _, thing in things}


def _tree(things: Sequence[Thing]) -> Tree:
    """The comments of a tree, without recursion: strangers decide how deep it is."""
    tree, waiting = Tree(), list(reversed(things))
    while waiting:
        if len(tree.things) >= _MOST_THINGS:
            tree.too_many = True
            break
        where, thing = waiting.pop()
        data = thing.get("data") if isinstance(thing, dict) else None
        if isinstance(data, dict) and thing.get("kind") == "more":
            _fold(tree, data)
            continue
        tree.things.append((where, thing))
        replies = data.get("replies") if isinstance(data, dict) else None
        if isinstance(replies, dict):
            waiting.extend(reversed(list(_below(replies, where))))
    return tree


def _below(replies: dict[str, Any], where: str) -> Iterator[Thing]:
    try:
        yield from things_of(replies, f"{where.partition('.')[0]}.replies")
    except BadPayload:
        yield f"{where.partition('.')[0]}.replies", None  # counted as one that cannot be read


def _fold(tree: Tree, data: dict[str, Any]) -> None:
    children = data.get("children")
    listed = children if isinstance(children, list) else []
    ids = [id_ for id_ in listed if isinstance(id_, str) and is_fullname(f"{COMMENT}_{id_}")]
    tree.folded |= dict.fromkeys(ids)
    tree.cut += not ids  # "continue this thread"


def _unfolded(answer: Any) -> list[Thing]:
    told = answer.get("json") if isinstance(answer, dict) else None
    data = told.get("data") if isinstance(told, dict) else None
    things = data.get("things") if isinstance(data, dict) else None
    if not isinstance(things, list):
        raise BadPayload(f"{NAME} answered without the folded comments")
    return [(f"things[{number}]", thing) for number, thing in enumerate(things)]
