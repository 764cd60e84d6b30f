"""Which language a post is in: by script first, then by the small words of Latin-script languages."""

import re
from collections import Counter

from monitor.text.latin import Evidence
from monitor.text.normalise import fold, mask
from monitor.text.romanised import ROMANISED
from monitor.text.small_words import SMALL_WORDS

SCAN = 3000  # characters looked at

_SCRIPTS: dict[str, str] = {
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "te": "\u0c00-\u0c7f",
    "ja": "\u3041-\u3096\u30a1-\u30fa",  # without the marks that faces are drawn with
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
# A single letter is a word in these; one letter of another script alone is a sign or part of a face: "ಠ_ಠ", "(˘ω˘)".
_BY_SIGN = "".join(_SCRIPTS[code] for code in ("ko", "te", "zh"))
_NO_SIGN = "".join(ranges for code, ranges in _SCRIPTS.items() if code not in ("ko", "te", "zh"))
_OTHER = re.compile(f"[{_BY_SIGN}]+|[{_NO_SIGN}]{{2,}}")
_ONLY = {code: re.compile(f"[{ranges}]+") for code, ranges in _SCRIPTS.items()}
_BLOCK = 7  # bits; every range above lies in whole or half blocks that no other range touches
_SCRIPT_OF = {
    block: code
    for code, ranges in _SCRIPTS.items()
    for first, last in re.findall("(.)-(.)", ranges)
    for block in range(ord(first) >> _BLOCK, (ord(last) >> _BLOCK) + 1)
}
_ENOUGH = 32  # letters that are looked up
_LATIN_SPEAKERS = frozenset(SMALL_WORDS) | {"ms"}
_TOLD = SMALL_WORDS.keys() | ROMANISED.keys()
# Languages that share a script with the one it is counted for; a site's word for them is taken.
_SAME_SCRIPT: dict[str, frozenset[str]] = {
    "zh": frozenset({"zh", "ja"}),
    "ar": frozenset({"ar", "fa", "ur"}),
    "ru": frozenset({"ru", "uk", "bg", "sr", "be", "mk", "kk"}),
    "hi": frozenset({"hi", "mr", "ne", "sa"}),
    "bn": frozenset({"bn", "as"}),
    "he": frozenset({"he", "yi"}),
}
# Letters that only one of them writes; "" where that still leaves several.
_BY_LETTER: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "ru": (
        (re.compile("[ўЎ]"), "be"),
        (re.compile("[іїєґ]"), "uk"),
        (re.compile("[ѓќѕ]"), "mk"),
        (re.compile("[јљњћђџ]"), "sr"),
        (re.compile("[қғұ]"), "kk"),
        (re.compile("[әөүңһӊҗ]"), ""),
    ),
    "ar": ((re.compile("[ٹڈڑےںہ]"), "ur"), (re.compile("[پچژگیک]"), "fa")),
}
_ALIASES = {"cmn": "zh", "yue": "zh", "kor": "ko", "tel": "te", "eng": "en", "iw": "he", "in": "id"}
# One sign of these scripts says about as much as three Latin letters; a foreign brand name must not outvote a post.
_WEIGHT = 3
# What holds a sentence together: Korean and Telugu words with their endings, small Chinese and Japanese signs.
_HOLDS_TOGETHER = re.compile(
    "[\uac00-\ud7af]+[은는을를에의도로고요다네지음함게서면데라니까만]|[\u0c00-\u0c7f]+(?:ంది|ను|కు|కి|లో|తో|గా|దు|రు|యి|ని|ాం)"
    "|చాలా|అని|కానీ|నా|మా|మీ|[的了是我你他她在不有没就都也还很太啊吗呢吧被把给让说这那]|[\u3041-\u3096]{2}"
)
_CHINESE_ONLY = re.compile("[的了吗呢吧这那们么没很你她说对还让给啊到]")


