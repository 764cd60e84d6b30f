"""The HTML that a forum makes of a post: its own words, whom it quotes, and where it points."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor import payload
from monitor.plain_text import unescape

_ASIDE = re.compile(r"<(/?)aside\b([^<>]*)>", re.IGNORECASE)
_IS_QUOTE = re.compile(r"""\bclass\s*=\s*["'](?:[^"']*\s)?quote[\s"']""", re.IGNORECASE)
_DATA = re.compile(r"""\bdata-(username|post|topic)\s*=\s*["']([^"']{1,200})["']""", re.IGNORECASE)
_HREF = re.compile(r"""<a\b[^<>]*?\shref\s*=\s*["']([^"'<>]{1,2000})["']""", re.IGNORECASE)
_MOST = 20  # quotes and links of one post


@dataclass(frozen=True, slots=True)
class Quote:
    """Whom and what a post quotes, as far as it says so."""

    username: str
    number: int  # of the quoted post in its topic
    topic: int | None  # None: in the topic of the post


def own_words(cooked: str) -> str:
    """``cooked`` without what it quotes of other posts, still HTML.

    >>> own_words('<aside class="quote no-group" data-post="1"><blockquote>broken</blockquote></aside><p>So sorry</p>')
    '<p>So sorry</p>'
    """
    return "".join(_outside_of_quotes(cooked))


def quotes_of(cooked: str) -> tuple[Quote, ...]:
    """The posts that are quoted, outermost ones only, in their order."""
    found = []
    depth = 0
    for tag in _ASIDE.finditer(cooked):
        if tag[1]:
            depth = max(0, depth - 1)
        elif depth or _IS_QUOTE.search(tag[2]):
            depth += 1
            quote = _quote(tag[2]) if depth == 1 else None
            found += [quote] if quote else []
    return tuple(dict.fromkeys(found))[:_MOST]


def links_of(cooked: str) -> tuple[str, ...]:
    """The web addresses to which the post itself points."""
    found = (payload.web_address(unescape(match[1])) for match in _HREF.finditer(own_words(cooked)))
    return tuple(dict.fromkeys(link for link in found if link))[:_MOST]


def _outside_of_quotes(cooked: str) -> Iterator[str]:
    at, depth = 0, 0
    for tag in _ASIDE.finditer(cooked):
        if tag[1]:
            depth -= 1 if depth else 0
            at = tag.end() if depth == 0 and at < 0 else at
        elif depth or _IS_QUOTE.search(tag[2]):
            if depth == 0:
                yield cooked[at : tag.start()]
                at = -1
            depth += 1
    if at >= 0:
        yield cooked[at:]


def _quote(attributes: str) -> Quote | None:
    said = {match[1].lower(): unescape(match[2]) for match in _DATA.finditer(attributes)}
    number, topic = _number(said.get("post")), _number(said.get("topic"))
    return Quote(payload.name(said.get("username")), number, topic) if number else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
