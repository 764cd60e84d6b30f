"""Try everything that the configuration names, once and gently: the database, each source, each channel."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol, runtime_checkable

from monitor import planning
from monitor.clock import Clock
from monitor.domain import Brand, Page
from monitor.errors import (
    BudgetSpent,
    DeliveryError,
    RateLimited,
    Refused,
    SourceError,
    StorageError,
    Unauthorised,
    Unreachable,
)
from monitor.http import HttpClient
from monitor.ledger import Allowance, Ledger
from monitor.limits import Announced
from monitor.plain_text import one_line
from monitor.sources.base import Probes, SourceConfig, Streams
from monitor.sources.registry import SOURCES
from monitor.store.crawls import CrawlState
from ui.crawler import FAULTS, ReadySource
from ui.i18n import Texts
from ui.runtime import MakeClient, notifiers, ready_sources
from ui.settings import Settings
from ui.sight import blind_spots
from ui.stores import Stores

AT_ONCE = 8  # sources that are tried side by side

Rows = Mapping[tuple[str, str], CrawlState]  # how each crawl stands, by brand and source


@dataclass(frozen=True, slots=True)
class Budget:
    """What may still be asked of a site: by what it announced, or by our own ceiling."""

    name: str
    left: float | None  # None: the site does not say
    limit: float | None
    unit: str
    resets_at: datetime | None  # None: it comes back little by little, or nobody says when


@dataclass(frozen=True, slots=True)
class Found:
    """What was learnt of a source; None where it is not known."""

    reachable: bool | None
    authorised: bool | None
    budget: tuple[Budget, ...]
    newest_post_at: datetime | None  # of those seen now and those stored before
    missing: tuple[str, ...]  # what it cannot see, and what would let it see more; a sentence each
    stream: str | None  # how its stream stands, in words; None: its site has none that is used here


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that was tried and how it went."""

    what: str
    fine: bool
    detail: str
    found: Found | None = None  # of sources


@runtime_checkable
class Probed(Protocol):
    """A channel that can be tried without sending anything."""

    def probe(self) -> None:
        """Connect and log in; raises DeliveryError."""


def try_everything(settings: Settings, clock: Clock, client: MakeClient = HttpClient) -> Iterator[Tried]:
    """How the database, each source that is switched on and each channel that is set up answered, one by one."""
    with ExitStack() as stack:
        stores: Stores | None = None
        rows: dict[tuple[str, str], CrawlState] = {}
        try:
            stores = stack.enter_context(closing(Stores(settings.database)))
            rows = {(row.brand, row.source): row for row in stores.crawls.all()}
            counts = stores.posts.counts()
        except StorageError as error:
            stores = None
            yield Tried("database", False, str(error))
        else:
            yield Tried("database", True, ", ".join(f"{count:,} {name}" for name, count in counts.items()))
        yield from _try_sources(settings, stores, rows, clock, client)
    yield from _try_channels(settings, clock)


def _try_sources(
    settings: Settings, stores: Stores | None, rows: Rows, clock: Clock, client: MakeClient
) -> Iterator[Tried]:
    brands = settings.watched()
    if not brands:
        yield Tried("brands", False, "nothing is watched; add [[brands]] to the configuration")
    sources = ready_sources(settings, stores, clock, client) if stores else _unlisted(settings, clock, client)
    try:
        with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="check") as pool:
            yield from pool.map(partial(_try_source, brands=brands, rows=rows, clock=clock), sources.values())
    finally:
        for ready in sources.values():
            ready.http.close()


def _unlisted(settings: Settings, clock: Clock, client: MakeClient) -> dict[str, ReadySource]:
    """The sources where there is no database: what they spent before is not known."""
    ready = {}
    for name, config in settings.source_configs().items():
        http = client(settings.http, clock)
        ready[name] = ReadySource(SOURCES[name], config, SOURCES[name].build(config, http), http)
    return ready


def _try_source(ready: ReadySource, brands: Sequence[Brand], rows: Rows, clock: Clock) -> Tried:
    tried, page, (reachable, authorised) = _answer(ready, brands, clock)
    now, name = clock.now(), ready.spec.name
    newest = [row.newest_post_at for (_, source), row in rows.items() if source == name]
    newest += [post.created_at for post in page.posts]
    try:
        budget = tuple(_budgets(ready, now))
    except StorageError:  # of what was spent nothing is known; the row of the database says why
        budget = tuple(_announced(limit) for limit in ready.http.limits())
    found = Found(
        reachable,
        authorised,
        budget,
        max((moment for moment in newest if moment is not None), default=None),
        (*_keys_not_set(ready.config), *_cannot_see(ready)),
        _stream(ready, rows),
    )
    detail = f"{tried.detail}; stream: {found.stream}" if ready.streams else tried.detail
    return replace(tried, detail=detail, found=found)


