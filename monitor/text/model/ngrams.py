"""Hashed character and word n-grams of many texts at once.

A rolling polynomial hash modulo 2^64 gives the hash of any stretch of characters from two prefix sums, so all n-grams
of a batch are a few vectorised operations (Karp and Rabin, 1987). Only bucket numbers leave this module, no text.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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
    parts: list[tuple[int, Hashes]] = []
    start = 0
    while start < len(texts):
        end, size = start, 0
        while end < len(texts) and (end == start or size + len(texts[end]) < BATCH_CHARACTERS):
            size += min(len(texts[end]), READ) + 3
            end += 1
        parts.append((start, _keys(texts[start:end], shape)))
        start = end
    return _summed(len(texts), parts)


def _summed(texts: int, parts: list[tuple[int, Hashes]]) -> Counts:
    bucket_mask = np.uint64((1 << BITS) - 1)
    numbers, buckets, counts = [], [], []
    for first, keys in parts:
        keys.sort()
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.empty(0, np.int64)
        distinct = keys[starts]
        numbers.append((distinct >> np.uint64(BITS)).astype(np.int64) + first)
        buckets.append((distinct & bucket_mask).astype(np.int64))
        counts.append(np.diff(np.append(starts, len(keys))).astype(np.float32))
    if not parts:
        return Counts(texts, np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    return Counts(texts, np.concatenate(numbers), np.concatenate(buckets), np.concatenate(counts))


def _keys(texts: Sequence[str], shape: Shape) -> Hashes:
    """One key (text number above, bucket below) for each occurrence of an n-gram."""
    # Folding leaves no line break inside a text; one that was not folded must not give its words to its neighbour.
    joined = _BREAK + _BREAK.join(f"{_EDGE}{text[:READ].replace(_BREAK, _EDGE)}{_EDGE}" for text in texts) + _BREAK
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    breaks = codes == ord(_BREAK)
    owner = np.cumsum(breaks)[:-1] - 1  # of each place the text it lies in
    up, down = _powers(len(codes) + 1)
    prefix = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * up[:-1], out=prefix[1:])
    # How far the next break is: an n-gram must end before it.
    room = _room(breaks)
    found = [_words(codes, prefix, down, owner, shape.words)] if shape.words else []
    for length in range(shape.shortest, shape.longest + 1):
        places = np.flatnonzero(room >= length)
        found.append(_placed(_hash(prefix, down, places, places + length), owner[places], length))
    return np.concatenate(found) if found else np.empty(0, np.uint64)


def _room(breaks: NDArray[np.bool_]) -> Ints:
    ends = np.flatnonzero(breaks)
    places = np.arange(len(breaks))
    return ends[np.searchsorted(ends, places)] - places


def _hash(prefix: Hashes, down: Hashes, starts: Ints, ends: Ints) -> Hashes:
    found: Hashes = (prefix[ends] - prefix[starts]) * down[starts]
    return found


def _placed(hashes: Hashes, owner: Ints, kind: int) -> Hashes:
    mixed = (hashes ^ (hashes >> _HALF)) * _MIX + np.uint64(kind * 0x1F123BB5 % (1 << 32))
    mixed = (mixed ^ (mixed >> _HALF)) * _MIX
    return (owner.astype(np.uint64) << np.uint64(BITS)) | (mixed >> np.uint64(64 - BITS))


def _words(codes: NDArray[np.uint32], prefix: Hashes, down: Hashes, owner: Ints, longest: int) -> Hashes:
    """Words are runs of letters, marks and digits; any other visible sign is a word of its own."""
    kinds = _kinds()[np.minimum(codes, 0xFFFF)]
    before = np.concatenate(([_GAP], kinds[:-1]))
    after = np.concatenate((kinds[1:], [_GAP]))
    starts = np.flatnonzero((kinds == _SIGN) | ((kinds == _WORD) & (before != _WORD)))
    ends = np.flatnonzero((kinds == _SIGN) | ((kinds == _WORD) & (after != _WORD))) + 1
    hashes, of = _hash(prefix, down, starts, ends), owner[starts]
    found = [_placed(hashes, of, 101)]
    run = hashes
    for extra in range(1, longest):
        run = run[:-1] * _MIX + hashes[extra:]
        same = of[extra:] == of[: len(of) - extra]
        found.append(_placed(run[same], of[extra:][same], 101 + extra))
    return np.concatenate(found)


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
