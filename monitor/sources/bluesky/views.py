"""What Bluesky shows of a post, read into posts, accounts and edges."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Metrics, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, NotFound
from monitor.payload import Unusable
from monitor.sources.bluesky.config import NAME

POSTS = "app.bsky.feed.post"
HIDDEN = "!no-unauthenticated"  # the label of authors who ask not to be shown to anyone without a login
DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,250}")
_URI = re.compile(f"at://({DID.pattern})/" + r"([A-Za-z0-9.-]{1,250})/([A-Za-z0-9._~:-]{1,120})")
_MOST_REPLIES = 5_000  # of one thread


class AtUri(NamedTuple):
    """The address of a record: who keeps it, of what kind it is, and its own key."""

    did: str
    collection: str
    rkey: str

    @classmethod
    def read(cls, value: Any, field: str = "uri") -> "AtUri":
        """The parts of ``value``. Raises Unusable where it is no such address."""
        found = _URI.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise Unusable(f"{field} is missing or not an address of a record")
        return cls(*found.groups())

    def __str__(self) -> str:
        return f"at://{self.did}/{self.collection}/{self.rkey}"


def parse(answer: Any, seen_at: datetime, *, signed_in: bool = False) -> Page:
    """The posts of a search or a list of quotes. Raises BadPayload where the answer has no list of posts."""
    views = answer.get("posts") if isinstance(answer, dict) else None
    if not isinstance(views, list):
        raise BadPayload("Bluesky answered without posts")
    return page_of(((f"posts[{number}]", view) for number, view in enumerate(views)), seen_at, signed_in=signed_in)


def parse_thread(answer: Any, seen_at: datetime, *, signed_in: bool = False) -> Page:
    """A post and the replies below it. Raises NotFound where the post is gone, BadPayload where there is no thread."""
    thread = answer.get("thread") if isinstance(answer, dict) else None
    if isinstance(thread, dict) and thread.get("notFound") is True:
        raise NotFound("Bluesky has nothing there any more (the post at the head of the thread)")
    if not isinstance(thread, dict) or not isinstance(thread.get("post"), dict):
        raise BadPayload("Bluesky answered without a thread")
    return page_of(_below(thread), seen_at, signed_in=signed_in)


def page_of(views: Iterable[tuple[str, Any]], seen_at: datetime, *, signed_in: bool) -> Page:
    """Posts, their edges and authors; each view that cannot be used is counted."""
    posts: dict[PostKey, Post] = {}
    reposts: dict[PostKey, Repost] = {}
    accounts: dict[AccountKey, Account] = {}
    dropped: list[Dropped] = []
    for where, view in views:
        try:
            post, account, edge = _read(payload.mapping(view, "the post"), seen_at, signed_in)
        except Unusable as error:
            dropped.append(Dropped(where, str(error)))
            continue
        posts.setdefault(post.key, post)
        accounts.setdefault(account.key, account)
        if edge:
            reposts.setdefault(edge.child, edge)
    return Page(tuple(posts.values()), tuple(reposts.values()), tuple(accounts.values()), None, tuple(dropped))


def uris_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses of all posts of an answer, as the site wrote them: those too that cannot be used."""
    views = answer.get("posts")
    found = (_at(view, "uri") for view in (views if isinstance(views, list) else ()))
    return tuple(uri for uri in found if isinstance(uri, str))


def accounts_of(profiles: Any, seen_at: datetime) -> list[tuple[Account, bool]]:
    """The accounts of a list of profiles, and whether each asks not to be shown to anyone without a login."""
    found = []
    for profile in profiles if isinstance(profiles, list) else ():
        try:
            found.append((account_of(profile, seen_at), _labelled(profile, HIDDEN)))
        except Unusable:
            continue  # an account that cannot be named cannot be kept
    return found


def account_of(profile: Any, seen_at: datetime) -> Account:
    """The account of any kind of profile view. Raises Unusable."""
    author = payload.mapping(profile, "author")
    verification = author.get("verification")
    verified = verification.get("verifiedStatus") if isinstance(verification, dict) else None
    did = payload.identity(author.get("did"), "author.did")
    return Account(
        AccountKey(NAME, did),
        payload.name(author.get("handle")) or did,
        seen_at,
        display_name=payload.name(author.get("displayName")),
        followers=payload.count(author.get("followersCount")),
        verified=verified == "valid" if isinstance(verified, str) else None,
    )


