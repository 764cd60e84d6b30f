"""Archive record v1: one post, quote, reply or repost a line, as `export` writes and `replay` and `import` read it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast, get_args

from monitor import payload
from monitor.domain import Account, AccountKey, Evidence, Metrics, Post, PostKey, Repost, RepostKind
from monitor.payload import Unusable
from monitor.sources.archive.recorded import Recorded, Tally

KINDS = ("post", "quote", "reply", "repost")
NO_METRICS_TIME = "counters without a time, taken to be of the moment of the post"
_EVIDENCE = get_args(Evidence)
_PRESS = frozenset(("feed", "news"))


def is_record(record: dict[str, Any]) -> bool:
    """True for an archive record, whatever the state of its fields."""
    return "source" in record and "kind" in record


class RecordReader:
    """Turns archive records into what happened; remembers posts, so that later records can update their counters."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._posts: dict[PostKey, Post] = {}

    def read(self, record: dict[str, Any]) -> Iterator[Recorded]:
        """One or two happenings: a post that carries later counters appears first without them. Raises Unusable."""
        kind = record.get("kind")
        if kind not in KINDS:
            raise Unusable("kind is none of post, quote, reply, repost")
        source = payload.identity(record.get("source"), "source")
        key = PostKey(source, payload.identity(record.get("id"), "id"))
        author = payload.mapping(record.get("author"), "author")
        by = AccountKey(source, payload.identity(author.get("id"), "author.id"))
        at = payload.moment(record.get("created_at"), "created_at")
        account = _account(by, author, at)
        repost = _repost(record, key, by, at, account)
        if kind == "repost":
            self._tally.reposts += 1
            yield Recorded(at, None, repost, account)
        else:
            yield from self._post(record, key, by, at, account, repost)

    def _post(
        self,
        record: dict[str, Any],
        key: PostKey,
        by: AccountKey,
        at: datetime,
        account: Account | None,
        repost: Repost | None,
    ) -> Iterator[Recorded]:
        metrics = self._metrics(record.get("metrics"), at)
        known = self._posts.get(key)
        if known is not None:
            post = self._posts[key] = replace(known, text=payload.text(record.get("text")) or known.text)
            self._tally.updates += 1
            yield Recorded(
                metrics.at if metrics else at, replace(post, metrics=metrics or known.metrics), None, account
            )
            return
        post = self._posts[key] = _post(record, key, by, at)
        self._tally.posts += 1
        self._tally.reposts += repost is not None
        # Counters read later than the post must not be known at the moment of the post.
        later = metrics is not None and metrics.at > at
        yield Recorded(at, post if later else replace(post, metrics=metrics), repost, account)
        if metrics is not None and later:
            yield Recorded(metrics.at, replace(post, metrics=metrics))

    def _metrics(self, value: Any, at: datetime) -> Metrics | None:
        if not isinstance(value, dict):
            return None
        counters = {name: payload.count(value.get(name)) for name in ("views", "likes", "reposts", "replies")}
        if all(counter is None for counter in counters.values()):
            return None
        if value.get("at") is None:
            self._tally.notes[NO_METRICS_TIME] += 1
            return Metrics(at, **counters)
        return Metrics(max(at, payload.moment(value["at"], "metrics.at")), **counters)


def _account(key: AccountKey, author: Any, at: datetime) -> Account | None:
    handle, title = payload.name(author.get("handle")), payload.name(author.get("name"))
    followers, verified = payload.count(author.get("followers")), author.get("verified")
    if not (handle or title or followers is not None or isinstance(verified, bool)):
        return None
    return Account(
        key,
        handle or key.id,
        at,
        display_name=title,
        followers=followers,
        verified=verified if isinstance(verified, bool) else None,
    )


def _post(record: dict[str, Any], key: PostKey, by: AccountKey, at: datetime) -> Post:
    links = record.get("links")
    press = record.get("press")
    return Post(
        key=key,
        author=by,
        text=payload.text(record.get("text")),
        created_at=at,
        seen_at=at,
        url=payload.web_address(record.get("url")),
        language=payload.language(record.get("lang")),
        links=tuple(filter(None, map(payload.web_address, links))) if isinstance(links, list) else (),
        is_press=press if isinstance(press, bool) else key.source in _PRESS,
    )


def _repost(
    record: dict[str, Any], key: PostKey, by: AccountKey, at: datetime, account: Account | None
) -> Repost | None:
    """The edge that a record states; None for an original post."""
    kind = record["kind"]
    if kind == "post" or (kind != "repost" and record.get("root") is None):
        return None
    root = PostKey(key.source, payload.identity(record.get("root"), "root, which a repost needs,"))
    if root == key:
        raise Unusable("root is the record itself")
    parent = _parent(record, root)
    evidence = _evidence(record, parent)
    return Repost(
        root=root,
        child=key,
        by=by,
        at=at,
        kind=cast(RepostKind, kind),
        parent_post=parent,
        evidence=evidence,
        confidence=_confidence(record.get("confidence"), parent, evidence),
        followers=account.followers if account else None,
    )


def _parent(record: dict[str, Any], root: PostKey) -> PostKey | None:
    """The post through which it came; a quote without one came from the root that it quotes."""
    if record.get("parent") is not None:
        return PostKey(root.source, payload.identity(record["parent"], "parent"))
    return root if record["kind"] == "quote" else None


def _evidence(record: dict[str, Any], parent: PostKey | None) -> Evidence:
    stated = record.get("evidence")
    if stated is None and parent is not None:
        return cast(Evidence, record["kind"]) if record["kind"] in ("quote", "reply") else "platform"
    return cast(Evidence, stated) if stated in _EVIDENCE else "inferred"


def _confidence(value: Any, parent: PostKey | None, evidence: Evidence) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    return 1.0 if parent is not None and evidence != "inferred" else 0.0
