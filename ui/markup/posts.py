"""Posts in the words of their authors, each with how it was read: language, complaint, severity, reason, signs."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.domain import AccountKey, Assessment, Post
from ui.i18n import Texts
from ui.markup.safe import handle, link, safe

# From so much on the probability of a complaint is called so; the key of a text.
_LIKELY = ((0.85, "very_likely"), (0.65, "likely"), (0.5, "rather"), (0.35, "rather_not"), (0.15, "unlikely"))
_SEVEREST = 3
WORDS_SHOWN = 4  # harm words of one post


def post(shown: Post, names: Mapping[AccountKey, str], now: datetime, texts: Texts) -> str:
    """One post: its words; who, where, when and in which language; how it was read."""
    return (
        f'<div class="rw-post"><p class="rw-text" dir="auto">{words(shown, texts)}</p>'
        f'<p class="rw-small">{origin(shown, names, now, texts)}</p>'
        f'<p class="rw-small rw-read">{" · ".join(_read(shown.assessment, texts))}</p></div>'
    )


def origin(shown: Post, names: Mapping[AccountKey, str], now: datetime, texts: Texts) -> str:
    """Account, site, time with the link to the post, language."""
    name = names.get(shown.author)
    by = f"<b>{handle(name)}</b>" if name else safe(texts("card.not_named"))
    when = link(shown.url, safe(texts.moment(shown.created_at, now)))
    return " · ".join((by, safe(shown.key.source, 30), when, language_tag(shown, texts)))


def language_tag(shown: Post, texts: Texts) -> str:
    """The name of the language that a post is in, framed."""
    code = shown.language or (shown.assessment.language if shown.assessment else None)
    return f'<span class="rw-tag">{safe(texts.language_name(code), 40)}</span>'


def words(shown: Post, texts: Texts) -> str:
    """What its author wrote, or that it was taken back."""
    if shown.deleted_at is not None:
        return f'<span class="rw-muted">{safe(texts("post.taken_back"))}</span>'
    return safe(shown.text, 400) or "–"


def complaint_words(probability: float) -> str:
    """The key of the words for a probability that a post is a complaint.

    >>> complaint_words(0.97), complaint_words(0.5), complaint_words(0.02)
    ('read.very_likely', 'read.rather', 'read.no')
    """
    return f"read.{next((name for least, name in _LIKELY if probability >= least), 'no')}"


def _read(read: Assessment | None, texts: Texts) -> Iterator[str]:
    """Each thing that was read out of a post; that it was not read, where it was not."""
    if read is None or not read.assessed or read.complaint is None:
        yield f'<b class="rw-unread">◌ {safe(texts("case.complaint_not_assessed"))}</b>'
        return
    said = texts("read.chance", words=texts(complaint_words(read.complaint)), share=texts.percent(read.complaint))
    yield f"<b>{safe(said)}</b>" if read.is_complaint else safe(said)
    if read.is_complaint and read.severity is not None:
        yield _severity(read.severity, texts)
    if read.is_complaint and read.reason:
        yield safe(_named("reason", read.reason, texts))
    if read.harm_words:
        harm = ", ".join(read.harm_words[:WORDS_SHOWN])
        yield f"{safe(texts('part.harm_words'))}: <b>{safe(harm, 80)}</b>"
    for call in read.calls:
        yield f"<b>⚑ {safe(_named('call', call, texts))}</b>"
    if read.sarcasm:
        yield f"<i>{safe(texts('read.sarcasm'))}</i>"


def _severity(degree: int, texts: Texts) -> str:
    filled = min(max(degree, 0), _SEVEREST) + 1
    marks = "●" * filled + "○" * (_SEVEREST + 1 - filled)
    return f'<span class="rw-degree" aria-hidden="true">{marks}</span> {safe(_named("severity", str(degree), texts))}'


def _named(kind: str, name: str, texts: Texts) -> str:
    key = f"{kind}.{name}"
    return texts(key) if texts.has(key) else name
