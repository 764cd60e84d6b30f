"""Which sentences of a post state something that can be checked: what happened, how often, who did what.

Opinions, wishes, questions, requests and greetings are no claims. What speaks for and against a claim stands in
``claim_cues/<code>.toml``; a language without such a file has no claims, which is not the same as none made.
"""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from monitor.text.lexicon import languages as covered
from monitor.text.lexicon import load, phrases
from monitor.text.normalise import fold, mask
from monitor.text.phrases import Hit, Phrases

READ = 5_000  # characters of a text that are looked at
LONGEST = 280  # characters of one claim
MOST = 3  # claims of one text
SENTENCES = 60  # of one text that are looked at
LEAST = 0.5  # score from which a sentence is a claim
_FEWEST = 6  # letters

_WEIGHTS = {
    "event": 2.2,
    "past": 1.6,
    "number": 0.9,
    "harm": 0.8,
    "actor": 0.5,
    "account": 0.3,
    "mood": -1.6,
    "opinion": -1.4,
    "wish": -2.2,
    "condition": -2.2,
    "request": -1.8,
    "greeting": -2.0,
    "question": -1.6,
    "asks": -3.5,
    "short": -0.8,
    "nobody": -1.2,
    "nothing": -0.8,
}
_BIAS = -1.7
_NOT_PAST = frozenset(("mood", "opinion", "greeting"))
_SHORT = 14  # letters below which a sentence hardly says what happened; a Chinese character counts for two

# Where a sentence ends: marks of all four languages; a full stop only before a blank, so that "3.5" stays whole.
_END = re.compile(r"(?:[!?。！？…।]|\.(?=[\s\"'”’)\]]|$))[.!?。！？…।\"'”’)\]」』]{0,20}|\n")
_CLAUSE = re.compile(r"[,;:，；、：—–]\s?|\s")
_FRONT = re.compile(r"(?:[\s\"'“‘(\[「『>•*\-]|RT\b|[@＠][\w.\-]{1,64}:?|https?://\S{1,300})*")
# Possessive throughout: a row of addresses could be divided in too many ways.
_BACK = re.compile(r"(?:\s|[#＃]\w{1,64}+|https?://\S{1,300}+|[@＠][\w.\-]{1,64}+)++$")
_TAIL = 700  # characters at the end of a sentence in which tags and addresses are looked for
_NUMBER = re.compile(r"\d|[一二两三四五六七八九十百千万]+[多]?(?:个|次|天|年|月|小时|分钟|位|名|人|元|块|张|度)")
_NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|hundred|twice|half)\b"
    r"|(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열|서른|마흔) ?(?:번|시간|달|명|개|장|째|주|살|날)"
    r"|엿새|이틀|사흘|나흘|한 달"
    r"|(?:రెండు|మూడు|నాలుగు|ఐదు|ఆరు|ఏడు|ఎనిమిది|పది|ఇరవై|ముప్పై|నలభై|వంద)|రెండుసార్లు"
)
_ASKED = re.compile(r"[?？]")
_LETTER = re.compile(r"[^\W_]")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A stretch of a text that states something: ``text[start:end]`` exactly, with a score 0..1."""

    start: int
    end: int
    quote: str
    score: float


class _Cues(NamedTuple):
    words: Phrases[str]
    past: re.Pattern[str]
    asks: re.Pattern[str]


def claims(text: str, language: str | None) -> tuple[Claim, ...]:
    """What ``text`` states in the ``language`` that it was read in, in its order; at most three. Never raises.

    >>> [claim.quote for claim in claims("Shame on you! They lost my bag twice in May. Why??", "en")]
    ['They lost my bag twice in May.']
    >>> claims("Worst airline ever.", "en"), claims("何もありません", "ja")
    ((), ())
    """
    if language is None or language not in languages():
        return ()
    found = [claim for claim in _stated(text[:READ], language) if claim.score >= LEAST]
    best = sorted(found, key=lambda claim: (-claim.score, claim.start))[:MOST]
    return tuple(sorted(best, key=lambda claim: claim.start))


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages in which claims are found."""
    return tuple(code for code in covered() if (_folder() / f"{code}.toml").is_file())


