"""The live state of one cascade, kept up to date repost by repost."""

from array import array
from bisect import bisect_right
from datetime import datetime, timedelta
from typing import NamedTuple

from graph.domain import Cascade, GrowthPoint, Observation
from graph.edges import ROOT, attribute
from graph.tree import GrowingTree
from monitor.domain import AccountKey, Evidence, PostKey, Repost, RepostKind


class Node(NamedTuple):
    """One act in a cascade, for pictures and graphs; the root is at index 0 and has no parent."""

    key: PostKey
    account: AccountKey | None  # None: the root post was never seen
    at: datetime
    parent_index: int | None
    depth: int
    evidence: Evidence | None = None
    confidence: float | None = None
    kind: RepostKind | None = None


class CascadeState:
    """A root post and all that passed it on. The same reposts give the same state in whatever order they come.

    Reposts count in the order of their times; at equal times in the order of their ids, shorter ids first, which is how
    sites count up. One that comes late is kept at once and put in its place when the state is next looked at.
    """

    __slots__ = (
        "_acts",
        "_confidence",
        "_events",
        "_evidence",
        "_explicit",
        "_followers",
        "_late",
        "_latest",
        "_seconds",
        "_tree",
        "author",
        "created_at",
        "root",
    )

    def __init__(self, root: PostKey) -> None:
        self.root = root
        self.author: AccountKey | None = None
        self.created_at: datetime | None = None
        self._followers: dict[AccountKey, int] = {}
        self._events: list[Repost] = []
        self._late = False
        self._clear()

    def _clear(self) -> None:
        self._tree = GrowingTree()
        self._acts: dict[PostKey, int] = {self.root: ROOT}
        self._latest: dict[AccountKey, int] = {} if self.author is None else {self.author: ROOT}
        self._evidence: list[Evidence] = []  # of each repost's edge to its parent
        self._confidence = array("d")
        self._seconds = array("d", [0.0])  # of each node since the root
        self._explicit = 0

    def see_root(self, author: AccountKey, created_at: datetime, followers: int | None = None) -> None:
        """Take note of the root post itself; it may be seen after its reposts."""
        if followers is not None:
            self._followers[author] = followers
        if (author, created_at) == (self.author, self.created_at):
            return
        self.author, self.created_at = author, created_at
        if self._events:
            self._late = True
        else:
            self._clear()

    def add(self, repost: Repost) -> bool:
        """Count ``repost``; False where its child is known already (the better attributed of the two is kept)."""
        known = self._acts.get(repost.child)
        if known is not None:
            self._improve(known, repost)
            return False
        events = self._events
        if not self._late and events and repost.at <= events[-1].at and _order(repost) < _order(events[-1]):
            self._late = True
        events.append(repost)
        if self._late:
            self._acts[repost.child] = len(events)
        else:
            self._grow(repost)
        return True

    def _improve(self, known: int, repost: Repost) -> None:
        if known != ROOT and _merit(repost) > _merit(self._events[known - 1]):
            self._events[known - 1] = repost
            self._late = True

    def _grow(self, repost: Repost) -> None:
        tree = self._tree
        parent, evidence, confidence = attribute(repost, self._acts, self._latest, len(tree.parents))
        node = tree.add(parent)
        self._acts[repost.child] = node
        self._latest[repost.by] = node
        start = self.created_at or self._events[0].at
        self._seconds.append(max(0.0, (repost.at - start).total_seconds()))
        self._evidence.append(evidence)
        self._confidence.append(confidence)
        if evidence != "inferred":
            self._explicit += 1

    def _settle(self) -> GrowingTree:
        """The tree, after every late repost was put in its place."""
        if self._late:
            self._late = False
            self._events.sort(key=_order)
            self._clear()
            for repost in self._events:
                self._grow(repost)
        return self._tree

    @property
    def size(self) -> int:
        """Number of nodes, the root included."""
        return len(self._events) + 1

    @property
    def accounts(self) -> int:
        """Number of distinct accounts, the root's included where it is known."""
        self._settle()
        return len(self._latest)

    @property
    def depth(self) -> int:
        """Hops of the longest path."""
        return self._settle().depth

    @property
    def started_at(self) -> datetime:
        """When the root was posted; where it was never seen, when it was first passed on."""
        if self.created_at is not None:
            return self.created_at
        self._settle()
        if not self._events:
            raise ValueError(f"cascade {self.root}: neither its root nor a repost was seen")
        return self._events[0].at

    @property
    def last_at(self) -> datetime:
        """When it was last passed on."""
        self._settle()
        return self._events[-1].at if self._events else self.started_at

    def snapshot(self, as_of: datetime, growth_points: int = 60) -> Cascade:
        """The cascade as it stood at ``as_of``, with its growth at no more than ``growth_points`` moments."""
        if self._events and self.last_at > as_of:
            return self.until(as_of).snapshot(as_of, growth_points)
        tree = self._settle()
        edges = len(self._events)
        return Cascade(
            root=self.root,
            size=tree.size,
            depth=tree.depth,
            breadth=tree.breadth,
            virality=tree.virality(),
            accounts=len(self._latest),
            explicit_share=self._explicit / edges if edges else None,
            started_at=self._start(as_of),
            last_at=self._events[-1].at if edges else self._start(as_of),
            as_of=as_of,
            growth=self._growth(as_of, growth_points),
        )

    def _start(self, otherwise: datetime) -> datetime:
        return self.started_at if self._events or self.created_at is not None else otherwise

    def _growth(self, as_of: datetime, points: int) -> tuple[GrowthPoint, ...]:
        start, edges = self._start(as_of), len(self._events)
        steps = max(1, min(edges, points - 2))
        wanted = dict.fromkeys((step * edges) // steps for step in range(1, steps + 1) if edges)
        curve = [GrowthPoint(start, 1), *(GrowthPoint(max(start, self._events[i - 1].at), i + 1) for i in wanted)]
        if as_of > curve[-1].at:
            curve.append(GrowthPoint(as_of, edges + 1))
        return tuple(curve)

    def until(self, moment: datetime) -> "CascadeState":
        """What was known at ``moment``: a state of its own without any later repost."""
        earlier = CascadeState(self.root)
        earlier._followers = dict(self._followers)
        if self.author is not None and self.created_at is not None:
            earlier.see_root(self.author, self.created_at)
        self._settle()
        for repost in self._events[: self._count(moment)]:
            earlier.add(repost)
        return earlier

    def _count(self, moment: datetime) -> int:
        self._settle()
        return bisect_right(self._events, moment, key=_at)

    def observation(self, at: datetime) -> Observation:
        """What a forecaster may know at ``at``."""
        depths = self._settle().depths
        start, count = self._start(at), self._count(at)
        events = self._events[:count]
        root_followers = self._followers.get(self.author) if self.author is not None else None
        return Observation(
            times=tuple(self._seconds[: count + 1]),
            followers=(root_followers, *(repost.followers for repost in events)),
            depths=tuple(depths[: count + 1]),
            age_seconds=max(0.0, (at - start).total_seconds()),
        )

    def last(self, duration: timedelta, now: datetime) -> int:
        """How many nodes were added in the ``duration`` before ``now``; the root counts where it was seen then."""
        root = self.created_at is not None and now - duration < self.created_at <= now
        return self._count(now) - self._count(now - duration) + root

    def followers(self) -> dict[AccountKey, int]:
        """The followers of every account of the cascade that are known, the largest number that was seen of each."""
        known = dict(self._followers)
        for repost in self._events:
            if repost.followers is not None:
                known[repost.by] = max(repost.followers, known.get(repost.by, 0))
        return known

    def reach(self) -> int | None:
        """Sum of the known followers of the author and of all who passed it on, each once; None where none is known."""
        known = self.followers()
        return sum(known.values()) if known else None

    def nodes(self) -> list[Node]:
        """Every act in order of time, the root first."""
        tree = self._settle()
        if not self._events and self.created_at is None:
            return []
        acts = [Node(self.root, self.author, self.started_at, None, 0)]
        edges = zip(tree.parents[1:], tree.depths[1:], self._evidence, self._confidence, strict=True)
        for repost, edge in zip(self._events, edges, strict=True):
            acts.append(Node(repost.child, repost.by, repost.at, *edge, repost.kind))
        return acts


def _at(repost: Repost) -> datetime:
    return repost.at


def _order(repost: Repost) -> tuple[datetime, int, PostKey]:
    return repost.at, len(repost.child.id), repost.child


def _merit(repost: Repost) -> tuple[float, bool, bool, float, str]:
    named, through = repost.parent is not None, repost.parent_post is not None
    return repost.confidence, named, through, -repost.at.timestamp(), repr((repost.by, repost.parent, repost.followers))
