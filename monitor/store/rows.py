"""Domain types to rows and back. A row is a tuple in the order of its table's columns."""

from collections.abc import Iterable
from typing import Any

from monitor.domain import Account, AccountKey, Assessment, BrandMatch, Metrics, Post, PostKey, Repost
from monitor.due import next_recheck
from monitor.store.nested import plain, revived

Values = tuple[Any, ...]
_NOTHING = (None, None)


def post_row(post: Post) -> Values:
    """A row of ``post``."""
    return (
        *post.key,
        *post.author,
        post.text,
        post.created_at,
        post.seen_at,
        post.url,
        post.language,
        plain(post.brand_matches),
        plain(post.assessment),
        post.links,
        post.is_press,
        post.issue,
        *metrics_values(post.metrics),
        post.local_id,
        post.edited_at,
        post.deleted_at,
        next_recheck(post.seen_at, post.seen_at),
    )


def post_from(row: Any) -> Post:
    """The post of a row of ``post``."""
    return Post(
        key=PostKey(row.source, row.id),
        author=AccountKey(row.author_source, row.author_id),
        text=row.text,
        created_at=row.created_at,
        seen_at=row.seen_at,
        url=row.url,
        language=row.language,
        brand_matches=tuple(revived(BrandMatch, match) for match in row.brand_matches),
        assessment=None if row.assessment is None else revived(Assessment, row.assessment),
        metrics=Metrics(row.metrics_at, row.views, row.likes, row.reposts, row.replies) if row.metrics_at else None,
        links=tuple(row.links),
        is_press=row.is_press,
        issue=row.issue,
        local_id=row.local_id,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
    )


def mention_rows(post: Post) -> Iterable[Values]:
    """The rows of ``mention``: one for each brand that the post is about."""
    read = post.assessment
    for brand in dict.fromkeys(match.brand for match in post.brand_matches):
        counts = read is not None and read.counts_for(brand)
        yield (*post.key, brand, post.created_at, counts, post.is_complaint_about(brand))


def metrics_values(metrics: Metrics | None) -> Values:
    """Time and counters, or None for each."""
    if metrics is None:
        return (None, None, None, None, None)
    return (metrics.at, metrics.views, metrics.likes, metrics.reposts, metrics.replies)


def repost_row(repost: Repost) -> Values:
    """A row of ``repost``."""
    return (
        *repost.root,
        *repost.child,
        *repost.by,
        repost.at,
        repost.kind,
        *(repost.parent or _NOTHING),
        *(repost.parent_post or _NOTHING),
        repost.evidence,
        repost.confidence,
        repost.followers,
    )


def repost_from(row: Any) -> Repost:
    """The repost of a row of ``repost``."""
    (root_source, root, child_source, child, by_source, by, at, kind, *rest) = row
    (parent_source, parent, post_source, post, evidence, confidence, followers) = rest
    return Repost(
        root=PostKey(root_source, root),
        child=PostKey(child_source, child),
        by=AccountKey(by_source, by),
        at=at,
        kind=kind,
        parent=None if parent is None else AccountKey(parent_source, parent),
        parent_post=None if post is None else PostKey(post_source, post),
        evidence=evidence,
        confidence=confidence,
        followers=followers,
    )


def account_row(account: Account) -> Values:
    """A row of ``account``."""
    return (
        *account.key,
        account.handle,
        account.display_name,
        account.followers,
        account.language,
        account.verified,
        account.seen_at,
    )


def account_from(row: Any) -> Account:
    """The account of a row of ``account``."""
    return Account(
        key=AccountKey(row.source, row.id),
        handle=row.handle,
        display_name=row.display_name,
        followers=row.followers,
        language=row.language,
        verified=row.verified,
        seen_at=row.seen_at,
    )
