"""What the returns to posts taught so far."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.domain import PostKey
from monitor.store.bulk import chunked, insert_into, send, table_of
from monitor.store.tables import FollowRow
from monitor.store.types import stored_key

_FOLLOW = table_of(FollowRow)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class FollowState:
    """How the returns to one post stand."""

    source: str
    post: str
    state: str | None  # what the source wants to be remembered
    followed_at: datetime
    known: int  # reposts, quotes and replies known after it
    previous_at: datetime | None = None  # the return before
    previous: int | None = None  # known after that one
    failures: int = 0  # since the last success
    last_error: str | None = None  # None: the last return went well


class FollowStore:
    """One row per post that was returned to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: PostKey) -> FollowState | None:
        """How the returns to that post stand; None where there was none."""
        return self.many([key]).get(key)

    def many(self, keys: Iterable[PostKey]) -> dict[PostKey, FollowState]:
        """Those of ``keys`` that were returned to."""
        asked = {(stored_key(key.source), stored_key(key.id)): key for key in keys}
        found: dict[PostKey, FollowState] = {}
        with reading(self._engine) as session:
            for source in sorted({source for source, _ in asked}):
                ids = [id_ for of, id_ in asked if of == source]
                for some in chunked(ids, _AT_ONCE):
                    query = sa.select(_FOLLOW).where(_FOLLOW.c.source == source, _FOLLOW.c.post.in_(some))
                    for row in session.connection().execute(query):
                        found[asked[row.source, row.post]] = FollowState(*row)
        return found

    def put(self, session: Session | None, row: FollowState) -> None:
        """Stores ``row`` in place of what was there, within ``session``'s transaction where given."""
        with transaction(self._engine, session) as own:
            insert = insert_into(own, _FOLLOW)
            changed = {
                column.name: insert.excluded[column.name] for column in _FOLLOW.columns if not column.primary_key
            }
            upsert = insert.on_conflict_do_update(index_elements=["source", "post"], set_=changed)
            send(own, upsert, [astuple(row)])

    def count_since(self, source: str, now: datetime, back: timedelta) -> int:
        """How many posts of ``source`` were returned to in the time ``back`` before ``now``, each counted once."""
        where = sa.and_(_FOLLOW.c.source == source, _FOLLOW.c.followed_at > now - back)
        with reading(self._engine) as session:
            return int(session.connection().execute(sa.select(sa.func.count()).where(where)).scalar_one())
