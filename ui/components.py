"""Pieces that several pages share: the dress of the page, the buttons of an incident, what went wrong."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import streamlit as st

from alerts.casefile import CaseFile
from alerts.domain import Level, Status, Verdict
from monitor.errors import RipplewatchError, StorageError
from ui import theme
from ui.i18n import Texts
from ui.markup.safe import plain_label, safe
from ui.pages import ActRefusedError
from ui.services import Services

ICON = str(Path(__file__).parent / "markup" / "mark.svg")
LOOK_AGAIN = timedelta(seconds=5)
_WORDMARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 118 24" height="24">'
    f'<text x="0" y="18" font-family="Noto Sans, sans-serif" font-size="17" font-weight="700" fill="{theme.INK}">'
    f'ripple<tspan fill="{theme.ACCENT}">watch</tspan></text></svg>'
)
_SAID = "said"  # what the last act led to; shown once, after the rerun
_SEEN = "seen"  # the stamp of what is shown


@cache
def _style() -> str:
    css = (Path(__file__).parent / "markup" / "style.css").read_text(encoding="utf-8")
    names = ("ink", "muted", "faint", "line", "paper", "accent", "good", "alarm")
    variables = ";".join(f"--rw-{name}:{getattr(theme, name.upper())}" for name in names)
    edges = "".join(
        f'[class*="st-key-card-{level.name}-"]{{border-left-color:{mark.colour}}}'
        f'[class*="st-key-{level.name}-strong"] button:enabled{{background:{mark.colour};border-color:{mark.colour}}}'
        for level, mark in theme.LEVELS.items()
    )
    return f"<style>:root{{{variables}}}{css}{edges}</style>"


def dress() -> None:
    """Put the board's style on the page."""
    st.html(_style())


def sidebar(texts: Texts, name: str) -> str:
    """Draw the sidebar; the name of who sits at the board, as written there (first: ``name``)."""
    st.logo(_WORDMARK, size="large")
    with st.sidebar:
        who = st.text_input(texts("who.label"), value=name, key="who", max_chars=60, help=texts("who.help"))
        show(f'<p class="rw-small">{safe(texts("zone", zone=texts.zone))}</p>')
    return (who or "").strip()


def ask_name(texts: Texts) -> None:
    """Ask on the page for the name that the sidebar lacks: on a phone the sidebar is folded away."""
    with st.container(key="panel-name"):
        st.text_input(texts("who.missing"), key="who-here", max_chars=60, on_change=_take_name)


def _take_name() -> None:
    st.session_state["who"] = st.session_state["who-here"]


def show(markup: str) -> None:
    """Put HTML on the page; what strangers wrote must have gone through ``ui.markup.safe``."""
    st.html(f'<div class="rw-page">{markup}</div>')


def trouble(error: RipplewatchError, texts: Texts) -> None:
    """Say that the data cannot be read, why, and what to do."""
    with st.container(key="card-crisis-trouble"):
        lines = "<br>".join(safe(line, 400) for line in str(error).splitlines())
        show(
            f'<h3 class="rw-title">{safe(texts("trouble.title"))}</h3><p>{lines}</p>'
            f'<p class="rw-muted">{safe(texts("trouble.kept"))}</p>'
        )
        st.button(texts("trouble.retry"), key="retry")


def guarded(page: Callable[[], None], texts: Texts) -> None:
    """Draw ``page``; where the database does not answer, say so in its place."""
    try:
        page()
    except StorageError as error:
        trouble(error, texts)


def watch(services: Services, who: str) -> None:
    """Draw the page again when something changed.

    Only this small piece runs every few seconds, so that open popovers and half-written reasons stay.
    """
    st.session_state[_SEEN] = services.stamp(who)

    @st.fragment(run_every=LOOK_AGAIN)
    def look() -> None:
        try:
            changed = services.stamp(who) != st.session_state.get(_SEEN)
        except StorageError:
            changed = True
        if changed:
            st.rerun()

    look()


def said() -> None:
    """Show what the last act led to."""
    message = st.session_state.pop(_SAID, None)
    if message:
        st.toast(message)


def actions(file: CaseFile, services: Services, texts: Texts, who: str) -> None:
    """The buttons of one incident: one strong one, then the others."""
    incident = file.incident
    if incident.status is Status.resolved:
        return
    if incident.status is Status.open:
        _acknowledge(file, services, texts, who)
    _assign(file, services, texts, who)
    _snooze(file, services, texts, who)
    _dismiss(file, services, texts, who)
    _resolve(file, services, texts, who)


