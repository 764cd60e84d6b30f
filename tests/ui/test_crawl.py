"""``ripplewatch crawl --once`` as a user runs it: the command line, a configuration file, servers that answer."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

import monitor.clock
from monitor.clock import RecordedClock
from monitor.recording import META_KEY, RecordingLabel
from tests.sites.feed import FeedSite
from tests.sites.hackernews import HackerNewsSite
from tests.sites.mastodon import TOKEN, MastodonSite
from tests.sites.server import Answer
from tests.sites.world import Event, World
from tests.sites.x import XSite
from tests.ui.live import NOW, configuration, served
from ui import cli
from ui.stores import Stores

NORTH = "Northline Air lost my cello #northline"
SOUTH = "Southline Rail is late again #southline"
EVENTS = [
    Event(number, number, NOW - timedelta(hours=number), NORTH if number < 4 else SOUTH) for number in range(1, 6)
]
EVENTS.append(Event(6, 6, NOW - timedelta(hours=2), "A quiet day at the sea #holiday"))
KEYS = ["source", "brand", "pages", "posts", "reposts", "deleted", "dropped", "reasons", "unfinished", "error"]


@dataclass(frozen=True)
class Printed:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def by(self, *names):
        return {tuple(row[name] for name in ("source", "brand")): tuple(row[n] for n in names) for row in self.rows()}


class Counted:
    """A site that keeps what it was asked."""

    def __init__(self, site):
        self.site = site
        self.asked = []

    def answer(self, asked, now):
        self.asked.append(asked)
        return self.site.answer(asked, now)

    def settings(self, base):
        return self.site.settings(base)


@pytest.fixture
def crawl(capsys, tmp_path, monkeypatch):
    """Runs ``crawl --once`` on a configuration at noon of 2 March 2026, or that many hours later."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RIPPLEWATCH_CONFIG", raising=False)

    def crawl(text, *arguments, hours=0.0, once=("--once",)):
        monkeypatch.setattr(monitor.clock, "SystemClock", lambda: RecordedClock(NOW + timedelta(hours=hours)))
        (tmp_path / "ripplewatch.toml").write_text(text)
        capsys.readouterr()
        return Printed(cli.execute(["crawl", *once, *arguments]), *capsys.readouterr())

    return crawl


@pytest.fixture
def stored(tmp_path):
    """The stored posts of a brand: their sources and texts."""

    def stored(brand):
        stores = Stores("sqlite:///ripplewatch.db")
        try:
            found = stores.posts.about(brand, NOW - timedelta(days=9), NOW + timedelta(days=9), 10_000)
            return sorted((post.key.source, post.text) for post in found)
        finally:
            stores.close()

    return stored


@pytest.fixture
def three():
    """Three sites that tell the same world, and the configuration that names them."""
    sites = {
        "feed": Counted(FeedSite(World(EVENTS))),
        "hackernews": Counted(HackerNewsSite(World(EVENTS))),
        "mastodon": Counted(MastodonSite(World(EVENTS))),
    }
    with served(**sites) as at:
        yield sites, configuration(**{name: site.settings(at[name]) for name, site in sites.items()})


