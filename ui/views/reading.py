"""The Reading page: which languages are read, by what and how well, and what was not assessed."""

import streamlit as st

from ui import components
from ui.i18n import Texts
from ui.markup import reading as markup
from ui.markup.safe import safe
from ui.services import Services


def render(services: Services, texts: Texts, who: str) -> None:
    """Draw the page."""
    components.guarded(lambda: _page(services, texts, who), texts)


def _page(services: Services, texts: Texts, who: str) -> None:
    st.title(texts("nav.reading"), anchor=False)
    with st.spinner(texts("reading.loading")):  # the first look reads models and labels
        page = services.teaching.reading(services.now())
    components.show(f'<p class="rw-muted">{safe(texts("reading.note"))}</p>')
    with st.container(key="panel-reading"):
        components.show(markup.spread(page, texts))
    components.show(markup.languages(page, texts))
    components.watch(services, who)
