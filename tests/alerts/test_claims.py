"""The claims of a case: each once, the most spread first, and what people said of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts import acts
from alerts.case import CaseReader
from alerts.claims import MOST_CLAIMS, gather, key_of
from alerts.domain import Incident, Level, Status, Truth
from graph.forecast.log_linear import LogLinear
from monitor.domain import AccountKey, Assessment, Brand, BrandMatch, Post, PostKey, Repost, Towards
from monitor.store.crawls import CrawlStore
from monitor.store.meta import MetaStore
from monitor.store.posts import PostStore

START = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
ROOT = PostKey("micro", "harp")
BROKEN = "They snapped the neck of my harp in Oslo."
DRUNK = "The pilot was drunk on Tuesday, says the police."
READ = Assessment("en", True, 0.9)


def post(id, text, minutes=0, source="micro", language="en", read=READ, **more):
    at = START + timedelta(minutes=minutes)
    told = replace(read, language=language)
    key = PostKey(source, id)
    return Post(key, AccountKey(source, id), text, at, at, language=language, assessment=told, issue=str(ROOT), **more)


def found(*posts, states=(), about=()):
    return gather("northline", sorted(posts, key=lambda one: one.created_at), states, about)


def test_the_same_claim_is_listed_once_with_its_first_post_and_how_many_repeat_it():
    claims = found(
        post("c", "RT @harp: they snapped the NECK of my harp in Oslo!!", 9),
        post("harp", f"Never again! {BROKEN}"),
        post("b", f"{BROKEN} {DRUNK}", 5, source="forum"),
    )
    assert [(claim.quote, claim.posts, claim.accounts) for claim in claims] == [(BROKEN, 3, 3), (DRUNK, 1, 1)]
    assert claims[0].post.key == ROOT
    assert claims[0].sites == ("micro", "forum")
    assert claims[0].key == key_of(BROKEN)
    assert key_of("they snapped the neck of my harp in Oslo!!") in claims[0].keys


def test_a_claim_about_what_the_case_is_about_leads_before_one_that_more_people_make():
    beside = [post(str(n), "They lost my bags twice this year.", n) for n in range(2)]
    here = post("harp", BROKEN, 9)
    assert found(*beside, here)[0].quote == "They lost my bags twice this year."
    assert found(*beside, here, about=("neck", "Harp", "snapped", "claims desk"))[0].quote == BROKEN


def test_a_claim_that_names_the_brand_leads_before_one_that_names_nobody():
    named = (BrandMatch("northline", "Northline Air", "name", "Northline Air"),)
    claims = found(post("a", BROKEN), post("b", "Northline Air dropped my harp in Lima.", 1, brand_matches=named))
    assert claims[0].quote == "Northline Air dropped my harp in Lima."


def test_four_languages_are_listed_and_what_cannot_be_read_is_not():
    claims = found(
        post("1", "北线航空把我的吉他摔断了，到现在没有人负责。", language="zh"),
        post("2", "노스라인항공이 제 첼로 목을 부러뜨렸습니다.", 1, language="ko"),
        post("3", "నార్త్‌లైన్ ఎయిర్ నా వీణను విరగ్గొట్టింది.", 2, language="te"),
        post("4", BROKEN, 3),
        post("5", "ギターを壊された。", 4, language="ja", read=Assessment("ja", assessed=False)),
    )
    assert {claim.languages for claim in claims} == {("zh",), ("ko",), ("te",), ("en",)}


def test_what_was_taken_back_and_what_the_brand_wrote_itself_is_no_claim():
    own = replace(READ, towards=(Towards("northline", 0.0, 0.0, own=True),))
    assert found(post("1", BROKEN, deleted_at=START), post("2", DRUNK, read=own)) == ()


def test_no_more_than_twelve_are_listed():
    towns = (
        "Oslo",
        "Bergen",
        "Porto",
        "Lisbon",
        "Turin",
        "Graz",
        "Lyon",
        "Ghent",
        "Cork",
        "Leeds",
        "Bonn",
        "Kiel",
        "Pula",
    )
    posts = [post(town, f"In {town} a {town.lower()[::-1]} steward hit {n} people.") for n, town in enumerate(towns)]
    assert len(towns) > MOST_CLAIMS
    assert len(found(*posts)) == MOST_CLAIMS


@pytest.fixture
def store(sqlite_engine):
    return PostStore(sqlite_engine)


@pytest.fixture
def reader(sqlite_engine, store):
    brands = (Brand("northline", "Northline Air"),)
    return CaseReader(store, CrawlStore(sqlite_engine), MetaStore(sqlite_engine), brands, LogLinear())


def incident(**more):
    times = dict.fromkeys(("started_at", "fired_at", "updated_at", "last_finding_at"), START)
    known = {"brand": "northline", "issue": str(ROOT), "kind": "viral_complaint", "level": Level.review}
    return Incident(id="1", status=Status.open, peak_level=Level.review, root=ROOT, **known, **times, **more)


def case(store, reader, of=None):
    posts = [
        post("harp", f"{BROKEN} I saw it at the gate."),
        post("p1", DRUNK, 1),
        post("p2", f"{DRUNK} wow", 2),
        post("p3", DRUNK, 3),
    ]
    ja = post("p4", "これはひどい", 4, language="ja", read=Assessment("ja", assessed=False))
    mute = post("p5", "🙃", 5, language=None, read=Assessment(None, assessed=False))
    reposts = [
        Repost(ROOT, PostKey("micro", f"r{n}"), AccountKey("micro", f"r{n}"), START + timedelta(seconds=n), kind)
        for n, kind in enumerate(["repost"] * 40 + ["reply"] * 300, 1)
    ]
    store.add(None, [*posts, ja, mute], reposts)
    return reader.read(of or incident(), START + timedelta(hours=1))


def test_what_was_passed_on_counts_and_answers_to_it_do_not(store, reader):
    claims = case(store, reader).claims
    assert [(claim.quote, claim.posts, claim.passed_on) for claim in claims] == [
        (BROKEN, 1, 40),
        (DRUNK, 3, 0),
        ("I saw it at the gate.", 1, 0),
    ]


def test_the_case_says_how_many_texts_were_not_assessed_and_in_which_languages(store, reader):
    file = case(store, reader)
    assert (file.not_assessed, file.texts, dict(file.unread)) == (2, 6, {"ja": 1, "": 1})


def test_the_truth_of_a_case_is_that_of_its_leading_claim_until_a_person_speaks_of_the_whole(store, reader):
    file = case(store, reader)
    leading, other, _ = file.claims
    assert (file.truth, file.judged) == (Truth.unverified, None)

    at = START + timedelta(minutes=30)
    one, _ = acts.judge(file.incident, Truth.confirmed, "Mia", at, sorted(other.keys))
    assert replace(file, incident=one).truth is Truth.unverified
    two, _ = acts.judge(one, Truth.false, "A. Kim", at, sorted(leading.keys))
    seen = replace(file, incident=two)
    assert (seen.truth, seen.judged.by, seen.word_on(other).by) == (Truth.false, "A. Kim", "Mia")

    whole, _ = acts.judge(two, Truth.confirmed, "Jo", at)
    assert (replace(file, incident=whole).truth, replace(file, incident=whole).judged.by) == (Truth.confirmed, "Jo")
    back, _ = acts.judge(whole, Truth.unverified, "Jo", at + timedelta(minutes=1))
    assert replace(file, incident=back).truth is Truth.false


def test_a_word_on_a_claim_stays_when_it_turns_out_that_somebody_said_it_earlier(store, reader):
    file = case(store, reader)
    drunk = file.claims[1]
    judged, _ = acts.judge(file.incident, Truth.false, "Mia", START, (drunk.key,))
    store.add(None, [post("p0", "WOW: the pilot was drunk on Tuesday says the police", -9)])
    later = reader.read(judged, START + timedelta(hours=1))
    claim = next(claim for claim in later.claims if drunk.key in claim.keys)
    assert claim.post.key.id == "p0"
    assert later.word_on(claim).truth is Truth.false


def test_what_an_older_version_kept_of_the_case_still_holds(store, reader):
    file = case(store, reader, incident(truth=Truth.confirmed))
    assert (file.truth, file.judged) == (Truth.confirmed, None)