class TestOnePass:
    def test_a_line_for_each_source_and_brand(self, crawl, three, stored):
        printed = crawl(three[1], "--json")
        assert printed.code == 0
        assert all(list(row) == KEYS for row in printed.rows())
        assert {name: found for name, found in printed.by("posts", "error").items() if name[1] is not None} == {
            ("feed", "*"): (5, None),
            ("hackernews", "northline"): (3, None),
            ("hackernews", "southline"): (2, None),
            ("mastodon", "northline"): (3, None),
            ("mastodon", "southline"): (2, None),
        }
        assert all(row["pages"] and not row["unfinished"] for row in printed.rows())
        assert [source for source, _ in stored("northline")] == ["feed"] * 3 + ["hackernews"] * 3 + ["mastodon"] * 3
        assert [source for source, _ in stored("southline")] == ["feed"] * 2 + ["hackernews"] * 2 + ["mastodon"] * 2
        assert not [text for _, text in stored("northline") + stored("southline") if "sea" in text]

    @pytest.mark.parametrize("hours", [0, 3])
    def test_a_second_pass_brings_nothing_new(self, crawl, three, stored, hours):
        crawl(three[1])
        before = stored("northline") + stored("southline")
        printed = crawl(three[1], "--json", hours=hours)
        assert printed.code == 0
        assert {(row["posts"], row["reposts"]) for row in printed.rows()} == {(0, 0)}
        assert stored("northline") + stored("southline") == before

    def test_what_was_said_meanwhile_is_all_that_a_second_pass_brings(self, crawl, stored):
        world = World(EVENTS)
        site = MastodonSite(world)
        with served(mastodon=site) as at:
            text = configuration(mastodon=site.settings(at["mastodon"]))
            crawl(text)
            world.add(Event(9, 9, NOW - timedelta(minutes=1), "Northline Air answers nobody #northline"))
            printed = crawl(text, "--json", hours=0.1)
        assert printed.by("posts")["mastodon", "northline"] == (1,)
        assert len(stored("northline")) == 4

    def test_a_long_walk_is_walked_to_its_end(self, crawl, stored):
        posts = [Event(n, n % 50, NOW - timedelta(minutes=n + 20), f"{NORTH} {n}") for n in range(1, 501)]
        site = Counted(MastodonSite(World(posts)))  # 40 on a page, of which a turn reads ten
        with served(mastodon=site) as at:
            printed = crawl(configuration(mastodon=site.settings(at["mastodon"])), "--json", "--brand", "northline")
        (row,) = [row for row in printed.rows() if row["brand"] == "northline"]
        assert (row["posts"], row["unfinished"], row["error"]) == (500, False, None)
        assert row["pages"] > 10
        assert len(stored("northline")) == 500

    def test_a_post_that_spreads_is_returned_to_and_one_that_is_taken_back_is_forgotten(self, crawl, stored):
        at = NOW - timedelta(minutes=40)
        boosts = [Event(n, n, at + timedelta(minutes=n), "", "repost", 1, 1) for n in range(2, 12)]
        world = World([Event(1, 1, at, NORTH), *boosts])
        site = MastodonSite(world)
        with served(mastodon=site) as base:
            text = configuration(mastodon=site.settings(base["mastodon"]))
            first = crawl(text, "--json")
            world.delete(1, NOW)
            later = crawl(text, "--json", hours=30)
        assert first.by("posts", "reposts", "deleted")["mastodon", None] == (0, 10, 0)
        assert sum(row["deleted"] for row in later.rows()) == 1
        assert NORTH not in [text for _, text in stored("northline")]

    def test_what_a_source_could_not_read_is_counted_with_a_reason(self, crawl):
        hit = {"objectID": "51", "created_at_i": int(NOW.timestamp()) - 60, "title": 5, "author": {"x": 1}}
        body = json.dumps({"hits": [hit], "nbHits": 1, "nbPages": 1, "page": 0, "hitsPerPage": 100}).encode()
        with served(odd=Fixed(Answer(body))) as at:
            printed = crawl(configuration(hackernews={"search_url": at["odd"]}), "--json", "--brand", "northline")
        row = printed.rows()[0]
        assert (printed.code, row["posts"], row["dropped"]) == (0, 0, 2)  # by each of the two terms
        assert row["reasons"][0].startswith("hits[0]: ")

    def test_for_people_it_writes_a_table(self, crawl, three):
        printed = crawl(three[1])
        head, *rows = printed.out.splitlines()
        assert head.split() == ["source", "brand", "pages", "posts", "reposts", "deleted", "dropped", "result"]
        assert any(row.split()[:3] == ["feed", "all", "brands"] and "✓ fine" in row for row in rows)
        assert any(row.split()[:2] == ["mastodon", "southline"] and "✓ fine" in row for row in rows)


class Fixed:
    """A site that answers everything in one way."""

    def __init__(self, answer):
        self._answer = answer

    def answer(self, asked, now):
        return self._answer


