"""What the server sends by itself: new posts, edits, deletions. A stream cannot be asked for what was missed."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode, urlsplit

from monitor import payload
from monitor.domain import Brand, Dropped, Gap, Page, PostKey
from monitor.errors import BadPayload, NotFound, SourceError, Unreachable
from monitor.http import HttpClient
from monitor.payload import Unusable
from monitor.sources.mastodon.api import Api
from monitor.sources.mastodon.config import Config
from monitor.sources.mastodon.known import KnownIds
from monitor.sources.mastodon.statuses import Reading

_MOST_CONNECTIONS = 8  # more hashtags than that are picked out of all public posts
_MOST_EVENTS = 50  # on a page
_LONGEST_PAGE = timedelta(seconds=2)
_EVERYTHING: tuple[str, dict[str, str]] = ("public", {})
_POSTS = frozenset(("update", "status.update"))


class Message(NamedTuple):
    """One event: its kind, and a status as JSON or an id."""

    event: str
    data: str


_NONE = Message("", "")  # a frame that is no event
_ENDED = Message("ended", "")


class _Line:
    """One connection. What it said before it was lost is told first."""

    def __init__(self, messages: Iterator[Message | None]) -> None:
        self._messages = messages
        self._lost: SourceError | None = None

    def close(self) -> None:
        """Hang up."""
        cast(Any, self._messages).close()

    def said(self, now: Callable[[], datetime], most: int = _MOST_EVENTS) -> list[Message]:
        """What there is to say, until the line is quiet, or for a moment. Raises SourceError when it is lost."""
        if self._lost is not None:
            raise self._lost
        said: list[Message] = []
        started = now()
        try:
            while len(said) < most and now() - started < _LONGEST_PAGE:
                message = next(self._messages, _ENDED)
                if message is None:
                    break
                if message is _ENDED:
                    raise Unreachable("the stream ended")
                said.append(message)
        except SourceError as error:
            if not said:
                raise
            self._lost = error
        return said


class Listener:
    """Listens to one server."""

    def __init__(self, config: Config, api: Api, http: HttpClient, known: KnownIds) -> None:
        self._config = config
        self._api = api
        self._http = http
        self._known = known

    def listen(self, brands: Sequence[Brand], state: str | None, now: Callable[[], datetime]) -> Iterator[Page]:
        """Pages as they come, the first with what was missed since ``state``. Raises SourceError when one ends."""
        tags = list(dict.fromkeys(tag.casefold() for brand in brands for tag in brand.hashtag_terms))
        base, missed_since = self._base(), _moment(state)
        with ExitStack() as stack:
            channels = self._channels(tags)
            lines = [_Line(self._messages(base, channel, params)) for channel, params in channels]
            for line in lines:
                stack.enter_context(closing(line))
            found_by = frozenset(tags) if channels[0] == _EVERYTHING else None
            # One of each first: then all are connected, and the gap has ended.
            first = [message for line in lines for message in line.said(now, 1)]
            yield replace(self._page(first, now(), found_by), gap=_gap(missed_since, now()))
            while True:
                for line in lines:
                    yield self._page(line.said(now), now(), found_by)

    def _channels(self, tags: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
        if self._config.stream_of == "public" or not 0 < len(tags) <= _MOST_CONNECTIONS:
            return [_EVERYTHING]
        return [("hashtag", {"tag": tag}) for tag in tags]

    def _messages(self, base: str, channel: str, params: dict[str, str]) -> Iterator[Message | None]:
        return self._web_socket(base, channel, params) if self._is_web_socket else self._sse(base, channel, params)

    @property
    def _is_web_socket(self) -> bool:
        return self._config.stream == "websocket"

    def _sse(self, base: str, channel: str, params: dict[str, str]) -> Iterator[Message | None]:
        url = f"{base}/api/v1/streaming/{channel}{'/local' if self._config.local_only else ''}"
        token = {name: value for name, value in self._api.headers.items() if name == "authorization"}
        events = self._http.events(url, params, token)
        with closing(cast(Any, events)):
            for event in events:
                yield None if event is None else Message(event.event, event.data)

    def _web_socket(self, base: str, channel: str, params: dict[str, str]) -> Iterator[Message | None]:
        stream = f"{channel}:local" if self._config.local_only else channel
        token = {"access_token": self._api.token} if self._api.token else {}
        frames = self._http.websocket(f"{base}/api/v1/streaming?{urlencode({'stream': stream, **params, **token})}")
        with closing(cast(Any, frames)):
            for frame in frames:
                yield None if frame is None else _message(frame)

    def _page(self, messages: Sequence[Message], now: datetime, found_by: frozenset[str] | None) -> Page:
        reading = Reading(self._api.server, now, self._known, found_by)
        deleted: list[PostKey] = []
        for number, message in enumerate(messages):
            if message.event in _POSTS:
                reading.take([(f"event {number}", _json(message.data))])
                self._known.remember(reading.seen)
            elif message.event == "delete" and (seen := self._known.get(message.data.strip())):
                deleted.append(seen.key)
            elif message == _NONE:
                reading.dropped.append(Dropped(f"event {number}", "not an event"))
        page = reading.page()
        gone = set(deleted)
        return replace(
            page,
            posts=tuple(post for post in page.posts if post.key not in gone),
            reposts=tuple(edge for edge in page.reposts if edge.child not in gone),
            deleted=tuple(deleted),
            state=json.dumps({"at": now.isoformat()}),
        )

    def _base(self) -> str:
        """The address of the streams, with the scheme of the way they are read."""
        address = self._config.streaming_url or self._named_by_server() or self._api.base
        scheme, _, rest = address.rstrip("/").partition("://")
        names = ("ws", "wss") if self._is_web_socket else ("http", "https")
        return f"{names[scheme in ('https', 'wss')]}://{rest}"

    def _named_by_server(self) -> str | None:
        """Where the server says its streams are. The token goes there, so it is not sent just anywhere."""
        try:
            instance = self._api.get_object("/api/v2/instance")
        except NotFound:
            return None  # before 4.0: the server itself
        address: Any = instance
        for name in ("configuration", "urls", "streaming"):
            address = address.get(name) if isinstance(address, dict) else None
        if address is None:
            return None
        if not isinstance(address, str) or not _is_same_site(address, self._api.base):
            raise BadPayload(f"{self._api.server} names a strange address for its streams: set streaming_url")
        if urlsplit(address).netloc == urlsplit(self._api.base).netloc:
            return self._api.base  # GoToSocial says wss whatever it speaks; one port does not speak both
        return address


def _message(frame: str) -> Message:
    """The event in a frame of a WebSocket."""
    body = _json(frame)
    event, data = (body.get("event"), body.get("payload")) if isinstance(body, dict) else (None, None)
    return Message(event, data if isinstance(data, str) else json.dumps(data)) if isinstance(event, str) else _NONE


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _gap(since: datetime | None, until: datetime) -> Gap | None:
    if since is None or since >= until:
        return None
    return Gap(since, until, "the stream was interrupted; only posts with a hashtag are read afterwards")


def _moment(state: str | None) -> datetime | None:
    """When the stream was last heard, as ``state`` says; None where it does not."""
    try:
        return payload.moment(payload.mapping(_json(state or ""), "state").get("at"), "at")
    except Unusable:
        return None


def _is_same_site(address: str, base: str) -> bool:
    """Whether ``address`` is a stream of the site ``base``: as well protected, and of the same domain."""
    try:
        streams, site = urlsplit(address), urlsplit(base)
    except ValueError:
        return False
    if streams.scheme not in ("http", "https", "ws", "wss") or "@" in streams.netloc or streams.query:
        return False
    if site.scheme == "https" and streams.scheme not in ("https", "wss"):
        return False
    return _domain(streams.hostname) == _domain(site.hostname) != ""


def _domain(host: str | None) -> str:
    """The last two parts of a name, an address of a machine whole."""
    name = host or ""
    return name if ":" in name or name.replace(".", "").isdigit() else ".".join(name.split(".")[-2:])
