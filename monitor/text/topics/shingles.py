"""Texts as MinHash signatures: two signatures agree in about as many places as the texts share pieces.

The pieces are runs of characters. The numbers are those of ``datasketch.MinHash`` (128 permutations), made for many
texts at once: one by one its own loop over the pieces would take most of the time.
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitor.text.normalise import fold, mask

PERMUTATIONS = 128
READ = 1_000  # characters of a text that are compared
PIECE = 5  # characters of a piece of text written with letters
SHORT_PIECE = 3  # of Chinese, Japanese or Korean, where one sign holds a syllable or more
AT_ONCE = 16_384  # pieces worked on together; more would not fit into the processor's cache

Signatures = NDArray[np.uint32]

_SYLLABLES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_LETTER = re.compile(r"[\W_]+")  # vowel signs of Indian scripts fall out too, in every text alike
_FACTOR = np.uint32(0x9E3779B1)  # odd, its bits well spread: the base of the running hash


@cache
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    from datasketch import MinHash  # takes most of a second, which commands that compare no texts need not wait

    first, second = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32").permutations
    return np.asarray(first, np.uint32), np.asarray(second, np.uint32)


def bare(text: str) -> str:
    """``text`` as copies are compared: folded, without addresses, handles, signs and blanks.

    >>> bare("RT @someone: They BROKE my guitar!! https://video.example/x") == bare("rt they broke my guitar…")
    True
    """
    return _NO_LETTER.sub("", mask(fold(text[: 2 * READ])))[:READ]


def piece_length(text: str) -> int:
    """How many characters a piece of the bare ``text`` has, by its script."""
    return PIECE if text.isascii() or len(_SYLLABLES.findall(text)) * 2 <= len(text) else SHORT_PIECE


def pieces(text: str) -> NDArray[np.uint32]:
    """A number for each piece of the bare ``text``; one for a text shorter than a piece. Not of an empty one."""
    signs = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
    length = min(piece_length(text), len(signs))
    end = len(signs) - length + 1
    hashed = signs[:end]
    for place in range(1, length):
        hashed = hashed * _FACTOR + signs[place : end + place]
    return hashed


def signatures(texts: Sequence[str]) -> Signatures:
    """One row of 128 numbers for each of the bare ``texts``, none of them empty."""
    rows = np.empty((len(texts), PERMUTATIONS), np.uint32)
    waiting: list[NDArray[np.uint32]] = []
    done = held = 0
    for text in texts:
        waiting.append(pieces(text))
        held += len(waiting[-1])
        if held >= AT_ONCE:
            rows[done : done + len(waiting)] = _least(waiting)
            done, waiting, held = done + len(waiting), [], 0
    if waiting:
        rows[done:] = _least(waiting)
    return rows


def _least(groups: Sequence[NDArray[np.uint32]]) -> Signatures:
    """For each group of pieces the least number under each permutation."""
    scales, shifts = _permutations()
    if len(groups) == 1:  # 128 small steps would take longer than one large one
        row: Signatures = (_mixed(groups[0])[:, np.newaxis] * scales + shifts).min(axis=0, keepdims=True)
        return row
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    mixed = _mixed(np.concatenate(groups))
    found = np.empty((PERMUTATIONS, len(groups)), np.uint32)
    for place, (scale, shift) in enumerate(zip(scales, shifts, strict=True)):
        np.minimum.reduceat(mixed * scale + shift, starts, out=found[place])
    return np.ascontiguousarray(found.T)


def _mixed(hashed: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The finalising mix of MurmurHash3, as datasketch applies it before its permutations."""
    hashed = hashed ^ (hashed >> np.uint32(16))
    hashed = hashed * np.uint32(0x85EBCA6B)
    hashed = hashed ^ (hashed >> np.uint32(13))
    hashed = hashed * np.uint32(0xC2B2AE35)
    return hashed ^ (hashed >> np.uint32(16))
