"""Strangers' words made harmless for a page: text for HTML, addresses for links, pictures as data."""

import base64
import re
from html import escape

from alerts.messages.wording import safe_to_open, shortened
from monitor.plain_text import one_line

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&])")


def safe(text: object, limit: int = 280) -> str:
    """``text`` as HTML text: one line, nothing invisible, no markup.

    >>> safe("<b>&\\u202e")
    '&lt;b&gt;&amp;'
    """
    return escape(shortened(str(text), limit), quote=True)


def handle(name: str, limit: int = 40) -> str:
    """An account's handle as HTML text, with one "@" before it."""
    return f"@{escape(one_line(name.lstrip('@'), limit), quote=True)}"


def link(address: str | None, label: str) -> str:
    """``label`` (already HTML) as a link to ``address`` where that is a plain web address; the bare label elsewhere.

    >>> link("javascript:alert(1)", "x")
    'x'
    """
    web = safe_to_open(address)
    if web is None:
        return label
    return f'<a href="{escape(web, quote=True)}" target="_blank" rel="noopener noreferrer nofollow">{label}</a>'


def picture(svg: str, alternative: str, css_class: str) -> str:
    """An ``<img>`` that holds ``svg``; ``alternative`` says in words what it shows."""
    data = base64.b64encode(svg.encode()).decode("ascii")
    return f'<img class="{css_class}" alt="{safe(alternative, 400)}" src="data:image/svg+xml;base64,{data}">'


def plain_label(text: str, limit: int = 60) -> str:
    r"""``text`` for a widget's label, in which Markdown would otherwise work.

    >>> plain_label("*a* [b](c)")
    '\\*a\\* \\[b\\]\\(c\\)'
    """
    return _MARKDOWN.sub(r"\\\1", one_line(text, limit))
