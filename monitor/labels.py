"""What people say of single texts: labels, which of them count, and where two people disagree. Pure."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.domain import PostKey

Origin = Literal["board", "verdict", "file"]
ORIGINS: tuple[Origin, ...] = ("board", "verdict", "file")


@dataclass(frozen=True, slots=True)
class Label:
    """What one person said of one text: of a stored post (``post``), or of a text of its own (``text``)."""

    complaint: bool | None  # None: the person took the label back
    who: str
    at: datetime
    origin: Origin
    post: PostKey | None = None
    text: str | None = None  # of a post: what it says now, where it was read with it
    language: str | None = None
    brand: str | None = None
    reason: str | None = None
    severity: int | None = None  # 0..3
    sentiment: int | None = None  # -1, 0, 1 towards the brand
    weight: float = 1.0  # below 1: concluded from a verdict, not said of this very text


@dataclass(frozen=True, slots=True)
class Opinion:
    """Where the people stand who labelled one text."""

    labels: tuple[Label, ...]  # the last one of each person, the earliest first; none that was taken back

    @property
    def is_disputed(self) -> bool:
        """Whether two people said opposite things; such a text is shown and never trained on."""
        return len({label.complaint for label in self.labels}) > 1

    @property
    def complaint(self) -> bool | None:
        """What everybody said; None where nobody did or they disagree."""
        return self.labels[0].complaint if self.labels and not self.is_disputed else None


def opinion(history: Iterable[Label]) -> Opinion:
    """Where people stand after ``history`` (the order it was said in): of each person the last word counts.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 2, tzinfo=UTC)
    >>> said = [Label(True, "Ada", at, "board"), Label(False, "Bo", at, "board"), Label(True, "Bo", at, "board")]
    >>> opinion(said).complaint, opinion(said[:2]).is_disputed, opinion([]).complaint
    (True, True, None)
    """
    last: dict[Hashable, Label] = {}
    for label in history:
        last.pop(label.who, None)
        last[label.who] = label
    return Opinion(tuple(label for label in last.values() if label.complaint is not None))
