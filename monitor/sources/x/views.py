"""What X shows of posts and accounts, read into posts, accounts and edges. Pure; both generations of names."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.sources.x.config import NAME
from monitor.sources.x.ids import given_at, is_id, read_id

_LONGEST_CHAIN = 20  # quotes of quotes that are followed to the first
_OWN = ("x.com", "twitter.com")
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # the only ones that X makes


def parse(answer: Any, seen_at: datetime) -> Page:
    """The posts of an answer and those that came along; plain reposts become edges. Raises BadPayload without posts."""
    return _Reading(answer, seen_at).page()


def account_of(user: Any, seen_at: datetime) -> Account:
    """An account. Raises Unusable."""
    found = payload.mapping(user, "the user")
    id_ = read_id(found.get("id"), "id")
    counts = found.get("public_metrics")
    verified = found.get("verified")
    return Account(
        AccountKey(NAME, id_),
        payload.name(found.get("username")) or id_,
        seen_at,
        display_name=payload.name(found.get("name")),
        followers=payload.count(counts.get("followers_count")) if isinstance(counts, dict) else None,
        verified=verified if isinstance(verified, bool) else None,
    )


def data_of(answer: Any) -> list[Any]:
    """The things that were asked for. Raises BadPayload where they are missing and nothing says there are none."""
    found = answer.get("data") if isinstance(answer, dict) else None
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        return [found]
    if found is None and isinstance(answer, dict) and _says_none(answer):
        return []
    raise BadPayload(f"{NAME} answered without posts")


def ids_of(answer: Mapping[str, Any]) -> list[str]:
    """The ids of the things that were asked for."""
    return [raw["id"] for raw in data_of(answer) if isinstance(raw, dict) and is_id(raw.get("id"))]


def quotes_of(raw: Mapping[str, Any]) -> int | None:
    """How often a post was quoted."""
    return _counter(raw, "quote_count")


def is_quote(raw: Mapping[str, Any]) -> bool:
    """Whether a post quotes another."""
    return "quoted" in _references(raw)


def is_root(raw: Mapping[str, Any]) -> bool:
    """Whether a post is the first of its conversation."""
    return raw.get("conversation_id", raw.get("id")) == raw.get("id") or raw.get("conversation_id") in _history(raw)


class _Reading:
    """One answer, with what its parts say about one another."""

    def __init__(self, answer: Any, seen_at: datetime) -> None:
        self._seen_at = seen_at
        data = data_of(answer)
        self._all = [*_numbered("data", data), *_numbered("includes", _included(answer, "tweets", "posts"))]
        self._accounts: dict[str, Account] = {}
        for user in _included(answer, "users"):
            try:
                account = account_of(user, seen_at)
            except Unusable:
                continue  # an account that cannot be named cannot be kept
            self._accounts.setdefault(account.key.id, account)
        raws = [raw for _, raw in self._all if isinstance(raw, dict) and is_id(raw.get("id"))]
        self._first = {raw["id"]: _history(raw)[0] for raw in raws}
        self._raw = {self._first[raw["id"]]: raw for raw in reversed(raws)}

    def page(self) -> Page:
        posts: dict[PostKey, Post] = {}
        reposts: dict[PostKey, Repost] = {}
        dropped: list[Dropped] = []
        for where, raw in self._all:
            try:
                found = payload.mapping(raw, "the post")
                edge = self._edge(found)
                if edge is None or edge.kind != "repost":  # the text of a repost is a cut copy
                    post = self._post(found)
                    posts.setdefault(post.key, post)
            except Unusable as error:
                dropped.append(Dropped(where, str(error)))
                continue
            if edge is not None:
                reposts.setdefault(edge.child, edge)
        accounts = tuple(self._accounts.values())
        return Page(tuple(posts.values()), tuple(reposts.values()), accounts, None, tuple(dropped))

    def _post(self, raw: Mapping[str, Any]) -> Post:
        id_, author = read_id(raw.get("id"), "id"), read_id(raw.get("author_id"), "author_id")
        history = _history(raw)
        text, entities = _words(raw)
        return Post(
            key=PostKey(NAME, history[0]),
            author=AccountKey(NAME, author),
            text=text,
            created_at=min(payload.moment(raw.get("created_at"), "created_at"), self._seen_at),
            seen_at=self._seen_at,
            url=f"https://x.com/{self._handle(author)}/status/{id_}",
            language=_language(raw.get("lang")),
            metrics=_metrics(raw, self._seen_at),
            links=tuple(dict.fromkeys(_links(entities))),
            local_id=id_ if id_ != history[0] else None,
            # Each edit gets an id of its own, which tells when it was made.
            edited_at=min(given_at(history[-1]), self._seen_at) if len(history) > 1 else None,
        )

    def _handle(self, author: str) -> str:
        account = self._accounts.get(author)
        handle = account.handle if account is not None else ""
        return handle if handle.isascii() and handle.replace("_", "a").isalnum() else "i"

    def _edge(self, raw: Mapping[str, Any]) -> Repost | None:
        """What a post passes on: what it reposts, else what it quotes, else what it answers; one post is one act."""
        own, named = self._key(read_id(raw.get("id"), "id")), _references(raw)
        for kind in ("retweeted", "quoted", "replied_to"):
            parent = self._key(named[kind]) if kind in named else own
            if parent != own:
                return self._passing(raw, kind, own, parent)
        return None

    def _passing(self, raw: Mapping[str, Any], kind: str, own: str, parent: str) -> Repost:
        by = read_id(raw.get("author_id"), "author_id")
        account = self._accounts.get(by)
        followers = account.followers if account is not None else None
        at = min(payload.moment(raw.get("created_at"), "created_at"), self._seen_at)
        child, author = PostKey(NAME, own), AccountKey(NAME, by)
        if kind == "retweeted":  # X names the original, never the repost through which it came
            return Repost(PostKey(NAME, parent), child, author, at, followers=followers)
        act: Literal["quote", "reply"] = "quote" if kind == "quoted" else "reply"
        root = self._quoted_first(parent) if act == "quote" else self._conversation(raw, own, parent)
        through = self._author(parent) or (_answered(raw) if act == "reply" else None)
        return Repost(
            root=PostKey(NAME, root if root != own else parent),
            child=child,
            by=author,
            at=at,
            kind=act,
            parent=AccountKey(NAME, through) if through else None,
            parent_post=PostKey(NAME, parent),
            evidence=act,
            confidence=1.0,
            followers=followers,
        )

    def _quoted_first(self, post: str) -> str:
        """The post at the start of a chain of quotes, as far as the answer holds it."""
        for _ in range(_LONGEST_CHAIN):
            quoted = _references(self._raw.get(post, {})).get("quoted")
            if quoted is None or self._key(quoted) == post:
                break
            post = self._key(quoted)
        return post

    def _conversation(self, raw: Mapping[str, Any], own: str, parent: str) -> str:
        root = raw.get("conversation_id")
        return self._key(root) if is_id(root) and isinstance(root, str) and self._key(root) != own else parent

    def _author(self, post: str) -> str | None:
        author = self._raw.get(post, {}).get("author_id")
        return author if is_id(author) else None

    def _key(self, id_: str) -> str:
        """The id that a post had before it was edited, as far as the answer tells."""
        return self._first.get(id_, id_)


def _numbered(where: str, things: list[Any]) -> list[tuple[str, Any]]:
    return [(f"{where}[{number}]", thing) for number, thing in enumerate(things)]


def _included(answer: Any, *names: str) -> list[Any]:
    includes = answer.get("includes")
    found = [includes.get(name) for name in names] if isinstance(includes, dict) else []
    return [thing for things in found if isinstance(things, list) for thing in things]


def _says_none(answer: Mapping[str, Any]) -> bool:
    meta, errors = answer.get("meta"), answer.get("errors")
    return (isinstance(meta, dict) and meta.get("result_count") == 0) or (isinstance(errors, list) and bool(errors))


def _history(raw: Mapping[str, Any]) -> list[str]:
    """The ids of all versions of a post, the first one first."""
    told = raw.get("edit_history_tweet_ids", raw.get("edit_history_post_ids"))
    ids = {id_ for id_ in told if is_id(id_)} if isinstance(told, list) else set()
    return sorted(ids | {read_id(raw.get("id"), "id")}, key=int)


def _references(raw: Mapping[str, Any]) -> dict[str, str]:
    """The posts that a post refers to, by kind."""
    told = raw.get("referenced_tweets", raw.get("referenced_posts"))
    found = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return {str(one.get("type")): one["id"] for one in found if is_id(one.get("id"))}


def _answered(raw: Mapping[str, Any]) -> str | None:
    user = raw.get("in_reply_to_user_id")
    return user if is_id(user) else None


def _words(raw: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The text, whole where X cut it, and the entities that belong to it."""
    note = raw.get("note_tweet", raw.get("note_post"))
    long = note if isinstance(note, dict) and isinstance(note.get("text"), str) else {}
    text = long.get("text", raw.get("text"))
    if not isinstance(text, str):
        raise Unusable("text is missing")
    for escape, character in _ESCAPES:
        text = text.replace(escape, character)
    return payload.text(text), [raw.get("entities"), long.get("entities")]


