"""A site that speaks the Mastodon API, as Mastodon itself or as GoToSocial does, with the traps of each."""

import html
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import unquote

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

TOKEN = "m4stodon-t0ken"
HOME = "social.example"  # accounts and posts of the site itself; every third author is of another server
WINDOW = timedelta(minutes=5)
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAG = re.compile(r"#(\w+)")
_PAGE, _MOST = 20, 40
_ACCOUNTS, _MOST_ACCOUNTS = 40, 80
_BATCH = 20

Flavour = Literal["mastodon", "gotosocial"]


def snowflake(at: datetime, number: int) -> str:
    """An id of Mastodon: the time of the post, and a number."""
    return str((_milliseconds(at) << 16) + number % (1 << 16))


def ulid(at: datetime, number: int) -> str:
    """An id of GoToSocial: a time and a number as text."""
    value, digits = (_milliseconds(at) << 80) + number, []
    for _ in range(26):
        value, digit = divmod(value, 32)
        digits.append(_BASE32[digit])
    return "".join(reversed(digits))


class MastodonSite:
    """A server over a world. Texts without a hashtag are given ``tag``, so that a timeline shows them.

    Mastodon makes ids of the time of the post, so that one that comes in late lies among older ones; GoToSocial as
    posts come in. ``token``: whether one is asked for. ``limit``: requests in five minutes.
    """

    def __init__(
        self,
        world: World,
        base: Callable[[], str] = str,
        *,
        flavour: Flavour = "mastodon",
        limit: int | None = None,
        tag: str = "northline",
        token: bool = True,
        full_text: bool = False,
    ) -> None:
        self.world = world
        self.limit = limit
        self.over_limit = 0
        self.asked: list[Asked] = []
        self._flavour = flavour
        self._tag = tag
        self._token = token
        self._full_text = full_text
        self._lock = threading.Lock()
        self._used: Counter[datetime] = Counter()
        self._numbers: dict[str, int] = {}

    @property
    def is_mastodon(self) -> bool:
        """Whether it behaves as Mastodon itself."""
        return self._flavour == "mastodon"

    def settings(self, base_url: str) -> dict[str, Any]:
        """How the source is pointed at this site."""
        return {"base_url": base_url} | ({"access_token": TOKEN} if self._token else {})

    def id_of(self, event: Event) -> str:
        """The site's own id of an act."""
        made = event.created_at if self.is_mastodon else event.visible_at or event.created_at
        id_ = (snowflake if self.is_mastodon else ulid)(made, event.number)
        self._numbers[id_] = event.number
        return id_

    def key_of(self, event: Event) -> PostKey:
        """The key of an act."""
        if event.kind == "repost":
            original = self.world.get(event.root or 0)
            assert original is not None
            by = self._account(event.author)
            who = by.get("uri") or (by["acct"] if "@" in by["acct"] else f"{by['acct']}@{HOME}")
            return PostKey("mastodon", f"{self._uri(original)}#boost:{who}")
        return PostKey("mastodon", self._uri(event))

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        headers = self._count(now)
        if headers.get("x-ratelimit-remaining") == "-1":
            # No Retry-After: the time of the reset must do.
            return _json({"error": "too many requests"}, 429, {**headers, "x-ratelimit-remaining": "0"})
        with self._lock:
            self.asked.append(asked)
        if self._token and asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _json({"error": "a token is wanted"}, 401, headers)
        for pattern, method in _PATHS.items():
            if found := re.fullmatch(pattern, asked.path):
                answer = getattr(self, method)(asked, now, *found.groups())
                return Answer(answer.body, answer.status, {**answer.headers, **headers})
        return _json({"error": "no such page"}, 404, headers)

    def _count(self, now: datetime) -> dict[str, str]:
        if self.limit is None:
            return {}
        start = datetime.fromtimestamp(now.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), UTC)
        with self._lock:
            self._used[start] += 1
            left = self.limit - self._used[start]
            self.over_limit += left < 0
        reset = _stamp(start + WINDOW)
        limit = {"x-ratelimit-limit": str(self.limit), "x-ratelimit-remaining": str(max(-1, left))}
        return {**limit, "x-ratelimit-reset": reset}

    # -- timelines and search

    def _timeline(self, asked: Asked, now: datetime, tag: str) -> Answer:
        wanted = unquote(tag).casefold()
        events = [event for event in self._posts(now) if wanted in self._tags(event)]
        if not events and not self.is_mastodon:
            return _json({"error": "no such tag here"}, 404)
        page = _paged(asked, [(self.id_of(event), event) for event in events], asked.number("limit", _PAGE, _MOST))
        return self._listed(asked, page, now)

    def _listed(self, asked: Asked, page: list[tuple[str, Event]], now: datetime) -> Answer:
        # There is a next page also after the last one.
        links = []
        if page:
            links.append(f'<https://{HOME}{asked.path}?limit=40&max_id={page[-1][0]}>; rel="next"')
            links.append(f'<https://{HOME}{asked.path}?limit=40&min_id={page[0][0]}>; rel="prev"')
        headers = {"link": ", ".join(links)} if links else {}
        return _json(self._shown((event for _, event in page), now), headers=headers)

    def _search(self, asked: Asked, now: datetime) -> Answer:
        q, found = asked.one("q").strip('"').casefold(), []
        listed = self._posts(now)
        if q.startswith("https://"):
            found = [event for event in listed if self._uri(event).casefold() == q]
        elif self.is_mastodon and self._full_text:
            # Ids are times in whole seconds to the search, and both bounds leave out their second.
            floor, below = (_second(asked.one(name)) for name in ("min_id", "max_id"))
            seconds = [(event, int(event.created_at.timestamp())) for event in listed if q in event.text.casefold()]
            found = [e for e, at in seconds if (not floor or at > floor) and (not below or at < below)]
        newest = sorted(found, key=self.id_of, reverse=True)[: asked.number("limit", _PAGE, _MOST)]
        return _json({"accounts": [], "statuses": self._shown(newest, now), "hashtags": []})

    # -- one post

    def _one(self, asked: Asked, now: datetime, id_: str) -> Answer:
        event = self._event(id_, now)
        return _not_found() if event is None else _json(self._shown([event], now)[0])

    def _batch(self, asked: Asked, now: datetime) -> Answer:
        if not self.is_mastodon:
            return _json({"error": "no such page"}, 404)
        ids = asked.query.get("id[]", [])
        if len(ids) > _BATCH:
            return _json({"error": "too many ids"}, 422)
        events = [event for id_ in ids if (event := self._event(id_, now)) is not None]
        return _json(self._shown(events, now))

    def _context(self, asked: Asked, now: datetime, id_: str) -> Answer:
        event = self._event(id_, now)
        if event is None:
            return _not_found()
        above, at = [], event
        while at.kind == "reply" and (parent := self.world.get(_answered(at))) is not None and parent.is_listed(now):
            above.insert(0, parent)
            at = parent
        below, known = [], {event.number}
        for reply in self.world.listed(now, "reply"):
            if _answered(reply) in known:
                known.add(reply.number)
                below.append(reply)
        return _json({"ancestors": self._shown(above, now), "descendants": self._shown(below, now)})

    def _boosters(self, asked: Asked, now: datetime, id_: str) -> Answer:
        event = self._event(id_, now)
        if event is None:
            return _not_found()
        boosts = [(self.id_of(boost), boost) for boost in self.world.cascade(event.number, now, "repost")]
        boosts.sort(key=lambda pair: (len(pair[0]), pair[0]), reverse=True)
        if not self.is_mastodon:  # the limit is not kept, and there is no Link
            return _json([self._account(boost.author) for _, boost in boosts])
        limit, below = asked.number("limit", _ACCOUNTS, _MOST_ACCOUNTS), asked.one("max_id")
        page = [pair for pair in boosts if not below or int(pair[0]) < int(below)][:limit]
        links = []
        if len(page) == limit:  # a full last page leads to an empty one
            links.append(f'<https://{HOME}{asked.path}?limit={limit}&max_id={page[-1][0]}>; rel="next"')
        if page:
            links.append(f'<https://{HOME}{asked.path}?limit={limit}&since_id={page[0][0]}>; rel="prev"')
        headers = {"link": ", ".join(links)} if links else {}
        return _json([self._account(boost.author) for _, boost in page], headers=headers)

    def _quotes(self, asked: Asked, now: datetime, id_: str) -> Answer:
        event = self._event(id_, now)
        if event is None or not self.is_mastodon:
            return _not_found()
        quotes = [(self.id_of(quote), quote) for quote in self.world.cascade(event.number, now, "quote")]
        return self._listed(asked, _paged(asked, quotes, asked.number("limit", _PAGE, _MOST)), now)

    def _own(self, asked: Asked, now: datetime, account: str) -> Answer:
        events = [event for event in self.world.listed(now) if self._account(event.author)["id"] == account]
        page = _paged(asked, [(self.id_of(event), event) for event in events], asked.number("limit", _PAGE, _MOST))
        return self._listed(asked, page, now)

    def _instance(self, asked: Asked, now: datetime) -> Answer:
        return _json({"domain": HOME, "configuration": {"urls": {"streaming": f"wss://{asked.headers['host']}"}}})

    # -- what is shown

    def _posts(self, now: datetime) -> list[Event]:
        return self.world.listed(now, "post", "quote", "reply")

    def _event(self, id_: str, now: datetime) -> Event | None:
        if id_ not in self._numbers:
            for each in self.world.listed(now):
                self.id_of(each)
        event = self.world.get(self._numbers.get(id_, -1))
        return event if event is not None and event.is_listed(now) else None

    def _tags(self, event: Event) -> list[str]:
        return [tag.casefold() for tag in _TAG.findall(event.text)] or [self._tag]

    def _uri(self, event: Event) -> str:
        return f"https://{_home(event.author)}/users/user{event.author}/statuses/{self.id_of(event)}"

    def _shown(self, events: Iterable[Event], now: datetime) -> list[dict[str, Any]]:
        below = Counter((each.root, each.kind) for each in self.world.listed(now) if each.root is not None)
        return [self._status(event, now, below) for event in events]

    def _status(self, event: Event, now: datetime, below: Counter[Any]) -> dict[str, Any]:
        made = event.created_at.replace(microsecond=0) if event.kind == "repost" else event.created_at
        status = {"id": self.id_of(event), "uri": self._uri(event), "url": self._uri(event), "created_at": _stamp(made)}
        status |= {"edited_at": None, "visibility": "public", "account": self._account(event.author), "reblog": None}
        status |= {"in_reply_to_id": None, "spoiler_text": "", "language": "en", "content": "", "tags": []}
        if event.kind == "repost":
            original = self.world.get(event.root or 0)
            return status | {"language": None, "reblog": original and self._status(original, now, below)}
        if event.kind == "reply":
            above = self.world.get(_answered(event))
            status["in_reply_to_id"] = above and self.id_of(above)
        if event.edited_at and event.edited_at <= now:
            status["edited_at"] = _stamp(event.edited_at)
        status |= {"replies_count": below[event.number, "reply"], "favourites_count": 2}
        status |= {"reblogs_count": below[event.number, "repost"]}
        status |= {"content": self._content(event), "tags": [{"name": tag} for tag in self._tags(event)]}
        if self.is_mastodon:
            status |= {"quotes_count": below[event.number, "quote"], "quote": self._quote(event)}
        return status

    def _quote(self, event: Event) -> dict[str, Any] | None:
        quoted = self.world.get(event.root or 0) if event.kind == "quote" else None
        if quoted is None:
            return None
        shown = {"id": self.id_of(quoted), "uri": self._uri(quoted), "account": self._account(quoted.author)}
        return {"state": "accepted", "quoted_status": shown}

    def _content(self, event: Event) -> str:
        text = _TAG.sub(lambda tag: f'<a class="mention hashtag">#<span>{tag[1]}</span></a>', html.escape(event.text))
        if "#" not in event.text:
            text += f' <a href="https://{HOME}/tags/{self._tag}" class="mention hashtag">#<span>{self._tag}</span></a>'
        return f"<p>{text}</p>"

    def _account(self, author: int) -> dict[str, Any]:
        home, name = _home(author), f"user{author}"
        account = {"id": str(700_000 + author), "username": name, "acct": name if home == HOME else f"{name}@{home}"}
        account |= {"display_name": name.title(), "url": f"https://{home}/@{name}", "followers_count": 10 * author}
        return account | ({"uri": f"https://{home}/users/{name}"} if self.is_mastodon else {})


