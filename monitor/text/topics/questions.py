"""What customers ask again and again: questions found in posts of any covered language, alike ones brought together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from monitor.domain import Post
from monitor.text.lexicon import languages, load
from monitor.text.normalise import fold, mask
from monitor.text.topics.content import is_word, terms
from monitor.text.topics.gathering import Groups
from monitor.text.topics.titles import cleaned, sentences, shortened, title

SIMILAR = 0.42  # cosine from which two questions are the same
LEAST_WORDS = 2  # with a meaning of their own; "really?" and "why me?" ask nothing that could be answered
LEAST_AUTHORS = 2
MOST_OPEN = 1_000
HALF_LIFE = timedelta(days=7)
_NO_QUESTION = ("how to ",)  # at the beginning of a heading; with a question mark it asks
_NEAR_START = 25  # characters within which a question without a question mark must say that it is one
_MARKS = ("?", "？", "؟")


@dataclass(frozen=True, slots=True)
class RepeatedQuestion:
    """A question that several people asked."""

    words: str  # of its most typical wording
    posts: tuple[Post, ...]  # oldest first

    @property
    def authors(self) -> int:
        """How many people asked."""
        return len({post.author for post in self.posts})


def question_in(text: str, language: str | None) -> str | None:
    """The first sentence of ``text`` that asks something, on one line without handles; None where none does.

    Without a question mark a sentence counts where it begins like a question in a covered ``language``.

    >>> question_in("@northline What time does bag drop open in Lisbon? Thanks!", "en")
    'What time does bag drop open in Lisbon?'
    >>> question_in("anyone know how early bag drop opens", "en") is None
    False
    >>> question_in("my bag is lost. Really?", "en") is None
    True
    """
    return next((sentence for sentence in sentences(cleaned(text)) if _asks(sentence, language)), None)


def _asks(sentence: str, language: str | None) -> bool:
    folded = mask(fold(sentence))
    if not (sentence.rstrip("\"'”’)）!！").endswith(_MARKS) or _begins_so(folded, language)):
        return False
    return sum(map(is_word, terms(sentence))) >= LEAST_WORDS


def _begins_so(folded: str, language: str | None) -> bool:
    if language is None or language not in languages() or folded.startswith(_NO_QUESTION):
        return False
    # Verbs stand last in Korean and Telugu, and there the word that asks is at the end.
    begun = folded if language in {"ko", "te"} else folded[:_NEAR_START]
    return any(cue.role == "questions" for _, cue in load(language).cues.find(begun))


def repeated(posts: Iterable[Post]) -> list[RepeatedQuestion]:
    """The questions of ``posts`` (oldest first) that at least two people asked, the most frequent first.

    Single pass, as complaints are gathered into issues. News items ask nobody.
    """
    groups = Groups(HALF_LIFE, MOST_OPEN)
    asked: dict[str, list[tuple[Post, str]]] = {}
    for post in posts:
        if post.is_press or post.deleted_at is not None:
            continue
        language = post.assessment.language if post.assessment is not None else post.language
        words = question_in(post.text, language)
        if words is None:
            continue
        found = terms(words, None, {match.text for match in post.brand_matches})
        if len(found) < LEAST_WORDS:
            continue
        key = groups.nearest(found, SIMILAR, shared=LEAST_WORDS) or str(post.key)
        groups.add(key, post.created_at, found)
        asked.setdefault(key, []).append((post, words))
    several = [_gathered(group) for group in asked.values()]
    often = [question for question in several if question.authors >= LEAST_AUTHORS]
    return sorted(often, key=lambda question: (-len(question.posts), question.posts[0].created_at))


def _gathered(group: list[tuple[Post, str]]) -> RepeatedQuestion:
    names = {match.text for post, _ in group for match in post.brand_matches}
    typical = title([words for _, words in group], names)
    return RepeatedQuestion(shortened(typical), tuple(post for post, _ in group))
