"""Asking YouTube within its daily quota, and what its errors mean."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import BadPayload, BudgetSpent, NotFound, RateLimited, SourceError, Unauthorised
from monitor.http import HttpClient, Response
from monitor.ledger import Allowance
from monitor.rate_limit import retry_after
from monitor.sources.youtube.config import KEY_PAGE, NAME, Config

AT_ONCE = 50  # ids in one request
_DAY = timedelta(days=1)
_PACIFIC = ZoneInfo("America/Los_Angeles")  # whose midnight ends a day of quota
_ANSWERED = frozenset((200, 400, 403, 404))  # these tell their reason in the body
_SPENT = frozenset(("quotaExceeded", "dailyLimitExceeded"))
_TOO_FAST = frozenset(("rateLimitExceeded", "userRateLimitExceeded"))
_KEY = frozenset(("keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked"))

Params = Mapping[str, str | int]


class CommentsDisabled(SourceError):  # noqa: N818 - reads better where it is caught
    """The owner of the video allows no comments, which is no failure."""

    retry = False


class Api:
    """Requests that are paid from two daily allowances: searches, and units for everything else."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._base = config.base_url.rstrip("/")
        self._key = config.api_key
        self._http = http
        self._searches = Allowance(f"{NAME}.search", config.searches_per_day, _DAY, _PACIFIC, "searches")
        self._units = Allowance(f"{NAME}.units", config.units_per_day, _DAY, _PACIFIC, "units")
        self._shares = {day.name: _share(day) for day in self.allowances}

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """What may be asked in a day."""
        return self._searches, self._units

    def search(self, params: Params, now: datetime) -> Mapping[str, Any]:
        """One page of results. Raises BudgetSpent where the day's searches, or what an hour may take, are spent."""
        return self._ask("search", params, self._searches, now)

    def listing(self, kind: str, params: Params, now: datetime) -> Mapping[str, Any]:
        """One page of videos, comments or channels, for one unit."""
        return self._ask(kind, params, self._units, now)

    def by_id(self, kind: str, part: str, ids: Iterable[str], now: datetime, **more: str) -> list[Any]:
        """Those of ``ids`` that there are: what is gone is absent."""
        wanted = list(dict.fromkeys(ids))
        found: list[Any] = []
        for start in range(0, len(wanted), AT_ONCE):
            some = ",".join(wanted[start : start + AT_ONCE])
            found += items(self.listing(kind, {"part": part, "id": some, **more}, now))
        return found

    def _ask(self, kind: str, params: Params, day: Allowance, now: datetime) -> Mapping[str, Any]:
        self._pay(day)
        key = self._key.get_secret_value() if self._key else ""
        headers = {"accept": "application/json"}
        response = self._http.get(f"{self._base}/{kind}", {**params, "key": key}, headers, _ANSWERED)
        if response.status == 200:
            answer = response.json()
            if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
                raise BadPayload(f"{NAME}: {kind} answered without items")
            return answer
        if response.status == 403 and _reason(response) in _SPENT:
            raise self._spent(day, now)
        raise _meaning(kind, response, now)

    def _pay(self, day: Allowance) -> None:
        """Take one from the day's allowance; not more than an even share of it in the hour."""
        if self._http.ledger.left(day) >= 1:
            self._http.ledger.spend(self._shares[day.name])
        self._http.ledger.spend(day)

    def _spent(self, day: Allowance, now: datetime) -> BudgetSpent:
        """The site counts more than we did: nothing is left of the day."""
        self._http.ledger.record(day, self._http.ledger.left(day))
        wait = day.free_at((), 1, now) - now
        return BudgetSpent(f"{NAME}: the day's quota ({day.unit}) is used up", retry_after=wait)


def items(answer: Mapping[str, Any]) -> list[Any]:
    """What an answer lists."""
    listed = answer["items"]
    return listed if isinstance(listed, list) else []


def next_page(answer: Mapping[str, Any], asked: str) -> str:
    """The token of the page after this one; empty where there is none, also where the site would send us in a circle.

    The number of results that the site names is an estimate, and an empty page may carry a token for ever.
    """
    token = answer.get("nextPageToken")
    if not isinstance(token, str) or not (token.isascii() and token.isprintable()) or len(token) > 1000:
        return ""
    return "" if token == asked or not items(answer) else token


def _share(day: Allowance) -> Allowance:
    """An even share of a day's allowance: what about an hour may take, or one, where a day allows few."""
    share = ceil(day.limit / 24)
    return Allowance(f"{day.name}.share", share, _DAY * (share / day.limit), None, day.unit)


def _meaning(kind: str, response: Response, now: datetime) -> SourceError:
    reason = _reason(response)
    if reason == "commentsDisabled":
        return CommentsDisabled(f"{NAME}: comments are switched off there")
    if reason in _TOO_FAST:
        return RateLimited(f"{NAME} asks to come back later ({reason})", retry_after=retry_after(response.headers, now))
    if reason in _KEY or (response.status == 400 and "api key" in _message(response)):
        return Unauthorised(f"{NAME} does not take the API key: see {KEY_PAGE}")
    if response.status == 403:
        return Unauthorised(f"{NAME} refuses access to {kind} ({reason}): check the API key at {KEY_PAGE}")
    if response.status == 404:
        return NotFound(f"{NAME}: {kind} finds nothing there ({reason})")
    return BadPayload(f"{NAME} did not understand the question for {kind} ({reason})")


def _reason(response: Response) -> str:
    """The reason that an error names, one word."""
    errors = _error(response).get("errors")
    first = errors[0] if isinstance(errors, Sequence) and not isinstance(errors, str) and errors else None
    reason = first.get("reason") if isinstance(first, dict) else None
    return reason if isinstance(reason, str) and reason.isalnum() and len(reason) < 60 else str(response.status)


def _message(response: Response) -> str:
    message = _error(response).get("message")
    return message.casefold() if isinstance(message, str) else ""


def _error(response: Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except BadPayload:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}
