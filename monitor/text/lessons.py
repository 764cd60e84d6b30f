"""What labels teach: one lesson for each text, on the side that is trained on or on the one that only tests. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from monitor.labels import Label, opinion
from monitor.text.language import identify
from monitor.text.topics.near_duplicates import ALIKE
from monitor.text.topics.shingles import Signatures, bare, signatures

TESTED = 0.2  # share of all texts that is never trained on
READ = 5_000  # characters of a text by which it is known again
COMPARED = 256  # signatures that are compared with one at once

Side = Literal["train", "test"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and what people, all who spoke of it, say it is."""

    text: str
    label: bool  # a complaint
    weight: float = 1.0  # below 1: concluded from a verdict; it teaches, and never tests
    from_file: bool = False
    reason: str | None = None
    severity: int | None = None
    sentiment: int | None = None


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is known of one language."""

    lessons: tuple[Lesson, ...] = ()
    disputed: tuple[str, ...] = ()  # texts of which two people say opposite things

    @property
    def said(self) -> tuple[Lesson, ...]:
        """Those that somebody said of the very text."""
        return tuple(lesson for lesson in self.lessons if lesson.weight >= 1)


@dataclass(frozen=True, slots=True)
class Parts:
    """The two sides."""

    train: tuple[Lesson, ...]
    test: tuple[Lesson, ...]
    set_aside: int  # not used: nearly the same as a tested text, or concluded from a verdict about one


def side(text: str) -> Side:
    """On which side ``text`` is, now and for ever: nothing but its letters and digits decides.

    >>> side("They lost my bag!"), side("they LOST my bag...")
    ('test', 'test')
    """
    share = int.from_bytes(sha256(known_as(text).encode("utf-8", "replace")).digest()[:8], "big") / 2**64
    return "test" if share < TESTED else "train"


def known_as(text: str) -> str:
    """``text`` as it is known again: its letters and digits; of a text without any, what it is."""
    # Not ``fold``, which gets better from version to version: texts would change sides.
    plain = unicodedata.normalize("NFKC", text[:READ]).casefold()
    return "".join(character for character in plain if character.isalnum()) or plain


def gathered(labels: Iterable[Label], languages: Sequence[str]) -> tuple[dict[str, Lessons], dict[str | None, int]]:
    """The lessons of each of ``languages``, and how many labelled texts are in another one (None: undecidable).

    ``labels`` come in the order they were given. The same words are one text, wherever they stand.
    """
    texts: dict[str, list[Label]] = {}
    for label in labels:
        if label.text and label.text.strip():  # else its author took it back
            texts.setdefault(known_as(label.text), []).append(label)
    lessons: dict[str, list[Lesson]] = {code: [] for code in languages}
    disputed: dict[str, list[str]] = {code: [] for code in languages}
    others: dict[str | None, int] = {}
    for given in texts.values():
        language = identify(given[-1].text or "", given[-1].language)
        if language is None or language not in lessons:
            others[language] = others.get(language, 0) + 1
            continue
        found = _lesson(given)
        if isinstance(found, Lesson):
            lessons[language].append(found)
        elif found is not None:
            disputed[language].append(found)
    return {code: Lessons(tuple(lessons[code]), tuple(disputed[code])) for code in languages}, others


def _lesson(given: Sequence[Label]) -> Lesson | str | None:
    """What is learnt from the labels of one text; the text itself where people disagree; None where all are gone."""
    said = opinion(label for label in given if label.weight >= 1)
    stands = said if said.labels else opinion(label for label in given if label.weight < 1)
    if not stands.labels:
        return None
    last = stands.labels[-1]
    if stands.complaint is None:
        return last.text if said.labels else None  # verdicts that disagree cancel out
    return Lesson(
        text=last.text or "",
        label=stands.complaint,
        weight=last.weight,
        from_file=all(label.origin == "file" for label in stands.labels),
        reason=last.reason,
        severity=last.severity,
        sentiment=last.sentiment,
    )


def split(lessons: Iterable[Lesson]) -> Parts:
    """The two sides: no text changes its side, and nothing is trained on that is nearly the same as a tested text."""
    test: list[Lesson] = []
    train: list[Lesson] = []
    aside = 0
    for lesson in lessons:
        tested = side(lesson.text) == "test"
        if tested and lesson.weight < 1:
            aside += 1
        else:
            (test if tested else train).append(lesson)
    apart = _unlike(train, test)
    return Parts(tuple(apart), tuple(test), aside + len(train) - len(apart))


def _unlike(lessons: Sequence[Lesson], tested: Sequence[Lesson]) -> list[Lesson]:
    """Those of ``lessons`` that are no copy of a tested text."""
    if not lessons or not tested:
        return list(lessons)
    known, kept = _signatures(tested), []
    for lesson, signature in zip(lessons, _signatures(lessons), strict=True):
        shares = ((known[at : at + COMPARED] == signature).mean(axis=1).max() for at in range(0, len(known), COMPARED))
        if all(share < ALIKE for share in shares):
            kept.append(lesson)
    return kept


def _signatures(lessons: Sequence[Lesson]) -> Signatures:
    return signatures([bare(lesson.text) or known_as(lesson.text) for lesson in lessons])
