"""Asking a forum: its key, its ways of saying no, and what of its topics is known already."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from monitor.errors import BadPayload, NotFound, RateLimited
from monitor.http import HttpClient, Params, Response
from monitor.http_errors import error_for, place
from monitor.payload import count
from monitor.sources.discourse.config import Forum
from monitor.sources.discourse.posts import Known, Numbers

_ACCEPTED = frozenset({200, 404, 410, 429})
_LONGEST_WAIT = 86_400  # seconds
_MOST_POSTS = 50_000  # that are remembered by topic and number


class Asking:
    """One way to all forums."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def get(self, forum: Forum, path: str, now: datetime, params: Params | None = None) -> Any:
        """The JSON behind ``path``. Raises SourceError; NotFound only where the forum itself says that it is gone."""
        headers = {"accept": "application/json", **forum.headers}
        url = f"{forum.address}/{path}"
        response = self._http.get(url, params, headers, _ACCEPTED, robots=forum.is_public)
        if response.status == 200:
            return response.json()
        if response.status == 429:
            raise _too_many(response, now)
        if response.status == 410 or _said(response).get("error_type") == "not_found":
            raise NotFound(f"{place(url)} does not exist, or not for us ({response.status})")
        raise BadPayload(f"{place(url)} is no address of a forum that we know ({response.status})")


def _too_many(response: Response, now: datetime) -> RateLimited:
    """The wait stands in a header, or else in the body, which may also be plain text."""
    error = error_for(429, response.url, response.headers, now)
    extras = _said(response).get("extras")
    seconds = count(extras.get("wait_seconds")) if isinstance(extras, dict) else None
    wait = timedelta(seconds=min(seconds, _LONGEST_WAIT)) if seconds is not None else None
    return RateLimited(str(error), retry_after=error.retry_after if error.retry_after is not None else wait)


def _said(response: Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except BadPayload:
        return {}
    return body if isinstance(body, dict) else {}


class Heads:
    """The posts that were met lately, by topic and number: replies point to numbers, and keys are made of ids.

    It only spares requests: what it does not hold any more is asked for again, or learnt with the follow-up.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int], Known] = OrderedDict()
        self._lock = Lock()

    def learn(self, forum: Forum, numbers: Numbers) -> None:
        """Remember ``numbers``; the oldest are forgotten."""
        with self._lock:
            for (topic, number), known in numbers.items():
                self._known[forum.place, topic, number] = known
                self._known.move_to_end((forum.place, topic, number))
            while len(self._known) > _MOST_POSTS:
                self._known.popitem(last=False)

    def of(self, forum: Forum, asked: set[tuple[int, int]]) -> dict[tuple[int, int], Known]:
        """Those of ``asked``, topics and numbers, that are known."""
        with self._lock:
            found = {one: self._known.get((forum.place, *one)) for one in asked}
        return {one: known for one, known in found.items() if known is not None}
