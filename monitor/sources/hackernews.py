"""Hacker News: stories and comments through its public search, threads through the item tree."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from pydantic import Field

from monitor import payload
from monitor.domain import Account, AccountKey, Brand, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, NotFound
from monitor.http import HttpClient
from monitor.payload import Unusable
from monitor.plain_text import html_to_text
from monitor.sources.base import Capabilities, SourceConfig, SourceSpec

NAME = "hackernews"
_HITS = 100
_MOST_COMMENTS = 5_000  # of one thread


class Config(SourceConfig):
    """Where to ask, and how far back."""

    search_url: str = Field(default="https://hn.algolia.com/api/v1", description="address of the search")
    item_url: str = Field(default="https://hacker-news.firebaseio.com/v0", description="address of the items")
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=10.0, ge=0, description="how far each look goes back behind the last, for posts that were indexed late"
    )


class _Cursor(NamedTuple):
    """Where a crawl stands: which search term, which page of it, the newest moment seen so far."""

    term: int
    page: int
    newest: int

    @classmethod
    def read(cls, cursor: str | None, newest: int) -> "_Cursor":
        try:
            return cls(*map(int, (cursor or f"0:0:{newest}").split(":")))
        except (TypeError, ValueError) as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error

    def __str__(self) -> str:
        return f"{self.term}:{self.page}:{self.newest}"


class HackerNewsSource:
    """Searches each term of a brand, newest first; follows threads. The state is the newest moment seen."""

    name: ClassVar[str] = NAME

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._http = http

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of stories and comments with one of the brand's terms."""
        terms = brand.search_terms
        since = _watermark(state, now - timedelta(hours=self._config.lookback_hours))
        at = _Cursor.read(cursor, since)
        if at.term >= len(terms):
            return Page(state=str(at.newest))
        answer = self._http.get_json(
            f"{self._config.search_url}/search_by_date",
            {
                "query": '"' + terms[at.term].replace('"', " ") + '"',
                "tags": "(story,comment)",
                "numericFilters": f"created_at_i>={max(0, since - int(self._config.overlap_minutes * 60))}",
                "typoTolerance": "false",
                "advancedSyntax": "true",
                "hitsPerPage": _HITS,
                "page": at.page,
            },
        )
        page = parse(answer, now)
        newest = max([at.newest, *(int(post.created_at.timestamp()) for post in page.posts)])
        more = bool(answer["hits"]) and at.page + 1 < (payload.count(answer.get("nbPages")) or 0)
        following = _Cursor(at.term, at.page + 1, newest) if more else _Cursor(at.term + 1, 0, newest)
        ended = following.term >= len(terms)
        return Page(
            page.posts, page.reposts, page.accounts, None if ended else str(following), page.dropped, str(newest)
        )

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The thread below ``post`` and its present counters. Raises NotFound where it was deleted."""
        item = self._http.get_json(f"{self._config.item_url}/item/{post.key.id}.json")
        if not isinstance(item, dict) or item.get("deleted") or item.get("dead"):
            raise NotFound(f"{NAME}: item {post.key.id} was deleted")
        tree = parse_thread(self._http.get_json(f"{self._config.search_url}/items/{post.key.id}"), now)
        fresh = Metrics(now, likes=payload.count(item.get("score")), replies=payload.count(item.get("descendants")))
        updated = replace(post, metrics=fresh)
        return Page(
            (updated, *(p for p in tree.posts if p.key != post.key)), tree.reposts, tree.accounts, None, tree.dropped
        )


def parse(answer: Any, seen_at: datetime) -> Page:
    """The hits of a search. Raises BadPayload where the answer has no list of hits."""
    hits = answer.get("hits") if isinstance(answer, dict) else None
    if not isinstance(hits, list):
        raise BadPayload(f"{NAME}: the search answered without hits")
    return _page(((f"hits[{number}]", hit, None) for number, hit in enumerate(hits)), seen_at)


def parse_thread(tree: Any, seen_at: datetime) -> Page:
    """A story or comment with everything below it; each reply knows the account that it answers."""
    if not isinstance(tree, dict):
        raise BadPayload(f"{NAME}: the item answered without a tree")
    return _page(_nodes(tree), seen_at)


def _nodes(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any, str | None]]:
    """All items of a tree with the account of their parent, without recursion: strangers decide how deep it is."""
    waiting: list[tuple[Any, str | None]] = [(tree, None)]
    for _ in range(_MOST_COMMENTS):
        if not waiting:
            return
        node, parent = waiting.pop()
        if isinstance(node, dict):
            yield f"item {node.get('id')}", {**node, "objectID": node.get("id")}, parent
            author, children = node.get("author"), node.get("children")
            if isinstance(children, list):
                waiting.extend((child, author if isinstance(author, str) else None) for child in children)
    yield f"thread beyond {_MOST_COMMENTS} comments", None, None


def _page(items: Iterator[tuple[str, Any, str | None]], seen_at: datetime) -> Page:
    posts: dict[PostKey, Post] = {}
    reposts: dict[PostKey, Repost] = {}
    accounts: dict[AccountKey, Account] = {}
    dropped: list[Dropped] = []
    for where, item, parent in items:
        try:
            post = _post(payload.mapping(item, "the item"), seen_at)
            posts.setdefault(post.key, post)
            accounts.setdefault(post.author, Account(post.author, post.author.id, seen_at))
            if reply := _reply(item, post, parent):
                reposts.setdefault(post.key, reply)
        except Unusable as error:
            dropped.append(Dropped(where, str(error)))
    return Page(tuple(posts.values()), tuple(reposts.values()), tuple(accounts.values()), None, tuple(dropped))


def _post(hit: Mapping[str, Any], seen_at: datetime) -> Post:
    key = PostKey(NAME, payload.identity(hit.get("objectID"), "objectID"))
    author = AccountKey(NAME, payload.identity(hit.get("author"), "author"))
    created_at = min(payload.from_epoch(hit.get("created_at_i"), "created_at_i"), seen_at)
    title = html_to_text(_string(hit, "title"))
    body = html_to_text(_string(hit, "comment_text") or _string(hit, "story_text") or _string(hit, "text"))
    link = payload.web_address(hit.get("url"))
    likes, replies = payload.count(hit.get("points")), payload.count(hit.get("num_comments"))
    return Post(
        key=key,
        author=author,
        text=f"{title}\n\n{body}".strip(),
        created_at=created_at,
        seen_at=seen_at,
        url=f"https://news.ycombinator.com/item?id={key.id}",
        metrics=None if likes is None and replies is None else Metrics(seen_at, likes=likes, replies=replies),
        links=(link,) if link else (),
    )


def _reply(hit: Mapping[str, Any], post: Post, parent_author: str | None) -> Repost | None:
    """The edge from a comment to what it answers; None for a story. The search does not name the parent's author."""
    if hit.get("parent_id") is None:
        return None
    return Repost(
        root=PostKey(NAME, payload.identity(hit.get("story_id"), "story_id")),
        child=post.key,
        by=post.author,
        at=post.created_at,
        kind="reply",
        parent=AccountKey(NAME, parent_author) if parent_author else None,
        parent_post=PostKey(NAME, payload.identity(hit["parent_id"], "parent_id")),
        evidence="reply",
        confidence=1.0,
    )


def _watermark(state: str | None, otherwise: datetime) -> int:
    return int(state) if state and state.isascii() and state.isdigit() else int(otherwise.timestamp())


def _string(of: Mapping[str, Any], name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


SPEC = SourceSpec(
    NAME,
    Config,
    HackerNewsSource,
    capabilities=Capabilities(
        mentions="all",
        reposts="none",
        quotes="none",
        replies="all",
        views=False,
        followers=False,
        edits=False,
        deletions=False,
    ),
)
