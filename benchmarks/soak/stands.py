"""The fake sites, each over a world of its own, each at a port of its own, and what is counted at their doors."""

import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_frames

from benchmarks.soak.growing import GrowingWorld, Mix
from monitor.clock import Clock
from monitor.domain import PostKey
from tests.sites import graph_api, mastodon, reddit, x
from tests.sites.askbot import AskbotSite
from tests.sites.bluesky import BlueskySite
from tests.sites.bluesky_network import EPOCH, Network
from tests.sites.discourse import DiscourseSite
from tests.sites.facebook import FacebookSite
from tests.sites.feed import FeedSite
from tests.sites.gdelt import GdeltSite
from tests.sites.hackernews import HackerNewsSite
from tests.sites.instagram import InstagramSite
from tests.sites.mastodon import MastodonSite
from tests.sites.reddit import RedditSite
from tests.sites.server import Answer, Asked, serve
from tests.sites.threads import ThreadsSite
from tests.sites.weibo import WeiboSite
from tests.sites.world import Event, Kind
from tests.sites.x import XSite
from tests.sites.youtube import YoutubeSite

TALK = Mix({"post": 0.5, "quote": 0.15, "reply": 0.35})
SPREAD = Mix(TALK.kinds, reposts=True)
WINDOW = timedelta(minutes=1)  # of the limits whose windows are longer on the real sites, where they can be set


class Shop(Protocol):
    """A fake site."""

    @property
    def over_limit(self) -> int:
        """Requests above what it announced."""

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""

    def key_of(self, event: Event) -> PostKey:
        """The key under which an act is stored."""

    def settings(self, base_url: str) -> dict[str, Any]:
        """What points the source here."""


Make = Callable[[GrowingWorld, Callable[[], str], int | None], Shop]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one site is set up."""

    make: Make
    limit: int | None  # requests in ``per``, where it has one; less than is asked where there is none
    per: str = "min"
    mix: Mix = TALK
    found: tuple[Kind, ...] = ("post", "quote", "reply")  # by discovery; the rest only by returns to posts
    says_by_refusing: bool = False  # it announces nothing before it says "too many"
    long: bool = False  # its budget is of an hour or a day, which outlasts the soak
    falls_with_root: bool = False  # a reply cannot be read any more when the post above all is taken back
    own_pace: str = ""  # what it asks for instead of a limit
    more: Mapping[str, Any] = field(default_factory=dict)


PLANS: Mapping[str, Plan] = {
    "bluesky": Plan(lambda w, b, n: BlueskySite(w, b, public=True, limit=n, window=WINDOW), 40, mix=SPREAD),
    "hackernews": Plan(lambda w, b, n: HackerNewsSite(w, n), 150, "hour", long=True),
    "gdelt": Plan(
        lambda w, b, n: GdeltSite(w, pace=1, grid=15), None, mix=Mix({"post": 1.0}), found=("post",), own_pace="1 / s"
    ),
    "youtube": Plan(
        lambda w, b, n: YoutubeSite(w, n, None if n is None else 3 * n),
        960,
        "day",
        mix=Mix({"post": 0.5, "reply": 0.5}),
        found=("post",),
        long=True,
    ),
    "feed": Plan(lambda w, b, n: FeedSite(w, b, limit=n), 4, says_by_refusing=True),
    "discourse": Plan(lambda w, b, n: DiscourseSite(w, b, limit=n), 12, says_by_refusing=True),
    "askbot": Plan(lambda w, b, n: AskbotSite(w, b, limit=n), 110, says_by_refusing=True, falls_with_root=True),
    "mastodon": Plan(lambda w, b, n: MastodonSite(w, b, limit=n), 25, mix=SPREAD),
    "x": Plan(
        lambda w, b, n: XSite(w, b, limit=n),
        5,
        mix=SPREAD,
        more={"max_dollars_per_day": 100_000, "max_dollars_per_month": 100_000},
    ),
    "reddit": Plan(lambda w, b, n: RedditSite(w, b, limit=n), 15),
    "weibo": Plan(lambda w, b, n: WeiboSite(w, n), 240, "hour", SPREAD, ("post", "quote"), long=True),
    "facebook": Plan(lambda w, b, n: FacebookSite(w, n), 25, mix=SPREAD, found=("post", "quote")),
    "instagram": Plan(lambda w, b, n: InstagramSite(w, n), 34, mix=Mix({"post": 1.0}), found=("post",)),
    "threads": Plan(lambda w, b, n: ThreadsSite(w, n, queries=100_000), 31),
}


def shorten_windows() -> None:
    """Let limits of five minutes and more be given anew each minute, so that they bite more than once."""
    mastodon.WINDOW = reddit.WINDOW = x.WINDOW = WINDOW
    graph_api._HOUR = WINDOW


class Door:
    """Counts who comes in, and who comes although a refusal said until when not to."""

    def __init__(self, site: Shop, says_by_refusing: bool, clock: Clock) -> None:
        self.site = site
        self.statuses: Counter[int] = Counter()
        self.faults: list[str] = []  # of the fake site itself
        self._above = 0
        self._before = 0  # of sites that stood here before
        self._says_by_refusing = says_by_refusing
        self._clock = clock
        self._closed_until: datetime | None = None
        self._lock = threading.Lock()

    def respond(self, asked: Asked) -> Answer:
        """The site's answer."""
        now = self._clock.now()
        with self._lock:
            self._above += self._closed_until is not None and now < self._closed_until
        try:
            answer = self.site.answer(asked, now)
        except Exception:  # noqa: BLE001 - a fault of a fake must be seen, not taken for the crawler's
            self.faults.append(traceback.format_exc(limit=-3))
            answer = Answer(b"", 500)
        with self._lock:
            self.statuses[answer.status] += 1
            wait = answer.headers.get("retry-after", "")
            if answer.status == 429 and wait.isdigit():
                self._closed_until = now + timedelta(seconds=int(wait))
        return answer

    def replace(self, site: Shop) -> None:
        """Another site stands here from now on."""
        self._before += self.site.over_limit
        self.site = site

    def lift(self) -> None:
        """No limit any more, where the site knows how."""
        if hasattr(self.site, "limit"):
            self.site.limit = None

    @property
    def above(self) -> int:
        """Requests above what was announced."""
        return self._above if self._says_by_refusing else self.site.over_limit + self._before


