"""What becomes of stored posts: looked for again from time to time, emptied when their authors take them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.domain import AccountKey, Post, PostKey
from monitor.store.bulk import chunked
from monitor.store.nested import plain
from monitor.store.rows import post_from
from monitor.store.types import stored_key
from monitor.store.writing import ACCOUNT, POST, REPOST

_AT_ONCE = 300


class UpkeepStore:
    """Rechecks and deletions. Each call raises ``StorageError`` where the database refuses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, source: str, now: datetime, limit: int) -> list[Post]:
        """Posts of ``source`` that it is time to look for again, the most overdue first."""
        c = POST.c
        query = sa.select(POST).where(c.source == stored_key(source), c.recheck_at <= now).order_by(c.recheck_at, c.id)
        with reading(self._engine) as session:
            return [post_from(row) for row in session.connection().execute(query.limit(limit))]

    def plan(self, session: Session | None, moments: Mapping[PostKey, datetime | None]) -> None:
        """Set when each post is looked for again; None: never."""
        rows = [
            {"k_source": stored_key(key.source), "k_id": stored_key(key.id), "k_at": at}
            for key, at in sorted(moments.items())
        ]
        update = (
            sa.update(POST)
            .where(POST.c.source == sa.bindparam("k_source"), POST.c.id == sa.bindparam("k_id"))
            .where(POST.c.deleted_at.is_(None))
            .values(recheck_at=sa.bindparam("k_at"))
        )
        with transaction(self._engine, session) as own:
            if rows:
                own.connection().execute(update, rows)

    def forget(self, session: Session | None, keys: Iterable[PostKey], at: datetime) -> list[PostKey]:
        """Empty the posts that were taken back and remove acts of reposting; the posts that are empty now.

        The row stays, without a word of its author, so that no later crawl brings the post back.
        """
        gone: list[PostKey] = []
        with transaction(self._engine, session) as own:
            for source, ids in _by_source(keys):
                for some in chunked(sorted(ids), _AT_ONCE):
                    gone += self._forget(own, source, some, at)
        return gone

    def _forget(self, session: Session, source: str, ids: Sequence[str], at: datetime) -> list[PostKey]:
        connection, c = session.connection(), POST.c
        mine = sa.and_(c.source == source, c.id.in_(ids), c.deleted_at.is_(None))
        found = [post_from(row) for row in connection.execute(sa.select(POST).where(mine))]
        emptied: dict[str, Any] = {"text": "", "url": None, "links": [], "recheck_at": None, "deleted_at": at}
        for post in found:
            matches = [replace(match, text="") for match in post.brand_matches]
            said = None if post.assessment is None else post.assessment.without_words()
            row = sa.update(POST).where(c.source == source, c.id == stored_key(post.key.id))
            connection.execute(row.values(**emptied, brand_matches=plain(matches), assessment=plain(said)))
        r = REPOST.c
        acts = sa.and_(r.child_source == source, r.child_id.in_(ids), r.kind == "repost")
        connection.execute(sa.delete(REPOST).where(acts))
        return [post.key for post in found]

    def erase(self, session: Session | None, accounts: Iterable[AccountKey], at: datetime) -> list[PostKey]:
        """Empty all that ``accounts`` wrote, remove their reposts and their names; the posts that are empty now."""
        gone: list[PostKey] = []
        with transaction(self._engine, session) as own:
            for source, ids in _by_source(accounts):
                mine = sa.and_(ACCOUNT.c.source == source, ACCOUNT.c.id.in_(ids))
                # Most accounts that vanish from a site were never met: asked for by key before any table is searched.
                known = [row.id for row in own.connection().execute(sa.select(ACCOUNT.c.id).where(mine))]
                if known:
                    gone += self._erase(own, source, known, at)
        return gone

    def _erase(self, session: Session, source: str, ids: Sequence[str], at: datetime) -> list[PostKey]:
        connection, c, r = session.connection(), POST.c, REPOST.c
        written = sa.select(c.source, c.id).where(c.author_source == source, c.author_id.in_(ids))
        posts = [PostKey(*row) for row in connection.execute(written)]
        gone = self.forget(session, posts, at)
        acts = sa.and_(r.by_source == source, r.by_id.in_(ids), r.kind == "repost")
        connection.execute(sa.delete(REPOST).where(acts))
        connection.execute(sa.delete(ACCOUNT).where(ACCOUNT.c.source == source, ACCOUNT.c.id.in_(ids)))
        return gone


def _by_source(keys: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for source, id_ in dict.fromkeys(keys):
        groups.setdefault(stored_key(source), []).append(stored_key(id_))
    return sorted(groups.items())
