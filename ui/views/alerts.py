"""The Alerts page: what is not seen, then what needs a person now."""

from collections.abc import Callable, Sequence

import streamlit as st

from alerts.casefile import CaseFile
from alerts.domain import Incident, Level
from ui import components
from ui.i18n import Texts
from ui.markup import strips
from ui.markup.card import card, standing
from ui.markup.case import early
from ui.markup.level import level_mark
from ui.markup.phrases import title
from ui.markup.safe import safe
from ui.pages import AlertsPage, Filters, Whose
from ui.services import Services

OpenCase = Callable[[str], None]  # draws the link that opens the Case page for an incident


def render(services: Services, texts: Texts, who: str, open_case: OpenCase) -> None:
    """Draw the page."""
    components.guarded(lambda: _page(services, texts, who, open_case), texts)


def _page(services: Services, texts: Texts, who: str, open_case: OpenCase) -> None:
    filters = _head(services, texts)
    with st.spinner(texts("topics.reading"), show_time=False):  # a big case takes seconds at the first look
        page = services.alerts(filters, who)
    components.show(strips.top(page, texts))
    if not page.cards:
        components.show(strips.empty(page, texts))
    elif not who:
        components.ask_name(texts)
    for file in page.cards:
        _card(file, page, services, texts, who, open_case)
    if page.cards and page.hidden:
        components.show(f'<p class="rw-small">{safe(texts("hidden", n=page.hidden))}</p>')
    _folded("snoozed", page.snoozed, page, texts, open_case)
    _folded("closed", page.closed, page, texts, open_case)
    components.watch(services, who)


def _head(services: Services, texts: Texts) -> Filters:
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(texts("nav.alerts"), anchor=False, width="stretch")
        titles = {brand.id: brand.title for brand in services.brands}
        brand = None
        if len(titles) > 1:
            options = ["", *titles]
            names = {"": texts("filter.all_brands")} | titles
            brand = _choice("brand", options, names, texts) or None
        levels = [level.name for level in Level]
        named = {name: texts("level.and_up", level=texts(f"level.{name}")) for name in levels}
        named |= {"watch": texts("level.any"), "crisis": texts("level.crisis")}
        level = _choice("level", levels, named, texts)
        whose: dict[str, Whose] = {"everyone": "everyone", "free": "free", "mine": "mine"}
        mine = _choice("whose", list(whose), {name: texts(f"filter.{name}") for name in whose}, texts)
    return Filters(brand, Level[level], whose[mine])


def _choice(name: str, options: Sequence[str], names: dict[str, str], texts: Texts) -> str:
    chosen = st.selectbox(
        texts(f"filter.{name}"),
        options,
        format_func=lambda option: names.get(option, option),
        key=f"filter-{name}",
        label_visibility="collapsed",
        width=190,
    )
    return chosen if chosen is not None else options[0]


def _card(file: CaseFile, page: AlertsPage, services: Services, texts: Texts, who: str, open_case: OpenCase) -> None:
    incident = file.incident
    with st.container(key=f"card-{incident.level.name}-{incident.id}"):
        st.html(card(file, texts))
        if page.moments and incident.peak_level >= Level.escalate:
            components.show(early(file, page.moments, texts))
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"acts-{incident.id}"):
            components.actions(file, services, texts, who)
            open_case(incident.id)
            st.space("stretch")
            st.html(standing(file, texts), width="content")


def _folded(name: str, incidents: Sequence[Incident], page: AlertsPage, texts: Texts, open_case: OpenCase) -> None:
    if not incidents:
        return
    with st.expander(texts(f"{name}.title", n=len(incidents))):
        for incident in incidents:
            with st.container(horizontal=True, vertical_alignment="center", key=f"{name}-{incident.id}"):
                line = strips.folded_line(name, incident, page, texts)
                brand = safe(page.brands.get(incident.brand, incident.brand), 60)
                named = f"<b>{safe(title(incident, None, texts), 90)}</b>"
                words = f"{level_mark(incident, texts)} · {brand} · {named} · {line}"
                st.html(f'<p class="rw-list">{words}</p>', width="stretch")
                open_case(incident.id)
