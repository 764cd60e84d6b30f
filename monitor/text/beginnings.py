"""Where in a text phrases may stand, told by their first characters before any phrase is looked up."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import add
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LATIN = "0-9a-z\u00c0-\u024f"
ANY = r"\w\u0900-\u0dff"  # vowel signs of Indian scripts are no \w, yet parts of a word
Edge = Literal["", "latin", "any", "open"]

BATCH_CHARACTERS = 1 << 17  # looked through at once; bounds the memory of one step
_GAP = " "
_ONE = (1,)
_BITS = 16  # of the number of a pair of characters
_FIRST, _SECOND = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)
_SHIFT, _LOW = np.uint32(32 - _BITS), np.uint32((1 << _BITS) - 1)

Numbers = NDArray[np.uint32]


class Beginnings:
    """Finds the longest phrase whose words stand at each place of a text.

    Phrases of Latin and Indian words are looked for behind the end of another word, by one pattern of them all. Those
    that begin anywhere, as nearly all of Chinese do, are looked up by two characters: a pattern would have to try
    hundreds of first characters one after the other.
    """

    def __init__(self, phrases: Mapping[str, Collection[Edge]]) -> None:
        """``phrases`` with what each asks not to stand before it."""
        edges: dict[str, set[Edge]] = {}
        for words, lefts in phrases.items():
            edges.setdefault(words[0], set()).update(lefts)
        self._anywhere = frozenset(first for first, asked in edges.items() if "" in asked)
        self._latin = frozenset(first for first, asked in edges.items() if "latin" in asked) - self._anywhere
        self._free = frozenset(words for words in phrases if words[0] in self._anywhere)
        self._singles = frozenset(words for words in self._free if len(words) == 1)
        self._lengths = self._by_pairs()
        self._pairs = np.zeros(1 << _BITS, np.bool_)
        self._pairs[_paired(_signs("".join(self._lengths)))[::2]] = True
        self._alone = np.zeros(1 << _BITS, np.bool_)
        self._alone[_signs("".join(self._singles)) & _LOW] = True
        latin = {words for words in phrases if words[0] in self._latin}
        # Only looked at: the end of one phrase may be the beginning of another.
        self._behind = [
            (frozenset(words[0] for words in chosen), re.compile(f"[^{edge}](?=({_longest_of(chosen)}))"))
            for edge, chosen in ((LATIN, latin), (ANY, phrases.keys() - self._free - latin))
            if chosen
        ]

    def unseen(self, words: str, left: Edge) -> Edge:
        """What ``left`` asks for and is not certain already where ``find`` finds ``words``."""
        certain = words[0] not in self._anywhere and (left == "latin") == (words[0] in self._latin)
        return "" if certain else left

    def find(self, folded: str, places: Iterable[int] | None = None) -> list[tuple[int, str]]:
        """Each place from left to right with the longest phrase there; ``places`` as told by ``free_places``."""
        if places is None:
            places = self._places(folded)
        found = []
        for at in places:
            for length in self._lengths.get(folded[at : at + 2], _ONE):
                words = folded[at : at + length]
                if words in self._free:
                    found.append((at, words))
                    break
        kinds = 1 if found else 0
        for firsts, pattern in self._behind:
            if not firsts.isdisjoint(folded):
                found += [(place.end() - 1, place[1]) for place in pattern.finditer(_GAP + folded)]
                kinds += 1
        return sorted(found) if kinds > 1 else found

    def _places(self, folded: str) -> list[int]:
        """``free_places`` of one text: quicker than by numbers."""
        if self._anywhere.isdisjoint(folded):
            return []
        pairs, singles = self._lengths, self._singles
        padded = f"{folded[1:]}\n"
        return [at for at, pair in enumerate(map(add, folded, padded)) if pair in pairs or pair[0] in singles]

    def free_places(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """For each text the places where phrases that begin anywhere may begin, and a few where none does."""
        start = 0
        while start < len(texts):
            end, size = start, 0
            while end < len(texts) and (end == start or size + len(texts[end]) < BATCH_CHARACTERS):
                size += len(texts[end]) + 1
                end += 1
            yield from self._places_of(texts[start:end])
            start = end

    def _places_of(self, texts: Sequence[str]) -> Iterator[list[int]]:
        signs = _signs("\n".join(texts) + "\n\n")
        places = np.flatnonzero(self._pairs[_paired(signs)] | self._alone[signs[:-1] & _LOW])
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        cuts = np.searchsorted(places, starts)
        within = (places - np.repeat(starts[:-1], np.diff(cuts))).tolist()
        bounds = cuts.tolist()
        for begin, end in pairwise(bounds):
            yield within[begin:end]

    def _by_pairs(self) -> dict[str, tuple[int, ...]]:
        """By two first characters the lengths of the phrases that begin so, longest first."""
        found: dict[str, set[int]] = {}
        for words in self._free - self._singles:
            found.setdefault(words[:2], set()).add(len(words))
        return {
            pair: (*sorted(sizes, reverse=True), *(_ONE if pair[0] in self._singles else ()))
            for pair, sizes in found.items()
        }


def _signs(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)


def _paired(signs: Numbers) -> Numbers:
    """A number below 2^16 for each character with the next; some pairs share one."""
    found: Numbers = (signs[:-1] * _FIRST + signs[1:] * _SECOND) >> _SHIFT
    return found


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
