"""Copies of one text: the same words, or nearly the same, posted again by somebody else or somewhere else."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.text.topics.shingles import PERMUTATIONS, Signatures, bare, signatures

ALIKE = 0.6  # share of common pieces from which a text is a copy
KEPT = timedelta(days=30)  # how long a text is remembered after its last copy
MOST_EXACT = 100_000  # texts that are known word by word
MOST_TEXTS = 1 << 15  # texts whose signatures are kept unless told otherwise; the oldest gives way
BATCH = 512
_ROWS = 4  # numbers of a band; 32 bands of 4 find a pair that shares .6 of its pieces in 99 of 100 cases
_BANDS = PERMUTATIONS // _ROWS
_SLOTS_PER_TEXT = 4  # of one band's table; a newer text may take an older one's place
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class _Seen(NamedTuple):
    """A text that is known word by word."""

    family: int
    at: float  # when last seen
    place: int  # of its signature


class NearDuplicates:
    """Gives each text the number of its family of copies. One pass, memory bounded, what is old is forgotten.

    A copy word by word is found by its words alone. Any other text is compared by the MinHash signature with those that
    agree with it in one of 32 bands, and joins the one that it is most like. Of a family, each text is compared with
    the texts themselves, not with an average: slow changes from copy to copy stay one family.

    Not safe to share between threads.

    >>> copies, now = NearDuplicates(), datetime(2026, 3, 2, tzinfo=UTC)
    >>> first = copies.family("They broke my guitar and nobody at the desk wants to know about it", now)
    >>> copies.family("They BROKE my guitar, and nobody at the desk wants to know about it!!", now) == first
    True
    """

    def __init__(self, kept: timedelta = KEPT, most_texts: int = MOST_TEXTS) -> None:
        self._kept = kept.total_seconds()
        self._most, self._slots = most_texts, most_texts * _SLOTS_PER_TEXT
        self._next = 0
        self._exact: OrderedDict[str, _Seen] = OrderedDict()  # the one unused for longest first
        # Arrays of zeros take no memory before they are written to.
        self._tables = np.zeros(_BANDS * self._slots, np.int32)  # places, counted from 1
        self._signatures = np.zeros((most_texts, PERMUTATIONS), np.uint32)
        self._families = np.zeros(most_texts, np.int64)
        self._used = np.zeros(most_texts)  # when a text of this place was last seen, in seconds
        self._stored = 0

    def family(self, text: str, at: datetime) -> int | None:
        """The number of the family that ``text``, posted ``at``, belongs to; None where it holds no letter."""
        return self.families([(text, at)])[0]

    def families(self, texts: Iterable[tuple[str, datetime]]) -> list[int | None]:
        """The same for many texts, in order; much faster than one by one."""
        source, found = iter(texts), list[int | None]()
        while batch := list(islice(source, BATCH)):
            found += self._of_batch([(bare(text), (at - _EPOCH) / _SECOND) for text, at in batch])
        return found

    def _of_batch(self, batch: Sequence[tuple[str, float]]) -> list[int | None]:
        unknown = list(dict.fromkeys(text for text, _ in batch if text and text not in self._exact))
        signed = dict(zip(unknown, self._signed(unknown), strict=True))
        return [self._place(text, at, signed.get(text)) if text else None for text, at in batch]

    def _signed(self, texts: Sequence[str]) -> Iterator[tuple[Signatures, NDArray[np.int64]]]:
        """The signature of each text and where its bands stand in the tables."""
        if texts:
            signed = signatures(texts)
            yield from zip(signed, _slots(signed, self._slots), strict=True)

    def _place(self, text: str, at: float, signed: tuple[Signatures, NDArray[np.int64]] | None) -> int:
        known = self._exact.pop(text, None)
        if known is not None and abs(at - known.at) <= self._kept:
            seen = known._replace(at=max(known.at, at))
            if self._families[seen.place] == seen.family:
                self._used[seen.place] = max(self._used[seen.place], at)
        else:
            signature, where = signed or next(self._signed([text]))
            alike = self._most_alike(signature, where, at)
            family = self._new() if alike is None else alike
            seen = _Seen(family, at, self._keep(family, signature, where, at))
        self._exact[text] = seen
        if len(self._exact) > MOST_EXACT:
            self._exact.popitem(last=False)
        return seen.family

    def _most_alike(self, signature: Signatures, where: NDArray[np.int64], at: float) -> int | None:
        found = set(self._tables[where].tolist())
        found.discard(0)
        places = np.array([place - 1 for place in found if abs(at - self._used[place - 1]) <= self._kept], np.int64)
        if not len(places):
            return None
        shared = np.count_nonzero(self._signatures[places] == signature, axis=1)
        most = int(shared.max())
        # Of families that are equally alike, the older one.
        return int(self._families[places[shared == most]].min()) if most >= ALIKE * PERMUTATIONS else None

    def _new(self) -> int:
        self._next += 1
        return self._next

    def _keep(self, family: int, signature: Signatures, where: NDArray[np.int64], at: float) -> int:
        place = self._stored % self._most
        self._stored += 1
        self._signatures[place], self._families[place], self._used[place] = signature, family, at
        self._tables[where] = place + 1
        return place


def _slots(signed: Signatures, slots: int) -> NDArray[np.int64]:
    """For each signature the place of each of its bands in the tables, which lie end to end."""
    bands = signed.astype(np.uint64).reshape(-1, _BANDS, _ROWS)
    mixed = bands[:, :, 0].copy()
    for row in range(1, _ROWS):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + bands[:, :, row]
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(40)).astype(np.int64) % slots + np.arange(_BANDS) * slots
