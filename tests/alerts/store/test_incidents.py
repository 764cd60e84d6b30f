"""Incidents and their history; the board and the daemon never overwrite one another."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from alerts.domain import Change, Finding, Incident, Level, LogEntry, Status
from alerts.store import IncidentChanged, IncidentStore
from alerts.store.tables import IncidentRow
from monitor.db import transaction
from monitor.errors import StorageError
from monitor.store.bulk import table_of

T = datetime(2009, 7, 6, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(engine):
    return IncidentStore(engine)


def incident(id="one", brand="north", at=T, **more):
    facts = {"level": Level.review, "status": Status.open, "peak_level": Level.review} | more
    return Incident(
        id,
        brand,
        f"site:{id}",
        "viral_complaint",
        started_at=at,
        fired_at=at,
        updated_at=at,
        last_finding_at=at,
        **facts,
    )


def finding(detector="viral_complaint", at=T):
    return Finding(detector, "1", "north", "site:one", detector, Level.review, (), (), "grows", at)


def acked(by):
    def change(now):
        return replace(now, status=Status.acked, acked_by=by), LogEntry(now.id, T, Change.acked, by)

    return change


def ids(found):
    return [one.id for one in found]


def test_a_saved_incident_is_read_back_and_saved_again(store):
    saved = store.save(None, incident())
    assert store.get("one") == incident()
    store.save(None, replace(saved, level=Level.crisis))
    assert store.get("one").level is Level.crisis
    assert store.get("other") is None


def test_incidents_that_are_open_oldest_first(store):
    store.save(None, incident("late", at=T + HOUR))
    store.save(None, incident("early"))
    store.save(None, incident("acked", "south", at=T + 2 * HOUR, status=Status.acked))
    store.save(None, incident("closed", status=Status.resolved, resolved_at=T))
    assert ids(store.open_incidents()) == ["early", "late", "acked"]
    assert ids(store.open_incidents("south")) == ["acked"]


def test_incidents_resolved_lately_can_be_asked_for_as_well(store):
    store.save(None, incident("open"))
    store.save(None, incident("old", at=T + HOUR, status=Status.resolved, resolved_at=T + HOUR))
    store.save(None, incident("new", at=T + 2 * HOUR, status=Status.resolved, resolved_at=T + 3 * HOUR))
    store.save(None, incident("theirs", "south", status=Status.resolved, resolved_at=T + 3 * HOUR))
    assert ids(store.open_incidents("north", resolved_since=T + 2 * HOUR)) == ["open", "new"]


def test_recent_incidents_of_every_status(store):
    for n, status in enumerate([Status.open, Status.acked, Status.resolved]):
        store.save(None, incident(str(n), at=T + n * HOUR, status=status))
    assert ids(store.recent(2)) == ["2", "1"]


def test_saving_what_somebody_changed_meanwhile_is_refused(store):
    read = store.save(None, incident())
    store.update("one", acked("Ann"))
    with pytest.raises(IncidentChanged, match="Incident one was changed by somebody else"):
        store.save(None, replace(read, level=Level.crisis))
    stored = store.get("one")
    assert (stored.acked_by, stored.level) == ("Ann", Level.review)


def test_an_incident_opened_twice_at_once_is_refused_the_second_time(store):
    store.save(None, incident())
    with pytest.raises(IncidentChanged):
        store.save(None, incident(title="another"))


def test_two_people_who_act_at_once_are_both_heard(store):
    store.save(None, incident())

    def count(name):
        def change(now):
            return replace(now, findings=now.findings + 1), LogEntry(now.id, T, Change.noted, name)

        for _ in range(10):
            store.update("one", change)

    people = [threading.Thread(target=count, args=(name,)) for name in ("Ann", "Bo", "Cy")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert store.get("one").findings == 30
    assert len(store.history("one")) == 30


def test_an_act_waits_for_the_tick_that_holds_the_incidents_and_loses_nothing(store, engine):
    store.save(None, incident())
    board = threading.Thread(target=store.update, args=("one", acked("Ann")))
    with transaction(engine) as session:
        (held,) = store.open_incidents(session=session)
        store.save(session, replace(held, level=Level.crisis))
        board.start()
    board.join()
    stored = store.get("one")
    assert (stored.level, stored.acked_by, stored.status) == (Level.crisis, "Ann", Status.acked)


def test_an_act_that_makes_no_sense_changes_nothing(store):
    store.save(None, incident())

    def senseless(now):
        raise ValueError("already resolved")

    with pytest.raises(ValueError, match="already resolved"):
        store.update("one", senseless)
    assert store.get("one") == incident()
    assert store.history("one") == []


def test_an_act_on_an_unknown_incident_is_refused(store):
    with pytest.raises(StorageError, match="no incident 'gone'"):
        store.update("gone", acked("Ann"))


def test_history_is_kept_in_the_order_of_writing(store):
    store.save(None, incident())
    lines = [LogEntry("one", T - n * HOUR, Change.noted, "Ann", {"n": n}) for n in range(3)]
    for line in lines:
        store.log(None, line)
    assert store.history("one") == lines
    assert store.history("other") == []


def test_a_line_about_an_unknown_incident_is_refused(store):
    with pytest.raises(StorageError):
        store.log(None, LogEntry("gone", T, Change.noted, "Ann"))


def test_arguments_that_json_does_not_know_are_kept_as_text(store):
    store.save(None, incident())
    store.log(None, LogEntry("one", T, Change.snoozed, "Ann", {"until": T, "level": Level.crisis, "set": {1}}))
    assert store.history("one")[0].arguments == {"until": "2009-07-06T18:00:00+00:00", "level": 4, "set": "{1}"}


def test_every_finding_is_kept_once(store):
    saved = store.save(None, incident(latest=(finding(at=T), finding("volume_surge", at=T))))
    saved = store.save(None, replace(saved, latest=(finding(at=T + HOUR), finding("volume_surge", at=T))))
    found = [(one.detector, one.seen_at) for one in store.findings_of("one")]
    assert found == [("viral_complaint", T), ("volume_surge", T), ("viral_complaint", T + HOUR)]


def test_an_incident_written_before_a_field_existed_reads_with_its_default(store, engine):
    store.save(None, incident(owner="Ann"))
    table = table_of(IncidentRow)
    with engine.begin() as connection:
        body = connection.execute(sa.select(table.c.body)).scalar_one()
        older = {name: value for name, value in body.items() if name != "owner"} | {"since_removed": 1}
        connection.execute(sa.update(table).values(body=older))
    assert store.get("one") == incident(owner=None)