def score(sentence: str, language: str) -> float:
    """0..1: how surely a sentence states something that can be checked.

    >>> score("They cancelled 12 flights without a word.", "en") > LEAST > score("I hope they go bankrupt.", "en")
    True
    """
    folded = fold(sentence)
    seen = _features(mask(folded), language, asked=_ASKED.search(sentence) is not None)
    total = _BIAS + sum(_WEIGHTS[name] * value for name, value in seen.items())
    return round(1 / (1 + math.exp(-total)), 4)


def _features(words: str, language: str, *, asked: bool) -> Mapping[str, float]:
    cues = _cues(language)
    seen: dict[str, float] = {}
    found = list(cues.words.find(words))
    for _, role in found:
        seen[role] = min(seen.get(role, 0.0) + (1.0 if role not in seen else 0.3), 1.6)
    letters = len(_LETTER.findall(words)) + len(_IDEOGRAPH.findall(words))
    if "event" in seen:
        seen.pop("past", None)
    elif _happened(cues.past, found, words):
        seen["past"] = 1.0
    if asked or cues.asks.search(words.rstrip(" .!~")):
        seen["asks"] = 1.0
    if _NUMBER.search(words) or _NUMBER_WORDS.search(words):
        seen["number"] = 1.0
    seen["harm"] = _harm(words, language)
    if letters < _SHORT:
        seen["short"] = 1.0
    if not (seen["harm"] or "actor" in seen or "account" in seen):
        seen["nobody"] = 1.0  # neither who did it nor to whom or what
    if not ("event" in seen or "past" in seen):
        seen["nothing"] = 1.0  # nothing that happened
    return seen


def _harm(words: str, language: str) -> float:
    """How much harm is named: done or threatened, or merely something that complaints are about."""
    facets = [facet for _, several in load(language).facets.find(words) for facet in several]
    if any(facet.kind != "reason" for facet in facets):
        return 1.0
    return 0.6 if any(facet.weight >= 1 for facet in facets) else 0.0


def _happened(past: re.Pattern[str], cues: Sequence[tuple[Hit, str]], words: str) -> bool:
    """Whether a past form stands in ``words`` that belongs to no word of another list ("disappointed")."""
    taken = [hit for hit, role in cues if role in _NOT_PAST]
    return any(
        all(found.end() <= hit.start or found.start() >= hit.end for hit in taken) for found in past.finditer(words)
    )


def _stated(text: str, language: str) -> Iterator[Claim]:
    for number, (start, end) in enumerate(_pieces(text)):
        if number == SENTENCES:
            return
        quote = text[start:end]
        if len(_LETTER.findall(quote)) >= _FEWEST or _IDEOGRAPH.search(quote):
            yield Claim(start, end, quote, score(quote, language))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where sentences begin and end; one that is too long is cut between clauses, or at a blank."""
    begin = 0
    for hit in _END.finditer(text):
        yield from _cut(text, begin, hit.end())
        begin = hit.end()
    yield from _cut(text, begin, len(text))


def _cut(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    begin, end = _trimmed(text, begin, end)
    while end - begin > LONGEST:
        breaks = [hit.end() for hit in _CLAUSE.finditer(text, begin + LONGEST // 2, begin + LONGEST)]
        marks = [at for at in breaks if not text[at - 1].isspace() or text[at - 2 : at - 1] in ",;:，；"]
        at = (marks or breaks or [begin + LONGEST])[-1]
        yield _trimmed(text, begin, at)
        begin, end = _trimmed(text, at, end)
    if begin < end:
        yield begin, end


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    """Without blanks, opening marks and the handles before it, and without tags and addresses after it."""
    front = _FRONT.match(text, begin, end)
    begin = front.end() if front else begin
    back = _BACK.search(text, max(begin, end - _TAIL), end)
    return begin, back.start() if back else end


def _folder() -> Traversable:
    return files("monitor.text") / "claim_cues"


@cache
def _cues(language: str) -> _Cues:
    document = tomllib.loads((_folder() / f"{language}.toml").read_text(encoding="utf-8"))
    past, asks = (re.compile(document.pop(name)) for name in ("past_form", "asks_form"))
    return _Cues(Phrases({phrase: role for role, listed in document.items() for phrase in phrases(listed)}), past, asks)
