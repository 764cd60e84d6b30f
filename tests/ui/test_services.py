"""What the board may ask and do."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.domain import Change, Level, Status, Truth, Verdict
from monitor.domain import AccountKey, PostKey, Repost
from monitor.errors import StorageError
from monitor.recording import META_KEY, KnownMoment, RecordingLabel
from monitor.store.crawls import CrawlState
from ui.memory import Memory
from ui.pages import ActRefusedError, Filters
from ui.runtime import open_services
from ui.services import attention, source_looks
from ui.stores import Stores


def ids(page):
    return [file.incident.id for file in page.cards]


def test_what_nobody_has_comes_before_what_somebody_has_and_the_worst_first(services):
    assert ids(services.alerts(Filters(), "Ada")) == ["guitar-1", "hostile-1", "login-1"]


def test_closed_incidents_are_listed_apart(services):
    page = services.alerts(Filters(), "Ada")
    assert [incident.id for incident in page.closed] == ["soup-1"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(brand="kestrel"), ["login-1"]),
        (Filters(least=Level.review), ["guitar-1", "login-1"]),
        (Filters(least=Level.crisis), []),
        (Filters(whose="mine"), ["login-1"]),
        (Filters(whose="free"), ["guitar-1", "hostile-1", "login-1"]),
    ],
)
def test_filters_leave_out_and_say_how_many(services, filters, expected):
    page = services.alerts(filters, "Mina")
    assert (ids(page), page.hidden) == (expected, 3 - len(expected))


def test_what_others_have_is_not_free(services):
    assert ids(services.alerts(Filters(whose="free"), "Ada")) == ["guitar-1", "hostile-1"]


def test_acknowledging_is_kept_with_name_and_time_and_counts_down(services, clock):
    assert services.needing("Ada") == 2
    services.acknowledge("guitar-1", "Ada")
    page = services.case("guitar-1", "Ada")
    assert (page.file.incident.status, page.file.incident.acked_by) == (Status.acked, "Ada")
    assert (page.log[-1].change, page.log[-1].by, page.log[-1].at) == (Change.acked, "Ada", clock.now())
    assert services.needing("Ada") == 1


def test_acknowledging_twice_is_refused_and_changes_nothing(services):
    services.acknowledge("guitar-1", "Ada")
    before = services.incidents.get("guitar-1")
    with pytest.raises(ActRefusedError, match="Ada"):
        services.acknowledge("guitar-1", "Mina")
    assert services.incidents.get("guitar-1") == before


def test_a_snoozed_incident_waits_apart_until_its_time(services, clock):
    services.snooze("guitar-1", clock.now() + timedelta(hours=1), "Ada")
    page = services.alerts(Filters(), "Ada")
    assert ids(page) == ["hostile-1", "login-1"]
    assert [incident.id for incident in page.snoozed] == ["guitar-1"]
    clock.wait(timedelta(hours=1))
    assert ids(services.alerts(Filters(), "Ada"))[0] == "guitar-1"


def test_assigning_names_the_owner(services):
    services.assign("guitar-1", "Mina", "Ada")
    assert services.incidents.get("guitar-1").owner == "Mina"


def test_not_a_crisis_needs_a_reason(services):
    with pytest.raises(ActRefusedError, match="reason"):
        services.dismiss("guitar-1", "  ", Verdict.noise, "Ada")
    services.dismiss("guitar-1", "one angry fan club", Verdict.noise, "Ada")
    closed = services.incidents.get("guitar-1")
    assert (closed.status, closed.verdict, closed.verdict_reason) == (
        Status.resolved,
        Verdict.noise,
        "one angry fan club",
    )


def test_resolving_keeps_the_verdict(services):
    services.resolve("guitar-1", Verdict.crisis, "Ada")
    assert services.incidents.get("guitar-1").verdict is Verdict.crisis
    assert ids(services.alerts(Filters(), "Ada")) == ["hostile-1", "login-1"]


def test_a_case_brings_names_posts_and_all_acts(services):
    page = services.case("guitar-1", "Ada")
    assert len(page.forest.acts) == 640
    assert page.names[page.file.carriers[0].account] == "lowstring"
    assert [post.created_at for post in page.newest] == sorted((p.created_at for p in page.newest), reverse=True)


def test_an_unknown_case_is_none(services):
    assert services.case("nothing-like-it", "Ada") is None


def test_a_source_is_seen_as_badly_as_for_its_worst_brand(seed):
    fine = CrawlState("a", "bluesky", last_success_at=seed.NOW)
    failing = CrawlState("b", "bluesky", last_success_at=seed.NOW - timedelta(hours=2), failures=3, last_error="429")
    never = CrawlState("b", "feed", failures=1, last_error="no route")
    looks = {look.source: look for look in source_looks([fine, failing, never])}
    assert (looks["bluesky"].fine, looks["bluesky"].reason) == (False, "429")
    assert (looks["feed"].fine, looks["feed"].last_success_at) == (False, None)
    assert source_looks([fine])[0].fine


def test_a_daemon_that_stands_still_is_noticed(services, clock):
    assert services.alerts(Filters(), "Ada").stalled is None
    clock.wait(timedelta(minutes=30))
    assert services.alerts(Filters(), "Ada").stalled >= timedelta(minutes=30)


def test_a_replayed_database_stands_at_its_last_tick(full_url, clock, seed):
    label = RecordingLabel("case", "Reconstruction from published milestones", (KnownMoment(seed.NOW, "contact"),))
    stores = Stores(full_url)
    stores.meta.put(META_KEY, label.to_json())
    stores.close()
    clock.wait(timedelta(days=4000))
    services = open_services(full_url, clock=clock)
    page = services.alerts(Filters(), "Ada")
    assert (page.now, page.recorded, page.stalled) == (seed.NOW, True, None)
    assert page.reconstruction == "Reconstruction from published milestones"
    assert services.case("guitar-1", "Ada").moments[0].text == "contact"


def test_the_stamp_changes_with_every_act_and_every_tick(services, full_url):
    before = services.stamp("Ada")
    assert services.stamp("Ada") == before
    services.assign("guitar-1", "Mina", "Ada")
    after = services.stamp("Ada")
    assert after != before
    stores = Stores(full_url)
    stores.meta.put("last_tick_at", "2026-03-12T14:00:00+00:00")
    stores.close()
    assert services.stamp("Ada") != after


def test_an_empty_database_has_nothing_to_show_and_says_so(empty_services):
    page = empty_services.alerts(Filters(), "Ada")
    assert (page.cards, page.sources, page.last_tick_at) == ((), (), None)


def test_a_locked_database_says_so_and_the_incident_stays(full_url, clock):
    services = open_services(full_url, clock=clock)
    with sqlite3.connect(full_url.removeprefix("sqlite:///")) as other:
        other.execute("DROP TABLE incident_log")
    other.close()
    with pytest.raises(StorageError):
        services.acknowledge("guitar-1", "Ada")
    assert services.incidents.get("guitar-1").status is Status.open


def test_newer_comes_first_at_the_same_level(services):
    incident = services.incidents.get("guitar-1")
    newer = replace(incident, id="newer", fired_at=incident.fired_at + timedelta(minutes=1))
    assert [i.id for i in sorted([incident, newer], key=attention)] == ["newer", "guitar-1"]


def test_what_is_remembered_lasts_until_the_next_tick(services, full_url, seed):
    before = services.case("login-1", "Ada").file.size
    stores = Stores(full_url)
    key = PostKey("mastodon", "login")
    at = seed.NOW - timedelta(minutes=1)
    stores.posts.add(None, reposts=[Repost(key, PostKey("mastodon", "k-new"), AccountKey("mastodon", "did:new"), at)])
    assert services.case("login-1", "Ada").file.size == before
    stores.meta.put("last_tick_at", (seed.NOW + timedelta(minutes=1)).isoformat())
    stores.close()
    page = services.case("login-1", "Ada")
    assert (page.file.size, len(page.forest.acts)) == (before + 1, before + 1)


def test_a_memory_keeps_only_so_many():
    made = []
    memory = Memory(most=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        memory.of((name,), lambda name=name: made.append(name) or name)
    assert made == ["a", "b", "c", "a", "b"]
    assert memory.of(None, lambda: "fresh") == "fresh"


def test_a_word_on_a_claim_is_kept_with_who_when_and_why_and_can_be_changed(services, clock):
    claim = services.case("guitar-1", "Ada").file.claims[0]
    services.judge("guitar-1", Truth.false, claim, None, ("ramp log", "left whole"), "A. Kim")
    page = services.case("guitar-1", "Ada")
    said = page.file.word_on(page.file.claims[0])
    assert (said.truth, said.by, said.at, said.source, said.note) == (
        Truth.false,
        "A. Kim",
        clock.now(),
        "ramp log",
        "left whole",
    )
    assert page.file.truth is Truth.false
    services.judge("guitar-1", Truth.confirmed, claim, said, ("", ""), "Ada")
    page = services.case("guitar-1", "Ada")
    assert page.file.truth is Truth.confirmed
    told = [(entry.by, entry.arguments["truth"]) for entry in page.log if entry.change is Change.judged]
    assert told == [("A. Kim", "false"), ("Ada", "confirmed")]


def test_of_two_people_who_judge_at_once_the_second_is_told_and_nothing_is_lost(services, full_url, clock):
    claim = services.case("guitar-1", "Ada").file.claims[0]
    elsewhere = open_services(full_url, clock=clock)
    elsewhere.judge("guitar-1", Truth.confirmed, claim, None, ("", ""), "Mina")
    with pytest.raises(ActRefusedError, match="Mina has marked it as confirmed meanwhile"):
        services.judge("guitar-1", Truth.false, claim, None, ("", ""), "Ada")
    file = services.case("guitar-1", "Ada").file
    assert (file.truth, file.judged.by) == (Truth.confirmed, "Mina")


def test_a_word_on_a_claim_changes_neither_level_nor_status(services):
    before = services.incidents.get("guitar-1")
    services.judge("guitar-1", Truth.false, None, None, ("", ""), "Ada")
    after = services.incidents.get("guitar-1")
    assert (after.level, after.status, after.owner) == (before.level, before.status, before.owner)
    assert after.truth is Truth.false
