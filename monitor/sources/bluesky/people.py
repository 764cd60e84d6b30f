"""Who the authors are: names, followers and what they ask for, each read once a day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain import Account, AccountKey, Dropped, Repost
from monitor.errors import SourceError
from monitor.sources.bluesky.views import accounts_of
from monitor.sources.bluesky.xrpc import Xrpc

AT_ONCE = 25  # profiles in one request
_REMEMBERED = 50_000
_FRESH = timedelta(hours=24)
_PAUSE = timedelta(minutes=1)  # after a failure: who asks every two seconds must not wait for a time-out each time


@dataclass(frozen=True, slots=True)
class _Known:
    account: Account
    hidden: bool


@dataclass(frozen=True, slots=True)
class Completed:
    """Accounts with what could be learnt of them."""

    accounts: tuple[Account, ...]
    hidden: frozenset[AccountKey] = frozenset()  # who asks not to be shown without a login, where there is none
    dropped: tuple[Dropped, ...] = ()

    def edges(self, edges: Iterable[Repost]) -> tuple[Repost, ...]:
        """``edges`` with the followers of those who made them, as far as they are known."""
        known = {account.key: account.followers for account in self.accounts}
        return tuple(replace(edge, followers=known.get(edge.by, edge.followers)) for edge in edges)


class People:
    """Reads profiles and remembers them for a day."""

    def __init__(self, xrpc: Xrpc) -> None:
        self._xrpc = xrpc
        self._known: dict[AccountKey, _Known] = {}
        self._pause_until: datetime | None = None

    def complete(self, accounts: Iterable[Account], now: datetime, most: int | None = None) -> Completed:
        """``accounts`` with their followers; where those cannot be had, as they were given, which is counted. Not more
        than ``most`` profiles are read, the rest the next time."""
        given = tuple({account.key: account for account in accounts}.values())
        dropped = self._learn([account for account in given if not self._is_fresh(account.key, now)][:most], now)
        known = [(account, self._known.get(account.key)) for account in given]
        hidden = frozenset(account.key for account, found in known if found and found.hidden)
        return Completed(
            tuple(_merged(account, found.account) if found else account for account, found in known),
            frozenset() if self._xrpc.signed_in else hidden,
            dropped,
        )

    def _is_fresh(self, key: AccountKey, now: datetime) -> bool:
        known = self._known.get(key)
        return known is not None and now - known.account.seen_at <= _FRESH

    def _learn(self, wanted: list[Account], now: datetime) -> tuple[Dropped, ...]:
        if not wanted or (self._pause_until is not None and now < self._pause_until):
            return ()
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        for begin in range(0, len(wanted), AT_ONCE):
            some = wanted[begin : begin + AT_ONCE]
            try:
                found = self._xrpc.profiles([account.key.id for account in some])
            except SourceError as error:
                self._pause_until = now + _PAUSE
                return (Dropped("follower counts", str(error)),)
            self._known |= {account.key: _Known(replace(account, seen_at=now), False) for account in some}  # or gone
            self._known |= {account.key: _Known(account, hidden) for account, hidden in accounts_of(found, now)}
        self._pause_until = None
        return ()


def _merged(account: Account, profile: Account) -> Account:
    """``account`` as it was just seen, with what only the profile tells."""
    return replace(
        account,
        handle=account.handle or profile.handle,
        display_name=account.display_name or profile.display_name,
        followers=profile.followers if account.followers is None else account.followers,
        verified=profile.verified if account.verified is None else account.verified,
    )
