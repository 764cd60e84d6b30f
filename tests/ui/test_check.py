"""``ripplewatch check`` against servers that answer and servers that are not there."""

import json
from datetime import timedelta
from functools import partial

import pytest

import monitor.clock
from monitor.clock import RecordedClock
from monitor.db import connect
from monitor.store.crawls import CrawlState
from tests.sites.discourse import DiscourseSite
from tests.sites.feed import FeedSite
from tests.sites.hackernews import HackerNewsSite
from tests.sites.mastodon import TOKEN, MastodonSite
from tests.sites.server import Answer
from tests.sites.world import Event, World
from tests.sites.x import XSite
from tests.ui.live import NOW, configuration, served
from ui import checks, cli
from ui.settings import load
from ui.stores import Stores

POSTS = [
    Event(number, number, NOW - timedelta(hours=number), f"Northline Air again, {number} #northlineair")
    for number in (1, 2, 3)
]


class Refusing:
    """A site that answers everything in one way."""

    def __init__(self, answer):
        self._answer = answer

    def answer(self, asked, now):
        return self._answer


@pytest.fixture
def clock(monkeypatch):
    """The clock of the command: noon of 2 March 2026."""
    clock = RecordedClock(NOW)
    monkeypatch.setattr(monitor.clock, "SystemClock", lambda: clock)
    return clock


