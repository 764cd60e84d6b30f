"""Names inside longer hashtags: "#BoycottNorthline", "#northlinefail"."""

import re
from collections.abc import Callable, Iterator

from monitor.text.brands.places import Token


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


Known = Callable[[str], bool]

SHORTEST = 5  # letters of a name that is found in a tag without capitals to part its words
MOST_TAGS, MOST_PARTS = 30, 8
_TAG = re.compile(r"[#＃]([A-Za-z][A-Za-z0-9]{3,60})")
_PARTS = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What people who are cross put before or after a name.
_AROUND = _set(
    """
    avoid ban boycott cancel damn delete ditch goodbye hate never neverfly shame shameon stop bad broken care
    cares complaint complaints delay delays down exposed fail failed fails failure fraud gate help horror isdown
    isover isbroken lies no nomore nightmare outage problem problems refund refunds ripoff scam scammers service
    strike sucks support thieves victim victims worst
    """
)


def inside(text: str, folded: str, known: Known) -> Iterator[Token]:
    """The words of terms in the longer hashtags of ``text``, as tokens of ``folded``."""
    place = 0
    for number, hit in enumerate(_TAG.finditer(text)):
        lower = hit[1].lower()
        start = folded.find(f"#{lower}", place) + 1
        if number == MOST_TAGS:
            return
        if start == 0 or known(lower):
            continue
        place = start + len(lower)
        parts = [(part.start(), part.end()) for part in _PARTS.finditer(hit[1])][:MOST_PARTS]
        spans = _by_capitals(lower, parts, known) if len(parts) > 1 else _by_neighbours(lower, known)
        yield from (Token(lower[begin:end], start + begin, start + end, "hashtag") for begin, end in spans)


def _by_capitals(tag: str, parts: list[tuple[int, int]], known: Known) -> Iterator[tuple[int, int]]:
    """The longest run of parts from each place on that is a word of a term."""
    for first, (begin, _) in enumerate(parts):
        ends = (end for _, end in reversed(parts[first:]))
        span = next(((begin, end) for end in ends if known(tag[begin:end])), None)
        if span is not None:
            yield span


def _by_neighbours(tag: str, known: Known) -> Iterator[tuple[int, int]]:
    begins = [begin for begin in range(len(tag)) if begin == 0 or tag[:begin] in _AROUND]
    ends = [end for end in range(len(tag), 0, -1) if end == len(tag) or tag[end:] in _AROUND]
    yield from ((begin, end) for begin in begins for end in ends if end - begin >= SHORTEST and known(tag[begin:end]))