def identify(text: str, hint: str | None = None) -> str | None:
    """The language code of ``text`` ("en", "zh", "ko", "te", another where it is sure), None where undecidable.

    ``hint`` is what the site says; it decides where the text does not speak against it. A text in several languages is
    in the one whose small words hold it together: English with a Korean name in it, Korean with English nouns.

    >>> identify("the plane was late"), identify("비행기가 늦었다")
    ('en', 'ko')
    >>> identify("el vuelo va con retraso por la tormenta"), identify("flight late ayindi, service chala chetta undi")
    ('es', 'te')
    >>> identify("12:30 😀"), identify("12:30 😀", hint="en-GB")
    (None, 'en')
    """
    return identify_masked(mask(fold(text[:SCAN])), hint)


def identify_masked(masked: str, hint: str | None = None) -> str | None:
    """``identify`` for a text that is folded and masked already."""
    sample = masked[:SCAN]
    claimed = _base(hint)
    if sample.isascii():
        return _latin(Evidence(sample), claimed)
    letters = "".join(_OTHER.findall(sample))
    if not letters:
        return _latin(Evidence(sample), claimed)
    if len(letters) * _WEIGHT < len(sample):
        evidence = Evidence(sample)
        if _is_held_by_latin(evidence, sample, len(letters)):
            return _latin(evidence, claimed)
    return _by_script(letters, claimed)


def _is_held_by_latin(evidence: Evidence, sample: str, other: int) -> bool:
    """True for a Latin text with foreign words in it; a text of another script with Latin names or nouns is none."""
    if other * _WEIGHT >= sum(map(len, evidence.words)):
        return False
    small = max(evidence.hits.values(), default=0)
    return small > max(1, len(_HOLDS_TOGETHER.findall(sample))) and evidence.decide() is not None


def _by_script(letters: str, claimed: str | None) -> str | None:
    top = _SCRIPT_OF[ord(letters[0]) >> _BLOCK]
    if not _ONLY[top].fullmatch(letters):
        chosen = letters[:: 1 + len(letters) // _ENOUGH]
        counts = Counter(_SCRIPT_OF[ord(letter) >> _BLOCK] for letter in chosen)
        top = max(counts, key=lambda code: (counts[code], code))
        if top in ("zh", "ja"):
            top = _chinese_or_japanese(letters)
    if claimed is not None and claimed in _SAME_SCRIPT.get(top, ()):
        return claimed
    return next((code or None for letter, code in _BY_LETTER.get(top, ()) if letter.search(letters)), top)


def _chinese_or_japanese(letters: str) -> str:
    """Japanese where kana stand among the characters, unless they are a quotation in a Chinese sentence."""
    kana = sum(map(len, _ONLY["ja"].findall(letters)))
    chinese = len(_CHINESE_ONLY.findall(letters))
    return "ja" if kana * 9 >= len(letters) and chinese * 2 <= kana else "zh"


def _latin(evidence: Evidence, claimed: str | None) -> str | None:
    if claimed is None:
        return evidence.decide()
    scores = evidence.all_scores()
    heard = claimed in scores if claimed in ROMANISED else claimed in _LATIN_SPEAKERS
    if not heard and scores:
        return evidence.decide()
    best = max(scores, key=lambda code: (scores[code], code), default=claimed)
    against = scores.get(best, 0.0) - scores.get(claimed, 0.0)
    return claimed if against < 2.0 or claimed not in _TOLD else evidence.decide()


def _base(hint: str | None) -> str | None:
    """ "zh" for "zh-Hans-CN"; None for no hint and for codes that mean "do not know"."""
    if not hint:
        return None
    code = re.split(r"[-_]", hint.strip().lower(), maxsplit=1)[0]
    code = _ALIASES.get(code, code)
    known = code in _SCRIPTS or code in _LATIN_SPEAKERS or any(code in codes for codes in _SAME_SCRIPT.values())
    return code if known else None
