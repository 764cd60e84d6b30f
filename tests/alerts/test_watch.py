"""What a tick leaves in the database when somebody else acts meanwhile, when it fails, and in what order days come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from alerts import acts
from alerts.domain import Change, Level, Person, Status
from alerts.live import Live
from alerts.pipeline import PipelineConfig
from alerts.store import DeliveryStore, IncidentStore
from alerts.watch import LAST_TICK, Watch
from graph.forecast.log_linear import LogLinear
from monitor.db import transaction
from monitor.domain import AccountKey, Assessment, Brand, BrandMatch, Post, PostKey, Repost
from monitor.errors import StorageError
from monitor.store.meta import MetaStore
from monitor.store.posts import PostStore

NOW = datetime(2024, 5, 6, 15, 30, tzinfo=UTC)
NORTHLINE = Brand("northline", "Northline Air")
ROOT = PostKey("micro", "harp")


def watch(engine, lazy=timedelta(0)):
    live = Live((NORTHLINE,), LogLinear())
    return Watch(
        live,
        PostStore(engine),
        IncidentStore(engine),
        DeliveryStore(engine),
        MetaStore(engine),
        partial(transaction, engine),
        (Person("Mina", "mina@northline.example", Level.watch),),
        PipelineConfig(),
        lazy,
    )


def outbreak(first, last, minute):
    """Reposts number ``first`` to ``last`` of the complaint, within a minute."""
    at = NOW + timedelta(minutes=minute)
    read = Assessment("en", assessed=True, complaint=0.95)
    match = BrandMatch("northline", "Northline", "name", "Northline")
    begun = NOW - timedelta(minutes=5)
    post = Post(
        ROOT, AccountKey("micro", "singer"), "Northline broke my harp", begun, begun, None, "en", (match,), read
    )
    people = [AccountKey("micro", f"u{n}") for n in range(first, last)]
    edges = [Repost(ROOT, PostKey("micro", f"r{who.id}"), who, at - timedelta(seconds=30)) for who in people]
    return [post], edges


def taken(looking, engine, first, last, minute):
    added = PostStore(engine).add(None, *outbreak(first, last, minute))
    looking.take(added.posts, added.reposts, (), NOW + timedelta(minutes=minute))


def test_a_person_who_acts_between_two_ticks_is_not_overwritten(engine):
    """Figures were kept in memory; the person's act stands, and the rest of the tick is written all the same."""
    looking = watch(engine, lazy=timedelta(hours=1))
    taken(looking, engine, 0, 60, 0)
    (incident,) = looking.tick(NOW).opened
    taken(looking, engine, 60, 62, 1)
    assert looking.tick(NOW + timedelta(minutes=1)).changed == 0
    store = IncidentStore(engine)
    store.update(incident.id, lambda held: acts.acknowledge(held, "Mina", NOW + timedelta(minutes=1)))

    looking.flush(NOW + timedelta(minutes=2))

    kept = store.get(incident.id)
    assert (kept.status, kept.acked_by) == (Status.acked, "Mina")
    assert MetaStore(engine).get(LAST_TICK) == (NOW + timedelta(minutes=2)).isoformat()
    taken(looking, engine, 62, 64, 3)
    looking.tick(NOW + timedelta(minutes=3))
    assert store.get(incident.id).status is Status.acked
    assert [entry.change for entry in store.history(incident.id)] == [Change.opened, Change.acked]


def test_a_tick_that_cannot_be_written_is_made_again_whole(engine, monkeypatch):
    looking = watch(engine)
    taken(looking, engine, 0, 60, 0)

    def full(*_, **__):
        raise StorageError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(DeliveryStore, "enqueue", full)
        with pytest.raises(StorageError):
            looking.tick(NOW)
    assert IncidentStore(engine).recent() == []
    assert MetaStore(engine).get(LAST_TICK) is None
    report = looking.tick(NOW + timedelta(minutes=1))
    assert (len(report.opened), report.enqueued, report.live) == (1, 1, 1)


def test_a_restart_knows_the_open_incidents_before_its_first_tick(sqlite_engine):
    looking = watch(sqlite_engine)
    taken(looking, sqlite_engine, 0, 60, 0)
    (incident,) = looking.tick(NOW).opened
    again = watch(sqlite_engine)
    again.restore(NOW + timedelta(minutes=1))
    assert again.unresolved(NOW + timedelta(minutes=1)) == 1
    again.tick(NOW + timedelta(minutes=1))
    kept = IncidentStore(sqlite_engine).get(incident.id)
    assert kept.last_finding_at == NOW + timedelta(minutes=1), "it is looked at though nothing new came"
    assert kept.latest[-1].arguments["size"] == 61


def test_a_look_at_older_days_neither_feeds_later_incidents_nor_moves_the_heartbeat_back(sqlite_engine):
    looking = watch(sqlite_engine)
    taken(looking, sqlite_engine, 0, 60, 0)
    (later,) = looking.tick(NOW).opened
    stored = IncidentStore(sqlite_engine).get(later.id)
    past = watch(sqlite_engine)
    past.restore(NOW - timedelta(days=2))
    report = past.tick(NOW - timedelta(days=2))
    assert (report.live, report.opened) == (0, ())
    assert IncidentStore(sqlite_engine).get(later.id) == stored
    assert MetaStore(sqlite_engine).get(LAST_TICK) == NOW.isoformat()


def test_what_a_killed_daemon_had_stored_is_new_after_the_restart(sqlite_engine):
    looking = watch(sqlite_engine)
    looking.tick(NOW - timedelta(minutes=1))
    posts, edges = outbreak(0, 60, 0)
    PostStore(sqlite_engine).add(None, [replace(posts[0], seen_at=NOW)], edges)
    again = watch(sqlite_engine)
    again.resume(NOW)
    (window,) = again.live.windows(NOW, {}, {})
    assert [post.key for post, _ in window.posts] == [ROOT]
    assert len(again.tick(NOW).opened) == 1
    third = watch(sqlite_engine)
    third.resume(NOW + timedelta(minutes=1))
    (window,) = third.live.windows(NOW + timedelta(minutes=1), {}, {})
    assert window.posts in ((), ((replace(posts[0], seen_at=NOW), None),))
    assert third.tick(NOW + timedelta(minutes=1)).opened == ()
