"""Strangers' texts made plain: no markup, no control characters, no overlong bodies."""

import re
from html.parser import HTMLParser

LIMIT = 100_000  # characters; far above any post, far below what would hurt

# Control characters but newline and tab; lone surrogates (no database stores them); byte-order mark, zero-width space;
# bidi embeddings, overrides and isolates, which can make a text read differently from what it is. Joiners stay: Telugu
# and emoji need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLOCKS = frozenset(
    ("article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "form", "header", "hr", "li")
) | frozenset(
    ("h1", "h2", "h3", "h4", "h5", "h6", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul")
)
_UNREAD = frozenset(("script", "style", "template", "noscript", "iframe", "object", "svg", "head"))


def clean(text: str, limit: int = LIMIT) -> str:
    """``text`` with one kind of line end, without invisible control characters, at most ``limit`` characters.

    >>> clean("lost\\x00 bag\\r\\nagain")
    'lost bag\\nagain'
    """
    return _UNWANTED.sub("", _LINE_END.sub("\n", text[:limit])).strip()


def one_line(text: str, limit: int = 200) -> str:
    """``text`` cleaned, on one line: for names, titles and messages.

    >>> one_line("Jo\\n  Doe")
    'Jo Doe'
    """
    return " ".join(clean(text, limit * 4).split())[:limit]


def html_to_text(html: str, limit: int = LIMIT) -> str:
    """The words of an HTML fragment; block elements become line breaks, scripts and styles are left out.

    >>> html_to_text("<p>They broke it &amp; <b>laughed</b></p><script>alert(1)</script>")
    'They broke it & laughed'
    """
    if "<" not in html and "&" not in html:
        return clean(html, limit)
    reader = _Words()
    reader.feed(html[: 2 * limit])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return clean(re.sub("\n{3,}", "\n\n", "\n".join(lines)), limit)


class _Words(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread = ""  # the element whose content is being skipped

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._unread and tag in _UNREAD:
            self._unread = tag
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._unread = ""
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(data)
