"""Latin words that are not a name but stand for one: accents, look-alikes, figures for letters, endings, slips."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

from monitor.text.brands.common_words import COMMON_WORDS
from monitor.text.look_alikes import LOOK_ALIKES

How = Literal["exact", "misspelt", "look-alike", "inflected", "hashtag"]

FORGIVEN_FROM = 7  # letters; a shorter word is too often another word with one letter changed
DISGUISED_FROM = 4  # letters of a name that is also found behind figures or letters of another alphabet
INFLECTED_FROM = 5  # letters of a name that may carry a Telugu ending in Latin letters
LONGEST = 60  # letters of a word that is looked at
REMEMBERED = 50_000  # words


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The second way holds for Greek capitals, which look like other letters than the small ones they are folded to.
_TO_LATIN = str.maketrans(LOOK_ALIKES), str.maketrans({**LOOK_ALIKES, "ν": "n", "υ": "y", "μ": "m", "ζ": "z"})
_FIGURES = tuple(str.maketrans(f"0{one}34578", f"o{letter}eastb") for one, letter in (("1", "i"), ("1", "l")))
# Telugu case endings and "-wala", as people write them onto a Latin name without a keyboard of their own.
_ENDINGS = _set(
    """
    ki ku ke key lo lone loni loki lonu ni nu tho thone valla vallu vaallu vaalla vallaki vaallaki vadu vaadu
    gaadu garu nunchi nundi kosam meeda kante ante aithe ayithe kuda kooda lanti laanti laaga wala wale walo
    walon vala vale
    """
)


class Spelling(NamedTuple):
    """The name that a word stands for, how it does, and how many letters of the word are the name."""

    name: str
    how: How
    length: int


class Speller:
    """Knows which Latin words stand for one of ``names``; ``forgiven`` are those that may hold a slip.

    >>> speller = Speller({"northline", "beixian"}, {"northline"})
    >>> [speller.read(word) for word in ("norhtline", "n0rthline", "northlineki")]  # doctest: +NORMALIZE_WHITESPACE
    [Spelling(name='northline', how='misspelt', length=9), Spelling(name='northline', how='look-alike', length=9),
     Spelling(name='northline', how='inflected', length=9)]
    >>> speller.read("northliner"), speller.read("snorthline")
    (None, None)
    """

    def __init__(self, names: Iterable[str], forgiven: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._stems = {name[:INFLECTED_FROM] for name in self._names if len(name) >= INFLECTED_FROM}
        self._forgiven: dict[tuple[str, str], list[str]] = {}
        for name in sorted(forgiven):
            if len(name) >= FORGIVEN_FROM and name.isalpha() and name.isascii() and name not in COMMON_WORDS:
                self._forgiven.setdefault((name[0], name[-1]), []).append(name)
        self._seen: dict[str, Spelling | None] = {}

    def read(self, word: str) -> Spelling | None:
        """What the folded ``word`` stands for; None where it is just another word."""
        if word in self._seen:
            return self._seen[word]
        if len(word) > LONGEST:
            return None
        if len(self._seen) >= REMEMBERED:  # strangers write new words without end
            self._seen.clear()
        found = self._seen[word] = self._read(word)
        return found

    def _read(self, word: str) -> Spelling | None:
        if not word.isascii():
            return self._in_plain_letters(word)
        if not word.isalpha():
            return self._without_figures(word)
        return None if word in COMMON_WORDS else self._inflected(word) or self._slip(word)

    def _in_plain_letters(self, word: str) -> Spelling | None:
        bare = without_accents(word)
        if bare in self._names:
            return Spelling(bare, "exact", len(word))
        for table in _TO_LATIN:
            latin = bare.translate(table)
            if latin in self._names and len(latin) >= DISGUISED_FROM:
                return Spelling(latin, "look-alike", len(word))
        return None

    def _without_figures(self, word: str) -> Spelling | None:
        for table in _FIGURES:
            plain = word.translate(table)
            if plain in self._names and len(plain) >= DISGUISED_FROM and not word[0].isdigit():
                return Spelling(plain, "look-alike", len(word))
        return None

    def _inflected(self, word: str) -> Spelling | None:
        if word[:INFLECTED_FROM] not in self._stems:
            return None
        for length in range(len(word) - 2, INFLECTED_FROM - 1, -1):
            if word[length:] in _ENDINGS and word[:length] in self._names:
                return Spelling(word[:length], "inflected", length)
        return None

    def _slip(self, word: str) -> Spelling | None:
        for name in self._forgiven.get((word[0], word[-1]), ()):
            if abs(len(name) - len(word)) <= 1 and is_one_slip(name, word):
                return Spelling(name, "misspelt", len(word))
        return None


def is_one_slip(name: str, word: str) -> bool:
    """Whether one letter was left out, put in, replaced or swapped with its neighbour.

    >>> is_one_slip("lumenova", "lumenvoa"), is_one_slip("lumenova", "lumnova"), is_one_slip("lumenova", "luminous")
    (True, True, False)
    """
    at = next((i for i, (one, other) in enumerate(zip(name, word, strict=False)) if one != other), None)
    if at is None:
        return abs(len(name) - len(word)) == 1
    if len(name) > len(word):
        return name[at + 1 :] == word[at:]
    if len(name) < len(word):
        return name[at:] == word[at + 1 :]
    swapped = name[at : at + 2] == word[at : at + 2][::-1] and name[at + 2 :] == word[at + 2 :]
    return swapped or name[at + 1 :] == word[at + 1 :]


def without_accents(word: str) -> str:
    """``word`` with plain letters for accented Latin ones.

    >>> without_accents("běixiàn")
    'beixian'
    """
    apart = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f"))


_FINAL = "iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|ve|er|a|o|e|i|u|v"
_SYLLABLE = re.compile(f"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])(?:{_FINAL})|(?:ai|ei|ao|ou|ang|eng|an|en|er|a|e|o)")
_PINYIN_FROM = 6  # letters


def pinyin(word: str) -> list[str] | None:
    """The syllables of a Latin ``word`` that reads as Chinese; None for short ones and those that do not.

    >>> pinyin("beixian"), pinyin("hangkong"), pinyin("northline")
    (['bei', 'xian'], ['hang', 'kong'], None)
    """
    if len(word) < _PINYIN_FROM or len(word) > LONGEST or not word.isascii():
        return None
    parts, at = [], 0
    while at < len(word):
        hit = _SYLLABLE.match(word, at)
        if hit is None:
            return None
        parts.append(hit.group())
        at = hit.end()
    return parts if len(parts) > 1 else None
