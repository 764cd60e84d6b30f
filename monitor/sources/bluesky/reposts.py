"""Who reposted a post, when, and through whom: from the records where they can be had, else inferred."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from monitor.domain import Account, AccountKey, Dropped, Post, PostKey, Repost
from monitor.errors import SourceError
from monitor.sources.bluesky.config import NAME
from monitor.sources.bluesky.records import REPOSTS, Budget, RecordReader, RepostRecord, Spent

_REMEMBERED = 2_000  # posts whose reposters are known


@dataclass(slots=True)
class _Known:
    """The reposters of one post that were told already, and when the last look at it was."""

    since: datetime
    times: dict[str, datetime] = field(default_factory=dict)  # by account


class RepostTracker:
    """Tells each reposter of a post once. After a restart all are told again, under the same keys."""

    def __init__(self, reader: RecordReader) -> None:
        self._reader = reader
        self._known: OrderedDict[PostKey, _Known] = OrderedDict()

    def new_among(self, post: Post, reposters: Sequence[Account]) -> list[Account]:
        """The reposters not told yet, oldest first; the site lists them newest first."""
        known = self._known.get(post.key)
        unique = {account.key: account for account in reposters}.values()
        return [account for account in reversed(list(unique)) if known is None or account.key.id not in known.times]

    def reposts(
        self, post: Post, new: Sequence[Account], now: datetime, requests: int
    ) -> tuple[list[Repost], list[Dropped]]:
        """The reposts by ``new``, oldest first. At most ``requests`` are made for records; whoever's record was not
        read is placed in time between the neighbours in the list."""
        known = self._known.setdefault(post.key, _Known(post.created_at))
        look = _Look(self._reader, post, Budget(requests))
        for account in new:
            look.find(account.key.id)
        times = _times([look.at(account.key.id, now) for account in new], known.since, now)
        known.times |= {account.key.id: at for account, at in zip(new, times, strict=True)}
        known.since = now
        self._forget()
        edges = [
            _repost(post, account, at, look.parent(account.key.id, known.times))
            for account, at in zip(new, times, strict=True)
        ]
        return sorted(edges, key=lambda edge: edge.at), look.dropped

    def _forget(self) -> None:
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


class _Look:
    """One look at the records of a post's reposters."""

    def __init__(self, reader: RecordReader, post: Post, budget: Budget) -> None:
        self._reader = reader
        self._post = post
        self._budget = budget
        self._found: dict[str, RepostRecord] = {}  # by account
        self._seen: dict[str, RepostRecord] = {}  # by address, of whatever post
        self.dropped: list[Dropped] = []

    def find(self, did: str) -> None:
        """Read the account's repost of the post, if the budget and its server allow."""
        try:
            found, seen = self._reader.find(did, self._post.key.id, self._post.created_at, self._budget)
        except Spent:
            return
        except SourceError as error:
            self.dropped.append(Dropped(f"repost by {did[:60]}", f"time and path unknown: {error}"))
            return
        self._seen |= {str(record.uri): record for record in seen}
        if found is not None:
            self._found[did] = found

    def at(self, did: str, now: datetime) -> datetime | None:
        """When the account reposted, within what is possible; None where that is not known."""
        record = self._found.get(did)
        return None if record is None else min(max(record.at, self._post.created_at), now)

    def parent(self, did: str, reposted_at: Mapping[str, datetime]) -> str | None:
        """The account through which it saw the post, where it says so and that can be true.

        ``via`` is declared by the client: it must name a repost of the same post, by another account, not later than
        this one. Where that record cannot be had, its author must at least have reposted the post before.
        """
        record = self._found.get(did)
        if record is None or record.via is None or record.via.did == did or record.via.collection != REPOSTS:
            return None
        named = self._seen.get(str(record.via)) or self._fetched(record)
        if named is not None:
            return record.via.did if named.subject == record.subject and named.at <= record.at else None
        before = reposted_at.get(record.via.did)
        return record.via.did if before is not None and before <= record.at else None

    def _fetched(self, record: RepostRecord) -> RepostRecord | None:
        try:
            return self._reader.get(record.via, self._budget) if record.via else None
        except (Spent, SourceError):
            return None


def child_of(root: PostKey, did: str) -> PostKey:
    """The key of an account's repost of ``root``: the same whether its record was read or not."""
    return PostKey(NAME, f"{root.id}#repost:{did}")


def _repost(post: Post, account: Account, at: datetime, parent: str | None) -> Repost:
    return Repost(
        root=post.key,
        child=child_of(post.key, account.key.id),
        by=account.key,
        at=at,
        kind="repost",
        parent=AccountKey(NAME, parent) if parent else None,
        parent_post=child_of(post.key, parent) if parent else None,
        evidence="via" if parent else "inferred",
        confidence=1.0 if parent else 0.0,
        followers=account.followers,
    )


def _times(known: Sequence[datetime | None], since: datetime, now: datetime) -> list[datetime]:
    """``known``, with the gaps filled evenly between neighbours: the site gives the order of all, the times of some."""
    places = [place for place, at in enumerate(known) if at is not None]
    seconds = [(at - since).total_seconds() for at in known if at is not None]
    filled = np.interp(
        range(len(known)),
        [-1, *places, len(known)],
        [0.0, *seconds, (now - since).total_seconds()],
    )
    return [at or since + timedelta(seconds=float(guess)) for at, guess in zip(known, filled, strict=True)]