class TestChoosing:
    def test_only_the_named_sources_are_asked(self, crawl, three):
        sites, text = three
        printed = crawl(text, "--json", "--source", "mastodon", "-s", "feed")
        assert printed.code == 0
        assert {row["source"] for row in printed.rows()} == {"mastodon", "feed"}
        assert sites["mastodon"].asked
        assert sites["feed"].asked
        assert not sites["hackernews"].asked

    def test_only_the_named_brand_is_looked_for(self, crawl, three, stored):
        sites, text = three
        printed = crawl(text, "--json", "--source", "mastodon", "--brand", "southline")
        assert {row["brand"] for row in printed.rows()} <= {"southline", None}
        assert stored("northline") == []
        assert len(stored("southline")) == 2
        assert not [asked for asked in sites["mastodon"].asked if "northline" in f"{asked.path}{asked.query}"]

    def test_a_feed_that_was_read_for_one_brand_was_read_for_all(self, crawl, three, stored):
        printed = crawl(three[1], "--json", "--source", "feed", "--brand", "southline")
        assert printed.by("posts")["feed", "*"] == (5,)
        assert (len(stored("northline")), len(stored("southline"))) == (3, 2)

    def test_names_that_are_not_there_are_told_all_at_once_and_nothing_is_asked(self, crawl, three):
        sites, text = three
        named = ["--source", "mastadon", "--source", "feed", "--source", "x", "--brand", "eastline"]
        printed = crawl(text, "--json", *named)
        assert (printed.code, printed.out) == (2, "")
        assert printed.err.startswith("ripplewatch.toml: 3 problem(s)\n")
        for words in (
            "--source: 'mastadon' is not switched on; there are: ",
            "--source: 'x' is not switched on",
            "--brand: 'eastline' is not watched; there are: northline, southline",
        ):
            assert words in printed.err
        assert not any(site.asked for site in sites.values())

    def test_nothing_to_watch_and_nowhere_to_look_are_told_together(self, crawl):
        printed = crawl("", "--json")
        assert (printed.code, printed.out) == (2, "")
        assert "brands: nothing is watched; write a configuration with: ripplewatch init" in printed.err
        assert "sources: none is switched on" in printed.err

    def test_without_once_nothing_is_asked(self, crawl, three):
        sites, text = three
        printed = crawl(text, once=())
        assert (printed.code, printed.out) == (2, "")
        assert "--once" in printed.err
        assert "ripplewatch run" in printed.err
        assert not any(site.asked for site in sites.values())


class TestFailures:
    def test_a_source_that_fails_does_not_cost_another_one(self, crawl, three, stored, closed_port):
        site = MastodonSite(World(EVENTS))
        with served(site=site) as at:
            here = f"http://127.0.0.1:{closed_port}"
            text = configuration(hackernews={"search_url": here}, mastodon=site.settings(at["site"]))
            printed = crawl(text, "--json")
        assert printed.code == 1
        found = printed.by("posts", "error")
        assert found["mastodon", "northline"] == (3, None)
        posts, error = found["hackernews", "northline"]
        assert posts == 0
        assert f"127.0.0.1:{closed_port}" in error
        assert len(stored("northline")) == 3

    def test_it_is_asked_again_by_the_next_pass_and_then_brings_all(self, crawl, stored, closed_port):
        crawl(configuration(mastodon={"base_url": f"http://127.0.0.1:{closed_port}", "access_token": TOKEN}))
        site = MastodonSite(World(EVENTS))
        with served(site=site) as at:
            printed = crawl(configuration(mastodon=site.settings(at["site"])), "--json")
        assert printed.code == 0
        assert len(stored("northline")) == 3

    @pytest.mark.parametrize("columns", ["80", "200"])
    def test_for_people_the_row_says_failed_and_the_reason_stands_below_whole(
        self, crawl, closed_port, monkeypatch, columns
    ):
        monkeypatch.setenv("COLUMNS", columns)
        printed = crawl(configuration(hackernews={"search_url": f"http://127.0.0.1:{closed_port}/[bold]x"}))
        assert printed.code == 1
        row = next(line for line in printed.out.splitlines() if line.startswith("hackernews"))
        assert "✗ failed" in row
        reason = next(line for line in printed.out.splitlines() if line.startswith("hackernews: "))
        assert "no connection" in reason

    def test_a_database_that_holds_a_replay_is_left_alone(self, crawl, three):
        stores = Stores("sqlite:///ripplewatch.db")
        stores.meta.put(META_KEY, RecordingLabel("replay", "").to_json())
        stores.close()
        printed = crawl(three[1], "--json")
        assert (printed.code, printed.out) == (1, "")
        assert "holds a replay" in printed.err

    @pytest.mark.parametrize("arguments", [(), ("--json",)])
    def test_no_secret_is_ever_printed(self, crawl, arguments, closed_port):
        mastodon, x = MastodonSite(World(EVENTS)), XSite(World(EVENTS))
        secrets = ["m4sto-s3cret", "x-s3cret", "f33d-s3cret", "yt-s3cret", "wb-s3cret"]
        here = f"http://127.0.0.1:{closed_port}"
        with served(mastodon=mastodon, x=x) as at:
            text = configuration(
                mastodon={**mastodon.settings(at["mastodon"]), "access_token": secrets[0]},
                x={**x.settings(at["x"]), "bearer_token": secrets[1]},
                feed={"urls": [f"http://mina:{secrets[2]}@127.0.0.1:{closed_port}/rss?key={secrets[2]}"]},
                youtube={"base_url": here, "api_key": secrets[3]},
                weibo={"base_url": here, "access_token": secrets[4]},
            )
            printed = crawl(text, *arguments)
        assert printed.code == 1
        for source in ("mastodon", "x", "feed", "youtube", "weibo"):
            assert source in printed.out
        assert not [secret for secret in secrets if secret in printed.out + printed.err]
