"""Who boosted a post, and when.

The list of boosters has no times. But Mastodon's ``Link`` header names, for every page of it, the ids of the boosts of
the first and the last account, and an id holds its time. So with one account a page each boost has its time; where that
would take too many requests the pages are larger, and what lies between is placed evenly. GoToSocial answers with the
whole list and no header: there each boost stands among the booster's own posts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import numpy as np

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Post, Repost
from monitor.errors import SourceError
from monitor.payload import Unusable
from monitor.sources.mastodon.api import Api, cursors
from monitor.sources.mastodon.boost_state import HEADS, BoostState, Stretch, joined
from monitor.sources.mastodon.budget import Budget
from monitor.sources.mastodon.ids import local_id, moment_of, rank
from monitor.sources.mastodon.statuses import Seen, account_of, boost_key

_MOST = 80  # accounts on a page
_OWN_POSTS = 40  # of a booster that are looked through


@dataclass(frozen=True, slots=True)
class _Boost:
    by: Account
    account_id: str
    id: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    boosts: list[_Boost]  # newest first
    last: str | None  # the id of the last boost, where there may be more below it
    linked: bool  # whether the server names ids of boosts


class BoostLook:
    """One look at the boosts of ``post``, which the server knows as ``id_``. Reads what is new since ``before``."""

    def __init__(self, api: Api, post: Post, id_: str, before: BoostState, now: datetime, budget: Budget) -> None:
        self._api = api
        self._post = post
        self._path = f"/api/v1/statuses/{id_}"
        self._id = id_
        self._before = before
        self._now = now
        self._budget = budget
        self._ask_boosters = True
        self.reposts: dict[AccountKey, Repost] = {}
        self.accounts: dict[AccountKey, Account] = {}
        self.dropped: list[Dropped] = []
        self.seen: dict[str, Seen] = {}  # by the boost's id

    def read(self, count: int | None) -> BoostState:
        """Look; what to remember. ``count`` is how often the post was boosted, as the server says."""
        before = self._before
        expected = max(1, (count or 0) - (before.count or 0))
        since = max(before.at, self._post.created_at) if before.at else self._post.created_at
        top, rest = self._stretch(Stretch(None, before.newest), expected, since)
        unread = [rest] if rest else []
        if before.newest and not rest and (count or 0) > (before.count or 0) + len(top):
            self._late()
        for stretch in before.unread:
            _, rest = self._stretch(stretch, expected, self._post.created_at)
            unread += [rest] if rest else []
        heads = dict.fromkeys((*(boost.by.key for boost in top), *before.heads))
        newest = max((before.newest, *(boost.id for boost in top)), key=rank)
        at = before.at if self.dropped else self._now
        known = before.count if unread or self.dropped else count
        return BoostState(at, newest, known, tuple(heads)[:HEADS], joined(unread))

    def _stretch(self, stretch: Stretch, expected: int, since: datetime) -> tuple[list[_Boost], Stretch | None]:
        """The boosts in ``stretch`` that are new, newest first, and what of it is left to read."""
        found: list[_Boost] = []
        rest = self._pages(stretch, expected, found)
        until = moment_of(stretch.upper, self._post.created_at, self._now) if stretch.upper else None
        self._tell(found, since, until or self._now)
        return found, rest

    def _late(self) -> None:
        """Boosts of other servers come in late, below those that are known: the newest page once more, known or not."""
        if not self._budget.take():
            return
        try:
            self._tell(self._page(_MOST, None).boosts, self._post.created_at, self._now)
        except SourceError as error:
            self.dropped.append(Dropped("late boosts", str(error)))

    def _pages(self, stretch: Stretch, expected: int, found: list[_Boost]) -> Stretch | None:
        upper, limit = stretch.upper, min(_MOST, -(-expected // max(1, self._budget.left - 1)))
        while self._budget.take():
            try:
                page = self._page(limit, upper)
            except SourceError as error:
                self.dropped.append(Dropped("boosts", str(error)))
                break
            if page.boosts and not page.linked:
                found += self._of_whole_list(page.boosts, limit)
                return None
            ended = page.last is None or rank(page.last) <= rank(stretch.floor)
            found += [boost for boost in page.boosts if not self._is_known(boost, stretch.floor, ended)]
            if ended or (upper is not None and rank(page.last) >= rank(upper)):
                return None
            upper = page.last
            if len(found) > 2 * expected + 10:  # the count was wrong
                limit = _MOST
        # Where not even the first page could be read, the next look starts there anyway.
        return Stretch(upper, stretch.floor) if upper else None

    def _page(self, limit: int, upper: str | None) -> _Page:
        params: dict[str, str | int] = {"limit": limit} | ({"max_id": upper} if upper else {})
        response = self._api.get(f"{self._path}/reblogged_by", params)
        accounts = response.json()
        boosts = list(self._boosters(accounts if isinstance(accounts, list) else []))
        ids = cursors(response)
        if boosts:
            first, last = ids.get("prev"), ids.get("next")
            alone = len(boosts) == 1
            boosts[0] = replace(boosts[0], id=first or (last if alone else None))
            boosts[-1] = replace(boosts[-1], id=last or boosts[-1].id)
        return _Page(boosts, ids.get("next") if accounts else None, bool(ids))

    def _boosters(self, accounts: list[Any]) -> Iterable[_Boost]:
        for number, value in enumerate(accounts):
            try:
                account = account_of(value, self._now, self._api.server)
                yield _Boost(account, local_id(value.get("id"), "account.id"))
            except Unusable as error:
                self.dropped.append(Dropped(f"boosts[{number}]", str(error)))

    def _is_known(self, boost: _Boost, floor: str | None, at_the_end: bool) -> bool:
        if floor is None:
            return False
        if boost.id is not None:
            return rank(boost.id) <= rank(floor)
        return at_the_end and boost.by.key in self._before.heads

    def _of_whole_list(self, boosts: list[_Boost], limit: int) -> list[_Boost]:
        """The new ones of a list that the server gives at once, without ids of boosts."""
        if len(boosts) == limit < _MOST and self._budget.take():  # it may have kept to the limit
            boosts = self._page(_MOST, None).boosts
        heads, known = set(self._before.heads), self._before.count
        new = list(takewhile(lambda boost: boost.by.key not in heads, boosts))
        if known is not None and len(boosts) > known + len(new):  # some came in late, below those that are known
            new = [boost for boost in boosts if boost.by.key not in heads]
        return [self._among_own_posts(boost) for boost in new]

    def _among_own_posts(self, boost: _Boost) -> _Boost:
        """``boost`` with its time, where the budget allows to look for it."""
        if not self._ask_boosters or not self._budget.take():
            return boost
        params: dict[str, str | int] = {"limit": _OWN_POSTS, "exclude_replies": "true"}
        try:
            statuses = self._api.get_list(f"/api/v1/accounts/{boost.account_id}/statuses", params)
        except SourceError as error:
            self._ask_boosters = False
            self.dropped.append(Dropped("times of boosts", str(error)))
            return boost
        for status in statuses:
            original = status.get("reblog") if isinstance(status, dict) else None
            if isinstance(original, dict) and self._post.key.id == original.get("uri"):
                return self._dated(boost, status)
        return boost

    def _dated(self, boost: _Boost, status: Any) -> _Boost:
        try:
            at = payload.moment(payload.mapping(status, "the boost").get("created_at"), "created_at")
            id_ = local_id(status.get("id"))
        except Unusable:
            return boost
        return replace(boost, id=boost.id or id_, at=min(max(at, self._post.created_at), self._now))

    def _timed(self, boost: _Boost) -> _Boost:
        """``boost`` with the time that its id holds, else the one its own status says, where the budget allows."""
        if boost.at is not None or boost.id is None:
            return boost
        at = moment_of(boost.id, self._post.created_at, self._now)
        if at is not None or not self._budget.take():
            return replace(boost, at=at)
        try:
            return self._dated(boost, self._api.get_object(f"/api/v1/statuses/{boost.id}"))
        except SourceError:
            return boost  # taken back meanwhile, or not for us

    def _tell(self, found: Sequence[_Boost], since: datetime, until: datetime) -> None:
        """Note ``found`` as reposts; those without a time evenly between their neighbours in the list."""
        timed = [self._timed(boost) for boost in reversed(found)]
        for boost, at in zip(timed, _times([boost.at for boost in timed], since, until), strict=True):
            account = boost.by
            child = boost_key(self._post.key, account.key)
            self.accounts.setdefault(account.key, account)
            self.reposts.setdefault(
                account.key, Repost(self._post.key, child, account.key, at, followers=account.followers)
            )
            if boost.id:
                self.seen[boost.id] = Seen(child, account.key, None)


def _times(known: Sequence[datetime | None], since: datetime, until: datetime) -> list[datetime]:
    """``known``, oldest first, with the gaps filled: the server gives the order of all, the times of some."""
    places = [place for place, at in enumerate(known) if at is not None]
    seconds = [(at - since).total_seconds() for at in known if at is not None]
    ends = (0.0, max(0.0, (until - since).total_seconds()))
    filled = np.interp(range(len(known)), [-1, *places, len(known)], [ends[0], *seconds, ends[1]])
    return [at or since + timedelta(seconds=float(guess)) for at, guess in zip(known, filled, strict=True)]
