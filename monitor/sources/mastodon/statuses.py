"""Statuses and accounts of the API, read into posts, accounts and edges."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol
from urllib.parse import urlsplit

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.sources.mastodon.config import NAME
from monitor.sources.mastodon.content import links_of, text_of
from monitor.sources.mastodon.ids import local_id

_SHOWN = frozenset(("public", "unlisted"))


class Seen(NamedTuple):
    """What a server's id stands for: a post, or somebody's boost of one."""

    key: PostKey
    author: AccountKey
    answers: str | None  # the server's id of the post that it answers


class Known(Protocol):
    """Ids that were met before."""

    def get(self, id_: str, /) -> Seen | None:
        """What the id stands for; None where it is not known."""


def parse(answer: Any, seen_at: datetime, server: str) -> Page:
    """The statuses of a timeline of ``server``. Raises BadPayload where the answer is no list."""
    if not isinstance(answer, list):
        raise BadPayload(f"{NAME}: something else than a list of statuses was answered")
    reading = Reading(server, seen_at)
    reading.take(numbered("statuses", answer))
    return reading.page()


def numbered(what: str, items: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Each of ``items`` with the words that say where it stood."""
    return ((f"{what}[{number}]", item) for number, item in enumerate(items))


def account_of(value: Any, seen_at: datetime, server: str) -> Account:
    """The account; ``server`` is the one that was asked. Raises Unusable."""
    account = payload.mapping(value, "account")
    acct = payload.name(account.get("acct"))
    if not acct:
        raise Unusable("account.acct is missing")
    handle = acct if "@" in acct else f"{acct}@{_host(account.get('url')) or server}"
    uri = account.get("uri")  # GoToSocial gives none
    return Account(
        AccountKey(NAME, payload.identity(handle if uri is None else uri, "account.uri")),
        handle,
        seen_at,
        display_name=payload.name(account.get("display_name")),
        followers=payload.count(account.get("followers_count")),
    )


def boost_key(original: PostKey, by: AccountKey) -> PostKey:
    """The key of an account's boost, the same whether the boost itself was seen or only who made it."""
    return PostKey(NAME, f"{original.id}#boost:{by.id}")


class Reading:
    """Reads the statuses of one answer, or of several about one thread; those that cannot be used are counted.

    ``known`` are ids of earlier answers. ``found_by`` is given for searches and for the stream of everything: the
    hashtags asked for. Whoever asks not to be found by searches is left out there, unless the post carries one.
    """

    def __init__(
        self, server: str, seen_at: datetime, known: Known | None = None, found_by: frozenset[str] | None = None
    ) -> None:
        self._server = server
        self._seen_at = seen_at
        self._known: Known = known if known is not None else {}
        self._found_by = found_by
        self._top: Seen | None = None
        self.posts: dict[PostKey, Post] = {}
        self.edges: dict[PostKey, Repost] = {}
        self.accounts: dict[AccountKey, Account] = {}
        self.dropped: list[Dropped] = []
        self.seen: dict[str, Seen] = {}
        self._heads: dict[PostKey, Seen] = {}
        self._named: list[tuple[str, Post]] = []  # ids that posts quote

    def take(self, statuses: Iterable[tuple[str, Any]]) -> None:
        """Read ``statuses``, each with the words that say where it stood."""
        self._heads.clear()
        for where, status in statuses:
            try:
                self._take(payload.mapping(status, "the status"))
            except Unusable as error:
                self.dropped.append(Dropped(where, str(error)))

    def under(self, id_: str) -> None:
        """What was read is the thread of the post ``id_``: its topmost known post is the root of all."""
        if id_ in self.seen:
            self._top = self._head(self.seen[id_])

    def page(self) -> Page:
        """What was read, with the edges of replies whose thread is known up to its root."""
        for id_, post in self._named:
            self._quote(post, self._get(id_))
        for seen in self.seen.values():
            self._link(seen)
        posts, edges = tuple(self.posts.values()), tuple(self.edges.values())
        return Page(posts, edges, tuple(self.accounts.values()), dropped=tuple(self.dropped))

    def _take(self, status: Mapping[str, Any]) -> None:
        boosted = status.get("reblog")
        if boosted is None:
            self._post(status)
            return
        _check_shown(status)
        id_, booster = local_id(status.get("id")), account_of(status.get("account"), self._seen_at, self._server)
        at = min(payload.moment(status.get("created_at"), "created_at"), self._seen_at)
        original = self._post(payload.mapping(boosted, "reblog"))
        edge = Repost(original.key, boost_key(original.key, booster.key), booster.key, at, followers=booster.followers)
        self.accounts.setdefault(booster.key, booster)
        self.edges.setdefault(edge.child, edge)
        self.seen[id_] = Seen(edge.child, booster.key, None)

    def _post(self, status: Mapping[str, Any]) -> Post:
        _check_shown(status)
        answered = status.get("in_reply_to_id")
        answers = None if answered is None else local_id(answered, "in_reply_to_id")
        account = account_of(status.get("account"), self._seen_at, self._server)
        if self._found_by is not None:
            _check_found(status, self._found_by)
        post = _post_of(status, account.key, self._seen_at)
        if post.key not in self.posts:
            self.posts[post.key] = post
            self.accounts.setdefault(account.key, account)
            self._quotation(status, post)
        self.seen[local_id(status.get("id"))] = Seen(post.key, account.key, answers)
        return post

    def _quotation(self, status: Mapping[str, Any], post: Post) -> None:
        """Note what the post quotes, where the author of that agreed to it."""
        quote = status.get("quote")
        if not isinstance(quote, dict) or quote.get("state") != "accepted":
            return
        quoted = quote.get("quoted_status")
        try:
            if isinstance(quoted, dict):
                author = account_of(quoted.get("account"), self._seen_at, self._server)
                self._quote(post, Seen(PostKey(NAME, payload.identity(quoted.get("uri"), "uri")), author.key, None))
            else:  # only named: it may stand further down
                self._named.append((local_id(quote.get("quoted_status_id"), "quoted_status_id"), post))
        except Unusable:
            return

    def _quote(self, post: Post, quoted: Seen | None) -> None:
        if quoted is not None and quoted.key != post.key:
            self.edges[post.key] = _passed_on(post, "quote", quoted.key, quoted)

    def _link(self, seen: Seen) -> None:
        """The edge of a reply; one post is one act, and a quotation goes before."""
        post = self.posts.get(seen.key)
        if seen.answers is None or post is None or post.key in self.edges:
            return
        head = self._head(seen)
        root = head if head.answers is None else self._top
        if root is not None and root.key != post.key:
            self.edges[post.key] = _passed_on(post, "reply", root.key, self._get(seen.answers))

    def _head(self, seen: Seen) -> Seen:
        """The topmost known post above ``seen``; it answers something itself where more lies above it."""
        below: dict[PostKey, None] = {}
        while seen.answers is not None and seen.key not in below:
            below[seen.key] = None
            above = self._heads.get(seen.key) or self._get(seen.answers)
            if above is None:
                break
            seen = above
        self._heads |= dict.fromkeys(below, seen)
        return seen

    def _get(self, id_: str) -> Seen | None:
        return self.seen.get(id_) or self._known.get(id_)


