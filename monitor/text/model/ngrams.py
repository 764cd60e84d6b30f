"""Hashed character and word n-grams of many texts at once.

A rolling polynomial hash modulo 2^64 gives the hash of any stretch of characters from two prefix sums, so all n-grams
of a batch are a few vectorised operations (Karp and Rabin, 1987). Only bucket numbers leave this module, no text.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BITS = 18  # buckets are 2^BITS
READ = 1_200  # characters of one text that are counted: a complaint says so at its beginning
BATCH_CHARACTERS = 1 << 18  # hashed at once; bounds the memory of one step

_BASE = 0x9E3779B97F4A7C15  # odd, so that it can be divided by modulo 2^64
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_EDGE = " "
_BREAK = "\n"  # between texts; folding leaves none inside
_GAP, _WORD, _SIGN = 0, 1, 2

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which n-grams are counted: characters ``shortest``..``longest``, and runs of up to ``words`` words."""

    shortest: int
    longest: int
    words: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each bucket occurs in each text: parallel arrays, ordered by text and bucket."""

    texts: int
    text: Ints  # number of the text
    bucket: Ints
    count: NDArray[np.float32]


def count(texts: Sequence[str], shape: Shape) -> Counts:
    """The n-grams of folded and masked ``texts``.

    >>> found = count(["late late", ""], Shape(3, 3, 1))
    >>> found.texts, sorted(found.count.tolist())  # " la", "lat", "ate", "te ", "late" twice; "e l" once
    (2, [1.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    """
    parts: list[Counts] = []
    start = 0
    while start < len(texts):
        end, size = start, 0
        while end < len(texts) and (end == start or size + len(texts[end]) < BATCH_CHARACTERS):
            size += min(len(texts[end]), READ) + 3
            end += 1
        parts.append(_counted(texts[start:end], shape, start))
        start = end
    if len(parts) == 1:
        return parts[0]
    return Counts(
        len(texts),
        np.concatenate([np.empty(0, np.int64), *(part.text for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.bucket for part in parts)]),
        np.concatenate([np.empty(0, np.float32), *(part.count for part in parts)]),
    )


def _counted(texts: Sequence[str], shape: Shape, first: int) -> Counts:
    """The n-grams of ``texts``, the first of which has the number ``first``."""
    buckets, bounds = _buckets(texts, shape)
    # Text by text: many short runs are sorted ten times as fast as one long one.
    edges = bounds.tolist()
    for begin, end in pairwise(edges):
        buckets[begin:end].sort()
    is_new = np.ones(len(buckets), np.bool_)
    np.not_equal(buckets[1:], buckets[:-1], out=is_new[1:])
    is_new[bounds[:-1][bounds[:-1] < len(buckets)]] = True
    places = np.flatnonzero(is_new)
    each = np.diff(np.searchsorted(places, bounds))
    return Counts(
        len(texts),
        np.repeat(np.arange(first, first + len(texts)), each),
        buckets[places].astype(np.int64),
        np.diff(places, append=len(buckets)).astype(np.float32),
    )


def _buckets(texts: Sequence[str], shape: Shape) -> tuple[NDArray[np.uint32], Ints]:
    """The bucket of each occurrence of an n-gram, text by text, and where each text begins; last where they end."""
    # Folding leaves no line break inside a text; one that was not folded must not give its words to its neighbour.
    joined = _BREAK + _BREAK.join(f"{_EDGE}{text[:READ].replace(_BREAK, _EDGE)}{_EDGE}" for text in texts) + _BREAK
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    breaks = np.flatnonzero(codes == ord(_BREAK))
    sizes = np.diff(breaks)  # of the texts, with their edges and the break before
    up, down = _powers(len(codes) + 1)
    prefix = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * up[:-1], out=prefix[1:])
    # How far the next break is: an n-gram must end before it.
    room = np.repeat(breaks[1:], sizes) - np.arange(len(codes) - 1)
    room[breaks[:-1]] = 0
    lengths = range(shape.shortest, shape.longest + 1)
    found = np.zeros((len(room), len(lengths) + shape.words), np.uint32)
    is_there = np.zeros(found.shape, np.bool_)
    for column, length in enumerate(lengths):
        last = max(0, len(room) - length + 1)
        hashes = (prefix[length : last + length] - prefix[:last]) * down[:last]
        found[:last, column] = _bucket(hashes, length)
        np.greater_equal(room, length, out=is_there[:, column])
    if shape.words:
        owner = np.repeat(np.arange(len(texts)), sizes)
        _add_words(codes, prefix, down, owner, found[:, len(lengths) :], is_there[:, len(lengths) :])
    ends = np.cumsum(is_there.sum(axis=1))
    return found[is_there], np.concatenate(([0], ends[breaks[1:] - 1]))


def _bucket(hashes: Hashes, kind: int) -> Hashes:
    mixed = (hashes ^ (hashes >> _HALF)) * _MIX + np.uint64(kind * 0x1F123BB5 % (1 << 32))
    mixed = (mixed ^ (mixed >> _HALF)) * _MIX
    return mixed >> np.uint64(64 - BITS)


def _add_words(
    codes: NDArray[np.uint32],
    prefix: Hashes,
    down: Hashes,
    owner: Ints,
    found: NDArray[np.uint32],
    is_there: NDArray[np.bool_],
) -> None:
    """Words are runs of letters, marks and digits; any other visible sign is a word of its own.

    A run of words is entered where its last word begins, one column for each length.
    """
    kinds = _kinds()[np.minimum(codes, 0xFFFF)]
    # The first and the last character is a break, so that no word begins or ends there.
    is_sign, is_word = kinds == _SIGN, kinds == _WORD
    starts = np.flatnonzero(is_sign[1:] | (is_word[1:] & ~is_word[:-1])) + 1
    ends = np.flatnonzero(is_sign[:-1] | (is_word[:-1] & ~is_word[1:])) + 1
    hashes = (prefix[ends] - prefix[starts]) * down[starts]
    of, run = owner[starts], hashes
    for extra in range(found.shape[1]):
        if extra:
            run = run[:-1] * _MIX + hashes[extra:]
        found[starts[extra:], extra] = _bucket(run, 101 + extra)
        is_there[starts[extra:], extra] = of[extra:] == of[: len(of) - extra]


@cache
def _kinds() -> NDArray[np.uint8]:
    """For each character of the basic plane: gap, part of a word, or a sign; its last stands for all beyond, signs."""
    kinds = np.full(0x10000, _SIGN, np.uint8)
    for code in range(0x10000):
        category = unicodedata.category(chr(code))
        if category[0] in "LMN":
            kinds[code] = _WORD
        elif category[0] in "ZC":
            kinds[code] = _GAP
    kinds[ord("'")] = _WORD
    kinds[0xFFFF] = _SIGN
    return kinds


_known_powers: list[tuple[Hashes, Hashes]] = []


def _powers(size: int) -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse, ``size`` of each."""
    known = _known_powers[-1] if _known_powers else None
    if known is None or len(known[0]) < size:
        room = max(size, 1 << 16)
        up, down = np.full(room, _BASE, np.uint64), np.full(room, _INVERSE, np.uint64)
        up[0] = down[0] = 1
        known = np.cumprod(up), np.cumprod(down)
        _known_powers[:] = [known]  # another thread may put fewer there at once: go on with one's own
    return known[0][:size], known[1][:size]
