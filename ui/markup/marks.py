"""What people say of a single post, as HTML."""

from monitor.labels import Opinion
from ui.i18n import Texts
from ui.markup.safe import safe

NAMES_SHOWN = 6


def said(stands: Opinion, texts: Texts) -> str:
    """Who says what; that they disagree, where they do."""
    words = [
        safe(texts("mark.said_yes" if label.complaint else "mark.said_no", who=label.who), 120)
        for label in stands.labels[-NAMES_SHOWN:]
    ]
    if stands.is_disputed:
        words.append(f"<b>{safe(texts('mark.disputed'))}</b>")
    return f'<span class="rw-small rw-said">{" · ".join(words)}</span>'
