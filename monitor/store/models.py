"""Text models trained here: none is ever deleted, one that was withdrawn leaves its place to the one before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.store.bulk import table_of
from monitor.store.tables import TextModelRow

_MODEL = table_of(TextModelRow)
_LISTED = [column for column in _MODEL.columns if column.name != "weights"]


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A trained model as it stands in the list."""

    language: str
    version: str
    made_at: datetime
    made_by: str
    card: dict[str, Any]  # figures: labels, test part, before and after
    withdrawn_at: datetime | None = None  # None: it was never withdrawn
    withdrawn_by: str | None = None
    id: int | None = None  # None: not stored yet


class TextModelStore:
    """Models by language. Each call raises ``StorageError`` where the database refuses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, session: Session | None, model: KeptModel, weights: bytes) -> None:
        """Keep ``model``; from now on it is the one that reads its language."""
        row = {
            "language": model.language,
            "version": model.version,
            "made_at": model.made_at,
            "person": model.made_by,
            "card": model.card,
            "weights": weights,
        }
        with transaction(self._engine, session) as own:
            own.connection().execute(sa.insert(_MODEL).values(row))

    def all(self) -> list[KeptModel]:
        """Every model ever kept, the newest first."""
        with reading(self._engine) as session:
            rows = session.connection().execute(sa.select(*_LISTED).order_by(_MODEL.c.id.desc()))
            return [_kept(row) for row in rows]

    def current(self) -> dict[str, tuple[KeptModel, bytes]]:
        """By language the newest model that was not withdrawn, with its weights."""
        return {kept.language: (kept, self._weights(kept)) for kept in reversed(self.all()) if not kept.withdrawn_at}

    def withdraw(self, language: str, who: str, now: datetime) -> KeptModel | None:
        """Take the current model of ``language`` out of use; which one that was, None where there is none."""
        current = (_MODEL.c.language == language) & _MODEL.c.withdrawn_at.is_(None)
        query = sa.select(*_LISTED).where(current).order_by(_MODEL.c.id.desc()).limit(1).with_for_update()
        with transaction(self._engine) as session:
            row = session.connection().execute(query).one_or_none()
            if row is None:
                return None
            change = sa.update(_MODEL).where(_MODEL.c.id == row.id).values(withdrawn_at=now, withdrawn_by=who)
            session.connection().execute(change)
        return _kept(row)

    def stamp(self) -> tuple[int, int]:
        """Changes whenever a model is kept or withdrawn: cheap to ask at every tick."""
        query = sa.select(sa.func.count(), sa.func.count(_MODEL.c.withdrawn_at)).select_from(_MODEL)
        with reading(self._engine) as session:
            kept, withdrawn = session.connection().execute(query).one()
            return kept, withdrawn

    def _weights(self, kept: KeptModel) -> bytes:
        with reading(self._engine) as session:
            query = sa.select(_MODEL.c.weights).where(_MODEL.c.id == kept.id)
            return bytes(session.connection().execute(query).scalar_one())


def _kept(row: Any) -> KeptModel:
    return KeptModel(
        language=row.language,
        version=row.version,
        made_at=row.made_at,
        made_by=row.person,
        card=row.card,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
        id=row.id,
    )
