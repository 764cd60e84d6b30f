"""Requests to Weibo, counted, and what its error codes mean."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitor import payload
from monitor.errors import BadPayload, NotFound, RateLimited, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient
from monitor.http_errors import error_for
from monitor.ledger import Allowance
from monitor.sources.weibo.config import NAME, Config
from monitor.sources.weibo.statuses import is_gone

_WITH_A_CODE = frozenset((200, 400, 401, 403))  # statuses under which the site says more in the body
_LIMITS = "account/rate_limit_status"
_LONGEST_WAIT = timedelta(hours=24)


class _Code(NamedTuple):
    kind: type[SourceError]
    says: str


_TOKEN = _Code(Unauthorised, "does not accept the access token; get a new one at https://open.weibo.com/apps")
_CODES = {
    10001: _Code(Unreachable, "has a problem of its own"),
    10002: _Code(Unreachable, "is not in service"),
    10003: _Code(Unreachable, "has a problem of its own"),
    10006: _TOKEN,
    10009: _Code(Unreachable, "is too busy"),
    10010: _Code(Unreachable, "took too long"),
    10014: _Code(Unauthorised, "does not allow this app to use that interface; ask for it, or turn it off"),
    10022: _Code(RateLimited, "takes no more requests from this address for now"),
    10023: _Code(RateLimited, "takes no more requests for this account for now"),
    10024: _Code(RateLimited, "takes no more requests of this kind for this account for now"),
    20003: _Code(NotFound, "has no such account"),
    20101: _Code(NotFound, "has no such post, or no longer"),
} | dict.fromkeys(range(21301, 21333), _TOKEN)


class Api:
    """Weibo's open and paid interfaces. Raises ``monitor.errors.SourceError``."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._http = http
        hour = timedelta(hours=1)
        self._open = Allowance("weibo.requests", config.requests_per_hour, hour)
        self._paid = Allowance("weibo.paid_requests", config.paid_requests_per_hour, hour)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """What may be asked in an hour."""
        return (self._open, self._paid) if self._config.search else (self._open,)

    def get(self, path: str, params: Mapping[str, str | int], now: datetime, *, paid: bool = False) -> Any:
        """The answer of an interface such as ``statuses/show``."""
        self._http.ledger.spend(self._paid if paid else self._open)
        return self._asked(path, params, now, paid=paid)

    def rows(
        self, path: str, field: str, params: Mapping[str, str | int], now: datetime, *, paid: bool = False
    ) -> tuple[list[Any], Mapping[str, Any]]:
        """The list under ``field`` of an answer, and the answer."""
        answer = self.get(path, params, now, paid=paid)
        rows = answer.get(field) if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise BadPayload(f"{NAME}: {path} answered without {field}")
        return rows, answer

    def show(self, id_: str, now: datetime) -> Mapping[str, Any]:
        """A post with its whole text. Raises NotFound where it is gone."""
        value = self.get("statuses/show", {"id": id_, "isGetLongText": 1}, now)
        if not isinstance(value, dict):
            raise BadPayload(f"{NAME}: statuses/show answered without a post")
        if is_gone(value):
            raise NotFound(f"{NAME}: post {id_} was deleted")
        return value

    def _asked(self, path: str, params: Mapping[str, str | int], now: datetime, *, paid: bool) -> Any:
        config = self._config
        base = config.commercial_url if paid else config.base_url
        token = config.access_token.get_secret_value() if config.access_token else ""
        response = self._http.get(
            f"{base.rstrip('/')}/{path}.json",
            {"access_token": token, **params},
            {"accept": "application/json"},
            accept=_WITH_A_CODE,
            bucket="paid" if paid else "",
        )
        try:
            answer = response.json()
        except BadPayload:
            if response.status == 200:
                raise
            answer = None
        code = _code(answer)
        if code in _CODES:
            raise self._error(path, code, now)
        if response.status != 200:
            raise error_for(response.status, response.url, response.headers, now)
        if code is not None:
            raise BadPayload(f"{NAME}: {path} answered with error {code}")
        return answer

    def _error(self, path: str, code: int | None, now: datetime) -> SourceError:
        kind, says = _CODES[code or 0]
        wait = self._wait(now) if kind is RateLimited and path != _LIMITS else None
        return kind(f"{NAME}: {path} {says} ({code})", retry_after=wait)

    def _wait(self, now: datetime) -> timedelta | None:
        """How long until requests are taken again, where the site says so."""
        self._http.ledger.record(self._open, 1)
        try:
            answer = self._asked(_LIMITS, {}, now, paid=False)
        except SourceError:
            return None
        seconds = payload.count(answer.get("reset_time_in_seconds")) if isinstance(answer, dict) else None
        return min(timedelta(seconds=seconds), _LONGEST_WAIT) if seconds and seconds < 10**6 else None


def _code(answer: Any) -> int | None:
    """The site's error code, a number or its text; None where there is none."""
    code = answer.get("error_code") if isinstance(answer, dict) else None
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) < 10:
        return int(code)
    return code if type(code) is int and 0 < code < 10**9 else None
