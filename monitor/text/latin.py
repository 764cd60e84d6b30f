"""Which language a text in Latin letters is in, by the small words it is held together with; None where undecidable."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from monitor.text.common_english import BORROWED, COMMON_ENGLISH
from monitor.text.romanised import ENDINGS, PINYIN, ROMANISED
from monitor.text.small_words import SMALL_WORDS

Scores = dict[str, float]

WORDS = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]+(?:'[a-z]{1,2}(?![a-z]))?")
MAX_WORDS = 80  # different ones that are looked up
UNKNOWN = "-latn"  # ends the codes of what is told apart but not named

SHARED = 0.5  # power of the number of languages that a small word is shared by
MEANING = 0.35  # of an English word that means something; a small word of one language alone has 1
BORROWED_MEANING = 0.15
SHORT = {"te": 3, "hi": 2, "ta": 2, "kn": 2, "ml": 2, "ja-latn": 2}  # letters; such words count half
FOREIGN_LETTER = 0.3  # what a word with a letter that English lacks takes from English
SPEAKS_ENGLISH = 0.35
SPEAKS = 1.2  # of another language; and it takes two words
PER_WORD = 0.12
KNOWN = 0.45  # of the words, where no small word speaks for English
CLEARLY = 1.2  # times the score of the next
_STRETCHED = re.compile(r"(.)\1\1+")
_LETTERS: dict[str, tuple[str, ...]] = {
    "ñ": ("es", "tl"),
    "ß": ("de",),
    "ã": ("pt",),
    "õ": ("pt", "et"),
    "ç": ("fr", "pt", "tr", "ca", "sq", "az"),
    "œ": ("fr",),
    "ê": ("fr", "pt", "vi"),
    "è": ("fr", "it", "ca"),
    "ø": ("da", "no"),
    "æ": ("da", "no", "is"),
    "å": ("sv", "da", "no"),
    "ä": ("de", "sv", "fi", "et", "sk"),
    "ö": ("de", "sv", "fi", "tr", "hu", "et", "is", "az"),
    "ü": ("de", "tr", "hu", "et", "az"),
    "ğ": ("tr", "az"),
    "ş": ("tr", "az"),
    "ı": ("tr", "az"),
    "ə": ("az",),
    "ł": ("pl",),
    "ą": ("pl", "lt"),
    "ę": ("pl", "lt"),
    "ś": ("pl",),
    "ż": ("pl",),
    "ź": ("pl",),
    "ć": ("pl", "hr"),
    "đ": ("hr", "vi"),
    "č": ("cs", "sk", "hr", "sl", "lt", "lv"),
    "š": ("cs", "sk", "hr", "sl", "lt", "lv"),
    "ž": ("cs", "sk", "hr", "sl", "lt", "lv"),
    "ě": ("cs",),
    "ř": ("cs",),
    "ů": ("cs",),
    "ľ": ("sk",),
    "ő": ("hu",),
    "ű": ("hu",),
    "ț": ("ro",),
    "ș": ("ro",),
    "ă": ("ro", "vi"),
    "ơ": ("vi",),
    "ư": ("vi",),
    "ė": ("lt",),
    "ų": ("lt",),
    "ā": ("lv",),
    "ī": ("lv",),
    "ē": ("lv",),
    "ð": ("is",),
    "þ": ("is",),
    "ë": ("sq", "nl"),
}
_FOREIGN = re.compile("[\u00df-\u024f\u1e00-\u1eff]")
_AT_HOME = frozenset("café cafe cliché résumé naïve façade fiancé fiancée touché déjà soufflé pokémon beyoncé".split())  # noqa: SIM905
_AFTER = {"s": 0.5, "re": 1.0, "ll": 1.0, "ve": 1.0, "d": 0.5, "m": 0.5, "t": 1.0}  # she's, we're, they'll
_BEFORE = re.compile(r"\b(l|d|c|j|n|s|qu|m|t|un|dell|all|nell|sull|quest)'(?=[a-z\u00df-\u024f]{3})")
_ELIDED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("j", "n", "qu", "m", "t", "s"), ("fr", "ca")),
    **dict.fromkeys(("l", "d", "c"), ("fr", "it", "ca")),
    **dict.fromkeys(("un", "dell", "all", "nell", "sull", "quest"), ("it",)),
}
_ENGLISH_ENDING = re.compile("[a-z]{2,}(?:ing|ings|tions?|ness|less|ful|ly|ght|ed|ers?|able|ance)")
ENGLISH_ENDING = 0.2
MOST_OF_ENDINGS = 0.6
LONGEST_ENDING = 16  # letters; the longest ending and what must stand before it
PINYIN_WORDS = 0.85  # of all words


def _table() -> dict[str, tuple[tuple[str, float], ...]]:
    """Each small word with the languages that it speaks for and how loud; a shared word speaks softly for each."""
    lists = {**SMALL_WORDS, **ROMANISED}
    shared = Counter(word for words in lists.values() for word in words)
    table: dict[str, tuple[tuple[str, float], ...]] = {}
    for code, words in lists.items():
        for word in words:
            if code == "en" and word in COMMON_ENGLISH:
                continue  # means something
            weight = max(shared[word] ** -SHARED, 0.5 if code == "en" else 0.0)
            if len(word) == 1 or len(word) <= SHORT.get(code, 0):
                weight /= 2
            table[word] = (*table.get(word, ()), (code, weight))
    return table


_SPEAKS_FOR = _table()


@lru_cache(maxsize=8192)
def _told_by_ending(end: str) -> str | None:
    for code, ending in ENDINGS.items():
        if ending.fullmatch(end):
            return code
    return "en" if _ENGLISH_ENDING.fullmatch(end) else None


@lru_cache(maxsize=8192)
def _is_pinyin(word: str) -> bool:
    return PINYIN.fullmatch(word) is not None


class Evidence:
    """What the words of one text say for each language."""

    def __init__(self, sample: str) -> None:
        self.words = list(dict.fromkeys(WORDS.findall(sample)))[:MAX_WORDS]
        self.scores: Scores = {}
        self.hits: Counter[str] = Counter()
        self.known = 0  # words that English has
        self.meaning = 0.0  # for English, by words that mean something
        self._endings = 0.0
        for word in self.words:
            self._hear(word)
        if "'" in sample:
            for elided in set(_BEFORE.findall(sample)):
                self._add([(code, 0.5) for code in _ELIDED[elided]])
        if not sample.isascii():
            self._letters(sample)
        self._pinyin()

    def _add(self, speaking: Iterable[tuple[str, float]]) -> None:
        for code, weight in speaking:
            self.scores[code] = self.scores.get(code, 0.0) + weight
            self.hits[code] += 1

    def _hear(self, word: str) -> None:
        if self._known(word):
            return
        if "'" in word:
            word, _, after = word.partition("'")
            if after in _AFTER:
                self._add([("en", _AFTER[after])])
                self.known += 1
            if self._known(word):
                return
        if _STRETCHED.search(word) and any(self._known(_STRETCHED.sub(short, word)) for short in (r"\1", r"\1\1")):
            return
        self._ending(word)

    def _known(self, word: str) -> bool:
        speaking = _SPEAKS_FOR.get(word)
        if speaking is not None:
            self._add(speaking)
            self.known += speaking[0][0] == "en"
        if word in COMMON_ENGLISH:
            self.known += 1
            self.meaning += BORROWED_MEANING if word in BORROWED else MEANING
            return True
        return speaking is not None

    def _ending(self, word: str) -> None:
        if len(word) < 5:
            return
        code = _told_by_ending(word[-LONGEST_ENDING:])
        if code == "en":
            self._endings = min(self._endings + ENGLISH_ENDING, MOST_OF_ENDINGS)
        elif code is not None:
            self._add([(code, 1.0)])

    def _letters(self, sample: str) -> None:
        for letter in set(_FOREIGN.findall(sample)):
            codes = ("vi",) if letter >= "\u1e00" else _LETTERS.get(letter, ())
            self._add([(code, 1 / len(codes)) for code in codes])
        strange = sum(1 for word in self.words if not word.isascii() and word not in _AT_HOME)
        self._endings -= FOREIGN_LETTER * strange

    def _pinyin(self) -> None:
        """Nearly all words made of Chinese syllables: pinyin, should there be enough of them."""
        count = len(self.words)
        if count >= 4 and 2 * self.known <= count and sum(map(_is_pinyin, self.words)) >= PINYIN_WORDS * count:
            self._add([("zh-latn", 2.0)])

    def english(self) -> float:
        """The score of English, with what words that mean something and their endings add."""
        return self.scores.get("en", 0.0) + self.meaning + self._endings

    def all_scores(self) -> Scores:
        """The score of each language that anything speaks for."""
        scores = dict(self.scores)
        if (english := self.english()) > 0:
            scores["en"] = english
        return scores

    def decide(self) -> str | None:
        """The language that clearly speaks, None where none does or several do."""
        scores = self.all_scores()
        if not scores:
            return None
        first, second = [*sorted(scores, key=lambda code: (-scores[code], code != "en", code)), ""][:2]
        if scores[first] < CLEARLY * scores.get(second, 0.0) or not self._speaks(first, scores[first]):
            return None
        return None if first.endswith(UNKNOWN) else first

    def _speaks(self, code: str, score: float) -> bool:
        count = len(self.words)
        if score < PER_WORD * count:
            return False
        if code != "en":
            return score >= SPEAKS and self.hits[code] > 1
        small = self.scores.get("en", 0.0)
        known = small >= 0.5 or self.known >= KNOWN * count
        return known and score >= (SPEAKS_ENGLISH if count > 1 else 1.0)
