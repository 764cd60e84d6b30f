"""Asking one server, and what its refusals mean."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from monitor.errors import BadPayload, NotFound, SourceError, Unauthorised
from monitor.http import HttpClient, Params, Response
from monitor.http_errors import place
from monitor.sources.mastodon.config import NAME, Config
from monitor.sources.mastodon.ids import local_id_or_none

_ANSWERED = frozenset((200, 401, 403, 404, 405, 410, 422))
_LINK = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?(next|prev)"?')


class Api:
    """The reading part of the API. All methods raise SourceError."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._http = http
        self.base = config.base_url
        self.server = urlsplit(config.base_url).netloc
        self.token = config.access_token.get_secret_value() if config.access_token else ""

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"accept": "application/json"} | ({"authorization": f"Bearer {self.token}"} if self.token else {})

    def get(self, path: str, params: Params | None = None) -> Response:
        """A good answer."""
        response = self._ask(path, params)
        if response.status != 200:
            raise self._refusal(response)
        return response

    def get_list(self, path: str, params: Params | None = None) -> list[Any]:
        """A good answer that is a list."""
        return _list(self.get(path, params), path)

    def get_object(self, path: str, params: Params | None = None) -> Mapping[str, Any]:
        """A good answer that is an object."""
        body = self.get(path, params).json()
        if not isinstance(body, dict):
            raise BadPayload(f"{self.server} answered with something else than an object ({_named(path)})")
        return body

    def get_list_if_any(self, path: str, params: Params | None = None) -> list[Any]:
        """A list, which is empty where the server says in its own words that there is nothing of that name."""
        response = self._ask(path, params)
        if response.status == 404 and _is_own_error(response):
            return []
        if response.status != 200:
            raise self._refusal(response)
        return _list(response, path)

    def search(self, params: Params) -> list[Any]:
        """The statuses that a search finds; an empty list where the server has no full-text search."""
        asked = {"type": "statuses", "resolve": "false", **params}
        statuses = self.get_object("/api/v2/search", asked).get("statuses")
        if not isinstance(statuses, list):
            raise BadPayload(f"{self.server} answered the search without statuses")
        return statuses

    def _ask(self, path: str, params: Params | None) -> Response:
        return self._http.get(self.base + path, params, self.headers, accept=_ANSWERED)

    def _refusal(self, response: Response) -> SourceError:
        status, where = response.status, place(response.url)
        if status in (404, 405, 410):
            return NotFound(f"{where} does not exist ({status})")
        page = f"{self.base}/settings/applications"
        if status != 422 and self.token:
            return Unauthorised(f"{where} refuses the access token ({status}): check it and its rights at {page}")
        if not self.token:
            return Unauthorised(f"{where} answers with a token only ({status}): get one at {page}, set access_token")
        return BadPayload(f"{where} did not understand the request ({status})")


def cursors(response: Response) -> dict[str, str]:
    """The ids in the ``Link`` header: under "next" the one to go on below, under "prev" the newest of the page.

    Only the ids are taken: where to ask next is never left to an answer.
    """
    found: dict[str, str] = {}
    for address, relation in _LINK.findall(response.headers.get("link", "")[:10_000]):
        try:
            query = parse_qs(urlsplit(address).query)
        except ValueError:
            continue
        for name in ("max_id",) if relation == "next" else ("min_id", "since_id"):
            id_ = local_id_or_none(query.get(name, [""])[0])
            if id_:
                found[relation] = id_
    return found


def _list(response: Response, path: str) -> list[Any]:
    body = response.json()
    if not isinstance(body, list):
        raise BadPayload(f"{NAME}: something else than a list was answered ({_named(path)})")
    return body


def _is_own_error(response: Response) -> bool:
    try:
        body = response.json()
    except BadPayload:
        return False
    return isinstance(body, dict) and "error" in body


def _named(path: str) -> str:
    return path.rpartition("/")[2][:60]
