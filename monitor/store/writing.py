"""How a page of posts, reposts and accounts goes into the database: each row once, counters over time.

Rows are always written in the order of their keys: two crawls that meet the same posts must not wait for one another in
a circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter, itemgetter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from monitor.domain import Account, AccountKey, Post, Repost, seen_anew
from monitor.store.bulk import insert_into, insert_rows, send, table_of
from monitor.store.nested import plain
from monitor.store.rows import (
    account_row,
    mention_rows,
    metrics_values,
    post_from,
    post_row,
    repost_row,
)
from monitor.store.tables import AccountRow, MentionRow, MetricRow, PostRow, RepostRow
from monitor.store.types import stored_key

POST, MENTION, METRIC = table_of(PostRow), table_of(MentionRow), table_of(MetricRow)
REPOST, ACCOUNT = table_of(RepostRow), table_of(AccountRow)


def stored(key: tuple[str, str]) -> tuple[str, str]:
    """A post's or account's key as it stands in the database."""
    return stored_key(key[0]), stored_key(key[1])


def add_posts(session: Session, posts: Sequence[Post]) -> tuple[list[Post], list[Post]]:
    """Stores ``posts``; those that are new, and those known before that are newly about some brand."""
    first: dict[tuple[str, str], Post] = {}
    for post in posts:
        first.setdefault(stored(post.key), post)
    insert = insert_into(session, POST).on_conflict_do_nothing().returning(POST.c.source, POST.c.id)
    inserted = {tuple(row) for row in insert_rows(session, insert, (post_row(first[key]) for key in sorted(first)))}
    _add_metrics(session, [post for post in posts if post.metrics], {id(first[key]) for key in inserted})
    for key in sorted(set(first) - inserted):
        if first[key].edited_at is not None:
            _edit(session, key, first[key])
    mentions = insert_into(session, MENTION).on_conflict_do_nothing().returning(MENTION.c.source, MENTION.c.post)
    rows = sorted(row for post in posts for row in mention_rows(post))
    matched = {tuple(row) for row in insert_rows(session, mentions, rows)} - inserted
    for key in sorted(matched):
        _learn(session, key, [post for post in posts if stored(post.key) == key])
    return [post for key, post in first.items() if key in inserted], [first[key] for key in first if key in matched]


def add_reposts(session: Session, reposts: Iterable[Repost]) -> list[Repost]:
    """Stores ``reposts``; those that are new. A known one gives way to better evidence only."""
    given = list(reposts)
    c = REPOST.c
    keys = (c.root_source, c.root_id, c.child_source, c.child_id)
    insert = insert_into(session, REPOST).on_conflict_do_nothing().returning(*keys)
    rows = sorted(map(repost_row, given), key=itemgetter(0, 1, 2, 3))
    added = list(insert_rows(session, insert, rows))
    if len(added) == len(given):
        return given
    inserted = set(map(tuple, added))
    _improve(session, (row for row in rows if row[:4] not in inserted))
    first: dict[tuple[str, ...], Repost] = {}
    for repost in given:
        first.setdefault((*stored(repost.root), *stored(repost.child)), repost)
    return [repost for key, repost in first.items() if key in inserted]


def _improve(session: Session, known: Iterable[tuple[Any, ...]]) -> None:
    """Let what is now known better of a repost, its path or its time, take the place of what was guessed: an equally
    sure later word about the time counts, since sources tell a time anew only when they have learnt it."""
    names = tuple(column.name for column in REPOST.columns)
    better = [
        {f"k_{name}": value for name, value in zip(names, row, strict=True)}
        for row in known
        if row[names.index("kind")] != "reply"  # what a reply answers is known from the first
    ]
    if not better:
        return
    changed = (
        "by_source",
        "by_id",
        "at",
        "parent_source",
        "parent_id",
        "parent_post_source",
        "parent_post_id",
        "evidence",
        "confidence",
    )
    c = REPOST.c
    update = (
        sa.update(REPOST)
        .where(*(c[name] == sa.bindparam(f"k_{name}") for name in names[:4]))
        .where(c.confidence <= sa.bindparam("k_confidence"))
        .where(sa.or_(c.confidence < sa.bindparam("k_confidence"), c.at != sa.bindparam("k_at")))
        .values({name: sa.bindparam(f"k_{name}") for name in changed})
    )
    used = {*names[:4], *changed}
    session.connection().execute(update, [{k: v for k, v in row.items() if k[2:] in used} for row in better])


def add_accounts(session: Session, accounts: Iterable[Account]) -> None:
    """Stores ``accounts`` as last seen; what a later sighting leaves open stays as it was known."""
    newest: dict[AccountKey, Account] = {}
    for account in accounts:
        known = newest.get(account.key)
        newest[account.key] = account if known is None else _merged(known, account)
    insert = insert_into(session, ACCOUNT)
    new, old = insert.excluded, ACCOUNT.c
    upsert = insert.on_conflict_do_update(
        index_elements=[old.source, old.id],
        set_={
            "handle": _said(new.handle, old.handle),
            "display_name": _said(new.display_name, old.display_name),
            "followers": sa.func.coalesce(new.followers, old.followers),
            "language": sa.func.coalesce(new.language, old.language),
            "verified": sa.func.coalesce(new.verified, old.verified),
            "seen_at": new.seen_at,
        },
        where=new.seen_at >= old.seen_at,
    )
    unique = {stored(account.key): account for account in newest.values()}
    send(session, upsert, (account_row(unique[key]) for key in sorted(unique)))


def _said(new: sa.ColumnElement[str], old: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    return sa.case((new == sa.literal_column("''"), old), else_=new)


def _merged(one: Account, other: Account) -> Account:
    older, newer = (one, other) if one.seen_at <= other.seen_at else (other, one)
    return replace(
        newer,
        handle=newer.handle or older.handle,
        display_name=newer.display_name or older.display_name,
        followers=older.followers if newer.followers is None else newer.followers,
        language=older.language if newer.language is None else newer.language,
        verified=older.verified if newer.verified is None else newer.verified,
    )


def _add_metrics(session: Session, seen: Sequence[Post], inserted: set[int]) -> None:
    seen = sorted(seen, key=attrgetter("key"))
    rows = [(*post.key, *metrics_values(post.metrics)) for post in seen]
    send(session, insert_into(session, METRIC).on_conflict_do_nothing(), rows)
    later = [row for post, row in zip(seen, rows, strict=True) if id(post) not in inserted]
    if not later:
        return
    names = ("views", "likes", "reposts", "replies")
    newer = (
        sa.update(POST)
        .where(POST.c.source == sa.bindparam("k_source"), POST.c.id == sa.bindparam("k_id"))
        .where(sa.or_(POST.c.metrics_at.is_(None), POST.c.metrics_at < sa.bindparam("k_at")))
        .where(POST.c.deleted_at.is_(None))
        .values(metrics_at=sa.bindparam("k_at"), **{name: sa.bindparam(f"k_{name}") for name in names})
    )
    keys = ("k_source", "k_id", "k_at", *(f"k_{name}" for name in names))
    session.connection().execute(newer, [dict(zip(keys, row, strict=True)) for row in later])


def _learn(session: Session, key: tuple[str, str], sightings: Sequence[Post]) -> None:
    """A known post turned out to be about a further brand: add the matches, and what was open until now."""
    where = sa.and_(POST.c.source == key[0], POST.c.id == key[1])
    known = post_from(session.connection().execute(sa.select(POST).where(where).with_for_update()).one())
    brands = {match.brand for match in known.brand_matches}
    if known.deleted_at is not None:
        return
    matches = [
        *known.brand_matches,
        *(m for post in sightings[:1] for m in post.brand_matches if m.brand not in brands),
    ]
    post = sightings[0]
    session.connection().execute(
        sa.update(POST)
        .where(where)
        .values(
            brand_matches=plain(matches),
            assessment=plain(seen_anew(known.assessment, post.assessment)),
            language=known.language or post.language,
            issue=known.issue or post.issue,
        )
    )


def _edit(session: Session, key: tuple[str, str], post: Post) -> None:
    """A known post was changed by its author: its words and what was read in them give way to the newer ones."""
    c = POST.c
    older = sa.or_(c.edited_at.is_(None), c.edited_at < post.edited_at)
    update = sa.update(POST).where(c.source == key[0], c.id == key[1], c.deleted_at.is_(None), older)
    changed = session.connection().execute(
        update.values(
            text=post.text,
            edited_at=post.edited_at,
            brand_matches=plain(post.brand_matches),
            assessment=plain(post.assessment),
            language=post.language,
            links=list(post.links),
        )
    )
    if changed.rowcount:
        m = MENTION.c
        for row in mention_rows(post):
            flags = dict(zip(("assessed", "complaint"), row[4:], strict=True))
            mention = sa.update(MENTION).where(m.source == key[0], m.post == key[1], m.brand == row[2])
            session.connection().execute(mention.values(**flags))
