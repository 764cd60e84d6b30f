"""Posts and reposts as Weibo sends them, read with their types checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.payload import Unusable
from monitor.sources.weibo.chain import Chain, plain, read_chain
from monitor.sources.weibo.edges import account_key, edge, post_key
from monitor.sources.weibo.path import Act, Paths, Root
from monitor.sources.weibo.values import count, moment, moment_of, own_id, short_id

# What stands in the place of a post that was taken back, or that strangers may no longer see.
_STUBS = ("此微博已被", "抱歉，此微博已被", "抱歉，由于作者设置")

_NOTHING = Page()


class Origin(NamedTuple):
    """What a repost passes on."""

    id: str
    status: "Status | None"  # None: it is gone, or cannot be read
    gone: bool


@dataclass(frozen=True, slots=True)
class Status:
    """A post, or a repost of one."""

    id: str
    author: Account
    at: datetime
    text: str
    chain: Chain
    metrics: Metrics | None
    origin: Origin | None  # None: it is no repost
    parent_id: str | None

    @property
    def has_words(self) -> bool:
        """Whether its author wrote something."""
        return self.origin is None or not self.chain.own_is_empty

    def post(self, seen_at: datetime) -> Post:
        """It as a post; of a repost, the own words only."""
        return Post(
            key=post_key(self.id),
            author=self.author.key,
            text=self.text if self.origin is None else self.chain.own,
            created_at=self.at,
            seen_at=seen_at,
            url=f"https://weibo.com/{self.author.key.id}/{short_id(self.id)}",
            metrics=self.metrics,
        )

    def act(self) -> Act:
        """It as an act of passing on."""
        author = self.author
        return Act(self.id, author.key.id, author.handle, self.at, self.chain, author.followers, self.parent_id)

    def root(self) -> Root:
        """It as what is passed on."""
        author = self.author
        return Root(self.id, self.at, author.key.id, author.handle, self.chain.keys[0], self.chain.cut)


def status_of(value: Any, seen_at: datetime) -> Status:
    """The post that was sent. Raises Unusable where it has no id, author or time."""
    value = payload.mapping(value, "the post")
    id_ = own_id(value, "the post")
    author = account_of(value.get("user"), seen_at)
    text = plain(_text(value))
    origin = value.get("retweeted_status")
    return Status(
        id=id_,
        author=author,
        at=min(moment(value.get("created_at"), "created_at"), seen_at),
        text=text,
        chain=read_chain(text, cut=goes_on(value)),
        metrics=_metrics(value, seen_at),
        origin=None if origin is None else _origin(origin, seen_at),
        parent_id=_parent_id(value.get("pid")),
    )


def _origin(value: Any, seen_at: datetime) -> Origin:
    value = payload.mapping(value, "retweeted_status")
    id_ = own_id(value, "retweeted_status")
    if is_gone(value):
        return Origin(id_, None, gone=True)
    try:
        return Origin(id_, status_of({**value, "retweeted_status": None}, seen_at), gone=False)
    except Unusable:
        return Origin(id_, None, gone=False)


def account_of(value: Any, seen_at: datetime) -> Account:
    """An account with its followers. Raises Unusable where it has no id."""
    value = payload.mapping(value, "user")
    verified = value.get("verified")
    name = payload.name(value.get("screen_name"))
    return Account(
        key=account_key(own_id(value, "user")),
        handle=name,
        seen_at=seen_at,
        display_name=name,
        followers=count(value.get("followers_count")),
        verified=verified if isinstance(verified, bool) else None,
    )


def is_gone(value: Mapping[str, Any]) -> bool:
    """Whether the site sent a stub in the place of a post that is gone."""
    if value.get("deleted") in ("1", 1):
        return True
    text = value.get("text")
    return value.get("user") is None and isinstance(text, str) and text.startswith(_STUBS)


def goes_on(value: Mapping[str, Any]) -> bool:
    """Whether the site says that the text goes on where it ends here."""
    return value.get("isLongText") is True and not _long_text(value)


def worth_reading_whole(value: Any) -> bool:
    """Whether a text was cut off before the first hop, so that words, and the way it came, are missing."""
    return isinstance(value, dict) and goes_on(value) and not read_chain(plain(_text(value))).hops


def _text(value: Mapping[str, Any]) -> str:
    known = (_long_text(value), value.get("text_raw"), value.get("raw_text"), value.get("text"))
    return next((text for text in known if isinstance(text, str) and text), "")


def _long_text(value: Mapping[str, Any]) -> str:
    whole = value.get("longText")
    if isinstance(whole, dict):
        whole = whole.get("longTextContent") or whole.get("content")
    return whole if isinstance(whole, str) else ""


def _metrics(value: Mapping[str, Any], seen_at: datetime) -> Metrics | None:
    counts = [count(value.get(f"{name}_count")) for name in ("attitudes", "reposts", "comments")]
    if all(known is None for known in counts):
        return None
    likes, reposts, replies = counts
    return Metrics(seen_at, likes=likes, reposts=reposts, replies=replies)


def _parent_id(value: Any) -> str | None:
    try:
        return own_id({"id": value}, "pid")
    except Unusable:
        return None


class Gathering:
    """Posts of one answer, or of several, with their authors, and what was wrong with the others."""

    def __init__(self, seen_at: datetime) -> None:
        self.seen_at = seen_at
        self.posts: dict[PostKey, Post] = {}
        self.accounts: dict[AccountKey, Account] = {}
        self.deleted: dict[PostKey, None] = {}
        self.dropped: list[Dropped] = []

    def take(self, where: str, value: Any) -> Status | None:
        """Read a post and what it passes on; None where it cannot be read, which is counted, or is gone."""
        try:
            value = payload.mapping(value, "the post")
            if is_gone(value):
                self.deleted[post_key(own_id(value, "the post"))] = None
                return None
            status = status_of(value, self.seen_at)
        except Unusable as error:
            self.dropped.append(Dropped(where, str(error)))
            return None
        self.keep(status)
        origin = status.origin
        if origin is not None and origin.status is not None:
            self.keep(origin.status)
        elif origin is not None and origin.gone:
            self.deleted[post_key(origin.id)] = None
        return status

    def keep(self, status: Status) -> None:
        """Add a post that was read; one without words of its own is only its author's."""
        self.accounts.setdefault(status.author.key, status.author)
        if status.has_words:
            self.posts.setdefault(post_key(status.id), status.post(self.seen_at))

    def page(
        self,
        reposts: Iterable[Repost] = (),
        *,
        next_cursor: str | None = None,
        state: str | None = None,
        more: Page = _NOTHING,
    ) -> Page:
        """All of it, and ``more``; people known by a nickname only are among the accounts."""
        edges = (*reposts, *more.reposts)
        accounts = {account.key: account for account in more.accounts} | self.accounts
        for repost in edges:
            if repost.by.id.startswith("name:"):
                nickname = repost.by.id.removeprefix("name:")
                accounts.setdefault(repost.by, Account(repost.by, nickname, self.seen_at, nickname))
        return Page(
            posts=(*self.posts.values(), *more.posts),
            reposts=edges,
            accounts=tuple(accounts.values()),
            next_cursor=next_cursor,
            dropped=(*self.dropped, *more.dropped),
            state=state,
            deleted=tuple(key for key in self.deleted if key not in self.posts),
        )


def root_of(origin: Origin, first: datetime) -> Root:
    """What a repost at ``first`` passes on, as far as it is known."""
    if origin.status is not None:
        return origin.status.root()
    at = moment_of(origin.id)
    return Root(origin.id, first if at is None else min(at, first))


def edges_among(statuses: Iterable[Status]) -> list[Repost]:
    """The edges of those that are reposts, as far as these alone tell; what others may tell is left open."""
    by_root: dict[str, list[Status]] = {}
    for status in statuses:
        if status.origin is not None and status.origin.id != status.id:
            by_root.setdefault(status.origin.id, []).append(status)
    edges = []
    for reposts in by_root.values():
        origin = next((s.origin for s in reposts if s.origin and s.origin.status), reposts[0].origin)
        if origin is None:
            continue
        paths = Paths(root_of(origin, min(status.at for status in reposts)))
        paths.add((status.act() for status in reposts), complete=False)
        edges += [edge(node, paths.tree.root) for node in paths.changes().nodes]
    return edges
