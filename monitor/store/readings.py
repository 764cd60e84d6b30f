"""How the posts of a stretch of time were read, by language."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from monitor.db import reading
from monitor.store.bulk import table_of
from monitor.store.tables import MentionRow, PostRow

_POST, _MENTION = table_of(PostRow), table_of(MentionRow)


class LanguageCount(NamedTuple):
    """Posts about any brand in one language."""

    language: str | None  # None: undecidable
    posts: int
    assessed: int
    complaints: int  # among them


class ReadingStore:
    """Counts of posts by language. Raises ``StorageError`` where the database refuses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_language(self, since: datetime, until: datetime) -> list[LanguageCount]:
        """Posts about any brand created from ``since`` to before ``until``: the language with most of them first."""
        c = _MENTION.c
        flags = [sa.func.max(sa.cast(column, sa.Integer)).label(column.name) for column in (c.assessed, c.complaint)]
        named = sa.select(c.source, c.post, *flags).where(c.created_at >= since, c.created_at < until)
        once = named.group_by(c.source, c.post).subquery()  # a post about two brands is one post
        counted = sa.func.count().label("posts")
        query = (
            sa.select(_POST.c.language, counted, sa.func.sum(once.c.assessed), sa.func.sum(once.c.complaint))
            .join_from(once, _POST, sa.and_(_POST.c.source == once.c.source, _POST.c.id == once.c.post))
            .group_by(_POST.c.language)
            .order_by(counted.desc(), _POST.c.language)
        )
        with reading(self._engine) as session:
            return [LanguageCount(*row) for row in session.connection().execute(query)]
