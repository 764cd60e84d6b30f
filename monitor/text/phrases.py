"""Finds thousands of words and phrases in one pass, longest first, and says what each of them stands for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Literal, NamedTuple, TypeVar

from monitor.text.normalise import fold

T = TypeVar("T")

_LATIN = "0-9a-z\u00c0-\u024f"
_ANY = r"\w\u0900-\u0dff"  # vowel signs of Indian scripts are no \w, yet parts of a word
STEP = 3  # characters by which phrases are looked up first; where many begin alike, by as many more
AHEAD = 8  # characters that are looked at where words begin: enough for few false starts
FEW = 3  # lengths that are tried one after the other
_IS_LATIN = re.compile(f"[{_LATIN}]")
_IS_ANY = re.compile(f"[{_ANY}]")
_REST = re.compile(f"[{_LATIN}']*")
Edge = Literal["", "latin", "any", "open"]


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


class _Head(NamedTuple):
    """The lengths to try where some characters stand, and how many characters may tell more (0: none)."""

    lengths: tuple[int, ...]
    more: int


_NO_HEAD = _Head((), 0)


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
        self._entries: dict[str, tuple[_Entry[T], ...]] = {}
        for phrase, meaning in meanings.items():
            words = bare(phrase)
            if words:
                entry = _Entry(*_edges(phrase), meaning)
                kept = self._entries.get(words, ())
                # Whole words are tried before those that may go on.
                self._entries[words] = (*kept, entry) if entry.right == "open" else (entry, *kept)
        # Those that count wherever they stand, as nearly all of Chinese do.
        self._anywhere = {
            words: several[0].meaning
            for words, several in self._entries.items()
            if several[0].left == several[0].right == ""
        }
        self._heads = _heads(self._entries)
        self._starts = _starts(self._entries)
        # Most places where a phrase might begin are told to be none by two characters.
        self._begin = frozenset(words[:2] for words in self._entries)
        self._singles = frozenset(words for words in self._entries if len(words) == 1)

    def spans(self, folded: str) -> list[tuple[int, int, str, T]]:
        """Each phrase found as (start, end, words, meaning)."""
        found: list[tuple[int, int, str, T]] = []
        anywhere, entries, begin, singles, done = self._anywhere, self._entries, self._begin, self._singles, 0
        for candidate in self._starts.finditer(folded):
            at = candidate.start()
            if at < done or (folded[at : at + 2] not in begin and folded[at] not in singles):
                continue
            for length in self._lengths(folded, at):
                words = folded[at : at + length]
                if words in anywhere:
                    done = at + len(words)  # shorter than asked for where the text ends
                    found.append((at, done, words, anywhere[words]))
                    break
                for entry in entries.get(words, ()):
                    if (end := _end(entry, folded, at, at + len(words))) >= 0:
                        done = end
                        found.append((at, end, folded[at:end], entry.meaning))
                        break
                if done > at:
                    break
        return found

    def _lengths(self, folded: str, at: int) -> tuple[int, ...]:
        """The lengths of the phrases that may stand at ``at``, longest first."""
        heads = self._heads
        head = heads.get(folded[at : at + STEP]) or heads.get(folded[at : at + 2]) or heads.get(folded[at]) or _NO_HEAD
        while head.more:
            longer = heads.get(folded[at : at + head.more], head)
            if longer is head:  # none, or the text ends here
                break
            head = longer
        return head.lengths

    def find(self, folded: str) -> Iterator[tuple[Hit, T]]:
        """Each phrase found, with what it stands for."""
        for start, end, words, meaning in self.spans(folded):
            yield Hit(start, end, words), meaning

    def within(self, folded: str) -> list[T]:
        """What every phrase inside ``folded`` means, those inside or across other phrases too."""
        places = [candidate.start() for candidate in self._starts.finditer(folded)]
        return [
            entry.meaning
            for at in places
            for end in range(at + 1, len(folded) + 1)
            for entry in self._entries.get(folded[at:end], ())
            if _end(entry, folded, at, end) >= 0
        ]


def _end(entry: _Entry[T], folded: str, at: int, end: int) -> int:
    """Where a phrase ends whose words stand from ``at`` to ``end``; -1 where its word boundaries are not there."""
    left, right, _ = entry
    if left and at and (_IS_ANY if left == "any" else _IS_LATIN).match(folded, at - 1):
        return -1
    if right == "open":
        rest = _REST.match(folded, end)
        return end if rest is None else rest.end()
    if right and (_IS_ANY if right == "any" else _IS_LATIN).match(folded, end):
        return -1
    return end


def _heads(phrases: Iterable[str]) -> dict[str, _Head]:
    """By the first characters of phrases, what may stand there: one to ``STEP``, and more where many begin alike."""
    heads: dict[str, _Head] = {}
    alike: dict[str, list[str]] = {}
    for words in phrases:
        alike.setdefault(words[:STEP], []).append(words)
    for head, several in alike.items():
        _grow(heads, head, several, {size for size in range(1, len(head)) if head[:size] in alike})
    return heads


def _grow(heads: dict[str, _Head], head: str, alike: list[str], shorter: set[int]) -> None:
    """Enter ``head`` for the phrases that begin so; ``shorter`` are the lengths of phrases that it goes on from."""
    lengths = {len(words) for words in alike} | shorter
    more = len(head) + STEP if len(head) >= STEP and len(lengths) > FEW else 0
    groups: dict[str, list[str]] = {}
    for words in alike:
        if more and len(words) >= more:
            groups.setdefault(words[:more], []).append(words)
    ended = [words for words in alike if not more or len(words) < more]
    own = {len(words) for words in ended} | shorter
    heads[head] = _Head(tuple(sorted(own, reverse=True)), more)
    for longer, several in groups.items():
        _grow(heads, longer, several, shorter | {len(words) for words in ended if longer.startswith(words)})


def _starts(entries: Mapping[str, tuple[_Entry[T], ...]]) -> re.Pattern[str]:
    """Where a phrase may begin: its first characters, behind a word boundary where all its like ask for one."""
    edges: dict[str, set[Edge]] = {}
    for words, several in entries.items():
        edges.setdefault(words[0], set()).update(entry.left for entry in several)
    anywhere = {first for first, asked in edges.items() if "" in asked}
    latin = {first for first, asked in edges.items() if "latin" in asked} - anywhere
    heads = {words[:AHEAD] for words in entries}
    parts = [f"[{''.join(map(re.escape, sorted(anywhere)))}]"] if anywhere else []
    # Only looked at: the end of one beginning may be the next.
    for edge, chosen in (
        (f"(?<![{_LATIN}])", {head for head in heads if head[0] in latin}),
        (f"(?<![{_ANY}])", {head for head in heads if head[0] not in anywhere | latin}),
    ):
        parts += [f"{edge}(?={_any_of(chosen)})"] if chosen else []
    return re.compile("|".join(parts) or "(?!)")


def _any_of(heads: set[str]) -> str:
    """The pattern of a few first characters."""
    rests: dict[str, set[str]] = {}
    for head in heads:
        rests.setdefault(head[0], set()).add(head[1:])
    ends = sorted(first for first, several in rests.items() if "" in several)
    branches = [f"[{''.join(map(re.escape, ends))}]"] if ends else []
    branches += [re.escape(first) + _any_of(rests[first]) for first in sorted(rests.keys() - set(ends))]
    return f"(?:{'|'.join(branches)})"
