"""How well matches agree with what a person says: precision and recall, each with its 95 % interval."""

import math
from collections.abc import Collection
from dataclasses import dataclass

_Z = 1.959964  # of a 95 % interval


@dataclass(slots=True)
class Agreement:
    """Pairs of a post and a brand, counted."""

    right: int = 0
    extra: int = 0  # found, but not what the person says
    missed: int = 0

    def add(self, found: Collection[str], expected: Collection[str]) -> None:
        """Count one post: the brands that were found in it, and those that it is about."""
        self.right += len(set(found) & set(expected))
        self.extra += len(set(found) - set(expected))
        self.missed += len(set(expected) - set(found))

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right; None where nothing was found."""
        return share(self.right, self.right + self.extra)

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found; None where nothing is there."""
        return share(self.right, self.right + self.missed)

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        """Where the precision lies with 95 % certainty."""
        return interval(self.right, self.right + self.extra)

    @property
    def recall_interval(self) -> tuple[float, float] | None:
        """Where the recall lies with 95 % certainty."""
        return interval(self.right, self.right + self.missed)


def share(part: int, whole: int) -> float | None:
    """``part`` of ``whole``; None where there is nothing to share."""
    return part / whole if whole else None


def interval(part: int, whole: int) -> tuple[float, float] | None:
    """Wilson's interval for a share; None where there is nothing to share.

    >>> low, high = interval(98, 100)
    >>> round(low, 3), round(high, 3)
    (0.93, 0.994)
    """
    if not whole:
        return None
    p, extra = part / whole, _Z**2 / whole
    middle, width = p + extra / 2, _Z * math.sqrt(p * (1 - p) / whole + extra / (4 * whole))
    return max(0.0, (middle - width) / (1 + extra)), min(1.0, (middle + width) / (1 + extra))