def _read(view: Mapping[str, Any], seen_at: datetime, signed_in: bool) -> tuple[Post, Account, Repost | None]:
    uri = AtUri.read(view.get("uri"))
    record = payload.mapping(view.get("record"), "record")
    account = account_of(view.get("author"), seen_at)
    if account.key.id != uri.did or uri.collection != POSTS:
        raise Unusable("the address is not that of a post by its author")
    if not signed_in and _labelled(view["author"], HIDDEN):
        raise Unusable("the author asks not to be shown without a login")
    post, edge = post_of(uri, record, view.get("indexedAt"), seen_at)
    return replace(post, metrics=_metrics(view, seen_at)), account, edge


def post_of(uri: AtUri, record: Mapping[str, Any], indexed_at: Any, seen_at: datetime) -> tuple[Post, Repost | None]:
    """The post that ``record`` at ``uri`` is, and what it passes on. Raises Unusable."""
    if not isinstance(record.get("text"), str):
        raise Unusable("record.text is missing")
    languages = record.get("langs")
    post = Post(
        key=PostKey(NAME, str(uri)),
        author=AccountKey(NAME, uri.did),
        text=payload.text(record["text"]),
        created_at=_created(record, indexed_at, seen_at),
        seen_at=seen_at,
        url=f"https://bsky.app/profile/{uri.did}/post/{uri.rkey}",
        language=payload.language(languages[0]) if isinstance(languages, list) and languages else None,
        links=tuple(dict.fromkeys(_links(record))),
    )
    return post, _edge(record, post)


def _created(record: Mapping[str, Any], indexed_at: Any, seen_at: datetime) -> datetime:
    """The earlier of what the author's client declares and when the network saw it; never later than now."""
    declared = payload.moment(record.get("createdAt"), "record.createdAt")
    try:
        indexed = payload.moment(indexed_at, "indexedAt")
    except Unusable:
        indexed = declared
    return min(declared, indexed, seen_at)


def _metrics(view: Mapping[str, Any], seen_at: datetime) -> Metrics | None:
    likes, reposts, replies = (payload.count(view.get(name)) for name in ("likeCount", "repostCount", "replyCount"))
    if (likes, reposts, replies) == (None, None, None):
        return None
    return Metrics(seen_at, None, likes, reposts, replies)


def _edge(record: Mapping[str, Any], post: Post) -> Repost | None:
    """What a post passes on: what it quotes, else what it answers; one post is one act."""
    kind: Literal["quote", "reply"] = "reply"
    quoted = _quoted(record.get("embed"))
    if quoted is not None and quoted.collection == POSTS:
        kind, root, parent = "quote", quoted, quoted
    elif isinstance(reply := record.get("reply"), dict):
        root, parent = (AtUri.read(_at(reply, end, "uri"), f"reply.{end}") for end in ("root", "parent"))
    else:
        return None
    if post.key.id in (str(root), str(parent)):
        raise Unusable("the post passes itself on")
    return Repost(
        root=PostKey(NAME, str(root)),
        child=post.key,
        by=post.author,
        at=post.created_at,
        kind=kind,
        parent=AccountKey(NAME, parent.did),
        parent_post=PostKey(NAME, str(parent)),
        evidence=kind,
        confidence=1.0,
    )


def _quoted(embed: Any) -> AtUri | None:
    uri = _at(embed, "record", "uri") or _at(embed, "record", "record", "uri")
    try:
        return AtUri.read(uri) if uri is not None else None
    except Unusable:
        return None


def subject_of(record: Mapping[str, Any]) -> AtUri:
    """What a repost passes on. Raises Unusable."""
    return AtUri.read(_at(record, "subject", "uri"), "subject.uri")


def _links(record: Mapping[str, Any]) -> Iterator[str]:
    """Addresses in the text and in the card below it."""
    facets = record.get("facets")
    for facet in facets if isinstance(facets, list) else ():
        features = _at(facet, "features")
        for feature in features if isinstance(features, list) else ():
            if link := payload.web_address(_at(feature, "uri")):
                yield link
    if link := payload.web_address(_at(record, "embed", "external", "uri")):
        yield link


def _below(thread: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The posts of a thread, without recursion; deleted and blocked ones are passed over, they are no damage."""
    waiting: list[Any] = [thread]
    for number in range(_MOST_REPLIES):
        if not waiting:
            return
        node = waiting.pop()
        replies = node.get("replies")
        if isinstance(replies, list):
            waiting.extend(reply for reply in replies if isinstance(reply, dict) and "post" in reply)
        yield f"thread[{number}]", node["post"]
    yield f"thread beyond {_MOST_REPLIES} replies", None


def _labelled(profile: Any, label: str) -> bool:
    labels = _at(profile, "labels")
    return isinstance(labels, list) and any(_at(one, "val") == label and _at(one, "neg") is not True for one in labels)


def _at(value: Any, *path: str) -> Any:
    """What lies at the end of ``path`` in nested objects; None where there is no such thing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
