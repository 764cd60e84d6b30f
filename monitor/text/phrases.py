"""Finds thousands of words and phrases in one pass, longest first, and says what each of them stands for."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from monitor.text.beginnings import ANY, LATIN, Beginnings, Edge
from monitor.text.normalise import fold

T = TypeVar("T")

_IS_LATIN = re.compile(f"[{LATIN}]")
_IS_ANY = re.compile(f"[{ANY}]")
_REST = re.compile(f"[{LATIN}']*")
Span = tuple[int, int, str, T]  # start, end, words, meaning
Spans = list[list[Span[Any]]]  # of several tables


class Hit(NamedTuple):
    """Where a phrase was found: its place and its words."""

    start: int
    end: int
    words: str


class _Entry(NamedTuple, Generic[T]):
    """One way in which some words count: what must not stand before and behind them, and what they mean then."""

    left: Edge
    right: Edge
    meaning: T


Entries = dict[str, tuple[_Entry[T], ...]]
_Way = tuple[int, str, int, Edge, Edge, Any]  # the table, the words, their length, what must not stand around, meaning


def bare(phrase: str) -> str:
    """``phrase`` without its marks, folded: "_lost bag*" is "lost bag"."""
    return fold(phrase.removesuffix("*").strip("_"))


def _edges(phrase: str) -> tuple[Edge, Edge]:
    """The word boundaries that ``phrase`` asks for.

    "_" at an end asks for the end of a word there, "*" at the end lets a Latin word go on; Latin letters and digits
    always begin and end at a word boundary.
    """
    words = bare(phrase)
    left: Edge = "any" if phrase.startswith("_") else "latin" if _IS_LATIN.match(words) else ""
    if phrase.endswith("*"):
        return left, "open"
    return left, "any" if phrase.endswith("_") else "latin" if _IS_LATIN.match(words[-1]) else ""


class Phrases(Generic[T]):
    """Finds the given phrases in folded text, from left to right, the longest at each place, none overlapping.

    >>> found = Phrases({"late": 1, "late again": 2, "delay*": 3}).find("late again, delayed")
    >>> [(hit.words, value) for hit, value in found]
    [('late again', 2), ('delayed', 3)]
    """

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self.entries: Entries[T] = {}
        for phrase, meaning in meanings.items():
            words = bare(phrase)
            if words:
                entry = _Entry(*_edges(phrase), meaning)
                kept = self.entries.get(words, ())
                # Whole words are tried before those that may go on.
                self.entries[words] = (*kept, entry) if entry.right == "open" else (entry, *kept)

    @cached_property
    def _alone(self) -> "Together":
        return Together([self])

    def spans(self, folded: str) -> list[Span[T]]:
        """Each phrase found as (start, end, words, meaning)."""
        return self._alone.spans(folded)[0]

    def find(self, folded: str) -> Iterator[tuple[Hit, T]]:
        """Each phrase found, with what it stands for."""
        for start, end, words, meaning in self.spans(folded):
            yield Hit(start, end, words), meaning

    def within(self, folded: str) -> list[T]:
        """What every phrase inside ``folded`` means, those inside or across other phrases too."""
        size, entries = len(folded), self.entries
        return [
            entry.meaning
            for at in range(size)
            for end in range(at + 1, size + 1)
            for entry in entries.get(folded[at:end], ())
            if _end(entry.left, entry.right, folded, at, end) >= 0
        ]


class Together:
    """Several tables of phrases that are looked for at once; each finds what it would find alone.

    >>> one, other = Together([Phrases({"lost bag": 1}), Phrases({"bag": "b"})]).spans("my lost bag")
    >>> [words for _, _, words, _ in one], [words for _, _, words, _ in other]
    (['lost bag'], ['bag'])
    """

    def __init__(self, tables: Sequence[Phrases[Any]]) -> None:
        entries = [table.entries for table in tables]
        lefts: dict[str, set[Edge]] = {}
        for table in entries:
            for words, several in table.items():
                lefts.setdefault(words, set()).update(entry.left for entry in several)
        self._beginnings = Beginnings(lefts)
        self._tables = range(len(entries))
        # By the longest phrase that stands somewhere, all that it and the shorter ones in it may count as.
        self._ways = {words: self._ways_of(words, entries) for table in entries for words in table}

    def _ways_of(self, words: str, entries: Sequence[Entries[Any]]) -> tuple[_Way, ...]:
        """What may count where ``words`` stand: for each table its phrases that they begin with, longest first."""
        return tuple(
            (number, words[:size], size, self._beginnings.unseen(words, entry.left), entry.right, entry.meaning)
            for number, table in enumerate(entries)
            for size in range(len(words), 0, -1)
            for entry in table.get(words[:size], ())
        )

    def spans(self, folded: str) -> Spans:
        """For each table, each phrase found as (start, end, words, meaning)."""
        return self._spans(folded, self._beginnings.find(folded))

    def spans_of(self, texts: Sequence[str]) -> Iterator[Spans]:
        """``spans`` of each of many texts: quicker than one by one."""
        for folded, places in zip(texts, self._beginnings.free_places(texts), strict=True):
            yield self._spans(folded, self._beginnings.find(folded, places))

    def _spans(self, folded: str, beginnings: Iterable[tuple[int, str]]) -> Spans:
        found: Spans = [[] for _ in self._tables]
        done = [0 for _ in self._tables]
        ways = self._ways
        for at, longest in beginnings:
            for table, words, size, left, right, meaning in ways[longest]:
                if at < done[table]:
                    continue
                end = at + size
                if left or right:
                    end = _end(left, right, folded, at, end)
                    if end < 0:
                        continue
                done[table] = end
                found[table].append((at, end, words if end == at + size else folded[at:end], meaning))
        return found


def _end(left: Edge, right: Edge, folded: str, at: int, end: int) -> int:
    """Where a phrase ends whose words stand from ``at`` to ``end``; -1 where its word boundaries are not there."""
    if left and at and (_IS_ANY if left == "any" else _IS_LATIN).match(folded, at - 1):
        return -1
    if right == "open":
        rest = _REST.match(folded, end)
        return end if rest is None else rest.end()
    if right and (_IS_ANY if right == "any" else _IS_LATIN).match(folded, end):
        return -1
    return end
