"""Try everything that the configuration names, once and gently: the database, each source, each channel."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from monitor.clock import Clock
from monitor.domain import Brand
from monitor.errors import DeliveryError, SourceError, StorageError
from monitor.http import HttpClient
from monitor.sources.registry import SOURCES
from ui.runtime import Stores, notifiers
from ui.settings import Settings


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that was tried and how it went."""

    what: str
    fine: bool
    detail: str


@runtime_checkable
class Probed(Protocol):
    """A channel that can be tried without sending anything."""

    def probe(self) -> None:
        """Connect and log in; raises DeliveryError."""


def try_everything(settings: Settings, clock: Clock, http: HttpClient | None = None) -> Iterator[Tried]:
    """How the database, each source that is switched on and each channel that is set up answered, one by one."""
    yield _try_database(settings)
    client = http or HttpClient(settings.http, clock)
    try:
        yield from _try_sources(settings, client, clock)
    finally:
        client.close()
    yield from _try_channels(settings, clock)


def _try_database(settings: Settings) -> Tried:
    try:
        with closing(Stores(settings.database)) as stores:
            counts = stores.posts.counts()
    except StorageError as error:
        return Tried("database", False, str(error))
    return Tried("database", True, ", ".join(f"{count:,} {name}" for name, count in counts.items()))


def _try_sources(settings: Settings, client: HttpClient, clock: Clock) -> Iterator[Tried]:
    brands = settings.watched()
    if not brands:
        yield Tried("brands", False, "nothing is watched; add [[brands]] to the configuration")
    for name, config in settings.source_configs().items():
        yield _try_source(name, config, brands, client, clock)


def _try_source(name: str, config: object, brands: Sequence[Brand], client: HttpClient, clock: Clock) -> Tried:
    if not brands:
        return Tried(name, False, "not tried: no brand to look for")
    try:
        page = SOURCES[name].build(config, client).fetch(brands[0], None, None, clock.now())
    except SourceError as error:
        return Tried(name, False, str(error))
    newest = max((post.created_at for post in page.posts), default=None)
    seen = f"{len(page.posts)} posts on the first page for {brands[0].title!r}"
    dropped = f", {len(page.dropped)} unusable" if page.dropped else ""
    return Tried(name, True, seen + (f", the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else "") + dropped)


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
