"""Who causes spread: every account ranked by the reposts that came through its posts."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from math import log1p

import numpy as np
from numpy.typing import NDArray

from graph.cascade import CascadeState
from graph.domain import Influence
from monitor.domain import AccountKey, PostKey

HOPS = 32  # credit goes no further up than this, so that one endless chain cannot hold up the ranking
EXAMPLES = 3
BATCH = 200_000  # nodes that are credited at once

Ints = NDArray[np.int64]


def rank(
    states: Iterable[CascadeState],
    until: datetime | None = None,
    top: int | None = None,
    followers: Mapping[AccountKey, int] | None = None,
) -> list[Influence]:
    """The accounts that wrote a root post or caused a repost, best first; at most ``top`` of them.

    Caused are the reposts below an account's posts and reposts, at most 32 hops down, each once per account however
    many of its acts stand above it. An account's own acts are never to its credit: whoever reposts within a cascade of
    its own would otherwise be paid for each repost again. Acts after ``until`` are left out; ``followers`` fills in
    what the cascades do not say.
    """
    columns = _Columns(states, until)
    columns.followers.update(followers or {})
    credit = _Credit(columns)
    order = sorted(credit.candidates(), key=lambda number: (-credit.score(number), -credit.caused[number], number))
    chosen = order[:top]
    examples = credit.examples(columns, set(chosen))
    accounts = list(columns.numbers)
    return [credit.influence(number, accounts[number], columns.followers, tuple(examples[number])) for number in chosen]


class _Columns:
    """The nodes of all cascades in flat columns; accounts by number, -1 for one that is not known."""

    def __init__(self, states: Iterable[CascadeState], until: datetime | None) -> None:
        self.numbers: dict[AccountKey, int] = {}
        self.followers: dict[AccountKey, int] = {}
        self.keys: list[PostKey] = []
        self._ends = [0]
        accounts: list[int] = []
        parents: list[int] = []
        for state in sorted(states, key=lambda state: state.root):
            nodes = state.nodes()
            start, numbers = len(parents), self.numbers
            for node in nodes if until is None else takewhile(lambda node: node.at <= until, nodes):
                self.keys.append(node.key)
                accounts.append(-1 if node.account is None else numbers.setdefault(node.account, len(numbers)))
                parents.append(-1 if node.parent_index is None else start + node.parent_index)
            self._ends.append(len(parents))
            self.followers.update(state.followers())
        self.account: Ints = np.array(accounts, dtype=np.int64)
        self.parent: Ints = np.array(parents, dtype=np.int64)  # -1 for a root

    def batches(self) -> Iterator[Ints]:
        """The indices of all nodes in runs of whole cascades, of about BATCH nodes each."""
        start = 0
        for end in self._ends:
            if end - start >= BATCH or end == self._ends[-1]:
                yield np.arange(start, end)
                start = end


@dataclass(init=False, slots=True)
class _Credit:
    """What each account caused, by its number, and how many nodes stand under each node."""

    caused: Ints
    distinct: Ints
    direct: Ints
    posts: Ints
    under: Ints

    def __init__(self, columns: _Columns) -> None:
        many = len(columns.numbers)
        self.caused = np.zeros(many, dtype=np.int64)
        self.under = np.zeros(len(columns.keys), dtype=np.int64)
        account, parent = columns.account, columns.parent
        reached = [np.empty(0, dtype=np.int64)]  # pairs of accounts: who caused, and whom it moved
        for nodes in columns.batches():
            pairs = self._pairs(nodes, account, parent)
            creditor = pairs // len(account)
            self.caused += np.bincount(creditor, minlength=many)
            reached.append(_unique(creditor * many + account[pairs % len(account)]))
        self.distinct = np.bincount(_unique(np.concatenate(reached)) // max(1, many), minlength=many)
        above = np.where(parent >= 0, account[parent], -1)
        self.direct = np.bincount(above[(above >= 0) & (above != account)], minlength=many)
        self.posts = np.bincount(account[(parent < 0) & (account >= 0)], minlength=many)

    def _pairs(self, nodes: Ints, account: Ints, parent: Ints) -> Ints:
        """Every pair of an account and a node that it caused, once, as account * (number of nodes) + node."""
        found = [np.empty(0, dtype=np.int64)]
        above = parent[nodes]
        for _ in range(HOPS):
            nodes, above = nodes[above >= 0], above[above >= 0]
            if not len(nodes):
                break
            first = int(above.min())
            counts = np.bincount(above - first)
            self.under[first : first + len(counts)] += counts
            credited = (account[above] >= 0) & (account[above] != account[nodes])
            found.append(account[above[credited]] * len(account) + nodes[credited])
            above = parent[above]
        return _unique(np.concatenate(found))

    def candidates(self) -> list[int]:
        """The numbers of all accounts with a root post or a caused repost."""
        return [int(number) for number in np.flatnonzero((self.caused > 0) | (self.posts > 0))]

    def score(self, number: int) -> float:
        """ln(1 + caused) * ln(1 + distinct)."""
        return log1p(self.caused[number]) * log1p(self.distinct[number])

    def examples(self, columns: _Columns, numbers: Collection[int]) -> dict[int, list[PostKey]]:
        """For each of ``numbers`` the posts under which most stands."""
        best: dict[int, list[PostKey]] = {number: [] for number in numbers}
        carriers = np.flatnonzero(self.under)
        for node in carriers[np.argsort(-self.under[carriers], kind="stable")]:
            posts = best.get(int(columns.account[node]))
            if posts is not None and len(posts) < EXAMPLES:
                posts.append(columns.keys[node])
        return best

    def influence(
        self, number: int, account: AccountKey, followers: Mapping[AccountKey, int], evidence: tuple[PostKey, ...]
    ) -> Influence:
        """The figures of one account, with its evidence."""
        caused, direct = int(self.caused[number]), int(self.direct[number])
        return Influence(
            account=account,
            score=self.score(number),
            caused=caused,
            distinct=int(self.distinct[number]),
            direct=direct,
            bridge=(caused - direct) / caused if caused else None,
            posts=int(self.posts[number]),
            followers=followers.get(account),
            evidence=evidence,
        )


def _unique(values: Ints) -> Ints:
    """``values`` ascending without repeats (numpy's own is many times slower on tens of millions)."""
    values.sort()
    return values[np.append(True, values[1:] != values[:-1])] if len(values) else values