@dataclass(slots=True)
class Stand:
    """One site, open."""

    name: str
    plan: Plan
    world: GrowingWorld
    door: Door
    base: str
    settings: dict[str, Any]


@contextmanager
def opened(clock: Clock, limited: bool = True) -> Iterator[dict[str, Stand]]:
    """All sites, with empty worlds; the stream of Bluesky beside its site."""
    shorten_windows()
    stands = {}
    with ExitStack() as stack:
        for name, plan in PLANS.items():
            stands[name] = stack.enter_context(_open(name, plan, clock, limited))
        jetstream = stack.enter_context(_streaming(stands["bluesky"].world, clock))
        stands["bluesky"].settings |= {"jetstream": jetstream, "stream": True}
        yield stands


@contextmanager
def _open(name: str, plan: Plan, clock: Clock, limited: bool) -> Iterator[Stand]:
    world, bases = GrowingWorld(), list[str]()
    site = plan.make(world, lambda: bases[0], plan.limit if limited else None)
    door = Door(site, plan.says_by_refusing, clock)
    with serve(door.respond) as base:
        bases.append(base)
        yield Stand(name, plan, world, door, base, {**site.settings(base), **plan.more})


@contextmanager
def _streaming(world: GrowingWorld, clock: Clock) -> Iterator[str]:
    """A Jetstream of ``world``; yields its address."""
    network, ended = Network(world), threading.Event()

    def talk(connection: ServerConnection) -> None:
        asked = connection.request.path.partition("cursor=")[2] if connection.request else ""
        since = EPOCH + timedelta(microseconds=int(asked)) if asked.isdigit() else clock.now()
        place = sum(one.at < since for one in world.said)
        while not ended.wait(0.1):
            told = world.said[place:]
            place += len(told)
            try:
                for one in told:
                    connection.send(network.frame(one.event, one.operation, one.at))
            except ConnectionClosed:
                return

    with serve_frames(talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            ended.set()
            server.shutdown()
            thread.join()
