"""Which issues a brand has in a stretch of time, and who posted about them where and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from monitor.db import reading
from monitor.domain import AccountKey
from monitor.store.bulk import chunked, table_of
from monitor.store.tables import MentionRow, PostRow

_POST, _MENTION = table_of(PostRow), table_of(MentionRow)
_KEYS_AT_ONCE = 500


class IssuePost(NamedTuple):
    """A post of an issue without its words."""

    issue: str
    source: str
    author: AccountKey
    at: datetime
    language: str | None


class TopicStore:
    """Reads what posts were gathered into. Each call raises ``StorageError`` where the database refuses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def issues(self, brand: str, since: datetime, until: datetime, limit: int) -> list[str]:
        """The issues of ``brand`` with a complaint created in [``since``, ``until``), most complaints first."""
        complaints = sa.func.count()
        query = (
            sa.select(_POST.c.issue)
            .join(_MENTION, sa.and_(_MENTION.c.source == _POST.c.source, _MENTION.c.post == _POST.c.id))
            .where(_MENTION.c.brand == brand, _MENTION.c.created_at >= since, _MENTION.c.created_at < until)
            .where(_MENTION.c.complaint, _POST.c.issue.is_not(None), _POST.c.deleted_at.is_(None))
            .group_by(_POST.c.issue)
            .order_by(complaints.desc(), sa.func.max(_POST.c.created_at).desc(), _POST.c.issue)
            .limit(limit)
        )
        with reading(self._engine) as session:
            return list(session.connection().execute(query).scalars())

    def posts(self, brand: str, issues: Sequence[str], since: datetime, until: datetime, limit: int) -> list[IssuePost]:
        """The posts of ``issues`` in that time, newest first; also those that came in through a cascade only."""
        mention = sa.select(_MENTION.c.brand).where(_MENTION.c.source == _POST.c.source, _MENTION.c.post == _POST.c.id)
        ours = sa.or_(mention.where(_MENTION.c.brand == brand).exists(), ~mention.exists())
        c = _POST.c
        columns = (c.issue, c.source, c.author_source, c.author_id, c.created_at, c.language)
        found: list[IssuePost] = []
        with reading(self._engine) as session:
            for some in chunked(issues, _KEYS_AT_ONCE):
                query = sa.select(*columns).where(c.issue.in_(some), c.created_at >= since, c.created_at < until, ours)
                rows = session.connection().execute(query.order_by(c.created_at.desc(), c.id).limit(limit))
                found += (
                    IssuePost(issue, source, AccountKey(by_source, by), at, language)
                    for issue, source, by_source, by, at, language in rows
                )
        return found