def _links(entities: list[Any]) -> Iterator[str]:
    """Addresses that the post points to; pictures of its own and posts that it quotes are none."""
    for group in entities:
        urls = group.get("urls") if isinstance(group, dict) else None
        for url in urls if isinstance(urls, list) else ():
            target = (url.get("unwound_url") or url.get("expanded_url")) if isinstance(url, dict) else None
            link = payload.web_address(target)
            if link and not _is_own(link):
                yield link


def _is_own(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("mobile.")
    except ValueError:
        return True  # no address that anyone could follow
    return host in _OWN and "/status/" in parts.path


def _language(value: Any) -> str | None:
    code = payload.language(value)
    return None if code is None or (len(code) == 3 and code.startswith("q")) else code  # "qme": only pictures


def _metrics(raw: Mapping[str, Any], at: datetime) -> Metrics | None:
    views, likes = _counter(raw, "impression_count"), _counter(raw, "like_count")
    reposts, replies = _counter(raw, "retweet_count", "repost_count"), _counter(raw, "reply_count")
    if (views, likes, reposts, replies) == (None, None, None, None):
        return None
    return Metrics(at, views, likes, reposts, replies)


def _counter(raw: Any, *names: str) -> int | None:
    counters = raw.get("public_metrics") if isinstance(raw, dict) else None
    if not isinstance(counters, dict):
        return None
    return next((found for name in names if (found := payload.count(counters.get(name))) is not None), None)