def _answer(
    ready: ReadySource, brands: Sequence[Brand], clock: Clock
) -> tuple[Tried, Page, tuple[bool | None, bool | None]]:
    """How the source answered, its posts, and whether it is reachable and knows us."""
    name = ready.spec.name
    for_whom = ready.brands(brands)
    if not for_whom and not isinstance(ready.source, Probes):
        return Tried(name, False, "not tried: no brand to look for"), Page(), (None, None)
    try:
        page = _asked(ready, for_whom, clock.now())
    except SourceError as error:
        return (
            Tried(name, False, str(error) + _free_again(error, clock.now())),
            Page(),
            _meaning(error, online=ready.spec.online),
        )
    except StorageError as error:
        return Tried(name, False, str(error)), Page(), (None, None)
    except FAULTS as error:
        return Tried(name, False, f"the crawler broke: {one_line(repr(error), 200)}"), Page(), (None, None)
    return Tried(name, True, _told(ready, page, for_whom)), page, (True, True)


def _asked(ready: ReadySource, for_whom: Sequence[Brand], now: datetime) -> Page:
    """The answer to one small request."""
    source: object = ready.source
    if isinstance(source, Probes):
        return source.probe(now)
    return ready.source.fetch(for_whom[0], None, None, now)


def _meaning(error: SourceError, *, online: bool) -> tuple[bool | None, bool | None]:
    """Whether a source that failed so is reachable, and whether it knows us."""
    if isinstance(error, BudgetSpent):  # our own ceiling: nothing was sent
        return None, None
    if isinstance(error, Unreachable | Refused) or not online:
        return False, None
    if isinstance(error, Unauthorised):
        return True, False
    return True, None


def _free_again(error: SourceError, now: datetime) -> str:
    wait = error.retry_after if isinstance(error, RateLimited) else None
    return "" if wait is None else f"; free again at {now + wait:%Y-%m-%d %H:%M:%S} UTC"


def _told(ready: ReadySource, page: Page, for_whom: Sequence[Brand]) -> str:
    newest = max((post.created_at for post in page.posts), default=None)
    about = "" if ready.spec.for_all_brands else f" for {for_whom[0].title!r}" if for_whom else ""
    seen = f"{len(page.posts)} posts on the first page{about}"
    if isinstance(ready.source, Probes):
        seen = "answers, and lets us ask"
    dropped = [f", {len(page.dropped)} unusable: {one.where}: {one.reason}" for one in page.dropped[:1]]
    return seen + (f", the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else "") + "".join(dropped)


def _budgets(ready: ReadySource, now: datetime) -> Iterator[Budget]:
    yield from (_announced(limit) for limit in ready.http.limits())
    allowances: Sequence[Allowance] = getattr(ready.source, "allowances", ())
    for allowance in allowances:
        yield _own(allowance, ready.http.ledger, now)


def _announced(told: Announced) -> Budget:
    name = f"{told.host} {told.bucket}".strip()
    left = 0.0 if told.closed_until else told.limit.remaining
    return Budget(name, left, told.limit.limit, "requests", told.closed_until or told.limit.reset_at)


def _own(allowance: Allowance, ledger: Ledger, now: datetime) -> Budget:
    resets_at = None if allowance.zone is None else allowance.free_at((), allowance.limit, now)
    return Budget(allowance.name, ledger.left(allowance), allowance.limit, allowance.unit, resets_at)


def _keys_not_set(config: SourceConfig) -> Iterator[str]:
    for name, field in type(config).model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and "key_page" in extra and not getattr(config, name):
            yield f"{name} is not set: {field.description}"


def _cannot_see(ready: ReadySource) -> Iterator[str]:
    texts = Texts("en")
    for key, number in blind_spots(ready.spec.capabilities) if ready.spec.online else ():
        text = texts(key) if number is None else texts(key, n=number)
        yield text if key == "blind.unsaid" else f"cannot see {text}"


def _stream(ready: ReadySource, rows: Rows) -> str | None:
    if not isinstance(ready.source, Streams):
        return None
    if ready.streams is None:
        return "off"
    row = rows.get((planning.ALL_BRANDS, planning.stream_name(ready.spec.name)))
    if row is None:
        return "on, not listened to yet"
    if row.failures:
        return f"on, but lost: {row.last_error}"
    return f"on, last heard at {row.last_success_at:%Y-%m-%d %H:%M} UTC" if row.last_success_at else "on"


def _try_channels(settings: Settings, clock: Clock) -> Iterator[Tried]:
    for name, channel in notifiers(settings, clock).items():
        if not isinstance(channel, Probed):
            yield Tried(name, True, "needs nothing")
            continue
        try:
            channel.probe()
        except DeliveryError as error:
            yield Tried(name, False, str(error))
        else:
            yield Tried(name, True, "connected and logged in; nothing was sent")
    if not settings.people:
        yield Tried("people", False, "nobody is told anything; add [[people]] to the configuration")
