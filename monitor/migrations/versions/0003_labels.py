"""What people say of texts, and the models trained on it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT, _MOMENT, _WHOLE = sa.Text(), sa.DateTime(timezone=True), sa.Integer()


def upgrade() -> None:
    """Make the tables."""
    _labels()
    op.create_table(
        "text_model",
        _column("id", _WHOLE),
        _column("language", _TEXT),
        _column("version", _TEXT),
        _column("made_at", _MOMENT),
        _column("person", _TEXT),
        _column("card", _TEXT),
        _column("weights", sa.LargeBinary()),
        _column("withdrawn_at", _MOMENT, nullable=True),
        _column("withdrawn_by", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_text_model_language", "text_model", ["language", "id"])


def _labels() -> None:
    optional = (("text", _TEXT), ("language", _TEXT), ("brand", _TEXT), ("complaint", sa.Boolean()))
    facets = (("reason", _TEXT), ("severity", _WHOLE), ("sentiment", _WHOLE))
    op.create_table(
        "label",
        _column("id", _WHOLE),
        _column("source", _TEXT, nullable=True),
        _column("post", _TEXT, nullable=True),
        *(_column(name, kind, nullable=True) for name, kind in (*optional, *facets)),
        _column("person", _TEXT),
        _column("at", _MOMENT),
        _column("origin", _TEXT),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["source", "post"], ["post.source", "post.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_label_post", "label", ["source", "post"])


def _column(name: str, kind: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)
