"""Who reposted a post, when, and through whom: from the records where they can be had, else inferred."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from monitor.domain import Account, AccountKey, Dropped, Post, PostKey, Repost
from monitor.errors import RateLimited, SourceError
from monitor.sources.bluesky.config import NAME
from monitor.sources.bluesky.memory import Memory, Told, Waiting, mark
from monitor.sources.bluesky.records import Budget, DirectoryDown, RecordReader, RepostRecord, Spent
from monitor.sources.bluesky.traces import Traces
from monitor.sources.bluesky.views import AtUri

_TRIES = 3  # of reading the record of one reposter whose server fails
_SECOND = timedelta(seconds=1)


def child_of(root: PostKey, did: str) -> PostKey:
    """The key of an account's repost of ``root``: the same whether its record was read or not."""
    return PostKey(NAME, f"{root.id}#repost:{did}")


class RepostTracker:
    """Tells each reposter of a post once, and once more when the record that was missing has been read."""

    def __init__(self, reader: RecordReader, traces: Traces) -> None:
        self._reader = reader
        self._traces = traces

    def tell(
        self, post: Post, memory: Memory, top: Sequence[Account], below: Sequence[Account], now: datetime, requests: int
    ) -> tuple[list[Repost], list[Dropped]]:
        """The reposts that are new or now known better, oldest first; ``memory`` learns them.

        ``top`` and ``below`` are reposters as the site lists them, newest first: those at the top of its list, and
        those further down, which came before all that were told. At most ``requests`` are made for records, for the
        oldest first; the next return goes on there. Until then a repost lies in time between its neighbours.
        """
        late, new = _unknown(memory, below), _unknown(memory, top)
        look = _Look(self._reader, post, memory, Budget(requests))
        waiting = list(memory.waiting)
        for did in dict.fromkeys((*waiting, *(account.key.id for account in (*late, *new)))):
            look.find(did)
        since = memory.since or post.created_at
        first = memory.first()
        until = now if first is None else post.created_at + first * _SECOND
        times = _times([look.at(account.key.id, now) for account in late], post.created_at, until)
        times += _times([look.at(account.key.id, now) for account in new], since, now)
        people = {account.key.id: (account.key, account.followers) for account in (*late, *new)}
        told_at = dict(zip(people, times, strict=True))
        told_at |= {did: at for did in waiting if (at := look.at(did, now)) is not None}
        self._learn(post, memory, look, told_at)
        edges = [
            _repost(post, people.get(did, (AccountKey(NAME, did), None)), at, look.parent(did))
            for did, at in told_at.items()
        ]
        for did in look.unsure:
            memory.waiting[did] = Waiting(memory.told.pop(mark(did)).seconds, look.tries(did))
        return sorted(edges, key=lambda edge: (edge.at, edge.child)), look.dropped

    def _learn(self, post: Post, memory: Memory, look: "_Look", told_at: dict[str, datetime]) -> None:
        for did, at in told_at.items():
            seconds = max(0, (at - post.created_at) // _SECOND)
            record = look.record(did)
            if record is not None or did in look.hopeless:
                memory.waiting.pop(did, None)
                memory.told[mark(did)] = Told(seconds, mark(record.uri.rkey) if record else None)
            else:
                memory.waiting[did] = Waiting(seconds, look.tries(did))
            if record is not None:
                self._traces.note(did, record.uri.rkey, post.key.id, at)
        for did in [did for did in memory.waiting if did not in told_at]:
            known = memory.waiting[did]
            if did in look.hopeless:
                memory.told[mark(did)] = Told(memory.waiting.pop(did).seconds, None)
            else:
                memory.waiting[did] = known._replace(tries=look.tries(did))


class _Look:
    """One look at the records of a post's reposters."""

    def __init__(self, reader: RecordReader, post: Post, memory: Memory, budget: Budget) -> None:
        self._reader = reader
        self._post = post
        self._memory = memory
        self._budget = budget
        self._is_over = False
        self._found: dict[str, RepostRecord] = {}  # by account
        self._seen: dict[str, RepostRecord] = {}  # by address, of whatever post
        self._failed: set[str] = set()
        self._noted: set[str] = set()
        self.hopeless: set[str] = set()  # accounts whose record will never be read
        self.unsure: set[str] = set()  # accounts whose record was read, but not yet the one that it names
        self.dropped: list[Dropped] = []

    def find(self, did: str) -> None:
        """Read the account's repost of the post, if the budget and its server allow."""
        if self._is_over:
            return
        try:
            found, seen = self._reader.find(did, self._post.key.id, self._post.created_at, self._budget)
        except Spent:
            self._is_over = True
            return
        except SourceError as error:
            self._fail(did, error)
            return
        self._seen |= {str(record.uri): record for record in seen}
        if found is not None:
            self._found[did] = found
        else:
            self.hopeless.add(did)

    def _fail(self, did: str, error: SourceError) -> None:
        if str(error) not in self._noted:
            self._noted.add(str(error))
            self.dropped.append(Dropped(f"repost by {did[:60]}", f"time and path unknown: {error}"))
        if isinstance(error, RateLimited | DirectoryDown):
            return
        self._failed.add(did)
        if not error.retry or self.tries(did) >= _TRIES:
            self.hopeless.add(did)

    def tries(self, did: str) -> int:
        """How often the account's server has failed so far."""
        known = self._memory.waiting.get(did)
        return (known.tries if known else 0) + (did in self._failed)

    def record(self, did: str) -> RepostRecord | None:
        """The account's repost of the post, where it was read."""
        return self._found.get(did)

    def at(self, did: str, now: datetime) -> datetime | None:
        """When the account reposted, within what is possible; None where that is not known."""
        record = self._found.get(did)
        return None if record is None else min(max(record.at, self._post.created_at), now)

    def parent(self, did: str) -> str | None:
        """The account through which it saw the post, where it says so and that can be true.

        ``via`` is declared by the client: it must name a repost of the same post, by another account, not later than
        this one. Where that record cannot be had, its author must at least have reposted the post before.
        """
        record = self._found.get(did)
        if record is None or record.via is None or record.via.did == did:
            return None
        seconds = (record.at - self._post.created_at) / _SECOND
        told = self._memory.told.get(mark(record.via.did))
        if told is not None and told.record == mark(record.via.rkey):
            return record.via.did if told.seconds <= max(0.0, seconds) else None
        named = self._seen.get(str(record.via)) or self._fetched(did, record.via)
        if named is not None:
            return record.via.did if named.subject == record.subject and named.at <= record.at else None
        before = self._memory.seconds(record.via.did)
        return record.via.did if before is not None and before <= seconds else None

    def _fetched(self, did: str, via: AtUri) -> RepostRecord | None:
        """The record that ``did`` names, from its own server; ``did`` is unsure where that is still to be asked."""
        try:
            return self._reader.get(via, self._budget)
        except Spent:
            self.unsure.add(did)
        except SourceError as error:
            if error.retry and self.tries(did) < _TRIES - 1:
                self._failed.add(did)
                self.unsure.add(did)
        return None


def _unknown(memory: Memory, reposters: Iterable[Account]) -> list[Account]:
    """Those not told yet, oldest first."""
    unique = {account.key.id: account for account in reposters}
    return [account for did, account in reversed(unique.items()) if not memory.knows(did)]


def _repost(post: Post, by: tuple[AccountKey, int | None], at: datetime, parent: str | None) -> Repost:
    key, followers = by
    return Repost(
        root=post.key,
        child=child_of(post.key, key.id),
        by=key,
        at=at,
        kind="repost",
        parent=AccountKey(NAME, parent) if parent else None,
        parent_post=child_of(post.key, parent) if parent else None,
        evidence="via" if parent else "inferred",
        confidence=1.0 if parent else 0.0,
        followers=followers,
    )


def _times(known: Sequence[datetime | None], since: datetime, until: datetime) -> list[datetime]:
    """``known``, with the gaps filled evenly between neighbours: the site gives the order of all, the times of some."""
    places = [place for place, at in enumerate(known) if at is not None]
    seconds = [(at - since).total_seconds() for at in known if at is not None]
    filled = np.interp(
        range(len(known)),
        [-1, *places, len(known)],
        [0.0, *seconds, max(0.0, (until - since).total_seconds())],
    )
    return [at or since + timedelta(seconds=float(guess)) for at, guess in zip(known, filled, strict=True)]
