"""What a handful of posts about one thing is called: a title from the most typical of them, and key phrases."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from monitor.domain import Post
from monitor.plain_text import one_line
from monitor.text.normalise import fold, mask, split_urls
from monitor.text.topics.content import Terms, content_of, terms
from monitor.text.topics.shingles import bare

TITLE = 80  # characters at most
PHRASES = 5
READ = 400  # posts at most
_READ_OF_TEXT = 600  # characters
_LONGEST = 3  # words of a phrase
_LONGEST_HAN = 4  # signs
_GAIN = (0.0, 1.0, 1.7, 2.1)  # of a phrase of so many words: longer ones say more
_GAIN_HAN = (0.0, 0.0, 1.0, 1.1, 1.4)
_GAIN_EDGE = 1.3  # of a Chinese phrase that begins or ends a clause: there it is cut at a word for sure
_FORWARDED = re.compile(r"^(?:\s*(?:RT|MT|转发微博|转发|转)\s*@?[^\s:：]{0,40}\s?[:：]\s*)+", re.IGNORECASE)
_NAMED = re.compile(r"(?<![0-9A-Za-z])@[^\s:：，,。!！?？@]{1,40}[:：]?")
_STICKER = re.compile(r"\[[^\[\]\s]{1,8}\]")  # [tears], as sites for Chinese write their pictures
_TAGS = re.compile(r"[#＃]([^\W_][^\s#＃]{0,60})[#＃]?")
_TRAILING_TAGS = re.compile(r"(?:\s+[#＃][^\s#＃]{1,60})+\s*$")
_CREDIT = re.compile(r"(?:\s*(?:\b(?:by|via|from|on|and|cc|h/t|w/)|[&/|(-])?\s*@[^\s@]{1,40})+\s*$", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])(?=\s)|(?<=[。！？])(?![。！？】」』”])|(?<=[。！？][】」』”])")
_CLAUSE = re.compile('[.,;:!?()\\[\\]{}"“”「」『』【】《》…。，、！？；：|/\n]+|\\s[-–—]\\s')
# Words that alone say nothing about a topic.
_DULL = frozenset(
    """
    know knew known watch watched treat treated give gave given ask asked asking send sent tell telling made make making
    take took taken put see seen saw said says say saying thing things way time times day days week weeks year years
    people person left leave six seven eight nine ten full half going gone went come came look looking read talk try
    tried trying keep kept let happen happened
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_WORD = re.compile(r"[^\W_][\w\u0c00-\u0c7f'\u200c]*")
_LOOSE = " -–—:：|·•(（]】,，、"  # what a cut leaves at an end
_HAN = re.compile("[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Description:
    """What some posts about one thing are called."""

    title: str  # one line, at most 80 characters, without handles and addresses; empty where no post has words
    phrases: tuple[str, ...] = ()  # the most telling first


NO_DESCRIPTION = Description("")


def describe(posts: Iterable[Post]) -> Description:
    """Title and key phrases of posts about one thing; the words of complaints count where there are any.

    What authors took back is not read.
    """
    there = [post for post in islice(posts, READ) if post.deleted_at is None and post.text.strip()]
    complaints = [post for post in there if post.assessment is not None and post.assessment.is_complaint]
    chosen = complaints or there
    names = {match.text for post in chosen for match in post.brand_matches if match.text}
    anger = {word for post in chosen if post.assessment for word in post.assessment.words}
    anger -= {word for post in chosen if post.assessment for word in post.assessment.harm_words}
    texts = [post.text for post in chosen]
    return Description(title(texts, names), key_phrases(texts, names, anger))


def cleaned(text: str) -> str:
    """``text`` on one line, without addresses, handles, stickers and the signs of hashtags.

    >>> cleaned("RT @someone: They broke my #guitar twice [tears] https://video.example/x #fail #travel")
    'They broke my guitar twice'
    """
    written, _ = split_urls(text[:_READ_OF_TEXT])
    bald = _NAMED.sub(" ", _CREDIT.sub("", _FORWARDED.sub("", _STICKER.sub(" ", written))))
    untagged = _TRAILING_TAGS.sub("", bald)
    plain = _TAGS.sub(r"\1 ", untagged if untagged.strip() else bald)
    return one_line(plain, _READ_OF_TEXT).strip(_LOOSE)


def sentences(words: str) -> list[str]:
    """The sentences of a cleaned text.

    >>> sentences("Lost my bag. 怎么办？ Anyone?")
    ['Lost my bag.', '怎么办？', 'Anyone?']
    """
    return [sentence for part in _SENTENCE_ENDS.split(words) if len(sentence := part.strip(_LOOSE)) > 1]


def title(texts: Sequence[str], names: Iterable[str] = ()) -> str:
    """The words of the text that is most like all the others: the whole text, or its most telling sentence.

    >>> title(["my guitar was smashed", "They smashed my guitar at Lisbon!", "guitar smashed, unbelievable"])
    'my guitar was smashed'
    """
    names = tuple(names)
    read = [(text, terms(text[:_READ_OF_TEXT], None, names)) for text in texts[:READ]]
    everything: Counter[str] = Counter()
    for _, found in read:
        everything.update(dict.fromkeys(found, 1))
    # The first of those that are equally typical: the order given is kept.
    best = max(read, key=lambda one: _typical(one[1], everything), default=("", {}))[0]
    words = cleaned(best)
    if len(words) <= TITLE:
        return words
    telling = max(sentences(words) or [words], key=lambda sentence: _telling(sentence, everything, names))
    return shortened(telling)


def _typical(found: Terms, everything: Counter[str]) -> float:
    """How much of what all texts say is in one of them; a cosine, so that long texts gain nothing."""
    length = math.sqrt(sum(weight * weight for weight in found.values()))
    return sum(weight * everything[term] for term, weight in found.items()) / length if length else 0.0


def _telling(sentence: str, everything: Counter[str], names: tuple[str, ...]) -> float:
    found = terms(sentence, None, names)
    return sum(everything[term] * weight for term, weight in found.items()) / math.sqrt(10 + len(sentence))


def shortened(words: str) -> str:
    """``words`` cut between two of them where they are longer than a title."""
    if len(words) <= TITLE:
        return words
    start = words[: TITLE - 1]
    end = max(start.rfind(sign) for sign in " ，、；")
    return f"{start[:end] if end > TITLE // 2 else start}".rstrip(f"{_LOOSE};；") + "…"


@dataclass(slots=True)
class _Phrase:
    """What is known of one phrase: how many texts have it, how it is written, how much its length says."""

    gain: float
    texts: int = 0
    written: Counter[str] = field(default_factory=Counter)


_Key = tuple[str, ...]


def key_phrases(texts: Sequence[str], names: Iterable[str] = (), anger: Iterable[str] = ()) -> tuple[str, ...]:
    """Phrases that many of ``texts`` share, as they are mostly written; copies count once, ``anger`` alone is none.

    >>> key_phrases(["smashed guitar at the gate", "who pays for a smashed guitar?", "guitar smashed, no refund"])
    ('smashed guitar',)
    """
    distinct = list({bare(text): text for text in reversed(texts[:READ])}.values())[::-1]
    left_out = sorted({fold(name) for name in names if name}, key=lambda name: (-len(name), name))
    angry = {fold(word) for word in anger}
    found: dict[_Key, _Phrase] = {}
    for text in distinct:
        folded = mask(fold(cleaned(text)))
        for name in left_out:
            folded = folded.replace(name, " | ")
        for key, (written, gain) in dict(_phrases(folded)).items():
            if written not in angry and written not in _DULL:
                phrase = found.setdefault(key, _Phrase(gain))
                phrase.texts += 1
                phrase.written[written] += 1
    least = 1 if len(distinct) == 1 else max(2, len(distinct) // 20)
    shared = {key: phrase for key, phrase in found.items() if phrase.texts >= least}
    # What was found first comes first among equals: sorting keeps the order.
    ranked = sorted(shared, key=lambda key: -shared[key].texts * shared[key].gain)
    return tuple(shared[key].written.most_common(1)[0][0] for key in _apart(ranked))


def _phrases(folded: str) -> Iterator[tuple[_Key, tuple[str, float]]]:
    """Each phrase of a text: its stems, how it is written, and what its length is worth."""
    for clause in _CLAUSE.split(folded):
        for run in _HAN.findall(clause):
            yield from _han_phrases(run[:60])
        words = [(word, content_of(word)) for word in _WORD.findall(_HAN.sub(" ", clause))][:60]
        for start, (first, stem) in enumerate(words):
            if not stem:
                continue
            yield (stem,), (first, _GAIN[1])
            for length in range(2, _LONGEST + 1):
                part = words[start : start + length]
                if len(part) == length and part[-1][1]:
                    key = tuple(stem or word for word, stem in part)
                    yield key, (" ".join(word for word, _ in part), _GAIN[length])


def _han_phrases(run: str) -> Iterator[tuple[_Key, tuple[str, float]]]:
    for start in range(len(run)):
        for length in range(2, min(_LONGEST_HAN, len(run) - start) + 1):
            written = run[start : start + length]
            if content_of(written[:2]) and content_of(written[-2:]):
                edge = start == 0 or start + length == len(run)
                yield tuple(written), (written, _GAIN_HAN[length] * (_GAIN_EDGE if edge else 1.0))


def _apart(ranked: Iterable[_Key]) -> list[_Key]:
    """The first few of ``ranked`` that say different things."""
    chosen: list[_Key] = []
    for key in ranked:
        if all(len(set(key) & set(other)) * 2 < min(len(key), len(other)) + 1 for other in chosen):
            chosen.append(key)
        if len(chosen) == PHRASES:
            break
    return chosen
