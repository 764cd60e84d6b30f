"""The Case page: a sentence, how far and who through whom, the people, the posts, what was done and what comes next."""

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from graph.domain import GrowthPoint
from monitor.domain import Post
from monitor.labels import Opinion
from ui import components, theme
from ui.charts.curves import Marker, from_ignition, growth_chart, views_chart
from ui.charts.diffusion import Cast, diffusion_chart
from ui.i18n import Texts
from ui.markup import case as markup
from ui.markup import phrases
from ui.markup.posts import post as post_markup
from ui.markup.safe import safe
from ui.pages import CasePage
from ui.recorded import translated
from ui.services import Services
from ui.views.claims import claims_panel
from ui.views.marks import marks

Link = Callable[[], None]  # draws the link back to the alerts


def render(services: Services, texts: Texts, who: str, id: str | None, back: Link) -> None:
    """Draw the page of incident ``id``; without one, a choice."""
    components.guarded(lambda: _page(services, texts, who, id, back), texts)


def _page(services: Services, texts: Texts, who: str, id: str | None, back: Link) -> None:
    if id is None:
        id = _choose(services, texts, who)
        if id is None:
            back()
            return
    with st.spinner(texts("topics.reading"), show_time=False):
        page = services.case(id, who)
    if page is None:
        components.show(f'<div class="rw-empty"><h3>{safe(texts("case.unknown", id=id), 120)}</h3></div>')
        back()
        return
    _head(page, services, texts, who, back)
    _pictures(page, texts)
    claims_panel(_panel("claims", texts("claims.title")), page, services, texts, who)
    _people_and_deeds(page, services, texts, who)
    components.watch(services, who)


def _choose(services: Services, texts: Texts, who: str) -> str | None:
    incidents = services.choices(who)
    if not incidents:
        components.show(
            f'<div class="rw-empty"><h3>{safe(texts("case.none_title"))}</h3><p>{safe(texts("case.none"))}</p></div>'
        )
        return None
    names = {incident.id: phrases.title(incident, None, texts)[:80] for incident in incidents}
    return st.selectbox(texts("case.choose"), list(names), format_func=lambda id: names.get(id, id), key="case-choice")


def _head(page: CasePage, services: Services, texts: Texts, who: str, back: Link) -> None:
    file = page.file
    label = f"<b>{safe(translated(file.reconstruction, texts))}</b>" if file.reconstruction else ""
    if page.recorded:
        label += (" · " if label else "") + safe(texts("recorded.time", time=texts.full(file.now)))
    if label:
        components.show(f'<div class="rw-strip rw-told"><span>{label}</span></div>')
    components.show(markup.head(file, texts))
    if not who:
        components.ask_name(texts)
    with st.container(horizontal=True, vertical_alignment="center", key="case-acts"):
        components.actions(file, services, texts, who)
        back()
    early = markup.early(file, page.moments, texts)
    if early:
        components.show(early)


def _panel(name: str, head: str, note: str = "") -> st.delta_generator.DeltaGenerator:
    panel = st.container(key=f"panel-{name}")
    small = f' <span class="rw-small">· {safe(note)}</span>' if note else ""
    panel.html(f'<h4 class="rw-panel">{safe(head)}{small}</h4>')
    return panel


def _pictures(page: CasePage, texts: Texts) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        _how_far(page, texts)
    with right:
        _who_through(page, texts)


def _how_far(page: CasePage, texts: Texts) -> None:
    file = page.file
    colour = theme.LEVELS[file.incident.level].colour
    with _panel("far", texts("case.how_far")):
        if len(file.growth) < 2:
            components.show(f'<p class="rw-muted">{safe(texts("case.no_growth"))}</p>')
            return
        markers = _markers(page, texts)
        alternative = texts("card.curve_alt", size=texts.number(file.size), time=texts.full(file.now))
        curve = from_ignition(file.growth, file.incident.fired_at)
        chart = growth_chart(_local(curve, texts), file.outlook, markers, colour, texts)
        st.altair_chart(chart, theme=None, alt=alternative)
        note = texts("case.how_far_note", band=phrases.band(file, texts)) if file.outlook else texts("card.no_forecast")
        components.show(f'<p class="rw-small">{safe(note, 400)}</p>')
        if len(file.views) > 1:
            components.show(f'<p class="rw-small"><b>{safe(texts("case.views"))}</b></p>')
            st.altair_chart(views_chart(_local(file.views, texts), markers, theme.MUTED, texts), theme=None)