def _check_shown(status: Mapping[str, Any]) -> None:
    """Raises Unusable for what is not for everybody; only streams of public posts leave it out."""
    shown = status.get("visibility", "public")
    if not isinstance(shown, str) or shown not in _SHOWN:
        raise Unusable("the post is not public")


def _check_found(status: Mapping[str, Any], asked: frozenset[str]) -> None:
    account = payload.mapping(status.get("account"), "account")
    if account.get("indexable") is not False and account.get("noindex") is not True:
        return
    tags = status.get("tags")
    named = {tag["name"].casefold() for tag in tags if _is_tag(tag)} if isinstance(tags, list) else set()
    if not named & asked:
        raise Unusable("the author asks not to be found by searches")


def _is_tag(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


def _post_of(status: Mapping[str, Any], author: AccountKey, seen_at: datetime) -> Post:
    content, card = status.get("content"), status.get("card")
    if not isinstance(content, str):
        raise Unusable("content is missing")
    edited = status.get("edited_at")
    links = (*links_of(content), payload.web_address(card.get("url")) if isinstance(card, dict) else None)
    return Post(
        key=PostKey(NAME, payload.identity(status.get("uri"), "uri")),
        author=author,
        text=f"{payload.text(status.get('spoiler_text'))}\n\n{text_of(content)}".strip(),
        created_at=min(payload.moment(status.get("created_at"), "created_at"), seen_at),
        seen_at=seen_at,
        url=payload.web_address(status.get("url")),
        language=payload.language(status.get("language")),
        metrics=_metrics(status, seen_at),
        links=tuple(dict.fromkeys(link for link in links if link)),
        local_id=local_id(status.get("id")),
        edited_at=None if edited is None else min(payload.moment(edited, "edited_at"), seen_at),
    )


def _metrics(status: Mapping[str, Any], seen_at: datetime) -> Metrics | None:
    counts = (payload.count(status.get(name)) for name in ("favourites_count", "reblogs_count", "replies_count"))
    likes, reposts, replies = counts
    if (likes, reposts, replies) == (None, None, None):
        return None
    return Metrics(seen_at, None, likes, reposts, replies)


def _passed_on(post: Post, kind: Literal["quote", "reply"], root: PostKey, parent: Seen | None) -> Repost:
    """The edge of a post with words of its own; its parent is what the site states, or not known."""
    edge = Repost(root, post.key, post.author, post.created_at, kind)
    if parent is None:
        return edge
    return replace(edge, parent=parent.author, parent_post=parent.key, evidence=kind, confidence=1.0)


def _host(url: Any) -> str:
    """Host and port of an account's page; empty where it has none."""
    address = payload.web_address(url)
    try:
        found = urlsplit(address).netloc.rpartition("@")[2] if address else ""
    except ValueError:
        return ""
    return found if len(found) <= 255 else ""
