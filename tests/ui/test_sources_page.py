"""The Sources page: what is silent, how late posts are seen, what was missed, what cannot be seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from monitor.clock import RecordedClock
from monitor.domain import Gap
from monitor.planning import ALL_BRANDS, stream_name
from monitor.recording import META_KEY, RecordingLabel
from monitor.sources.registry import SOURCES
from monitor.store.crawls import CrawlState
from ui.i18n import Texts, languages
from ui.markup import sources as markup
from ui.runtime import open_services
from ui.sight import blind_spots
from ui.stores import Stores

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FINE = CrawlState(
    "northline",
    "bluesky",
    next_check_at=NOW + timedelta(minutes=3),
    last_attempt_at=NOW,
    last_success_at=NOW - timedelta(minutes=1),
    newest_post_at=NOW - timedelta(minutes=4),
    posts_total=1200,
    dropped_total=3,
    lag_seconds=95.0,
)


@pytest.fixture
def stores(sqlite_engine, sqlite_url):
    return Stores(sqlite_url)


@pytest.fixture
def services(stores, sqlite_url):
    return open_services(sqlite_url, clock=RecordedClock(NOW))


def page(services, language="en"):
    def sources_page(services, texts):
        from ui.views import sources

        sources.render(services, texts, "Mina")

    app = AppTest.from_function(sources_page, args=(services, Texts(language)), default_timeout=30).run()
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def test_before_anything_was_asked_it_says_what_to_do(services):
    assert "ripplewatch init" in page(services)


def test_a_replay_asks_no_source(services, stores):
    stores.meta.put(META_KEY, RecordingLabel("replay", "").to_json())
    stores.crawls.put(None, FINE)
    assert "no source is asked" in page(services)


def test_it_shows_the_lag_and_what_cannot_be_seen(services, stores):
    stores.crawls.put(None, FINE)
    shown = page(services)
    assert "Bluesky" in shown
    assert "answers" in shown
    assert "95 s" in shown
    assert "1,200" in shown
    assert "how often a post was viewed" in shown  # Bluesky does not tell
    assert "●" in shown


def test_the_worst_brand_counts_for_the_lag_and_a_walk_that_goes_on_is_told(services, stores):
    stores.crawls.put(None, FINE)
    stores.crawls.put(None, replace(FINE, brand="other", lag_seconds=3600.0, cursor="page 11"))
    shown = page(services)
    assert "1 h" in shown
    assert "older posts are still being read" in shown


def test_a_silent_source_says_why_since_when_and_what_that_means(services, stores):
    reason = "public.api.example refuses access (401): <b>check</b> the key"
    stores.crawls.put(None, replace(FINE, failures=2, last_error=reason, last_success_at=NOW - timedelta(hours=2)))
    shown = page(services)
    assert "silent for 2 h" in shown
    assert "refuses access (401): &lt;b&gt;check&lt;/b&gt; the key" in shown
    assert "this is not calm" in shown
    assert "✕" in shown


def test_a_stream_stands_beside_its_crawl_and_tells_what_it_missed(services, stores):
    stores.crawls.put(None, FINE)
    stores.crawls.put(None, replace(FINE, brand=ALL_BRANDS, source=stream_name("bluesky"), lag_seconds=2.0))
    gap = Gap(NOW - timedelta(hours=40), NOW - timedelta(hours=36), "the stream keeps 36 hours")
    stores.crawling.gaps.add(None, "bluesky", gap)
    stores.crawling.gaps.add(None, "feed", Gap(NOW - timedelta(days=30), NOW - timedelta(days=29), "long ago"))
    shown = page(services)
    assert "Bluesky · stream" in shown
    assert "2 s" in shown
    assert "the stream keeps 36 hours" in shown
    assert "long ago" not in shown


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", sorted(name for name, spec in SOURCES.items() if spec.online))
def test_what_each_source_cannot_see_can_be_said_in_every_language(name, language):
    for spot in blind_spots(SOURCES[name].capabilities):
        assert markup.said(spot, Texts(language)).strip()
