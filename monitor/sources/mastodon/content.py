"""The HTML of a status, as text and addresses. One pass each: strangers decide how long and how broken it is."""

import re
from collections.abc import Iterator

from monitor import payload
from monitor.plain_text import LIMIT, html_to_text, unescape

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})([^<>]*)>")
_ATTRIBUTE = re.compile(r"\b(class|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_QUOTATION = "quote-inline"  # "RE: …", for readers that show no quotes
_NOT_LINKS = frozenset(("mention", "hashtag", _QUOTATION))


def text_of(html: str) -> str:
    """The words of a status, without the line that only repeats what it quotes.

    >>> text_of('<p class="quote-inline">RE: <a href="https://a.example/1">1</a></p><p>Same here</p>')
    'Same here'
    """
    return html_to_text(_without_quotation(html[: 2 * LIMIT]))


def links_of(html: str) -> Iterator[str]:
    """The addresses that a status points to; mentions and hashtags are none."""
    for tag in _TAG.finditer(_without_quotation(html[: 2 * LIMIT])):
        if tag[1] or tag[2].lower() != "a":
            continue
        attributes = _attributes(tag[3])
        link = payload.web_address(unescape(attributes.get("href", "")))
        if link and not _NOT_LINKS & set(attributes.get("class", "").split()):
            yield link


def _without_quotation(html: str) -> str:
    if _QUOTATION not in html:
        return html
    kept: list[str] = []
    at = begin = depth = 0
    element = ""
    for tag in _TAG.finditer(html):
        closing, name = bool(tag[1]), tag[2].lower()
        if not depth:
            if not closing and _QUOTATION in _attributes(tag[3]).get("class", "").split():
                element, begin, depth = name, tag.start(), 1
        elif name == element:
            depth += -1 if closing else 1
            if not depth:
                kept.append(html[at:begin])
                at = tag.end()
    return "".join(kept) + html[at:]  # one that is never closed stays: it would hide all that follows


def _attributes(text: str) -> dict[str, str]:
    return {found[1].lower(): found[2] or found[3] or "" for found in _ATTRIBUTE.finditer(text)}
