"""Posts, reposts and accounts: written once, read in the ways the analysis and the board ask."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.domain import Account, AccountKey, Metrics, Post, PostKey, Repost
from monitor.store.bulk import chunked
from monitor.store.rows import account_from, post_from, repost_from
from monitor.store.types import stored_key
from monitor.store.writing import (
    ACCOUNT,
    MENTION,
    METRIC,
    POST,
    REPOST,
    add_accounts,
    add_posts,
    add_reposts,
    stored,
)

_Value = TypeVar("_Value")
_Key = TypeVar("_Key", PostKey, AccountKey)
_KEYS_AT_ONCE = 500
_ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Added:
    """What of a page was new to the database, in the order given."""

    posts: tuple[Post, ...] = ()
    reposts: tuple[Repost, ...] = ()
    matched: tuple[Post, ...] = ()  # known before, but not as being about one of their brands


class HourCount(NamedTuple):
    """What was said about a brand in one UTC hour."""

    start: datetime
    mentions: int
    assessed: int  # posts whose text could be read
    complaints: int  # among them


class PostStore:
    """Posts, reposts, accounts and counters over time. Each call raises ``StorageError`` where the database refuses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        session: Session | None,
        posts: Sequence[Post] = (),
        reposts: Iterable[Repost] = (),
        accounts: Iterable[Account] = (),
    ) -> Added:
        """Stores what is not there yet, all or nothing, and returns what was new.

        A known post gains newer counters and further brands, a known account what was last seen of it; a known repost
        stays as it was. With ``session`` it is part of that transaction (see ``monitor.db.transaction``).
        """
        with transaction(self._engine, session) as own:
            new_posts, matched = add_posts(own, posts) if posts else ([], [])
            new_reposts = add_reposts(own, reposts)
            add_accounts(own, accounts)
        return Added(tuple(new_posts), tuple(new_reposts), tuple(matched))

    def known_posts(self, keys: Iterable[PostKey]) -> set[PostKey]:
        """Those of ``keys`` that are stored."""
        return set(self._by_key(sa.select(POST.c.source, POST.c.id), POST, keys, lambda row: True))

    def get(self, key: PostKey) -> Post | None:
        """The post with its newest counters."""
        return self.many([key]).get(key)

    def many(self, keys: Iterable[PostKey]) -> dict[PostKey, Post]:
        """The posts that are stored, by key."""
        return self._by_key(sa.select(POST), POST, keys, post_from)

    def accounts(self, keys: Iterable[AccountKey]) -> dict[AccountKey, Account]:
        """The accounts that are stored, by key."""
        return self._by_key(sa.select(ACCOUNT), ACCOUNT, keys, account_from)

    def of_issue(self, brand: str, issue: str, limit: int = 200) -> list[Post]:
        """Posts of ``issue``, newest first: those about ``brand``, and those that came in through a cascade only."""
        mention = sa.select(MENTION.c.brand).where(MENTION.c.source == POST.c.source, MENTION.c.post == POST.c.id)
        ours = sa.or_(mention.where(MENTION.c.brand == brand).exists(), ~mention.exists())
        query = sa.select(POST).where(POST.c.issue == issue, ours)
        return self._posts(query.order_by(POST.c.created_at.desc(), POST.c.id).limit(limit))

    def about(
        self, brand: str, since: datetime, until: datetime, limit: int = 200, *, source: str | None = None
    ) -> list[Post]:
        """Posts about ``brand`` created from ``since`` to before ``until``, newest first; of ``source`` if given."""
        query = (
            sa.select(POST)
            .join(MENTION, sa.and_(MENTION.c.source == POST.c.source, MENTION.c.post == POST.c.id))
            .where(MENTION.c.brand == brand, MENTION.c.created_at >= since, MENTION.c.created_at < until)
            .order_by(MENTION.c.created_at.desc(), POST.c.id)
        )
        if source is not None:
            query = query.where(MENTION.c.source == stored_key(source))
        return self._posts(query.limit(limit))

    def quotes_and_replies(self, root: PostKey) -> list[Post]:
        """The quotes of and replies to ``root`` whose text is stored, oldest first."""
        child = sa.and_(POST.c.source == REPOST.c.child_source, POST.c.id == REPOST.c.child_id)
        query = sa.select(POST).join(REPOST, child).where(REPOST.c.kind.in_(("quote", "reply")))
        query = query.where(REPOST.c.root_source == root.source, REPOST.c.root_id == root.id)
        return self._posts(query.order_by(POST.c.created_at, POST.c.id))

    def reposts_since(self, moment: datetime) -> Iterator[Repost]:
        """Reposts from ``moment`` on, oldest first, streamed: the whole history need not fit into memory."""
        query = sa.select(REPOST).where(REPOST.c.at >= moment).order_by(REPOST.c.at)
        with (
            reading(self._engine) as session,
            session.connection().execution_options(yield_per=_ROWS_AT_ONCE).execute(query) as rows,
        ):
            yield from map(repost_from, rows)

    def reposts_of(self, roots: Sequence[PostKey]) -> list[Repost]:
        """All reposts of ``roots``, oldest first."""
        c = REPOST.c
        found: list[Repost] = []
        with reading(self._engine) as session:
            for source, ids in _by_source(roots):
                query = sa.select(REPOST).where(c.root_source == source, c.root_id.in_(ids))
                found += map(repost_from, session.connection().execute(query))
        return sorted(found, key=lambda repost: (repost.at, repost.child, repost.root))

    def sizes(self, roots: Iterable[PostKey]) -> dict[PostKey, int]:
        """How many reposts, quotes and replies of each of ``roots`` are stored."""
        c, asked = REPOST.c, {stored(root): root for root in roots}
        sizes = dict.fromkeys(asked.values(), 0)
        with reading(self._engine) as session:
            for source, ids in _by_source(asked):
                where = sa.and_(c.root_source == source, c.root_id.in_(ids))
                query = sa.select(c.root_source, c.root_id, sa.func.count()).where(where)
                for of, id_, count in session.connection().execute(query.group_by(c.root_source, c.root_id)):
                    sizes[asked[of, id_]] = count
        return sizes

    def metrics_of(self, key: PostKey) -> list[Metrics]:
        """Every observation of the post's counters, oldest first."""
        c = METRIC.c
        query = sa.select(c.at, c.views, c.likes, c.reposts, c.replies).order_by(c.at)
        with reading(self._engine) as session:
            rows = session.connection().execute(query.where(c.source == key.source, c.post == key.id))
            return [Metrics(*row) for row in rows]

    def hourly(self, brand: str, since: datetime, until: datetime) -> list[HourCount]:
        """Counts of posts about ``brand`` created in [``since``, ``until``), ascending, without empty hours."""
        hour, c = self._hour(MENTION.c.created_at), MENTION.c
        sums = [sa.func.sum(sa.cast(column, sa.Integer)) for column in (c.assessed, c.complaint)]
        query = sa.select(hour, sa.func.count(), *sums).group_by(hour).order_by(hour)
        query = query.where(c.brand == brand, c.created_at >= since, c.created_at < until)
        with reading(self._engine) as session:
            return [HourCount(_hour_start(start), *counts) for start, *counts in session.connection().execute(query)]

    def counts(self) -> dict[str, int]:
        """How many posts, reposts and accounts are stored."""
        tables = {"posts": POST, "reposts": REPOST, "accounts": ACCOUNT}
        with reading(self._engine) as session:
            connection = session.connection()
            return {
                name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for name, table in tables.items()
            }

    def newest_at(self) -> datetime | None:
        """When the newest stored post or repost was made."""
        with reading(self._engine) as session:
            newest = [
                session.connection().execute(sa.select(sa.func.max(column))).scalar_one()
                for column in (POST.c.created_at, REPOST.c.at)
            ]
        return max((moment for moment in newest if moment is not None), default=None)

    def _posts(self, query: sa.Select[Any]) -> list[Post]:
        with reading(self._engine) as session:
            return [post_from(row) for row in session.connection().execute(query)]

    def _by_key(
        self, query: sa.Select[Any], table: sa.Table, keys: Iterable[_Key], make: Callable[[Any], _Value]
    ) -> dict[_Key, _Value]:
        asked = {stored(key): key for key in keys}
        found = {}
        with reading(self._engine) as session:
            for source, ids in _by_source(asked.values()):
                where = sa.and_(table.c.source == source, table.c.id.in_(ids))
                for row in session.connection().execute(query.where(where)):
                    found[asked[row.source, row.id]] = make(row)
        return found

    def _hour(self, column: sa.ColumnElement[datetime]) -> sa.ColumnElement[Any]:
        if self._engine.dialect.name == "sqlite":
            return sa.func.substr(sa.type_coerce(column, sa.Text), sa.literal_column("1"), sa.literal_column("13"))
        return sa.func.date_trunc(sa.literal_column("'hour'"), column, sa.literal_column("'UTC'"))


def _hour_start(value: str | datetime) -> datetime:
    if isinstance(value, str):
        return datetime.fromisoformat(value + ":00").replace(tzinfo=UTC)
    return value.astimezone(UTC)


def _by_source(keys: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for source, id_ in dict.fromkeys(keys):
        groups.setdefault(source, []).append(id_)
    for source, ids in groups.items():
        for some in chunked(ids, _KEYS_AT_ONCE):
            yield source, some
