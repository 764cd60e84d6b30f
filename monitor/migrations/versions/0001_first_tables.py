"""First tables: posts and their spread, crawls, incidents, deliveries."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT, _MOMENT, _WHOLE, _COUNT = sa.Text(), sa.DateTime(timezone=True), sa.Integer(), sa.BigInteger()
_YES_NO, _REAL = sa.Boolean(), sa.Float()


def upgrade() -> None:
    """Make the tables."""
    _posts()
    _spread()
    _crawls()
    _incidents()
    _deliveries()


def _required(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _optional(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=True) for name in names]


def _of_post() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["source", "post"], ["post.source", "post.id"], ondelete="CASCADE")


def _of_incident() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["incident"], ["incident.id"], ondelete="CASCADE")


def _posts() -> None:
    counters = ("views", "likes", "reposts", "replies")
    op.create_table(
        "post",
        *_required(_TEXT, "source", "id", "author_source", "author_id", "text"),
        *_required(_MOMENT, "created_at", "seen_at"),
        *_optional(_TEXT, "url", "language"),
        *_required(_TEXT, "brand_matches"),
        *_optional(_TEXT, "assessment"),
        *_required(_TEXT, "links"),
        *_required(_YES_NO, "is_press"),
        *_optional(_TEXT, "issue"),
        *_optional(_MOMENT, "metrics_at"),
        *_optional(_COUNT, *counters),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index("ix_post_issue", "post", ["issue", "created_at"])
    op.create_index("ix_post_created", "post", ["created_at"])
    op.create_table(
        "mention",
        *_required(_TEXT, "source", "post", "brand"),
        *_required(_MOMENT, "created_at"),
        *_required(_YES_NO, "assessed", "complaint"),
        sa.PrimaryKeyConstraint("source", "post", "brand"),
        _of_post(),
    )
    op.create_index("ix_mention_brand", "mention", ["brand", "created_at", "assessed", "complaint"])
    op.create_table(
        "metric",
        *_required(_TEXT, "source", "post"),
        *_required(_MOMENT, "at"),
        *_optional(_COUNT, *counters),
        sa.PrimaryKeyConstraint("source", "post", "at"),
        _of_post(),
    )


def _spread() -> None:
    op.create_table(
        "repost",
        *_required(_TEXT, "root_source", "root_id", "child_source", "child_id", "by_source", "by_id"),
        *_required(_MOMENT, "at"),
        *_required(_TEXT, "kind"),
        *_optional(_TEXT, "parent_source", "parent_id", "parent_post_source", "parent_post_id"),
        *_required(_TEXT, "evidence"),
        *_required(_REAL, "confidence"),
        *_optional(_COUNT, "followers"),
        sa.PrimaryKeyConstraint("root_source", "root_id", "child_source", "child_id"),
    )
    op.create_index("ix_repost_at", "repost", ["at"])
    op.create_table(
        "account",
        *_required(_TEXT, "source", "id", "handle", "display_name"),
        *_optional(_COUNT, "followers"),
        *_optional(_TEXT, "language"),
        *_optional(_YES_NO, "verified"),
        *_required(_MOMENT, "seen_at"),
        sa.PrimaryKeyConstraint("source", "id"),
    )


def _crawls() -> None:
    op.create_table(
        "crawl",
        *_required(_TEXT, "brand", "source"),
        *_optional(_TEXT, "state"),
        *_optional(_MOMENT, "next_check_at", "last_attempt_at", "last_success_at", "newest_post_at"),
        *_required(_WHOLE, "failures"),
        *_optional(_TEXT, "last_error"),
        *_required(_COUNT, "dropped_total", "posts_total"),
        sa.PrimaryKeyConstraint("brand", "source"),
    )
    op.create_table("meta", *_required(_TEXT, "name", "value"), sa.PrimaryKeyConstraint("name"))


def _incidents() -> None:
    op.create_table(
        "incident",
        *_required(_TEXT, "id", "brand", "issue", "status"),
        *_required(_MOMENT, "fired_at"),
        *_optional(_MOMENT, "resolved_at"),
        *_required(_WHOLE, "version"),
        *_required(_TEXT, "body"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_incident_status", "incident", ["status", "brand"])
    op.create_index("ix_incident_fired", "incident", ["fired_at"])
    op.create_table(
        "finding",
        *_required(_TEXT, "incident", "detector"),
        *_required(_MOMENT, "seen_at"),
        *_required(_TEXT, "body"),
        sa.PrimaryKeyConstraint("incident", "detector", "seen_at"),
        _of_incident(),
    )
    op.create_table(
        "incident_log",
        sa.Column("id", _WHOLE, primary_key=True),
        *_required(_TEXT, "incident"),
        *_required(_MOMENT, "at"),
        *_required(_TEXT, "change", "person", "arguments"),
        _of_incident(),
    )
    op.create_index("ix_incident_log_incident", "incident_log", ["incident", "id"])


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", _WHOLE, primary_key=True),
        *_required(_TEXT, "incident", "step"),
        *_required(_WHOLE, "loop"),
        *_required(_TEXT, "recipient", "channel"),
        *_required(_MOMENT, "due_at"),
        *_required(_TEXT, "state"),
        *_required(_WHOLE, "attempts"),
        *_optional(_TEXT, "last_reason"),
        *_optional(_MOMENT, "sent_at", "leased_until"),
        sa.UniqueConstraint("incident", "step", "loop", "recipient", "channel", name="uq_delivery"),
        _of_incident(),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "due_at"])
