"""How posts of the case are passed on within one site, with the evidence that the site shows."""

from collections.abc import Sequence
from datetime import datetime
from random import Random

from graph.case.accounts import Person
from graph.case.records import Record, passed_on, said
from graph.case.words import Writer
from graph.synth import Carriers

TOLD = 0.7  # share of reposts of which the site tells through which post they came
REPLY_APPEAL = 0.1  # replies are hardly ever passed on


class Wave:
    """Cascades that grow side by side on one site. Everything is added in the order of time."""

    def __init__(self, rng: Random, writer: Writer, prefix: str, fade: float = 0.6) -> None:
        self._rng, self._writer, self._prefix = rng, writer, prefix
        self._carriers = Carriers(fade)
        self._shown: list[tuple[Record, str]] = []  # root and id of each post on show

    def start(self, root: Record, at: datetime) -> None:
        """Put an original post on show."""
        self._carriers.add(at.timestamp(), root["author"].get("followers"))
        self._shown.append((root, root["id"]))

    def repost(self, person: Person, at: datetime) -> Record:
        """Somebody passes on one of the posts on show, without words."""
        told = self._rng.random() < TOLD
        evidence = self._rng.choice(("via", "platform"))
        return self._joined("repost", person, at, evidence if told else None)

    def answer(self, kind: str, person: Person, at: datetime, words: str, links: Sequence[str] = ()) -> Record:
        """Somebody quotes one of the posts on show, or replies to it, with a sentence of the kind ``words``."""
        record = self._joined(kind, person, at, kind)
        language = person.language if kind == "quote" else None  # replies do not state theirs
        return said(record, self._writer.write(words, person.language, chatty=True), language, links)

    def _joined(self, kind: str, person: Person, at: datetime, evidence: str | None) -> Record:
        place = self._carriers.draw(self._rng, at.timestamp())
        root, parent = self._shown[place]
        own = f"{self._prefix}-{len(self._shown)}"
        self._carriers.add(
            at.timestamp(), person.author.get("followers"), place, REPLY_APPEAL if kind == "reply" else 1.0
        )
        self._shown.append((root, own))
        if evidence is None:
            return passed_on(root, own, kind, person.author, at)
        return passed_on(root, own, kind, person.author, at, parent=parent, evidence=evidence)
