"""Finds thousands of words and phrases in one pass, longest first, and says what each of them stands for."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress, count
from operator import add
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from monitor.text.normalise import fold

T = TypeVar("T")

_LATIN = "0-9a-z\u00c0-\u024f"
_ANY = r"\w\u0900-\u0dff"  # vowel signs of Indian scripts are no \w, yet parts of a word
_IS_LATIN = re.compile(f"[{_LATIN}]")
_IS_ANY = re.compile(f"[{_ANY}]")
_GAP = " "
_REST = re.compile(f"[{_LATIN}']*")
Edge = Literal["", "latin", "any", "open"]
Span = tuple[int, int, str, T]  # start, end, words, meaning


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
        self._places = _Places(entries)
        self._tables = range(len(entries))
        # By the longest phrase that stands somewhere, all that it and the shorter ones in it may count as.
        self._ways = {words: self._ways_of(words, entries) for table in entries for words in table}

    def _ways_of(self, words: str, entries: Sequence[Entries[Any]]) -> tuple[_Way, ...]:
        """What may count where ``words`` stand: for each table its phrases that they begin with, longest first."""
        return tuple(
            (number, words[:size], size, self._places.unseen(words, entry.left), entry.right, entry.meaning)
            for number, table in enumerate(entries)
            for size in range(len(words), 0, -1)
            for entry in table.get(words[:size], ())
        )

    def spans(self, folded: str) -> list[list[Span[Any]]]:
        """For each table, each phrase found as (start, end, words, meaning)."""
        found: list[list[Span[Any]]] = [[] for _ in self._tables]
        done = [0 for _ in self._tables]
        ways = self._ways
        for at, longest in self._places.find(folded):
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


class _Places:
    """Where phrases may stand, by their first characters.

    Phrases of Latin and Indian words are looked for behind the end of another word, by one pattern of them all. Those
    that begin anywhere, as nearly all of Chinese do, are looked up by two characters: a pattern would have to try
    hundreds of first characters one after the other.
    """

    def __init__(self, tables: Sequence[Entries[Any]]) -> None:
        edges: dict[str, set[Edge]] = {}
        for table in tables:
            for words, several in table.items():
                edges.setdefault(words[0], set()).update(entry.left for entry in several)
        self._anywhere = frozenset(first for first, asked in edges.items() if "" in asked)
        self._latin = frozenset(first for first, asked in edges.items() if "latin" in asked) - self._anywhere
        phrases = {words for table in tables for words in table}
        latin = {words for words in phrases if words[0] in self._latin}
        self._free = frozenset(words for words in phrases if words[0] in self._anywhere)
        self._singles = frozenset(words for words in self._free if len(words) == 1)
        self._lengths = self._by_pairs()
        # Only looked at: the end of one phrase may be the beginning of another.
        self._behind = [
            (frozenset(words[0] for words in chosen), re.compile(f"[^{edge}](?=({_longest_of(chosen)}))"))
            for edge, chosen in ((_LATIN, latin), (_ANY, phrases - self._free - latin))
            if chosen
        ]

    def unseen(self, words: str, left: Edge) -> Edge:
        """What ``left`` asks for and is not certain already where ``find`` finds ``words``."""
        certain = words[0] not in self._anywhere and (left == "latin") == (words[0] in self._latin)
        return "" if certain else left

    def find(self, folded: str) -> list[tuple[int, str]]:
        """Each place from left to right with the longest phrase whose words stand there."""
        found, kinds = [], 0
        for firsts, pattern in self._behind:
            if not firsts.isdisjoint(folded):
                found += [(place.end() - 1, place[1]) for place in pattern.finditer(_GAP + folded)]
                kinds += 1
        if not self._anywhere.isdisjoint(folded):
            found += self._find_free(folded)
            kinds += 1
        return sorted(found) if kinds > 1 else found

    def _find_free(self, folded: str) -> list[tuple[int, str]]:
        pairs, free = self._lengths, self._free
        found = {at: folded[at] for at in compress(count(), map(self._singles.__contains__, folded))}
        is_known: Callable[[str], bool] = pairs.__contains__
        for at in compress(count(), map(is_known, map(add, folded, folded[1:]))):
            for length in pairs[folded[at : at + 2]]:
                words = folded[at : at + length]
                if words in free:
                    found[at] = words
                    break
        return sorted(found.items())

    def _by_pairs(self) -> dict[str, tuple[int, ...]]:
        """By two first characters the lengths of the longer phrases that begin so, longest first."""
        found: dict[str, set[int]] = {}
        for words in self._free - self._singles:
            found.setdefault(words[:2], set()).add(len(words))
        return {pair: tuple(sorted(sizes, reverse=True)) for pair, sizes in found.items()}


def _longest_of(phrases: Iterable[str]) -> str:
    """The pattern of the longest of ``phrases`` that stands somewhere; it tries no character twice."""
    rests: dict[str, set[str]] = {}
    for words in phrases:
        rests.setdefault(words[:1], set()).add(words[1:])
    ended = rests.pop("", None) is not None
    branches = [re.escape(first) + _longest_of(several) for first, several in sorted(rests.items())]
    if not ended and len(branches) <= 1:
        return "".join(branches)
    return f"(?:{'|'.join([*branches, ''] if ended else branches)})" if branches else ""
