"""Which language a post is in: by script first, then by the small words of Latin-script languages."""

import re
from collections import Counter
from functools import lru_cache

from monitor.text.normalise import fold, mask
from monitor.text.small_words import SMALL_WORDS

SCAN = 3000  # characters looked at

_SCRIPTS: dict[str, str] = {
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "te": "\u0c00-\u0c7f",
    "ja": "\u3040-\u30ff",
    "zh": "\u3400-\u9fff",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "th": "\u0e00-\u0e7f",
    "el": "\u0370-\u03ff",
    "he": "\u0590-\u05ff",
    "ar": "\u0600-\u06ff",
    "ru": "\u0400-\u04ff",
}
_OTHER = re.compile(f"[{''.join(_SCRIPTS.values())}]+")
_ONLY = {code: re.compile(f"[{ranges}]+") for code, ranges in _SCRIPTS.items()}
_BLOCK = 7  # bits; every range above is made of whole or half blocks that no other range touches
_SCRIPT_OF = {
    block: code
    for code, ranges in _SCRIPTS.items()
    for first, last in re.findall("(.)-(.)", ranges)
    for block in range(ord(first) >> _BLOCK, (ord(last) >> _BLOCK) + 1)
}
_ENOUGH = 32  # letters that are looked up
_LATIN = re.compile("[a-z\u00df-\u024f]+(?:'[a-z]+)?")
_LATIN_SPEAKERS = frozenset(SMALL_WORDS) | {"ms", "da", "no", "fi", "cs", "hu", "ro", "ca", "tl", "sw", "hr", "sk"}
# Languages that share a script with the one it is counted for; a site's word for them is taken.
_SAME_SCRIPT: dict[str, frozenset[str]] = {
    "zh": frozenset({"zh", "ja"}),
    "ar": frozenset({"ar", "fa", "ur"}),
    "ru": frozenset({"ru", "uk", "bg", "sr", "be", "mk", "kk"}),
    "hi": frozenset({"hi", "mr", "ne", "sa"}),
    "bn": frozenset({"bn", "as"}),
    "he": frozenset({"he", "yi"}),
}
_ALIASES = {"cmn": "zh", "yue": "zh", "kor": "ko", "tel": "te", "eng": "en", "iw": "he", "in": "id"}
# One sign of these scripts says about as much as three Latin letters; a foreign brand name must not outvote a post.
_WEIGHT = 3
_SHARED = Counter(word for words in SMALL_WORDS.values() for word in words)


def identify(text: str, hint: str | None = None) -> str | None:
    """The language code of ``text`` ("en", "zh", "ko", "te", another where it is sure), None where undecidable.

    ``hint`` is what the site says; it decides where the text does not speak against it.

    >>> identify("the plane was late"), identify("비행기가 늦었다")
    ('en', 'ko')
    >>> identify("el vuelo va con retraso por la tormenta")
    'es'
    >>> identify("12:30 😀"), identify("12:30 😀", hint="en-GB")
    (None, 'en')
    """
    return identify_masked(mask(fold(text[:SCAN])), hint)


def identify_masked(masked: str, hint: str | None = None) -> str | None:
    """``identify`` for a text that is folded and masked already."""
    sample = masked[:SCAN]
    claimed = _base(hint)
    if sample.isascii():
        return _latin(sample, claimed)
    letters = "".join(_OTHER.findall(sample))
    if not letters or _mostly_latin(sample, len(letters)):
        return _latin(sample, claimed)
    return _by_script(_script_counts(letters), claimed)


def _script_counts(letters: str) -> Counter[str]:
    first = _SCRIPT_OF[ord(letters[0]) >> _BLOCK]
    if _ONLY[first].fullmatch(letters):
        return Counter({first: len(letters)})
    chosen = letters[:: 1 + len(letters) // _ENOUGH]
    return Counter(_SCRIPT_OF[ord(letter) >> _BLOCK] for letter in chosen)


def _mostly_latin(sample: str, other: int) -> bool:
    """True for a Latin text with a foreign name in it; a text of another script with a Latin brand name is none."""
    words = _LATIN.findall(sample)
    return other * _WEIGHT < sum(map(len, words)) and len(_SHARED.keys() & set(words)) > 1


def _by_script(counts: Counter[str], claimed: str | None) -> str:
    top = max(counts, key=lambda code: (counts[code], code))
    if top == "zh" and counts["ja"] * 8 >= counts["zh"]:  # kana among the characters: Japanese
        top = "ja"
    return claimed if claimed is not None and claimed in _SAME_SCRIPT.get(top, ()) else top


def _latin(sample: str, claimed: str | None) -> str | None:
    scores = _small_word_scores(_LATIN.findall(sample))
    best = max(scores, key=lambda code: (scores[code], code == claimed, code == "en"), default=None)
    if claimed is not None and (claimed in _LATIN_SPEAKERS or not scores):
        against = scores[best] - scores.get(claimed, 0.0) if best is not None else 0.0
        return claimed if against < 2.0 or claimed not in SMALL_WORDS else best
    if best is None or scores[best] < 0.5:
        return None
    others = [score for code, score in scores.items() if code != best]
    return best if best == "en" or scores[best] > max(others, default=0.0) else None


def _small_word_scores(words: list[str]) -> dict[str, float]:
    """Per language, the sum of its small words found; a word that several languages share counts a part to each."""
    scores: dict[str, float] = {}
    for word in dict.fromkeys(words):
        share = _SHARED.get(word)
        if share is not None:
            for code in _languages_with(word):
                scores[code] = scores.get(code, 0.0) + 1 / share
    return scores


@lru_cache(maxsize=4096)
def _languages_with(word: str) -> tuple[str, ...]:
    return tuple(code for code, words in SMALL_WORDS.items() if word in words)


def _base(hint: str | None) -> str | None:
    """ "zh" for "zh-Hans-CN"; None for no hint and for codes that mean "do not know"."""
    if not hint:
        return None
    code = re.split(r"[-_]", hint.strip().lower(), maxsplit=1)[0]
    code = _ALIASES.get(code, code)
    known = code in _SCRIPTS or code in _LATIN_SPEAKERS or any(code in codes for codes in _SAME_SCRIPT.values())
    return code if known else None
