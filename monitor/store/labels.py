"""What people said of texts: every label is kept, in the order it was given."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.domain import PostKey
from monitor.labels import ORIGINS, Label, Origin
from monitor.store.bulk import chunked, table_of
from monitor.store.tables import LabelRow, PostRow
from monitor.store.types import stored_key

_LABEL, _POST = table_of(LabelRow), table_of(PostRow)
_OF_POST = sa.and_(_POST.c.source == _LABEL.c.source, _POST.c.id == _LABEL.c.post)
_KEYS_AT_ONCE = 500


class LabelStore:
    """Labels of posts and of texts of their own. Each call raises ``StorageError`` where the database refuses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, session: Session | None, labels: Iterable[Label]) -> None:
        """Keep ``labels`` behind those that are there; a label of a post needs the post to be stored."""
        with transaction(self._engine, session) as own:
            for some in chunked(labels):
                own.connection().execute(sa.insert(_LABEL), [_row(label) for label in some])

    def of_posts(self, keys: Iterable[PostKey]) -> dict[PostKey, list[Label]]:
        """Every label of these posts, the earliest first; posts without one are left out."""
        asked = {(stored_key(key.source), stored_key(key.id)): key for key in keys}
        found: dict[PostKey, list[Label]] = {}
        with reading(self._engine) as session:
            for some in chunked(asked, _KEYS_AT_ONCE):
                query = sa.select(_LABEL).where(sa.tuple_(_LABEL.c.source, _LABEL.c.post).in_(some))
                for row in session.connection().execute(query.order_by(_LABEL.c.id)):
                    key = asked[row.source, row.post]
                    found.setdefault(key, []).append(_label(row, key, row.text))
        return found

    def all(self, languages: Sequence[str] | None = None) -> list[Label]:
        """Every label with the text it is about, the earliest first.

        The text is empty where the author took the post back, or changed it after the label was given. ``languages``
        chooses by the language given with the label or found in the post; one of unknown language is always among them.
        """
        changed = sa.and_(_POST.c.edited_at.is_not(None), _POST.c.edited_at > _LABEL.c.at)
        text = sa.case((changed, ""), else_=sa.func.coalesce(_POST.c.text, _LABEL.c.text)).label("words")
        language = sa.func.coalesce(_LABEL.c.language, _POST.c.language).label("spoken")
        query = sa.select(_LABEL, text, language).join_from(_LABEL, _POST, _OF_POST, isouter=True)
        if languages is not None:
            query = query.where(sa.or_(language.in_(languages), language.is_(None)))
        with reading(self._engine) as session:
            rows = session.connection().execute(query.order_by(_LABEL.c.id))
            return [_label(row, _key(row), row.words, row.spoken) for row in rows]

    def newest(self) -> int | None:
        """The number of the newest label: it grows with each; None where there is none."""
        with reading(self._engine) as session:
            newest: int | None = session.connection().execute(sa.select(sa.func.max(_LABEL.c.id))).scalar_one()
        return newest


def _key(row: Any) -> PostKey | None:
    return None if row.post is None else PostKey(row.source, row.post)


def _row(label: Label) -> dict[str, Any]:
    return {
        "source": label.post.source if label.post else None,
        "post": label.post.id if label.post else None,
        "text": None if label.post else label.text,
        "language": label.language,
        "brand": label.brand,
        "complaint": label.complaint,
        "reason": label.reason,
        "severity": label.severity,
        "sentiment": label.sentiment,
        "person": label.who,
        "at": label.at,
        "origin": label.origin,
    }


def _label(row: Any, key: PostKey | None, text: str | None, language: str | None = None) -> Label:
    return Label(
        complaint=row.complaint,
        who=row.person,
        at=row.at,
        origin=cast(Origin, row.origin) if row.origin in ORIGINS else "file",
        post=key,
        text=text,
        language=language or row.language,
        brand=row.brand,
        reason=row.reason,
        severity=row.severity,
        sentiment=row.sentiment,
    )
