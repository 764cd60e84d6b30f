"""The rules that are compared."""

from collections.abc import Sequence

import numpy as np

from benchmarks.follow.replay import View
from benchmarks.follow.worlds import LEVELS
from monitor.follow import choose


def even(view: View, budget: int, now: float) -> Sequence[int]:
    """All in turn: whoever was left alone longest comes first."""
    return [int(row) for row in np.argsort(view.posts.looked, kind="stable")[:budget]]


def former(view: View, budget: int, now: float) -> Sequence[int]:
    """What the daemon did before: every five minutes, then at a tenth of the age up to two hours; largest first."""
    posts = view.posts
    wait = np.clip((now - posts.created) / 10, 300.0, 7200.0)
    due = np.flatnonzero(view.never | (now - posts.looked >= wait))
    return [int(row) for row in due[np.lexsort((posts.looked[due], -posts.known[due]))][:budget]]


def planned(view: View, budget: int, now: float) -> Sequence[int]:
    """The plan."""
    return choose(view.posts, budget, now)


def knowing(view: View, budget: int, now: float) -> Sequence[int]:
    """A bound: knows each true size; crossings nobody knows of first, then where the known size is furthest off."""
    known, true = view.posts.known, view.true
    unknown = np.sum([(known < level) & (true >= level) for level in LEVELS], axis=0)
    return [int(row) for row in np.lexsort((known / true, -unknown))[:budget]]


def by_age(view: View, budget: int, now: float) -> Sequence[int]:
    """A rule of thumb: whoever was left alone longest for its age comes first."""
    posts = view.posts
    waited = (now - posts.looked) / (now - posts.created + 60.0)
    return [int(row) for row in np.argsort(-waited, kind="stable")[:budget]]