@pytest.fixture
def check(capsys, tmp_path, monkeypatch, clock):
    """Runs ``check --json`` on a configuration; returns the exit code and the row of each thing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RIPPLEWATCH_CONFIG", raising=False)

    def check(text):
        (tmp_path / "ripplewatch.toml").write_text(text)
        code = cli.execute(["check", "--json"])
        return code, {row["what"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}

    return check


def told(rows):
    return {what: (row["fine"], row["detail"]) for what, row in rows.items()}


class TestEverything:
    def test_each_thing_answers(self, check):
        feed, news = FeedSite(World(POSTS)), HackerNewsSite(World(POSTS))
        with served(feed=feed, news=news) as at:
            code, said = check(
                configuration(feed=feed.settings(at["feed"]), hackernews=news.settings(at["news"])),
            )
        assert told(said) == {
            "database": (True, "0 posts, 0 reposts, 0 accounts"),
            "feed": (True, "3 posts on the first page, the newest of 2026-03-02 11:00 UTC"),
            "hackernews": (True, "3 posts on the first page for 'Northline Air', the newest of 2026-03-02 11:00 UTC"),
            "console": (True, "needs nothing"),
        }
        assert code == 0
        for name in ("feed", "hackernews"):
            assert (said[name]["reachable"], said[name]["authorised"]) == (True, True)
            assert said[name]["newest_post_at"] == "2026-03-02T11:00:00Z"
        assert set(said["console"]) == {"what", "fine", "detail"}

    def test_nothing_is_stored(self, check, tmp_path):
        news = HackerNewsSite(World(POSTS))
        with served(news=news) as at:
            check(configuration(hackernews=news.settings(at["news"])))
            _, again = check(configuration(hackernews=news.settings(at["news"])))
        assert again["database"]["detail"] == "0 posts, 0 reposts, 0 accounts"

    def test_each_thing_that_fails_is_told_with_its_reason(self, check, closed_port):
        here = f"http://127.0.0.1:{closed_port}"
        mail = (
            f'[notify.email]\nhost = "127.0.0.1"\nport = {closed_port}\nsecurity = "none"\n'
            'sender = "a@northline.example"\n'
        )
        sources = {"hackernews": {"search_url": here}, "bluesky": {"appview": here}, "feed": {"urls": [f"{here}/rss"]}}
        code, said = check(configuration(**sources) + mail)
        assert code == 1
        for name in sources:
            assert not said[name]["fine"]
            assert f"127.0.0.1:{closed_port}" in said[name]["detail"]
            assert "no connection" in said[name]["detail"]
            assert (said[name]["reachable"], said[name]["authorised"]) == (False, None)
        assert said["email"]["fine"] is False
        assert "127.0.0.1" in said["email"]["detail"]
        assert said["database"]["fine"]
        assert said["console"]["fine"]

    def test_nothing_watched_and_nobody_told_are_failures(self, check):
        feed = FeedSite(World(POSTS))
        with served(feed=feed) as at:
            sources = {"feed": feed.settings(at["feed"]), "hackernews": {"search_url": at["feed"]}}
            code, said = check(configuration(brands="", told="", **sources))
        assert code == 1
        assert told(said) == {
            "database": (True, "0 posts, 0 reposts, 0 accounts"),
            "brands": (False, "nothing is watched; add [[brands]] to the configuration"),
            "feed": (True, "3 posts on the first page, the newest of 2026-03-02 11:00 UTC"),
            "hackernews": (False, "not tried: no brand to look for"),
            "people": (False, "nobody is told anything; add [[people]] to the configuration"),
        }

    def test_a_private_address_that_is_not_allowed_is_refused(self, check):
        text = configuration(feed={"urls": ["http://127.0.0.1:9/rss"]}).replace('"127.0.0.1"', '"127.0.0.1:1"')
        code, said = check(text)
        assert code == 1
        assert "allowed_private_hosts" in said["feed"]["detail"]
        assert said["feed"]["reachable"] is False

    def test_a_source_that_is_faulty_does_not_hide_the_rest(self, check, monkeypatch):
        def faulty(*_):
            raise KeyError("nothing there")

        news = HackerNewsSite(World(POSTS))
        monkeypatch.setattr("monitor.sources.hackernews.source.HackerNewsSource.fetch", faulty)
        with served(news=news) as at:
            code, said = check(configuration(hackernews=news.settings(at["news"])))
        assert code == 1
        assert said["hackernews"]["detail"] == "the crawler broke: KeyError('nothing there')"
        assert said["console"]["fine"]


class TestSources:
    def test_a_key_that_is_refused_is_not_mistaken_for_a_site_that_is_down(self, check):
        site = MastodonSite(World(POSTS))
        with served(site=site) as at:
            settings = {**site.settings(at["site"]), "access_token": "wr0ng-t0ken"}
            code, said = check(configuration(mastodon=settings))
        assert code == 1
        assert (said["mastodon"]["reachable"], said["mastodon"]["authorised"]) == (True, False)
        assert "wr0ng" not in json.dumps(said)

    def test_a_site_that_asks_to_wait_is_reachable_and_it_is_told_until_when(self, check):
        busy = Refusing(Answer(b"{}", 429, {"retry-after": "600", "content-type": "application/json"}))
        with served(busy=busy) as at:
            code, said = check(configuration(mastodon={"base_url": at["busy"]}))
        assert code == 1
        row = said["mastodon"]
        assert (row["reachable"], row["authorised"]) == (True, None)
        assert row["detail"].endswith("; free again at 2026-03-02 12:10:00 UTC")
        assert [(one["left"], one["resets_at"]) for one in row["budget"]] == [(0, "2026-03-02T12:10:00Z")]

    def test_an_answer_that_is_none_of_that_site_is_a_failure_of_a_site_that_is_there(self, check):
        with served(page=Refusing(Answer(b"<html>Log in to this network</html>"))) as at:
            code, said = check(configuration(hackernews={"search_url": at["page"]}))
        assert code == 1
        assert (said["hackernews"]["reachable"], said["hackernews"]["authorised"]) == (True, None)

    def test_a_limit_that_the_site_announces_is_what_is_left(self, check):
        site = MastodonSite(World(POSTS), limit=300)
        with served(site=site) as at:
            _, said = check(configuration(mastodon=site.settings(at["site"])))
        (budget,) = said["mastodon"]["budget"]
        assert budget["name"].startswith("127.0.0.1:")
        assert (budget["left"], budget["limit"], budget["unit"]) == (299, 300, "requests")
        assert budget["resets_at"] == "2026-03-02T12:05:00Z"

    def test_what_a_check_costs_is_small_and_counted_with_what_the_crawler_spends(self, check):
        site = XSite(World(POSTS))
        with served(site=site) as at:
            text = configuration(x={**site.settings(at["site"]), "max_dollars_per_day": 3})
            _, first = check(text)
            _, second = check(text)
        left = [{one["name"]: one["left"] for one in said["x"]["budget"]}["x.day"] for said in (first, second)]
        assert left == [pytest.approx(2.995), pytest.approx(2.99)]
        day = next(one for one in second["x"]["budget"] if one["name"] == "x.day")
        assert (day["limit"], day["unit"], day["resets_at"]) == (3, "dollars", "2026-03-03T00:00:00Z")
        assert [asked.path for asked in site.asked] == ["/2/tweets/counts/recent"] * 2
        assert second["x"]["detail"] == "answers, and lets us ask"

    def test_a_budget_that_is_spent_says_nothing_of_the_site(self, check):
        site = XSite(World(POSTS))
        with served(site=site) as at:
            text = configuration(x={**site.settings(at["site"]), "max_dollars_per_day": 0.005})
            check(text)
            code, said = check(text)
        assert code == 1
        assert (said["x"]["reachable"], said["x"]["authorised"]) == (None, None)
        assert "max_dollars_per_day" in said["x"]["detail"]
        assert "free again at 2026-03-02 13:00:00 UTC" in said["x"]["detail"]
        assert len(site.asked) == 1

    def test_a_forum_that_has_a_smaller_look_tells_its_newest_post(self, check):
        forum = DiscourseSite(World(POSTS))
        with served(forum=forum) as at:
            code, said = check(configuration(discourse=forum.settings(at["forum"])))
        assert code == 0
        assert said["discourse"]["detail"] == "answers, and lets us ask, the newest of 2026-03-02 11:00 UTC"
        assert said["discourse"]["newest_post_at"] == "2026-03-02T11:00:00Z"

    def test_the_newest_post_is_also_one_that_was_stored_before(self, check, capsys):
        site = MastodonSite(World(POSTS))
        with served(site=site) as at:
            text = configuration(mastodon=site.settings(at["site"]))
            check(text)
            assert cli.execute(["crawl", "--once"]) == 0
            capsys.readouterr()
        with served(site=MastodonSite(World())) as at:
            _, said = check(configuration(mastodon=site.settings(at["site"])))
        assert said["mastodon"]["detail"] == "0 posts on the first page for 'Northline Air'"
        assert said["mastodon"]["newest_post_at"] == "2026-03-02T11:00:00Z"

    def test_what_is_missing_names_the_keys_with_their_pages_and_what_cannot_be_seen(self, check):
        site = MastodonSite(World(POSTS), token=False)
        with served(site=site) as at:
            _, without = check(configuration(mastodon=site.settings(at["site"])))
            _, with_one = check(configuration(mastodon={**site.settings(at["site"]), "access_token": TOKEN}))
        key, *unseen = without["mastodon"]["missing"]
        assert key.startswith("access_token is not set: ")
        assert key.endswith("; get one at https://mastodon.social/settings/applications")
        assert "cannot see how often a post was viewed" in unseen
        assert with_one["mastodon"]["missing"] == unseen

    def test_a_stream_is_told_of_as_its_row_stands_but_not_listened_to(self, check, tmp_path):
        site = MastodonSite(World(POSTS))
        with served(site=site) as at:
            settings = site.settings(at["site"])
            _, off = check(configuration(mastodon=settings))
            text = configuration(mastodon={**settings, "stream": "sse"})
            _, new = check(text)
            stores = Stores(load(tmp_path / "ripplewatch.toml", {}).settings.database)
            heard = CrawlState("*", "mastodon:stream", last_success_at=NOW - timedelta(minutes=2))
            stores.crawls.put(None, heard)
            _, fine = check(text)
            stores.crawls.put(None, CrawlState("*", "mastodon:stream", failures=2, last_error="hung up"))
            _, lost = check(text)
            stores.close()
            assert not [asked for asked in site.asked if "streaming" in asked.path]
        assert [said["mastodon"]["stream"] for said in (off, new, fine, lost)] == [
            "off",
            "on, not listened to yet",
            "on, last heard at 2026-03-02 11:58 UTC",
            "on, but lost: hung up",
        ]
        assert lost["mastodon"]["detail"].endswith("; stream: on, but lost: hung up")
        assert lost["mastodon"]["fine"]


class TestDatabases:
    def test_one_that_is_not_there_does_not_hide_the_rest(self, check, closed_port):
        site = XSite(World(POSTS))
        with served(site=site) as at:
            text = f'database = "postgresql://mina:tidal@127.0.0.1:{closed_port}/watch"\n'
            code, said = check(text + configuration(x=site.settings(at["site"])))
        assert code == 1
        assert "does not answer" in said["database"]["detail"]
        assert "tidal" not in said["database"]["detail"]
        assert said["console"]["fine"]
        assert (said["x"]["fine"], said["x"]["reachable"]) == (True, True)
        assert {one["name"] for one in said["x"]["budget"]} >= {"x.day", "x.month"}

    def test_one_that_fails_later_costs_the_budgets_only(self, check, monkeypatch):
        def locked(*_):
            raise checks.StorageError("the database is locked")

        site = MastodonSite(World(POSTS), limit=300)
        monkeypatch.setattr(checks, "_own", locked)
        news = HackerNewsSite(World(POSTS))
        with served(site=site, news=news) as at:
            sources = {"mastodon": site.settings(at["site"]), "hackernews": news.settings(at["news"])}
            _, said = check(configuration(**sources))
        assert said["hackernews"]["budget"] == []
        assert len(said["mastodon"]["budget"]) == 1


class TestForPeople:
    @pytest.fixture
    def show(self, check, capsys, monkeypatch, tmp_path):
        def show(text, width):
            monkeypatch.setattr("ui.commands.check.WIDE", width)
            (tmp_path / "mine.toml").write_text(text)
            code = cli.execute(["check", "--config", "mine.toml"])
            return code, capsys.readouterr().out.splitlines()

        return show

    def test_a_line_for_each_thing_and_a_table_of_the_sources(self, show, monkeypatch, closed_port):
        monkeypatch.setattr("ui.stores.connect", partial(connect, busy_seconds=0.05))
        down = {"urls": [f"http://127.0.0.1:{closed_port}/[bold]rss[bold]"]}
        site, x = MastodonSite(World(POSTS), token=False), XSite(World(POSTS))
        with served(site=site, x=x) as at:
            sources = {"feed": down, "mastodon": site.settings(at["site"]), "x": x.settings(at["x"])}
            code, (head, database, *lines) = show(configuration(**sources), width=160)
        assert code == 1
        assert head == "mine.toml: the configuration is valid"
        assert database.split()[:3] == ["✓", "fine", "database"]
        assert [line.split()[:3] for line in lines[:4]] == [
            ["✗", "failed", "feed"],
            ["✓", "fine", "mastodon"],
            ["✓", "fine", "x"],
            ["✓", "fine", "console"],
        ]
        table = [line.strip() for line in lines[4:] if line.strip()]
        assert table[0].split("  ")[0] == "source"
        for column in ("reachable", "authorised", "budget left", "newest post", "what is missing"):
            assert column in table[0]
        feed, mastodon, x_row = (next(line for line in table if line.startswith(name)) for name in sources)
        assert feed.split()[:5] == ["feed", "✗", "no", "?", "unknown"]
        assert mastodon.split()[:5] == ["mastodon", "✓", "yes", "✓", "yes"]
        assert "2026-03-02 11:00 UTC" in mastodon
        assert "access_token is not set" in mastodon
        assert "9.995 of 10 dollars" in x_row

    def test_in_a_narrow_terminal_what_is_missing_stands_below_whole(self, show):
        site = MastodonSite(World(POSTS), token=False)
        with served(site=site) as at:
            _, lines = show(configuration(mastodon=site.settings(at["site"])), width=80)
        assert not [line for line in lines if "what is missing" in line and "source" in line]
        (key,) = [line for line in lines if line.startswith("mastodon: access_token")]
        assert key.endswith("https://mastodon.social/settings/applications")
        assert any(line.startswith("mastodon: cannot see ") for line in lines)
