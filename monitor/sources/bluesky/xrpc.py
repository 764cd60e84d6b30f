"""Asking Bluesky: the public reading service, or with a login the account's own server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from monitor import payload
from monitor.errors import BadPayload, NotFound, Unauthorised, Unreachable
from monitor.http import HttpClient, Params, Response
from monitor.sources.bluesky.config import Config

_ANSWERED = frozenset((200, 400, 401))  # 400 tells of missing posts and of expired logins, not only of mistakes
_OWN_FAULT = 500  # what some servers say to a cursor that they cannot read
_EXPIRED = frozenset(("ExpiredToken", "InvalidToken"))
_MISSING = frozenset(
    ("NotFound", "RecordNotFound", "RepoNotFound", "ActorNotFound", "RepoDeactivated", "RepoTakendown")
)
_NO_ACCESS = frozenset(("AuthMissing", "AuthenticationRequired", "AccountTakedown")) | _EXPIRED
_LONGEST_TOKEN = 10_000


class LostCursor(BadPayload):
    """The site does not take its own cursor any more."""


class Xrpc:
    """Queries by name. Logs in once where a login is configured, and again only when it has run out."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._http = http
        self._lock = Lock()
        self._base = config.appview
        self._token: str | None = None
        self._refresh: str | None = None

    @property
    def signed_in(self) -> bool:
        """True where a login is configured."""
        return self._config.identifier is not None

    def query(self, nsid: str, params: Params) -> Mapping[str, Any]:
        """The answer of the reading service. Raises SourceError."""
        with self._login_named():
            return answer(self._asked(nsid, params, _ANSWERED), nsid)

    def page(self, nsid: str, params: Params, cursor: str) -> Mapping[str, Any]:
        """One page of a list; the first where ``cursor`` is empty. Raises LostCursor where that is what is wrong."""
        if not cursor:
            return self.query(nsid, params)
        with self._login_named():
            response = self._asked(nsid, {**params, "cursor": cursor}, _ANSWERED | {_OWN_FAULT})
        if response.status == _OWN_FAULT or (response.status == 400 and _error(response) not in _MISSING | _NO_ACCESS):
            raise LostCursor(f"Bluesky did not take its own cursor ({_short(nsid)}: {_error(response)})")
        with self._login_named():
            return answer(response, nsid)

    def profiles(self, dids: list[str]) -> list[Any]:
        """The profiles of up to 25 accounts, with follower counts; those that are gone are absent."""
        found = self.query("app.bsky.actor.getProfiles", {"actors": dids}).get("profiles")
        return found if isinstance(found, list) else []

    def _asked(self, nsid: str, params: Params, accept: frozenset[int]) -> Response:
        token = self._signed() if self.signed_in else None
        response = self._get(nsid, params, token, accept)
        if token and response.status != 200 and _error(response) in _EXPIRED:
            response = self._get(nsid, params, self._signed(instead_of=token), accept)
        return response

    def _get(self, nsid: str, params: Params, token: str | None, accept: frozenset[int]) -> Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self._http.get(f"{self._base}/xrpc/{nsid}", params, headers, accept)

    @contextmanager
    def _login_named(self) -> Iterator[None]:
        """Says what to set where a refusal only means that a login is missing."""
        try:
            yield
        except Unauthorised as error:
            if self.signed_in:
                raise
            raise Unauthorised(
                "Bluesky wants a login for this: set identifier and app_password (an app password) for the source"
            ) from error

    def _signed(self, instead_of: str | None = None) -> str:
        """A valid token; logins are few a day, so that one is shared and renewed."""
        with self._lock:
            if self._token is None or self._token == instead_of:
                session = self._renewed() if self._token and self._refresh else self._login()
                self._token = _token(session, "accessJwt")
                self._refresh = _token(session, "refreshJwt")
            return self._token

    def _renewed(self) -> Mapping[str, Any]:
        headers = {"authorization": f"Bearer {self._refresh}"}
        try:
            return _session(self._http.post_json(f"{self._base}/xrpc/com.atproto.server.refreshSession", None, headers))
        except (BadPayload, NotFound, Unauthorised):  # run out, too: it says so as 400, or as 401
            return self._login()

    def _login(self) -> Mapping[str, Any]:
        password = self._config.app_password.get_secret_value() if self._config.app_password else ""
        body = {"identifier": self._config.identifier, "password": password}
        session = _session(self._http.post_json(f"{self._config.pds}/xrpc/com.atproto.server.createSession", body))
        self._base = home_of(session.get("didDoc")) or self._config.pds
        return session


def answer(response: Response, nsid: str) -> Mapping[str, Any]:
    """The body of a good answer. Raises what a bad one stands for."""
    if response.status == 200:
        body = response.json()
        if isinstance(body, dict):
            return body
        raise BadPayload(f"Bluesky answered {_short(nsid)} with something else than an object")
    error = _error(response)
    if response.status >= 500:
        raise Unreachable(f"Bluesky has a problem of its own ({_short(nsid)}: {error})")
    if error in _MISSING:
        raise NotFound(f"Bluesky has nothing there any more ({_short(nsid)}: {error})")
    if error in _NO_ACCESS or response.status == 401:
        raise Unauthorised(f"Bluesky refuses access ({_short(nsid)}: {error}): check identifier and app_password")
    raise BadPayload(f"Bluesky did not understand {_short(nsid)} ({error})")


def home_of(document: Any) -> str | None:
    """The server that keeps an account's records, as its identity document says; None where it does not.

    The document is a stranger's: only a plain http or https address counts; the client looks where it leads.
    """
    services = document.get("service") if isinstance(document, dict) else None
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict) and str(service.get("id", "")).endswith("#atproto_pds"):
            return _plain(payload.web_address(service.get("serviceEndpoint")))
    return None


def _plain(address: str | None) -> str | None:
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _session(body: Any) -> Mapping[str, Any]:
    if isinstance(body, dict) and isinstance(body.get("accessJwt"), str) and isinstance(body.get("refreshJwt"), str):
        return body
    raise BadPayload("Bluesky answered the login without a session")


def _token(session: Mapping[str, Any], name: str) -> str:
    token = session[name]
    if not token.isascii() or not token.isprintable() or not 0 < len(token) <= _LONGEST_TOKEN:
        raise BadPayload("Bluesky answered the login with something else than a token")
    return str(token)


def _error(response: Response) -> str:
    """The name of the error, one word."""
    try:
        body = response.json()
    except BadPayload:
        return str(response.status)
    name = body.get("error") if isinstance(body, dict) else None
    return (
        name if isinstance(name, str) and name.isascii() and name.isalnum() and len(name) < 60 else str(response.status)
    )


def _short(nsid: str) -> str:
    return nsid.rpartition(".")[2]
