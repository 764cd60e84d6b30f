"""Memory of the crawlers: unfinished walks, returns to posts, gaps, budgets; edits and deletions of posts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT, _MOMENT, _WHOLE, _COUNT = sa.Text(), sa.DateTime(timezone=True), sa.Integer(), sa.BigInteger()
_REAL = sa.Float()


def upgrade() -> None:
    """Make the tables and columns."""
    _posts()
    op.create_index("ix_repost_child", "repost", ["child_source", "child_id"])
    op.add_column("crawl", sa.Column("cursor", _TEXT, nullable=True))
    op.add_column("crawl", sa.Column("lag_seconds", _REAL, nullable=True))
    _follows()
    op.create_table(
        "gap",
        _column("source", _TEXT),
        _column("since", _MOMENT),
        _column("until", _MOMENT),
        _column("reason", _TEXT),
        sa.PrimaryKeyConstraint("source", "since"),
    )
    op.create_table(
        "spend",
        _column("name", _TEXT),
        _column("slot", _MOMENT),
        _column("used", _REAL),
        sa.PrimaryKeyConstraint("name", "slot"),
    )


def _posts() -> None:
    op.add_column("post", sa.Column("local_id", _TEXT, nullable=True))
    for name in ("edited_at", "deleted_at", "recheck_at"):
        op.add_column("post", sa.Column(name, _MOMENT, nullable=True))
    op.create_index("ix_post_recheck", "post", ["source", "recheck_at"])


def _follows() -> None:
    op.create_table(
        "follow",
        _column("source", _TEXT),
        _column("post", _TEXT),
        _column("state", _TEXT, nullable=True),
        _column("followed_at", _MOMENT),
        _column("known", _COUNT),
        _column("previous_at", _MOMENT, nullable=True),
        _column("previous", _COUNT, nullable=True),
        _column("failures", _WHOLE),
        _column("last_error", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("source", "post"),
        sa.ForeignKeyConstraint(["source", "post"], ["post.source", "post.id"], ondelete="CASCADE"),
    )


def _column(name: str, kind: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)
