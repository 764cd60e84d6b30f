"""How the texts of an issue read, cascade by cascade, and where the issue has been seen."""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain import Post, PostKey

MOST_WORDS = 20  # of harm, told of one issue


@dataclass(slots=True)
class Tally:
    """How the texts of one cascade read towards a brand."""

    assessed: int = 0
    complaints: int = 0
    harm: Counter[str] = field(default_factory=Counter)

    def add(self, post: Post, brand: str) -> tuple[str, ...]:
        """Count one more text as it reads towards ``brand``, except the brand's own; returns its words of harm."""
        if post.assessment is None or not post.assessment.counts_for(brand):
            return ()
        read = post.assessment.of(brand)
        self.assessed += 1
        self.complaints += read.is_complaint
        self.harm.update(read.harm_words)
        return read.harm_words


@dataclass(slots=True)
class IssueState:
    """One issue of one brand: the roots of its cascades with their texts, and where it has been seen."""

    brand: str
    cascades: dict[PostKey, Tally] = field(default_factory=dict)
    sites: set[str] = field(default_factory=set)
    press_at: datetime | None = None
    harm: Counter[str] = field(default_factory=Counter)  # of all cascades, kept beside them: it is asked at every look

    def see(self, post: Post, top: PostKey) -> None:
        """Count ``post``, a text in the cascade of ``top``."""
        self.harm.update(self.cascades.setdefault(top, Tally()).add(post, self.brand))
        self.sites.add(post.key.source)
        if post.is_press:
            self.press_at = min(self.press_at, post.created_at) if self.press_at else post.created_at

    def keep(self, alive: Set[PostKey]) -> bool:
        """Drop every cascade that is not among ``alive``; False where none is left."""
        gone = self.cascades.keys() - alive
        for root in gone:
            self.harm -= self.cascades.pop(root).harm
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
        """The words of harm in them, the most written first, without phrases that say one of them at more length."""
        written = sorted(self.harm, key=lambda word: (-self.harm[word], word))[:MOST_WORDS]
        return tuple(word for word in written if not any(_says_more(word, other) for other in written))


def _says_more(phrase: str, word: str) -> bool:
    """Whether ``phrase`` holds ``word`` and more; only words of Latin letters have blanks around them for sure."""
    if len(phrase) <= len(word):
        return False
    return f" {word} " in f" {phrase} " if word.isascii() else word in phrase
