"""The Sources page: what is looked at, how late it is seen, and what cannot be seen."""

import streamlit as st

from ui import components
from ui.i18n import Texts
from ui.markup import sources as markup
from ui.markup.safe import safe
from ui.services import Services


def render(services: Services, texts: Texts, who: str) -> None:
    """Draw the page."""
    components.guarded(lambda: _page(services, texts, who), texts)


def _page(services: Services, texts: Texts, who: str) -> None:
    st.title(texts("nav.sources"), anchor=False)
    page = services.sources(who)
    if not page.rows:
        components.show(markup.empty(page, texts))
    else:
        components.show(f'<p class="rw-muted">{safe(texts("sources.note"))}</p>')
        components.show(markup.table(page, texts))
        told = markup.gaps(page, texts)
        if told:
            components.show(told)
    components.watch(services, who)
