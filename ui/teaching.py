"""What people teach the program about single posts, and how each language is read. No Streamlit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from monitor.clock import Clock
from monitor.domain import PostKey
from monitor.labels import Label, Opinion, opinion
from monitor.store.models import TextModelStore
from monitor.store.readings import LanguageCount
from monitor.text.lessons import Lessons, gathered
from ui.memory import Memory
from ui.models import InUse, in_use

DAYS = 7  # back, over which posts are counted

Gathered = tuple[Mapping[str, Lessons], Mapping[str | None, int]]


class Labels(Protocol):
    """See ``monitor.store.labels.LabelStore``."""

    def add(self, session: None, labels: Iterable[Label]) -> None:
        """Keep labels."""

    def of_posts(self, keys: Iterable[PostKey]) -> Mapping[PostKey, Sequence[Label]]:
        """Every label of these posts."""

    def all(self) -> Sequence[Label]:
        """Every label with its text."""

    def newest(self) -> int | None:
        """A number that grows with each label."""


class Readings(Protocol):
    """See ``monitor.store.readings.ReadingStore``."""

    def by_language(self, since: datetime, until: datetime) -> Sequence[LanguageCount]:
        """Posts by language."""


@dataclass(frozen=True, slots=True)
class LanguageReading:
    """How one language is read."""

    used: InUse
    lessons: Lessons  # what people have said so far
    counted: LanguageCount  # posts of the last days


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """What the Reading page shows."""

    now: datetime
    days: int
    read: tuple[LanguageReading, ...]
    unread: tuple[LanguageCount, ...]  # languages whose posts were not assessed, most posts first
    others: int  # labelled texts in languages that no model reads

    @property
    def posts(self) -> int:
        """All posts of those days, assessed or not."""
        return sum(one.counted.posts for one in self.read) + sum(one.posts for one in self.unread)


@dataclass(frozen=True, slots=True)
class Teaching:
    """The board's questions and acts about how posts are read."""

    labels: Labels
    models: TextModelStore
    readings: Readings
    clock: Clock
    gathered: Memory[Gathered] = field(default_factory=Memory, repr=False)
    used: Memory[Mapping[str, InUse]] = field(default_factory=Memory, repr=False)

    def stamp(self) -> str:
        """Changes whenever somebody marked a post or a model was trained."""
        return f"{self.labels.newest()} {self.models.stamp()}"

    def opinions(self, keys: Iterable[PostKey]) -> dict[PostKey, Opinion]:
        """Where people stand on these posts; those that nobody marked are left out."""
        found = {key: opinion(history) for key, history in self.labels.of_posts(keys).items()}
        return {key: stands for key, stands in found.items() if stands.labels}

    def mark(self, post: PostKey, complaint: bool | None, brand: str, who: str) -> None:
        """``who`` says whether ``post`` complains about ``brand``; None takes back what was said.

        Raises ValueError with a text fit to be shown.
        """
        if not who.strip():
            raise ValueError("a name is needed: marks are kept with who gave them")
        self.labels.add(None, [Label(complaint, who.strip(), self.clock.now(), "board", post, brand=brand)])

    def reading(self, now: datetime) -> ReadingPage:
        """How each language is read, by what, and what was not read in the days before ``now``."""
        used = self.used.of((str(self.models.stamp()),), lambda: in_use(self.models))
        lessons, others = self.gathered.of(
            (str(self.labels.newest()),), lambda: gathered(self.labels.all(), tuple(used))
        )
        counted = self.readings.by_language(now - timedelta(days=DAYS), now)
        counts = {count.language: count for count in counted}
        return ReadingPage(
            now=now,
            days=DAYS,
            read=tuple(
                LanguageReading(one, lessons[code], counts.get(code, LanguageCount(code, 0, 0, 0)))
                for code, one in used.items()
            ),
            unread=tuple(count for count in counted if count.language not in used),
            others=sum(others.values()),
        )
