"""All live cascades, fed with whatever was newly seen."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from graph.state import CascadeState, Node
from monitor.domain import AccountKey, Post, PostKey, Repost

__all__ = ["CascadeState", "CascadeTracker", "Node"]


class CascadeTracker:
    """The states of the cascades that are followed; a root may arrive after its reposts, or never.

    A root without reposts costs no more than a pair of values until it is asked for.
    """

    def __init__(self) -> None:
        self._states: dict[PostKey, CascadeState] = {}
        self._waiting: dict[PostKey, tuple[AccountKey, datetime]] = {}

    def __len__(self) -> int:
        """Number of roots that are known, by themselves or through a repost."""
        return len(self._states) + len(self._waiting)

    def apply(self, reposts: Iterable[Repost], roots: Iterable[Post] = ()) -> set[PostKey]:
        """Count what was newly seen and return the roots of the cascades that it changed; repeats change nothing."""
        touched = {post.key for post in roots if self._see_root(post)}
        states = self._states
        for repost in reposts:
            state = states.get(repost.root)
            if state is None:
                state = self._open(repost.root)
            if state.add(repost):
                touched.add(repost.root)
        return touched

    def _see_root(self, post: Post) -> bool:
        state, seen = self._states.get(post.key), (post.author, post.created_at)
        if state is None:
            changed = self._waiting.get(post.key) != seen
            self._waiting[post.key] = seen
            return changed
        changed = seen != (state.author, state.created_at)
        state.see_root(*seen)
        return changed

    def _open(self, root: PostKey) -> CascadeState:
        state = self._states[root] = CascadeState(root)
        seen = self._waiting.pop(root, None)
        if seen is not None:
            state.see_root(*seen)
        return state

    def get(self, root: PostKey) -> CascadeState | None:
        """The state of the cascade of ``root``; None where neither it nor a repost of it was seen."""
        state = self._states.get(root)
        return self._open(root) if state is None and root in self._waiting else state

    def states(self) -> Iterator[CascadeState]:
        """Every state, in the order in which they were opened; roots without reposts come last."""
        yield from self._states.values()
        for root, seen in self._waiting.items():
            state = CascadeState(root)
            state.see_root(*seen)
            yield state

    def forget(self, before: datetime) -> int:
        """Drop every cascade in which nothing happened since ``before``; returns how many."""
        quiet = [root for root, state in self._states.items() if state.last_at < before]
        unshared = [root for root, (_, created_at) in self._waiting.items() if created_at < before]
        for root in quiet:
            del self._states[root]
        for root in unshared:
            del self._waiting[root]
        return len(quiet) + len(unshared)
