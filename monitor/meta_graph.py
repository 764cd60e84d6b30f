"""Asking the Graph API, which Facebook pages, Instagram and Threads share: token, errors, throttling."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from monitor.domain import AccountKey
from monitor.errors import BadPayload, NotFound, RateLimited, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient, Response
from monitor.http_errors import error_for
from monitor.payload import Unusable
from monitor.rate_limit import announced, retry_after

_ANSWERED = frozenset((200, 400, 401, 403, 404, 500, 503))  # these may tell their reason in the body
_THROTTLED = frozenset((4, 17, 32, 341, 368, 613))
_BUSINESS = range(80_000, 80_100)  # limits of pages, of Instagram accounts, and their like
_PERMISSIONS = frozenset((3, 10, *range(200, 300)))
_TOKEN = frozenset((102, 190, 2500))
_MISSING = frozenset((24, 803))
_EXPIRED = 463
_UNSAID = timedelta(minutes=5)  # nothing is sent for so long after "too many" that names no wait
_KEY_PAUSE = timedelta(minutes=1)  # nor after a token that was refused
_FEWEST = 10  # entries in a page, however much the site asks to ask for less
_NODE = re.compile(r"[0-9A-Za-z_]{1,128}")
_USERNAME = re.compile(r"[0-9A-Za-z._]{1,64}")

Params = Mapping[str, str | int]


class Denied(Unauthorised):
    """The token is good, but a permission for this one thing is missing."""


class Absent(NotFound):
    """There is no such object, or we may not see it: the site says both in the same words."""


class TooMuch(Unreachable):
    """A passing failure; asking for less at once may help."""


class HashtagsSpent(RateLimited):
    """The account asked for as many different hashtags as it may."""


class Graph:
    """Requests with one token. The token goes into a header only, never into an address."""

    def __init__(self, name: str, base_url: str, token: SecretStr | None, http: HttpClient, renewal: str) -> None:
        """``renewal`` tells a person what to do about a token that is refused."""
        self._name = name
        self._base = base_url.rstrip("/")
        self._token = token
        self._http = http
        self._renewal = renewal
        self._closed: tuple[datetime, SourceError] | None = None

    def ask(self, path: str, params: Params, now: datetime) -> Mapping[str, Any]:
        """The object that is the answer. Raises SourceError with what the site's error code means."""
        self._let_be(now)
        token = self._token.get_secret_value() if self._token else ""
        headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
        response = self._http.get(f"{self._base}/{path}", params, headers, _ANSWERED)
        told = _told(response)
        if response.status != 200 or told is not None:
            error = self._meaning(response, told, now)
            self._close(error, now)
            raise error
        answer = response.json()
        if not isinstance(answer, dict):
            raise BadPayload(f"{self._name}: an answer that is no object")
        return answer

    def listing(self, path: str, params: Params, size: int, now: datetime) -> Mapping[str, Any]:
        """A page of ``size`` entries at most, under ``data``; of fewer, where the site cannot give so many at once."""
        while True:
            try:
                answer = self.ask(path, {**params, "limit": size}, now)
            except TooMuch:
                if size <= _FEWEST:
                    raise
                size = max(_FEWEST, size // 2)
                continue
            if not isinstance(answer.get("data"), list):
                raise BadPayload(f"{self._name}: a page without data")
            return answer

    def _let_be(self, now: datetime) -> None:
        """Raises where the site refused all requests a short while ago: asking on would only make it worse."""
        if self._closed is None or now >= self._closed[0]:
            return
        until, error = self._closed
        raise type(error)(str(error), retry_after=until - now if isinstance(error, RateLimited) else None)

    def _close(self, error: SourceError, now: datetime) -> None:
        if type(error) is RateLimited:
            self._closed = now + (error.retry_after or _UNSAID), error
        elif type(error) is Unauthorised:
            self._closed = now + _KEY_PAUSE, error

    def _meaning(self, response: Response, told: Mapping[str, Any] | None, now: datetime) -> SourceError:
        code, subcode = (_number((told or {}).get(name)) for name in ("code", "error_subcode"))
        if told is None or code is None:
            return error_for(response.status, response.url, response.headers, now)
        named = f"code {code}" if subcode is None else f"code {code}, {subcode}"
        return self._limit(code, named, response, now) or self._refusal(code, subcode, named, response, told)

    def _limit(self, code: int, named: str, response: Response, now: datetime) -> SourceError | None:
        if code == 18:
            return HashtagsSpent(f"{self._name}: no further hashtags may be asked for this week ({named})")
        if code not in _THROTTLED and code not in _BUSINESS:
            return None
        limit = announced(response.headers, now)
        wait = retry_after(response.headers, now)
        if wait is None and limit is not None and limit.reset_at is not None:
            wait = limit.reset_at - now
        return RateLimited(f"{self._name} asks to come back later ({named})", retry_after=wait)

    def _refusal(
        self, code: int, subcode: int | None, named: str, response: Response, told: Mapping[str, Any]
    ) -> SourceError:
        if code in _TOKEN:
            why = "has expired" if subcode == _EXPIRED else "is not accepted"
            return Unauthorised(f"{self._name}: the access token {why} ({named}): {self._renewal}")
        if code in _PERMISSIONS:
            return Denied(f"{self._name}: the access token lacks a permission or feature ({named})")
        if code == 1:
            return TooMuch(f"{self._name} has a passing problem ({named})")
        if code == 2 or told.get("is_transient") is True or response.status >= 500:
            return Unreachable(f"{self._name} has a passing problem ({named})")
        if (code, subcode) == (100, 33) or code in _MISSING:
            return Absent(f"{self._name}: there is no such object, or we may not see it ({named})")
        return BadPayload(f"{self._name} did not understand the request ({named})")


def node(value: Any, field: str = "id") -> str:
    """An object's id, fit to be part of an address. Raises Unusable for anything else.

    >>> node("1000_77")
    '1000_77'
    """
    if isinstance(value, str) and _NODE.fullmatch(value):
        return value
    raise Unusable(f"{field} is missing or not an id")


def username(value: Any) -> str:
    """A user name as the site writes it, in lower case; empty where there is none."""
    return value.lower() if isinstance(value, str) and _USERNAME.fullmatch(value) else ""


def anonymous(name: str, id_: str) -> AccountKey:
    """Stands for the author of one post whom the site does not name.

    Each post has its own, since two may be of two people; no id or user name holds a colon, so none can clash.
    """
    return AccountKey(name, f"anonymous:{id_}")


def is_anonymous(account: AccountKey) -> bool:
    """Whether ``account`` stands for somebody whom the site does not name."""
    return account.id.startswith("anonymous:")


def _told(response: Response) -> Mapping[str, Any] | None:
    """The error in an answer; None where there is none."""
    try:
        body = response.json()
    except BadPayload:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _number(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 10**9 else None
