"""Who reposted a post on X, where the times of the reposts are not to be had."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.domain import Account, Page, Post, PostKey, Repost
from monitor.payload import Unusable
from monitor.sources.x.config import NAME
from monitor.sources.x.reach import AskFor, Known, Reader
from monitor.sources.x.views import account_of, data_of, ids_of


def read_reposters(reader: Reader, post: Post, ask: AskFor, known: Known) -> tuple[Page, Known]:
    """The accounts that reposted ``post`` since the last return; their reposts are spread evenly over that time."""
    told = set(known.accounts or ())
    answers = reader.head("reposts", ask, lambda answer: not told.isdisjoint(ids_of(answer)))
    listed = [account for answer in answers for account in _accounts(answer, reader.now)]
    new = list({account.key.id: account for account in listed if account.key.id not in told}.values())
    since = max(known.at or post.created_at, post.created_at)
    page = Page(reposts=tuple(_edges(post, new, since, reader.now)), accounts=tuple(listed))
    return page, known.seen([account.key.id for account in new])


def _accounts(answer: Any, now: datetime) -> Iterator[Account]:
    for user in data_of(answer):
        try:
            yield account_of(user, now)
        except Unusable:
            continue  # an account that cannot be named cannot be kept


def _edges(post: Post, new: Sequence[Account], since: datetime, now: datetime) -> Iterator[Repost]:
    """Reposts by ``new``, newest first. X names neither the repost nor its time, only the order."""
    step = max(timedelta(0), now - since) / (len(new) + 1)
    for number, account in enumerate(reversed(new), start=1):
        yield Repost(
            root=post.key,
            child=PostKey(NAME, f"{post.key.id}#repost:{account.key.id}"),
            by=account.key,
            at=since + number * step,
            followers=account.followers,
        )
