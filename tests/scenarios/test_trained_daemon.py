"""A daemon that runs while somebody trains: new posts are read with the new model, without a restart."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import PostKey
from monitor.http import HttpClient
from monitor.store.models import KeptModel
from monitor.text.model.fit import Example, fit
from monitor.text.model.weights import dumps
from ui.runtime import open_daemon
from ui.settings import Settings
from ui.stores import Stores

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SCENES = ["seat", "tray", "window", "lounge", "counter", "coach", "ticket", "crew", "cabin", "meal", "blanket", "gate"]
SAID = (("the northline {} {} quibbled with my {} all day", True), ("from the northline {} {} one sees the {}", False))


def trained():
    """A model that has learnt one word."""
    dice = random.Random(5)
    examples = [Example(text.format(*dice.sample(SCENES, 3)), yes) for text, yes in SAID for _ in range(40)]
    return dumps(replace(fit("en", examples), version="t"))


@pytest.fixture
def settings(sqlite_engine, sqlite_url):
    return Settings.model_validate(
        {
            "database": sqlite_url,
            "tick_seconds": 3600,
            "brands": [{"title": "Northline", "id": "northline"}],
            "sources": {"bluesky": {"enabled": True, "every_minutes": 1}},
        }
    )


def test_new_posts_are_read_with_the_model_that_was_trained_meanwhile(settings):
    clock = RecordedClock(NOW)
    served = []

    def bluesky(request):
        if not request.url.path.endswith("searchPosts"):
            return httpx.Response(400, json={"error": "NotFound"})
        return httpx.Response(200, json={"posts": served})

    def say(name):
        record = {"text": "northline quibbled with my cello", "createdAt": clock.now().isoformat(), "langs": ["en"]}
        author = {"did": f"did:plc:{name}", "handle": f"{name}.example"}
        uri = f"at://did:plc:{name}/app.bsky.feed.post/p"
        served.insert(0, {"uri": uri, "author": author, "record": record})
        return PostKey("bluesky", uri)

    with open_daemon(settings, clock, partial(HttpClient, transport=httpx.MockTransport(bluesky))) as daemon:
        first = say("first")
        daemon.crawl()
        stores = Stores(settings.database)
        stores.models.add(None, KeptModel("en", "t", NOW, "Ada", {}), trained())
        clock.wait(timedelta(minutes=2))
        second = say("second")
        daemon.crawl()
    read = {key: post.assessment.is_complaint for key, post in stores.posts.many([first, second]).items()}
    stores.close()
    assert read == {first: False, second: True}
