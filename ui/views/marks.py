"""Below a post: what people say of it, and two buttons to say so. The program learns from it."""

from hashlib import sha256

import streamlit as st

from monitor.domain import PostKey
from monitor.labels import Opinion
from ui import components
from ui.i18n import Texts
from ui.markup.marks import said
from ui.services import Services


def marks(post: PostKey, brand: str, stands: Opinion, services: Services, texts: Texts, who: str) -> None:
    """Draw them. What ``who`` has said carries a tick; pressed again, it is taken back."""
    name = sha256(str(post).encode("utf-8", "replace")).hexdigest()[:12]  # ids are strangers' words
    mine = next((label.complaint for label in stands.labels if label.who == who), None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"marks-{name}"):
        for word, complaint in (("yes", True), ("no", False)):
            chosen = mine is complaint
            st.button(
                ("✓ " if chosen else "") + texts(f"mark.{word}"),
                key=f"mark-{word}-{name}",
                type="secondary",
                disabled=not who,
                help=None if who else texts("who.missing"),
                on_click=_say,
                args=(post, None if chosen else complaint, brand, services, texts, who),
            )
        if stands.labels:
            st.html(said(stands, texts))


def _say(post: PostKey, complaint: bool | None, brand: str, services: Services, texts: Texts, who: str) -> None:
    done = texts("mark.taken_back") if complaint is None else texts("mark.done")
    components.carry_out(lambda: services.mark(post, complaint, brand, who), texts, done)