def _acknowledge(file: CaseFile, services: Services, texts: Texts, who: str) -> None:
    id = file.incident.id
    st.button(
        texts("act.acknowledge"),
        key=f"{file.incident.level.name}-strong-acknowledge-{id}",
        type="primary",
        disabled=not who,
        help=None if who else texts("who.missing"),
        on_click=_take,
        args=(services, id, texts, who),
    )


def _take(services: Services, id: str, texts: Texts, who: str) -> None:
    carry_out(lambda: services.acknowledge(id, who), texts, texts("act.done_acknowledged"))


def carry_out(act: Callable[[], object], texts: Texts, done: str) -> bool:
    """Carry out an act before the page is drawn again, and note what to say about it; whether it was done."""
    try:
        act()
    except (ActRefusedError, StorageError) as error:
        st.session_state[_SAID] = texts("act.refused", reason=plain_label(str(error), 300))
        return False
    st.session_state[_SAID] = done
    return True


def _assign(file: CaseFile, services: Services, texts: Texts, who: str) -> None:
    id = file.incident.id
    with st.popover(texts("act.assign"), key=f"assign-{id}", disabled=not who):
        st.text_input(texts("act.assign_to"), value=who, key=f"owner-{id}", max_chars=60)
        todo = (services, id, texts, who)
        st.button(texts("act.assign_do"), key=f"assign-do-{id}", type="primary", on_click=_hand_over, args=todo)


def _hand_over(services: Services, id: str, texts: Texts, who: str) -> None:
    owner = written(f"owner-{id}")
    carry_out(lambda: services.assign(id, owner, who), texts, texts("act.done_assigned", owner=plain_label(owner)))


def written(key: str) -> str:
    """What stands in a field at the click: a callback's arguments are those of the run before."""
    return str(st.session_state.get(key) or "").strip()


def _snooze(file: CaseFile, services: Services, texts: Texts, who: str) -> None:
    id, now = file.incident.id, file.now
    morning = (now.astimezone(texts.zone) + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
    choices = {"1": now + timedelta(hours=1), "4": now + timedelta(hours=4), "tomorrow": morning}
    with st.popover(texts("act.snooze"), key=f"snooze-{id}", disabled=not who):
        st.caption(texts("act.snooze_for"))
        for name, until in choices.items():
            st.button(
                texts(f"act.snooze_{name}"),
                key=f"snooze-{name}-{id}",
                width="stretch",
                on_click=_put_off,
                args=(services, id, until, now, texts, who),
            )


def _put_off(services: Services, id: str, until: datetime, now: datetime, texts: Texts, who: str) -> None:
    done = texts("act.done_snoozed", until=texts.moment(until, now))
    carry_out(lambda: services.snooze(id, until, who), texts, done)


def _dismiss(file: CaseFile, services: Services, texts: Texts, who: str) -> None:
    id = file.incident.id
    with st.popover(texts("act.dismiss"), key=f"dismiss-{id}", disabled=not who):
        st.text_area(texts("act.dismiss_reason"), key=f"reason-{id}", max_chars=500, height=80)
        _verdict(texts, f"verdict-{id}", (Verdict.noise, Verdict.ours, Verdict.real))
        todo = (services, id, texts, who)
        pressed = st.button(
            texts("act.dismiss_do"), key=f"dismiss-do-{id}", type="primary", on_click=_close_as_none, args=todo
        )
        if pressed and not written(f"reason-{id}"):
            st.warning(texts("act.dismiss_missing"))


def _close_as_none(services: Services, id: str, texts: Texts, who: str) -> None:
    reason = written(f"reason-{id}")
    if reason:
        verdict = Verdict(written(f"verdict-{id}"))
        carry_out(lambda: services.dismiss(id, reason, verdict, who), texts, texts("act.done_dismissed"))


def _resolve(file: CaseFile, services: Services, texts: Texts, who: str) -> None:
    id = file.incident.id
    with st.popover(texts("act.resolve"), key=f"resolve-{id}", disabled=not who):
        usual = Verdict.crisis if file.incident.peak_level >= Level.escalate else Verdict.real
        _verdict(texts, f"end-{id}", (usual, *(verdict for verdict in Verdict if verdict is not usual)))
        todo = (services, id, texts, who)
        st.button(texts("act.resolve_do"), key=f"resolve-do-{id}", type="primary", on_click=_close, args=todo)


def _close(services: Services, id: str, texts: Texts, who: str) -> None:
    verdict = Verdict(written(f"end-{id}"))
    carry_out(lambda: services.resolve(id, verdict, who), texts, texts("act.done_resolved"))


def _verdict(texts: Texts, key: str, order: tuple[Verdict, ...]) -> None:
    names = {verdict.value: texts(f"verdict.{verdict.value}") for verdict in order}
    st.radio(texts("act.verdict"), list(names), format_func=names.__getitem__, key=key)
