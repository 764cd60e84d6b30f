"""One compiled pattern for several hundred words and phrases, longest first, and what each of them stands for."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from monitor.text.normalise import fold

T = TypeVar("T")

_LATIN = "0-9a-z\u00c0-\u024f"
_ANY = r"\w\u0900-\u0dff"  # vowel signs of Indian scripts are no \w, yet parts of a word
FEW = 12  # branches that are tried one after the other
_Tree = dict[str, Any]


def bare(phrase: str) -> str:
    """``phrase`` without its marks, folded: "_lost bag*" is "lost bag"."""
    return fold(phrase.removesuffix("*").strip("_"))


def pattern(phrase: str) -> re.Pattern[str]:
    """The pattern of one phrase alone."""
    return re.compile("".join(_atoms(phrase)))


def _atoms(phrase: str) -> list[str]:
    """The pattern of ``phrase`` character by character, with its word boundaries.

    "_" at an end asks for the end of a word there, "*" at the end lets a Latin word go on; Latin letters and digits
    always begin and end at a word boundary.
    """
    words = bare(phrase)
    atoms = [re.escape(character) for character in words]
    if phrase.startswith("_"):
        atoms.insert(0, f"(?<![{_ANY}])")
    elif re.match(f"[{_LATIN}]", words):
        atoms.insert(0, f"(?<![{_LATIN}])")
    if phrase.endswith("*"):
        atoms.append(f"[{_LATIN}']*")
    elif phrase.endswith("_"):
        atoms.append(f"(?![{_ANY}])")
    elif re.search(f"[{_LATIN}]$", words):
        atoms.append(f"(?![{_LATIN}])")
    return atoms


def _expression(tree: _Tree) -> str:
    """The pattern of a prefix tree; going on is tried before stopping, so that the longest phrase wins."""
    characters = sorted(key for key in tree if len(key.removeprefix("\\")) == 1)
    boundaries = sorted(key for key in tree if key and key not in characters)
    branches = [key + _expression(tree[key]) for key in characters]
    if len(characters) > FEW:
        branches = list(_guarded(characters, branches))
    branches += [key + _expression(tree[key]) for key in boundaries]
    ends = "" in tree
    if not branches:
        return ""
    if len(branches) == 1 and not ends:
        return branches[0]
    return f"(?:{'|'.join(branches)})" + ("?" if ends else "")


def _guarded(characters: list[str], branches: list[str]) -> Iterator[str]:
    """``branches`` in groups, each behind a look at its first characters: hundreds are not tried one by one."""
    size = max(FEW // 2, math.isqrt(len(characters)))
    for start in range(0, len(characters), size):
        chosen = slice(start, start + size)
        yield f"(?=[{''.join(characters[chosen])}])(?:{'|'.join(branches[chosen])})"


class Phrases(Generic[T]):
    """Finds the given phrases in folded text, from left to right, the longest at each place, none overlapping.

    >>> found = Phrases({"late": 1, "late again": 2, "delay*": 3}).find("late again, delayed")
    >>> [(hit.group(), value) for hit, value in found]
    [('late again', 2), ('delayed', 3)]
    """

    def __init__(self, meanings: Mapping[str, T]) -> None:
        tree: _Tree = {}
        self._exact: dict[str, T] = {}
        self._stems: dict[str, T] = {}
        for phrase, meaning in meanings.items():
            if not bare(phrase):
                continue
            (self._stems if phrase.endswith("*") else self._exact)[bare(phrase)] = meaning
            node = tree
            for atom in _atoms(phrase):
                node = node.setdefault(atom, {})
            node[""] = {}
        self._pattern = re.compile(_expression(tree) or "(?!)")

    def find(self, folded: str) -> Iterator[tuple[re.Match[str], T]]:
        """Each phrase found, with what it stands for."""
        for hit in self._pattern.finditer(folded):
            words = hit.group()
            meaning = self._exact.get(words)
            yield hit, self._stem(words) if meaning is None else meaning

    def _stem(self, words: str) -> T:
        for length in range(len(words), 0, -1):
            meaning = self._stems.get(words[:length])
            if meaning is not None:
                return meaning
        raise KeyError(words)  # the pattern finds nothing that was not put in
