"""The Topics page: what customers of a brand complain about, and what they ask again and again."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from alerts.domain import Incident
from ui import components
from ui.i18n import Texts
from ui.markup import topics as markup
from ui.markup.posts import post as post_markup
from ui.markup.safe import safe
from ui.services import Services
from ui.topic_pages import TopicsPage
from ui.topics import Topic, Window

DAYS = (7, 1, 30)  # the first is shown unless another is chosen
POSTS_SHOWN = 20
SHOWN = 5  # topics of a kind, until all are asked for

OpenCase = Callable[[str], None]  # draws the link that opens the Case page of an incident
Markup = Callable[[Topic, Window, datetime, Texts, Incident | None], str]


def render(services: Services, texts: Texts, who: str, open_case: OpenCase) -> None:
    """Draw the page."""
    components.guarded(lambda: _page(services, texts, who, open_case), texts)


def _page(services: Services, texts: Texts, who: str, open_case: OpenCase) -> None:
    brand, days = _head(services, texts)
    if brand is None or services.topics is None:
        components.show(markup.empty(texts))
        return
    with st.spinner(texts("topics.reading"), show_time=False):
        page = services.topics.page(brand, days, services.now())
    if page.is_recorded:
        told = safe(texts("recorded.time", time=texts.full(page.now)))
        components.show(f'<div class="rw-strip rw-told"><span>{told}</span></div>')
    _section("issues", page.found.issues, page, texts, markup.issue, open_case)
    _section("questions", page.found.questions, page, texts, markup.question, open_case)
    components.watch(services, who)


def _head(services: Services, texts: Texts) -> tuple[str | None, int]:
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(texts("nav.topics"), anchor=False, width="stretch")
        titles = {brand.id: brand.title for brand in services.brands}
        brand = next(iter(titles), None)
        if len(titles) > 1:
            brand = st.selectbox(
                texts("filter.brand"),
                list(titles),
                format_func=lambda id: titles.get(id, id),
                key="topics-brand",
                label_visibility="collapsed",
                width=190,
            )
        days = st.selectbox(
            texts("topics.window"),
            DAYS,
            format_func=lambda days: texts.count("topics.days", days),
            key="topics-days",
            label_visibility="collapsed",
            width=190,
        )
    return brand, days if days is not None else DAYS[0]


def _section(
    name: str, found: tuple[Topic, ...], page: TopicsPage, texts: Texts, draw: Markup, open_case: OpenCase
) -> None:
    components.show(f'<h3 class="rw-section">{safe(texts(f"topics.{name}"))}</h3>')
    if not found:
        components.show(markup.nothing(f"topics.no_{name}", texts))
    wanted = f"topics-all-{name}"
    shown = len(found) if st.session_state.get(wanted) else SHOWN
    for place, topic in enumerate(found[:shown]):
        with st.container(key=f"panel-{name}-{place}"):
            _topic(topic, page, texts, draw, open_case)
    if found[shown:]:
        more = texts("topics.more", n=texts.number(len(found) - shown))
        st.button(more, key=f"more-{name}", on_click=st.session_state.__setitem__, args=(wanted, True))


def _topic(topic: Topic, page: TopicsPage, texts: Texts, draw: Markup, open_case: OpenCase) -> None:
    incident = page.incidents.get(topic.key)
    components.show(draw(topic, page.found.window, page.now, texts, incident))
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        with st.expander(texts("topics.open", n=texts.number(min(topic.posts, POSTS_SHOWN)))):
            posts = (post_markup(one, page.names, page.now, texts) for one in topic.newest[:POSTS_SHOWN])
            components.show(f'<div class="rw-posts">{"".join(posts)}</div>')
        if incident is not None:
            open_case(incident.id)
