"""The tables of this package. Nobody outside the stores touches them; what goes in and out are domain types."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary
from sqlmodel import Field, SQLModel

from monitor.store.types import Count, Json, Key, Moment, Words


class PostRow(SQLModel, table=True):
    """A post; its counters are those of the newest observation."""

    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_issue", "issue", "created_at"),
        Index("ix_post_created", "created_at"),
        Index("ix_post_recheck", "source", "recheck_at"),
    )

    source: str = Field(primary_key=True, sa_type=Key)
    id: str = Field(primary_key=True, sa_type=Key)
    author_source: str = Field(sa_type=Key)
    author_id: str = Field(sa_type=Key)
    text: str = Field(sa_type=Words)
    created_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    url: str | None = Field(sa_type=Words)
    language: str | None = Field(sa_type=Words)
    brand_matches: list[Any] = Field(sa_type=Json)
    assessment: dict[str, Any] | None = Field(sa_type=Json)
    links: list[str] = Field(sa_type=Json)
    is_press: bool
    issue: str | None = Field(sa_type=Key)
    metrics_at: datetime | None = Field(sa_type=Moment)
    views: int | None = Field(sa_type=Count)
    likes: int | None = Field(sa_type=Count)
    reposts: int | None = Field(sa_type=Count)
    replies: int | None = Field(sa_type=Count)
    local_id: str | None = Field(sa_type=Words)
    edited_at: datetime | None = Field(sa_type=Moment)
    deleted_at: datetime | None = Field(sa_type=Moment)
    recheck_at: datetime | None = Field(sa_type=Moment)


class MentionRow(SQLModel, table=True):
    """That a post is about a brand; the index alone answers the hourly counts."""

    __tablename__ = "mention"
    __table_args__ = (
        ForeignKeyConstraint(["source", "post"], ["post.source", "post.id"], ondelete="CASCADE"),
        Index("ix_mention_brand", "brand", "created_at", "assessed", "complaint"),
    )

    source: str = Field(primary_key=True, sa_type=Key)
    post: str = Field(primary_key=True, sa_type=Key)
    brand: str = Field(primary_key=True, sa_type=Key)
    created_at: datetime = Field(sa_type=Moment)
    assessed: bool
    complaint: bool


class MetricRow(SQLModel, table=True):
    """The counters of a post at one moment."""

    __tablename__ = "metric"
    __table_args__ = (ForeignKeyConstraint(["source", "post"], ["post.source", "post.id"], ondelete="CASCADE"),)

    source: str = Field(primary_key=True, sa_type=Key)
    post: str = Field(primary_key=True, sa_type=Key)
    at: datetime = Field(primary_key=True, sa_type=Moment)
    views: int | None = Field(sa_type=Count)
    likes: int | None = Field(sa_type=Count)
    reposts: int | None = Field(sa_type=Count)
    replies: int | None = Field(sa_type=Count)


class RepostRow(SQLModel, table=True):
    """One passing-on. The root stands first in the key: a cascade is read in one go."""

    __tablename__ = "repost"
    __table_args__ = (Index("ix_repost_at", "at"), Index("ix_repost_child", "child_source", "child_id"))

    root_source: str = Field(primary_key=True, sa_type=Key)
    root_id: str = Field(primary_key=True, sa_type=Key)
    child_source: str = Field(primary_key=True, sa_type=Key)
    child_id: str = Field(primary_key=True, sa_type=Key)
    by_source: str = Field(sa_type=Key)
    by_id: str = Field(sa_type=Key)
    at: datetime = Field(sa_type=Moment)
    kind: str = Field(sa_type=Words)
    parent_source: str | None = Field(sa_type=Key)
    parent_id: str | None = Field(sa_type=Key)
    parent_post_source: str | None = Field(sa_type=Key)
    parent_post_id: str | None = Field(sa_type=Key)
    evidence: str = Field(sa_type=Words)
    confidence: float
    followers: int | None = Field(sa_type=Count)


class AccountRow(SQLModel, table=True):
    """An account as last seen."""

    __tablename__ = "account"

    source: str = Field(primary_key=True, sa_type=Key)
    id: str = Field(primary_key=True, sa_type=Key)
    handle: str = Field(sa_type=Words)
    display_name: str = Field(sa_type=Words)
    followers: int | None = Field(sa_type=Count)
    language: str | None = Field(sa_type=Words)
    verified: bool | None
    seen_at: datetime = Field(sa_type=Moment)


class CrawlRow(SQLModel, table=True):
    """How the crawl of one brand on one source stands."""

    __tablename__ = "crawl"

    brand: str = Field(primary_key=True, sa_type=Key)
    source: str = Field(primary_key=True, sa_type=Key)
    state: str | None = Field(sa_type=Words)
    next_check_at: datetime | None = Field(sa_type=Moment)
    last_attempt_at: datetime | None = Field(sa_type=Moment)
    last_success_at: datetime | None = Field(sa_type=Moment)
    newest_post_at: datetime | None = Field(sa_type=Moment)
    failures: int
    last_error: str | None = Field(sa_type=Words)
    dropped_total: int = Field(sa_type=Count)
    posts_total: int = Field(sa_type=Count)
    cursor: str | None = Field(sa_type=Words)
    lag_seconds: float | None


class FollowRow(SQLModel, table=True):
    """What the returns to one post taught so far, and when the next is due."""

    __tablename__ = "follow"
    __table_args__ = (ForeignKeyConstraint(["source", "post"], ["post.source", "post.id"], ondelete="CASCADE"),)

    source: str = Field(primary_key=True, sa_type=Key)
    post: str = Field(primary_key=True, sa_type=Key)
    state: str | None = Field(sa_type=Words)
    followed_at: datetime = Field(sa_type=Moment)
    known: int = Field(sa_type=Count)
    previous_at: datetime | None = Field(sa_type=Moment)
    previous: int | None = Field(sa_type=Count)
    failures: int
    last_error: str | None = Field(sa_type=Words)


class GapRow(SQLModel, table=True):
    """A stretch of time that a source could not see."""

    __tablename__ = "gap"

    source: str = Field(primary_key=True, sa_type=Key)
    since: datetime = Field(primary_key=True, sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    reason: str = Field(sa_type=Words)


class SpendRow(SQLModel, table=True):
    """What was spent of an allowance in one hour."""

    __tablename__ = "spend"

    name: str = Field(primary_key=True, sa_type=Key)
    slot: datetime = Field(primary_key=True, sa_type=Moment)
    used: float


class LabelRow(SQLModel, table=True):
    """What a person said of a post or of a text; rows are only ever added, the last of each person counts."""

    __tablename__ = "label"
    __table_args__ = (
        ForeignKeyConstraint(["source", "post"], ["post.source", "post.id"], ondelete="CASCADE"),
        Index("ix_label_post", "source", "post"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str | None = Field(sa_type=Key)
    post: str | None = Field(sa_type=Key)
    text: str | None = Field(sa_type=Words)
    language: str | None = Field(sa_type=Words)
    brand: str | None = Field(sa_type=Key)
    complaint: bool | None
    reason: str | None = Field(sa_type=Words)
    severity: int | None
    sentiment: int | None
    person: str = Field(sa_type=Words)
    at: datetime = Field(sa_type=Moment)
    origin: str = Field(sa_type=Words)


class TextModelRow(SQLModel, table=True):
    """A trained model for one language; the newest that is not withdrawn reads the posts."""

    __tablename__ = "text_model"
    __table_args__ = (Index("ix_text_model_language", "language", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    language: str = Field(sa_type=Key)
    version: str = Field(sa_type=Words)
    made_at: datetime = Field(sa_type=Moment)
    person: str = Field(sa_type=Words)
    card: dict[str, Any] = Field(sa_type=Json)
    weights: bytes = Field(sa_type=LargeBinary)
    withdrawn_at: datetime | None = Field(sa_type=Moment)
    withdrawn_by: str | None = Field(sa_type=Words)


class MetaRow(SQLModel, table=True):
    """Small facts about the database itself."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True, sa_type=Key)
    value: str = Field(sa_type=Words)