_PATHS = {
    "/api/v1/timelines/tag/([^/]+)": "_timeline",
    "/api/v2/search": "_search",
    "/api/v1/statuses": "_batch",
    "/api/v1/statuses/([^/]+)": "_one",
    "/api/v1/statuses/([^/]+)/context": "_context",
    "/api/v1/statuses/([^/]+)/reblogged_by": "_boosters",
    "/api/v1/statuses/([^/]+)/quotes": "_quotes",
    "/api/v1/accounts/([^/]+)/statuses": "_own",
    "/api/v2/instance": "_instance",
}


def _paged(asked: Asked, events: Iterable[tuple[str, Event]], size: int) -> list[tuple[str, Event]]:
    """A page of ``events``, newest first: of ``min_id`` the one right after it, of ``since_id`` the newest."""

    def rank(id_: str) -> tuple[int, str]:
        return len(id_), id_

    newest = sorted(events, key=lambda pair: rank(pair[0]), reverse=True)
    for name, keep in (("max_id", -1), ("since_id", 1), ("min_id", 1)):
        if bound := asked.one(name):
            newest = [pair for pair in newest if (rank(pair[0]) > rank(bound)) == (keep > 0) and pair[0] != bound]
    return newest[-size:] if asked.one("min_id") else newest[:size]


def _answered(event: Event) -> int:
    return (event.root if event.parent is None else event.parent) or 0


def _home(author: int) -> str:
    return f"server{author % 7}.example" if author % 3 == 0 else HOME


def _milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _second(id_: str) -> int:
    return (int(id_) >> 16) // 1000 if id_ else 0


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _not_found() -> Answer:
    return _json({"error": "no such record"}, 404)


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(json.dumps(body).encode(), status, {"content-type": "application/json", **(headers or {})})
