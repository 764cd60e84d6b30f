"""The case file as read from the store: what it counts, what it leaves out, and that it is quick."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from alerts.case import CaseReader, usual_hour
from alerts.domain import Finding, Incident, Level, Status
from graph.forecast.log_linear import LogLinear
from monitor.domain import Account, AccountKey, Assessment, Brand, BrandMatch, Metrics, Post, PostKey, Repost, Towards
from monitor.store.crawls import CrawlState, CrawlStore
from monitor.store.meta import MetaStore
from monitor.store.posts import PostStore

START = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
ROOT = PostKey("micro", "harp")


def who(name):
    return AccountKey("micro", name)


def post(name, minutes, text="Northline broke it", issue="micro:harp", complaint=0.9, source="micro", **more):
    at = START + timedelta(minutes=minutes)
    read = Assessment(more.pop("language", "en"), assessed=complaint is not None, complaint=complaint)
    match = (BrandMatch("northline", "Northline", "name", "Northline"),) if more.pop("named", True) else ()
    author = AccountKey(source, name)
    return Post(PostKey(source, name), author, text, at, at, None, "en", match, read, issue=issue, **more)


def passed(root, child, minutes, kind="repost", parent=None):
    at, evidence = START + timedelta(minutes=minutes), "via" if parent else "inferred"
    through = PostKey("micro", parent) if parent else None
    return Repost(
        PostKey("micro", root), PostKey("micro", child), who(child), at, kind, None, through, evidence, followers=10
    )


def incident(**more):
    known = {"id": "1", "brand": "northline", "issue": "micro:harp", "kind": "viral_complaint", "level": Level.review}
    times = dict.fromkeys(("started_at", "fired_at", "updated_at", "last_finding_at"), START)
    return Incident(**{**known, "status": Status.open, "peak_level": Level.review, "root": ROOT, **times, **more})


@pytest.fixture
def store(sqlite_engine):
    return PostStore(sqlite_engine)


@pytest.fixture
def reader(sqlite_engine, store):
    brands = (Brand("northline", "Northline Air"),)
    return CaseReader(store, CrawlStore(sqlite_engine), MetaStore(sqlite_engine), brands, LogLinear())


def small_case(store):
    """A complaint, reposts, a quote that is passed on in turn, the press, and something else."""
    quote = post("quote", 3, "look at that", named=False, language="ko")
    news = post("news", 60, "Northline in trouble", complaint=None, source="feed", is_press=True)
    views = [post("harp", 0, metrics=Metrics(START + timedelta(minutes=m), views=m * 10)) for m in (1, 30, 90)]
    reposts = [
        *(passed("harp", f"r{n}", 1 + n / 10, parent="r0" if n else None) for n in range(20)),
        passed("harp", "quote", 3, "quote"),
        *(passed("quote", f"q{n}", 4, parent="q0" if n else None) for n in range(10)),
    ]
    accounts = [Account(who("harp"), "singer", START, "The Singer", 900)]
    store.add(None, [*views, quote, news, post("else", 5, issue="micro:else")], reposts, accounts)


def test_a_case_counts_each_act_of_all_its_cascades_once(store, reader):
    small_case(store)
    case = reader.read(incident(), START + timedelta(minutes=61))
    assert (case.size, case.roots) == (1 + 20 + 1 + 10 + 1, (ROOT, PostKey("micro", "quote"), PostKey("feed", "news")))
    assert (case.assessed, case.not_assessed, case.by_language) == (2, 1, {"en": 1, "ko": 1})
    assert case.origin.display_name == "The Singer"
    assert [(site.source, site.press) for site in case.sites] == [("micro", False), ("feed", True)]
    assert case.press_at == START + timedelta(minutes=60)
    assert [point.size for point in case.views] == [10, 300]
    assert case.explicit_share == pytest.approx((19 + 9) / 31)
    roles = {carrier.account.id: carrier.role for carrier in case.carriers}
    assert roles["harp"] == "origin"
    assert roles["r0"] == "amplifier"
    assert case.carriers[0].joined_at >= START
    assert case.expected_hour is None, "less than a day is known"


def test_nothing_of_what_came_later_is_in_it(store, reader):
    small_case(store)
    early = reader.read(incident(), START + timedelta(minutes=2))
    assert early.size == 12
    assert (early.press_at, early.assessed, len(early.sites)) == (None, 1, 1)
    assert early.growth[-1].at <= START + timedelta(minutes=2)


def test_a_surge_shows_the_complaints_that_made_it_and_no_single_claim(store, reader):
    store.add(
        None, [post(f"c{n}", n, f"late again {n}", issue=f"micro:c{n}", complaint=0.6 + n / 50) for n in range(9)]
    )
    named = tuple(PostKey("micro", f"c{n}") for n in range(5))
    finding = Finding(
        "volume_surge", "1", "northline", "surge:northline", "volume_surge", Level.watch, (), named, "why", START
    )
    surge = incident(issue="surge:northline", root=None, latest=(finding,), kind="volume_surge")
    case = reader.read(surge, START + timedelta(hours=1))
    assert (case.size, case.claim, case.origin) == (5, None, None)
    assert [example.key.id for example in case.examples] == ["c4", "c3"]


def test_examples_say_it_in_other_words(store, reader):
    texts = ("it broke", "IT  broke", "they laughed", "no refund")
    store.add(None, [post("harp", 0), *(post(f"t{n}", 1 + n, text) for n, text in enumerate(texts))])
    case = reader.read(incident(), START + timedelta(hours=1))
    assert [example.key.id for example in case.examples] == ["harp", "t0", "t2"]


def test_examples_are_no_variants_of_one_text(store, reader):
    told = [f"they broke my harp in {town} and refuse to pay for it" for town in ("Oslo", "Lima", "Riga", "Bari")]
    store.add(
        None,
        [
            post("harp", 0),
            *(post(f"t{n}", 1 + n, text, complaint=0.9) for n, text in enumerate(told)),
            post("other", 9, "hung up on me three times about a broken harp", complaint=0.6),
        ],
    )
    case = reader.read(incident(), START + timedelta(hours=1))
    assert [example.key.id for example in case.examples] == ["harp", "t0", "other"]


def test_a_failing_source_is_named_with_its_reason(sqlite_engine, store, reader):
    small_case(store)
    rows = CrawlStore(sqlite_engine)
    rows.put(None, CrawlState("northline", "bluesky", failures=2, last_error="no connection", last_success_at=START))
    rows.put(None, CrawlState("northline", "feed"))
    rows.put(None, CrawlState("other", "hackernews", failures=1, last_error="no connection"))
    case = reader.read(incident(), START + timedelta(hours=2))
    assert [(one.source, one.since, one.reason) for one in case.silent] == [("bluesky", START, "no connection")]


def test_a_large_case_is_read_in_a_fraction_of_a_second(store, reader):
    rng = Random(7)
    reposts = [passed("harp", f"r{n}", n / 50, parent=f"r{rng.randrange(n)}" if n else None) for n in range(10_000)]
    store.add(None, [post("harp", 0), *(post(f"t{n}", n / 10, f"shameful {n}") for n in range(500))], reposts)
    began = time.process_time()
    case = reader.read(incident(), START + timedelta(hours=4))
    assert case.size == 10_501
    assert time.process_time() - began < 2.5  # 0.4 s on a quiet machine
    nodes = reader.nodes(incident(), 1000)
    assert all(node.parent_index is None or node.parent_index < place for place, node in enumerate(nodes))


def test_the_usual_hour_takes_silence_as_silence():
    day = timedelta(days=1)
    sparse = [(START + day * n, 24) for n in range(10)]
    assert usual_hour(sparse, START + 10 * day + timedelta(hours=3)) < 6
    assert usual_hour(sparse[:1], START + timedelta(hours=23)) is None
    assert usual_hour([], START) is None


def test_a_case_counts_what_is_said_of_its_brand(store, reader):
    praise = Towards("northline", 0.1, 0.8)
    ours = Towards("northline", 0.0, 0.0, own=True)
    texts = [post("harp", 0), post("kind", 1), post("own", 2), post("unread", 3, complaint=None)]
    texts[1] = replace(texts[1], assessment=replace(texts[1].assessment, towards=(praise,)))
    texts[2] = replace(texts[2], assessment=replace(texts[2].assessment, towards=(ours,)))
    store.add(None, texts)
    case = reader.read(incident(), START + timedelta(hours=1))
    assert (case.assessed, case.complaints, case.not_assessed) == (2, 1, 1)
    assert [example.key.id for example in case.examples] == ["harp"]
