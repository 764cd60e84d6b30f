"""The terms of a text by which it is compared with others: stems of its words, or pairs of its characters."""

import re
from collections.abc import Iterable
from itertools import pairwise

from monitor.domain import Assessment
from monitor.text.lexicon import languages, load
from monitor.text.normalise import fold, mask
from monitor.text.small_words import SMALL_WORDS

Terms = dict[str, float]

READ = 1_500  # characters; what a complaint is about stands at its beginning
MAX_WORDS = 120
STEM = 5  # letters of a Latin word
TELUGU_STEM = 4  # signs of a Telugu word; endings follow
REASON = 1.1  # weight of "is about the same thing"; a word has 1
SIDE_REASON = 0.8
FULL_PAIR = 0.7  # of a pair of Chinese characters that both mean something; words overlap in pairs
HARM = 0.5
HARM_TERM = "harm:"
ANGER = 0.3
_WORDS = re.compile("[0-9a-z\u00c0-\u024f]+|[\u0c00-\u0c7f]+|[\uac00-\ud7af]+|[\u3400-\u9fff\u3040-\u30ff]+")
# Words that carry no content of their own, beyond the small words by which languages are told.
_EMPTY = frozenset(
    """
    worst best ever never again still just really very please thanks thank thx sorry good great bad nice love hate awful
    terrible horrible fail service customer want need help today tomorrow yesterday hours hour minutes guys company
    airline airlines seriously unacceptable ridiculous absolutely totally one two three back nobody anyone someone told
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_SMALL = SMALL_WORDS["en"] - frozenset(
    """
    flight flights broken lost late delayed cancelled bag bags phone rude refund order store money ticket plane problem
    call hold waiting wait
    """.split()  # noqa: SIM905
)
_SMALL_CHINESE = frozenset(
    "的了是我你他她它们在不没有就都也还很太真啊吗呢吧这那个一和与把被给让说要会能到得着过去来上下好人"
)
# Words with such a sign in them that are no small words.
_WHOLE_CHINESE = frozenset(
    "吉他 上海 上网 上线 下单 下载 过期 过敏 地铁 地址 人员 商人 到账 到货 好评".split()  # noqa: SIM905
)
_SMALL_KOREAN = frozenset(
    {"너무", "진짜", "정말", "그냥", "오늘", "어제", "내일", "아직", "계속", "다시", "그리", "하지", "근데", "최악"}
)
_SMALL_TELUGU = frozenset({"చాలా", "నాకు", "మీరు", "మీకు", "నేను", "అని", "కానీ", "ఇంకా", "ఎందుక", "ఉంది", "లేదు", "వాళ్", "ఇది"})


def terms(text: str, assessment: Assessment | None = None, names: Iterable[str] = ()) -> Terms:
    """Weights of the terms of ``text``; what a complaint is about and the harm it names count as terms too.

    ``names`` of the brand are left out, for every post about it has them; words of anger count little, for they say how
    somebody feels and not about what.

    >>> sorted(terms("They smashed my guitar, Northline!", names=["Northline"]))
    ['guita', 'smash']
    """
    folded = _without(mask(fold(text[:READ])), (fold(name) for name in names))
    found = _weights(folded)
    if assessment is None or not found:
        return found
    calm = _weights(_without(folded, (word for word in assessment.words if word not in assessment.harm_words)))
    found = {term: weight if term in calm else weight * ANGER for term, weight in found.items()}
    for reason in _reasons(folded, assessment):
        found[f"reason:{reason}"] = REASON if reason == assessment.reason else SIDE_REASON
    if assessment.harm_words:
        found[HARM_TERM] = HARM
    return found


def is_word(term: str) -> bool:
    """Whether ``term`` stands in the text itself, and is not what the reading made of it.

    >>> is_word("guita"), is_word("reason:delay"), is_word("harm:")
    (True, False, False)
    """
    return ":" not in term


def content_of(word: str) -> str:
    """The stem of one folded word, or a pair of Chinese characters; empty where it says nothing about a topic.

    >>> content_of("guitars"), content_of("the"), content_of("吉他"), content_of("的了")
    ('guita', '', '吉他', '')
    """
    run = _WORDS.match(word)
    found = _of_run(run.group()) if run is not None else []
    return found[0][0] if found and found[0][1] >= FULL_PAIR else ""


def _reasons(folded: str, assessment: Assessment) -> set[str]:
    """Everything that the complaint is about: the reason it was read with, and others it names."""
    if not assessment.assessed or assessment.language not in languages():
        return set()
    facets = load(assessment.language).facets.find(folded)
    return {facet.name for _, several in facets for facet in several if facet.kind == "reason"}


def _without(folded: str, phrases: Iterable[str]) -> str:
    # The longest first, so that no half of a name is left over.
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)):
        if phrase:
            folded = folded.replace(phrase, " ")
    return folded


def _weights(folded: str) -> Terms:
    found: Terms = {}
    for run in _WORDS.findall(folded)[:MAX_WORDS]:
        for term, weight in _of_run(run):
            found[term] = max(found.get(term, 0.0), weight)
    return found


def _of_run(run: str) -> list[tuple[str, float]]:
    first = run[0]
    if first >= "\uac00":
        stem = run[:2]
        return [(stem, 1.0)] if len(run) > 1 and stem not in _SMALL_KOREAN else []
    if first >= "\u3040":
        return _pairs(run)
    if first >= "\u0c00":
        stem = run[:TELUGU_STEM]
        return [(stem, 1.0)] if len(run) > 2 and stem not in _SMALL_TELUGU else []
    if run in _SMALL or run in _EMPTY or len(run) < 3:
        return []
    return [(run[:STEM], 1.0)]


def _pairs(run: str) -> list[tuple[str, float]]:
    """Pairs of neighbouring Chinese characters; a pair with a small word in it says less, two say nothing."""
    pairs = []
    for first, second in pairwise(run):
        small = (first in _SMALL_CHINESE) + (second in _SMALL_CHINESE)
        if small < 2:
            whole = small == 0 or first + second in _WHOLE_CHINESE
            pairs.append((first + second, FULL_PAIR if whole else 0.2))
    return pairs