def _markers(page: CasePage, texts: Texts) -> list[Marker]:
    file = page.file
    moments = [(file.incident.fired_at, texts("chart.fired"), theme.LEVELS[file.incident.level].colour)]
    if file.press_at is not None:
        moments.append((file.press_at, texts("chart.press"), theme.PRESS))
    moments += [(known.at, sign, theme.MUTED) for sign, known in zip(markup.SIGNS, page.moments, strict=False)]
    return [
        Marker(_naive(at, texts), f"{word} {texts.moment(at, file.now)}", colour)
        for at, word, colour in moments
        if at <= file.now
    ]


def _naive(at: datetime, texts: Texts) -> datetime:
    """Local time without a zone: the chart then writes it as it is."""
    return at.astimezone(texts.zone).replace(tzinfo=None)


def _local(points: Sequence[GrowthPoint], texts: Texts) -> list[GrowthPoint]:
    return [GrowthPoint(_naive(point.at, texts), point.size) for point in points]


def _who_through(page: CasePage, texts: Texts) -> None:
    file = page.file
    share = file.explicit_share
    note = texts("case.who_through_note_none")
    if share is not None:
        note = texts("case.who_through_note", explicit=texts.percent(share), inferred=texts.percent(1 - share))
    with _panel("who", texts("case.who_through"), note):
        if len(page.forest.acts) < 2:
            components.show(f'<p class="rw-muted">{safe(texts("case.no_cascade"))}</p>')
            return
        roles = {carrier.account: carrier.role for carrier in file.carriers}
        cast = Cast(page.names, roles, theme.LEVELS[file.incident.level].colour)
        height = 450 if len(file.views) > 1 else 300
        words = _shown(page, texts)
        chart = diffusion_chart(page.points, page.forest.acts, cast, texts, height)
        st.altair_chart(chart, theme=None, alt=words)
        components.show(f'<p class="rw-small">{safe(words, 400)}</p>')


def _shown(page: CasePage, texts: Texts) -> str:
    """How much of the spread the picture shows."""
    forest, shown = page.forest, sum(not point.gathered for point in page.points)
    key = "case.who_through_all" if shown == len(forest.acts) else "case.who_through_shown"
    words = texts(key, shown=texts.number(shown), total=texts.number(len(forest.acts)))
    if forest.of > forest.cascades:
        words += " " + texts("case.who_through_part", n=texts.number(forest.cascades), all=texts.number(forest.of))
    return words


def _people_and_deeds(page: CasePage, services: Services, texts: Texts, who: str) -> None:
    left, right = st.columns([7, 5], gap="small")
    with left:
        with _panel("people", texts("case.who_carried")):
            st.html(markup.carriers(page.file, texts))
        _posts(page, services, texts, who)
    with right:
        with _panel("deeds", texts("case.done")):
            st.html(markup.timeline(page.file, page.log, page.ahead, texts))
        with _panel("known", texts("case.measured")):
            st.html(markup.known(page.file, texts))
        if page.blind:
            with _panel("blind", texts("blind.title")):
                st.html(markup.blind(page.blind, texts))


def _posts(page: CasePage, services: Services, texts: Texts, who: str) -> None:
    with _panel("posts", texts("case.posts")):
        lists = {"newest": page.newest, "typical": page.file.examples}
        chosen = st.segmented_control(
            texts("case.posts"),
            list(lists),
            default="newest",
            required=True,
            format_func=lambda name: texts(f"case.{name}"),
            label_visibility="collapsed",
            key="posts-which",
        )
        shown = lists[chosen or "newest"]
        if not shown:
            components.show(f'<p class="rw-muted">{safe(texts("case.no_posts"))}</p>')
            return
        with st.container(height=420 if len(shown) > 5 else "content", border=False, key="posts-list"):
            for post in shown:
                _post(post, page, services, texts, who)


def _post(post: Post, page: CasePage, services: Services, texts: Texts, who: str) -> None:
    st.html(post_markup(post, page.names, page.file.now, texts))
    if post.deleted_at is None:
        marks(post.key, page.file.incident.brand, page.opinions.get(post.key, Opinion(())), services, texts, who)
