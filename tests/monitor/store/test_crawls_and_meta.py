"""The state of crawls, and small facts about the database."""

from dataclasses import replace
from datetime import UTC, datetime

from monitor.store import CrawlState, CrawlStore, MetaStore

T = datetime(2009, 7, 6, 18, tzinfo=UTC)


def test_a_crawl_never_tried_is_unknown(engine):
    assert CrawlStore(engine).get("north", "feed") is None
    assert CrawlStore(engine).all() == []


def test_the_last_state_of_a_crawl_stands(engine):
    store = CrawlStore(engine)
    failed = CrawlState("north", "feed", "etag", T, T, None, None, 3, "feed.example does not answer", 2, 0)
    store.put(None, failed)
    well = replace(failed, failures=0, last_error=None, last_success_at=T, newest_post_at=T, posts_total=7)
    store.put(None, well)
    store.put(None, CrawlState("north", "bluesky"))
    store.put(None, CrawlState("east", "feed"))
    assert store.get("north", "feed") == well
    assert [(row.brand, row.source) for row in store.all()] == [
        ("east", "feed"),
        ("north", "bluesky"),
        ("north", "feed"),
    ]


def test_facts_are_replaced(engine):
    meta = MetaStore(engine)
    assert meta.get("heartbeat") is None
    meta.put("heartbeat", "1")
    meta.put("heartbeat", "2")
    meta.put("recorded", "북쪽 항공 ✈")
    assert (meta.get("heartbeat"), meta.get("recorded")) == ("2", "북쪽 항공 ✈")
