"""What is claimed: each claim with its source, and the place where a person says whether it holds."""

import streamlit as st

from alerts.casefile import CaseClaim
from alerts.domain import Judgement, Truth
from ui import components
from ui.i18n import Texts
from ui.markup import claims as markup
from ui.markup.safe import plain_label
from ui.pages import CasePage
from ui.services import Services

SHOWN = 3  # claims; the others are folded away


def claims_panel(
    panel: st.delta_generator.DeltaGenerator, page: CasePage, services: Services, texts: Texts, who: str
) -> None:
    """Draw the claims of a case into ``panel``, the leading one first, then the case as a whole."""
    claims = page.file.claims
    with panel:
        if not claims:
            st.html(markup.nothing(page.file, texts))
        for claim in claims[:SHOWN]:
            _claim(claim, page, services, texts, who)
        if claims[SHOWN:]:
            with st.expander(texts("claims.more", n=len(claims) - SHOWN)):
                for claim in claims[SHOWN:]:
                    _claim(claim, page, services, texts, who)
        _whole(page, services, texts, who)


def _claim(claim: CaseClaim, page: CasePage, services: Services, texts: Texts, who: str) -> None:
    file = page.file
    with st.container(horizontal=True, vertical_alignment="top", gap="small", key=f"claim-{claim.key}"):
        older = markup.history(page.log, claim.keys, file.now, texts)
        st.html(markup.claim(claim, file, page.names, texts) + older, width="stretch")
        _say(claim, file.word_on(claim), page, services, texts, who)


def _whole(page: CasePage, services: Services, texts: Texts, who: str) -> None:
    with st.container(horizontal=True, vertical_alignment="top", gap="small", key="claim-whole"):
        older = markup.history(page.log, frozenset({""}), page.file.now, texts)
        st.html(markup.whole(page.file, texts) + older, width="stretch")
        _say(None, page.file.incident.word_on(()), page, services, texts, who)


def _say(
    claim: CaseClaim | None, stands: Judgement | None, page: CasePage, services: Services, texts: Texts, who: str
) -> None:
    """The button behind which a person says whether it holds; what is chosen there at first is what stands."""
    key = claim.key if claim else "whole"
    now = stands.truth if stands else Truth.unverified if claim else page.file.incident.truth
    words = {truth.value: f"{markup.MARKS[truth]} {texts(f'truth.{truth.value}')}" for truth in Truth}
    with st.popover(
        texts("claims.judge"), key=f"judge-{key}", disabled=not who, help=None if who else texts("who.missing")
    ):
        st.radio(
            texts("claims.state"),
            list(words),
            index=list(words).index(now.value),
            format_func=words.__getitem__,
            key=f"truth-{key}",
        )
        st.text_input(texts("claims.source"), key=f"source-{key}", max_chars=300)
        st.text_input(texts("claims.note"), key=f"note-{key}", max_chars=300)
        todo = (page.file.incident.id, claim, stands, services, texts, who)
        st.button(texts("claims.keep"), key=f"judge-do-{key}", type="primary", on_click=_keep, args=todo)


def _keep(
    id: str, claim: CaseClaim | None, stands: Judgement | None, services: Services, texts: Texts, who: str
) -> None:
    key = claim.key if claim else "whole"
    truth = Truth(components.written(f"truth-{key}"))
    because = (components.written(f"source-{key}"), components.written(f"note-{key}"))
    done = texts("claims.kept", truth=plain_label(texts(f"truth.{truth.value}")))
    if components.carry_out(lambda: services.judge(id, truth, claim, stands, because, who), texts, done):
        for name in ("source", "note"):
            st.session_state[f"{name}-{key}"] = ""
