"""Asking the Reddit API: logged in as an app, and named as Reddit asks programs to name themselves."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from monitor import payload
from monitor.errors import BadPayload, NotFound, SourceError, Unauthorised
from monitor.http import HttpClient, Response
from monitor.http_errors import error_for, place
from monitor.payload import Unusable
from monitor.sources.reddit.config import NAME, Config

_EARLIER = timedelta(minutes=5)  # a token is renewed that long before it ends
_USUAL = 3600  # seconds that a token lives, where Reddit does not say
_SPOKEN = frozenset((200, 401, 403, 404))  # answers whose body tells what is meant
_ELSEWHERE = "/subreddits/search"  # where Reddit sends those who ask for a community that does not exist
_REASONS = frozenset(("private", "banned", "quarantined", "gold_only"))


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: datetime


class Api:
    """Requests to Reddit. All methods raise SourceError."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._http = http
        self._lock = Lock()
        self._token: _Token | None = None
        self._agent = f"python:ripplewatch:v0.1 (by /u/{config.username})"

    def get(self, path: str, params: Mapping[str, str], now: datetime, what: str = "") -> Any:
        """The JSON at ``path``; ``what`` names the community that is asked for, for whoever reads the error."""
        url = self._config.base_url.rstrip("/") + path
        # Without raw_json, "<" in a body would arrive as an entity, and "&" of such an entity as another.
        asked = {**params, "raw_json": "1"}
        try:
            response = self._http.get(url, asked, self._headers(now), _SPOKEN)
            if response.status == 401:  # taken back before its time
                response = self._http.get(url, asked, self._headers(now, refused=True), _SPOKEN)
        except SourceError as error:
            raise _unknown(what) if _ELSEWHERE in str(error) else error from error
        if _ELSEWHERE in place(response.url):
            raise _unknown(what)
        if response.status == 200:
            return response.json()
        raise _refusal(response, what, now)

    def _headers(self, now: datetime, *, refused: bool = False) -> dict[str, str]:
        with self._lock:
            if self._token is None or refused or now >= self._token.until:
                self._token = None
                self._token = self._login(now)
            token = self._token.value
        return {"authorization": f"bearer {token}", "user-agent": self._agent, "accept": "application/json"}

    def _login(self, now: datetime) -> _Token:
        keys = (self._config.client_id, self._config.client_secret)
        pair = ":".join(key.get_secret_value() if key is not None else "" for key in keys)
        headers = {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}", "user-agent": self._agent}
        url = f"{self._config.login_url.rstrip('/')}/api/v1/access_token"
        answer = self._http.post_form(url, {"grant_type": "client_credentials"}, headers)
        if isinstance(answer, dict) and "access_token" not in answer and "error" in answer:
            raise Unauthorised(f"{place(url)} gave no token: check client_id and client_secret of this source")
        try:
            found = payload.mapping(answer, "the token")
            token = payload.identity(found.get("access_token"), "access_token", 5_000)
        except Unusable as error:
            raise BadPayload(f"{place(url)} answered without a token") from error
        if not token.isascii():
            raise BadPayload(f"{place(url)} answered with something that is no token")
        seconds = min(payload.count(found.get("expires_in")) or _USUAL, 86_400)
        return _Token(token, now + max(timedelta(0), timedelta(seconds=seconds) - _EARLIER))


def _unknown(what: str) -> NotFound:
    return NotFound(f"{NAME}: there is no community {what}".rstrip())


def _refusal(response: Response, what: str, now: datetime) -> SourceError:
    """What a refusal means: Reddit tells why a community is closed, and blocks programs with a page."""
    try:
        body = response.json()
    except BadPayload:
        body = None
    reason = body.get("reason") if isinstance(body, dict) else None
    if isinstance(reason, str) and reason in _REASONS and response.status in (403, 404):
        kind = Unauthorised if response.status == 403 else NotFound
        return kind(f"{NAME}: {what or place(response.url)} is {reason.replace('_', ' ')}")
    if response.status == 403 and not isinstance(body, dict):
        return Unauthorised(f"{place(response.url)} blocks this program or this network: check username and app")
    return error_for(response.status, response.url, response.headers, now)
