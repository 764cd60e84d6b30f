"""The one place that puts the parts together: every command and the board get what they need from here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.case import CaseReader
from alerts.domain import Incident, Person
from alerts.live import Live
from alerts.messages.render import CaseRenderer
from alerts.notifiers.base import Notifier
from alerts.notifiers.registry import NOTIFIERS
from alerts.outbox import Outbox
from alerts.replay import MOST_RECALLED, Replay
from alerts.watch import TickReport, Watch
from graph.forecast.base import Forecaster
from graph.forecast.registry import DEFAULT, FORECASTERS
from monitor.annotate import Annotator
from monitor.clock import Clock, SystemClock
from monitor.collect import Collector, Pacing
from monitor.db import transaction
from monitor.domain import Brand
from monitor.errors import StorageError
from monitor.http import HttpClient
from monitor.ledger import Ledger
from monitor.match import Matcher
from monitor.recording import BRANDS_KEY, META_KEY, RecordingLabel, brands_to_json
from monitor.sources.registry import SOURCES
from monitor.store.ledger import LedgerStore
from monitor.store.readings import ReadingStore
from monitor.store.topics import TopicStore
from monitor.text.topics.issues import RECALLED, IssueClusters
from ui.crawler import Crawler, ReadySource
from ui.daemon import Daemon
from ui.interest import StoredInterest
from ui.models import Renewal, reader, reader_at
from ui.services import Services
from ui.settings import Settings, load
from ui.stores import Stores, live_stores, recorded_brands
from ui.teaching import Teaching
from ui.topic_pages import TopicPages
from ui.topics import TopicReader

MakeClient = Callable[..., HttpClient]  # of configuration, clock and ledger
LAZY = timedelta(seconds=2)  # real time in which a replay at full speed need not look at the database


def forecaster() -> Forecaster:
    """The model behind the forecasts of board, mails and rules."""
    return FORECASTERS[DEFAULT]()


def open_services(at: str | Stores, config: Path | None = None, clock: Clock | None = None) -> Services:
    """What the board asks of the database ``at``; people and brands come from ``config``; recordings have their own."""
    stores, settings = at if isinstance(at, Stores) else Stores(at), load(config).settings if config else Settings()
    brands = recorded_brands(stores) or settings.watched()
    clock = clock or SystemClock()
    return Services(
        incidents=stores.incidents,
        cases=case_reader(stores, brands),
        posts=stores.posts,
        crawls=stores.crawls,
        deliveries=stores.deliveries,
        meta=stores.meta,
        brands=brands,
        people=settings.team(),
        clock=clock,
        gaps=stores.crawling.gaps,
        teaching=Teaching(stores.labels, stores.models, ReadingStore(stores.engine), clock),
        sees={name: spec.capabilities for name, spec in SOURCES.items()},
        topics=topic_pages(stores, brands),
    )


def topic_pages(stores: Stores, brands: Sequence[Brand]) -> TopicPages:
    """What the Topics page shows of ``stores``."""
    reader = TopicReader(TopicStore(stores.engine), stores.posts, brands)
    return TopicPages(reader, stores.incidents, stores.posts, stores.meta)


def case_reader(stores: Stores, brands: Sequence[Brand]) -> CaseReader:
    """Reads case files from ``stores``."""
    return CaseReader(stores.posts, stores.crawls, stores.meta, brands, forecaster())


def watch(
    stores: Stores,
    brands: Sequence[Brand],
    people: Sequence[Person],
    settings: Settings,
    lazy: timedelta = timedelta(0),
) -> Watch:
    """The watch over ``stores``, with an empty live state."""
    live = Live(brands, forecaster())
    return Watch(
        live,
        stores.posts,
        stores.incidents,
        stores.deliveries,
        stores.meta,
        partial(transaction, stores.engine),
        people,
        settings.rules,
        lazy,
    )


def annotator(stores: Stores, brands: Sequence[Brand], now: datetime) -> Annotator:
    """Reads posts for ``brands``; the issues of the month before ``now`` are known."""
    reads = Annotator(Matcher(brands), reader(stores.models), IssueClusters(), stores.posts, brands=brands)
    for brand in brands:
        reads.recall(brand.id, reversed(stores.posts.about(brand.id, now - RECALLED, now, MOST_RECALLED)))
    return reads


def notifiers(settings: Settings, clock: Clock) -> dict[str, Notifier]:
    """The channels that are set up, by name."""
    return {name: NOTIFIERS[name].build(config, clock) for name, config in settings.notifier_configs().items()}


def outbox(stores: Stores, settings: Settings, brands: Sequence[Brand], clock: Clock) -> Outbox:
    """Sends what is due over the channels that are set up."""
    reader = case_reader(stores, brands)
    renderer = CaseRenderer(reader.read, settings.board.url, ZoneInfo(settings.time_zone))
    return Outbox(stores.deliveries, stores.incidents, notifiers(settings, clock), settings.team(), renderer, clock)


@dataclass(frozen=True, slots=True)
class ReplayRun:
    """A replay ready to run, and what it leads to."""

    replay: Replay
    stores: Stores

    def incidents_between(self, first: datetime | None, last: datetime | None) -> list[Incident]:
        """Incidents that fired from ``first`` to ``last`` (a tick later at most), the earliest first."""
        if first is None or last is None:
            return []
        every = self.stores.incidents.recent(limit=1_000_000)
        found = [i for i in every if first <= i.fired_at <= last + timedelta(hours=1)]
        return sorted(found, key=lambda incident: (incident.fired_at, incident.id))


@contextmanager
def open_replay(
    url: str,
    settings: Settings,
    brands: Sequence[Brand],
    every: timedelta,
    factor: float | None = None,
    label: RecordingLabel | None = None,
    on_tick: Callable[[TickReport], None] = lambda _: None,
    people: Sequence[Person] = (),
    taught: str | None = None,
) -> Iterator[ReplayRun]:
    """A replay into the database at ``url``; ``factor`` times as fast as real time, or at full speed.

    Nobody is told anything unless ``people`` are given: a replay is about the past. Posts are read with the models of
    the database at ``taught``, where given. Raises StorageError where the database is that of a live watch.
    """
    stores, clock = Stores(url), SystemClock()

    def paced(tick: TickReport) -> None:
        on_tick(tick)
        if factor is not None:
            clock.wait(every / factor)

    try:
        if stores.crawls.all():
            raise StorageError("This database is that of a live watch; replay into one of its own.")
        recorded = label or RecordingLabel("replay", "")
        stores.meta.put(META_KEY, recorded.to_json())
        known = {brand.id: brand for brand in recorded_brands(stores)} | {brand.id: brand for brand in brands}
        stores.meta.put(BRANDS_KEY, brands_to_json(known.values()))
        looked = watch(stores, brands, people, settings, lazy=LAZY if factor is None else timedelta(0))
        reading = reader_at(taught) if taught else reader(stores.models)
        reads = Annotator(Matcher(brands), reading, IssueClusters(), stores.posts, brands=brands, relearn=True)
        transact = partial(transaction, stores.engine)
        yield ReplayRun(Replay(reads, stores.posts, stores.meta, looked, transact, every, paced), stores)
    finally:
        stores.close()


def ready_sources(
    settings: Settings, stores: Stores, clock: Clock, client: MakeClient = HttpClient
) -> dict[str, ReadySource]:
    """The sources that are switched on, each with a client of its own; what they may spend is counted in ``stores``."""
    ledger = Ledger(LedgerStore(stores.engine), clock)
    ready = {}
    for name, config in settings.source_configs().items():
        http = client(settings.http, clock, ledger=ledger)
        ready[name] = ReadySource(SOURCES[name], config, SOURCES[name].build(config, http), http)
    return ready


def collector(stores: Stores, sources: Mapping[str, ReadySource], reads: Annotator, clock: Clock) -> Collector:
    """Asks ``sources`` for the watched brands and stores what they find."""
    pacing = {
        name: Pacing(
            timedelta(minutes=ready.config.every_minutes),
            ready.spec.capabilities.recheck_every if ready.spec.capabilities else Pacing().recheck_every,
        )
        for name, ready in sources.items()
    }
    asked = {name: ready.source for name, ready in sources.items()}
    return Collector(asked, reads, stores.crawling, clock, pacing)


@contextmanager
def open_crawler(settings: Settings, clock: Clock, client: MakeClient = HttpClient) -> Iterator[Crawler]:
    """A crawler without alerts, for one pass."""
    stores = live_stores(settings)
    sources = ready_sources(settings, stores, clock, client)
    brands = settings.watched()
    crawler = Crawler(
        brands,
        sources,
        collector(stores, sources, annotator(stores, brands, clock.now()), clock),
        stores.crawling,
        StoredInterest(brands, stores.crawling),
        clock,
        lambda report: stores.incidents.take_back(report.deleted) if report.deleted else None,
    )
    try:
        yield crawler
    finally:
        crawler.close()
        close_all(sources, stores)


@contextmanager
def open_daemon(settings: Settings, clock: Clock, client: MakeClient = HttpClient) -> Iterator[Daemon]:
    """The daemon over the configured database, with the live state of an earlier run restored."""
    stores = live_stores(settings)
    sources = ready_sources(settings, stores, clock, client)
    brands = settings.watched()
    stamp, reads = stores.models.stamp(), annotator(stores, brands, clock.now())
    collects = collector(stores, sources, reads, clock)

    def crawler(daemon: Daemon) -> Crawler:
        return Crawler(brands, sources, collects, stores.crawling, daemon, clock, daemon.found)

    looked = watch(stores, brands, settings.team(), settings)
    sender = outbox(stores, settings, brands, clock)
    try:
        learns = Renewal(stores.models, reads.read_with, stamp)
        with closing(Daemon(brands, crawler, stores.crawling, looked, sender, clock, learns)) as daemon:
            daemon.restore()
            yield daemon
    finally:
        close_all(sources, stores)


def close_all(sources: Mapping[str, ReadySource], stores: Stores) -> None:
    """Give back connections and database."""
    for ready in sources.values():
        ready.http.close()
    stores.close()
