"""How the texts of an issue read, cascade by cascade, and where the issue has been seen."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain import Post, PostKey


@dataclass(slots=True)
class Tally:
    """How the texts of one cascade read towards a brand."""

    assessed: int = 0
    complaints: int = 0
    harm_words: set[str] = field(default_factory=set)

    def add(self, post: Post, brand: str) -> None:
        """Count one more text as it reads towards ``brand``; what the brand itself wrote is left out."""
        if post.assessment is None or not post.assessment.counts_for(brand):
            return
        read = post.assessment.of(brand)
        self.assessed += 1
        self.complaints += read.is_complaint
        self.harm_words.update(read.harm_words)


@dataclass(slots=True)
class IssueState:
    """One issue of one brand: the roots of its cascades with their texts, and where it has been seen."""

    brand: str
    cascades: dict[PostKey, Tally] = field(default_factory=dict)
    sites: set[str] = field(default_factory=set)
    press_at: datetime | None = None

    def see(self, post: Post, top: PostKey) -> None:
        """Count ``post``, a text in the cascade of ``top``."""
        self.cascades.setdefault(top, Tally()).add(post, self.brand)
        self.sites.add(post.key.source)
        if post.is_press:
            self.press_at = min(self.press_at, post.created_at) if self.press_at else post.created_at

    def keep(self, alive: Set[PostKey]) -> bool:
        """Drop every cascade that is not among ``alive``; False where none is left."""
        self.cascades = {root: tally for root, tally in self.cascades.items() if root in alive}
        return bool(self.cascades)

    @property
    def assessed(self) -> int:
        """Texts that could be read."""
        return sum(tally.assessed for tally in self.cascades.values())

    @property
    def complaints(self) -> int:
        """Complaints among them."""
        return sum(tally.complaints for tally in self.cascades.values())

    @property
    def harm_words(self) -> tuple[str, ...]:
        """The words of harm in them, by alphabet."""
        return tuple(sorted(set().union(*(tally.harm_words for tally in self.cascades.values()))))
