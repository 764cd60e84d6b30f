"""The Topics page and the command: what is complained about, what is asked again, and when there is nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor.domain import Account, AccountKey
from monitor.recording import META_KEY, RecordingLabel
from monitor.store.posts import PostStore
from ui import cli
from ui.charts.bars import bars
from ui.i18n import Texts, languages
from ui.markup import topics as markup
from ui.runtime import topic_pages
from ui.stores import Stores
from ui.theme import LEVELS
from ui.topics import Topic, Window


def page(services, language="en", **choices):
    def topics_page(services, texts):
        import streamlit as st

        from ui.views import topics

        topics.render(services, texts, "Mina", lambda id: st.markdown(f"open {id}"))

    app = AppTest.from_function(topics_page, args=(services, Texts(language)), default_timeout=30).run()
    for key, value in choices.items():
        next(box for box in app.selectbox if box.key == key.replace("_", "-")).set_value(value)
        app.run()
    assert not app.exception
    return app


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.fixture
def asked(full_url, seed):
    """The invented cases with a question asked by three customers, and three times by the brand itself."""
    stores = Stores(full_url)
    words = ("When does the Northline Air bag drop open in Lisbon?", "what time does bag drop open in lisbon")
    posts = [
        seed.post(f"ask{n}", f"flyer{n}", words[n % 2], seed.NOW - timedelta(hours=n + 1), f"ask{n}", complaint=0.1)
        for n in range(3)
    ]
    own = [
        seed.post(
            f"own{n}",
            "northlineair",
            "Could you send us your booking code in a message?",
            seed.NOW - timedelta(hours=1),
            f"own{n}",
        )
        for n in range(3)
    ]
    PostStore(stores.engine).add(None, [*posts, *own])
    PostStore(stores.engine).add(None, accounts=[Account(AccountKey("bluesky", "did:flyer1"), "flyer_one", seed.NOW)])
    stores.close()


@pytest.mark.parametrize("language", languages())
def test_issues_stand_with_title_phrases_sites_and_count_in_every_language(services, language):
    shown = html(page(services, language))
    assert "broke my guitar" in shown or "guitar" in shown
    assert "bluesky" in shown
    assert "feed" in shown
    assert 'class="rw-spark"' in shown
    assert Texts(language)("topics.issues") in shown


def test_each_topic_opens_its_posts_and_leads_to_its_case(services):
    app = page(services)
    assert any("Posts (" in expander.label for expander in app.expander)
    assert any(text.value == "open guitar-1" for text in app.markdown)
    assert "rw-post" in html(app)


def test_an_issue_that_led_to_an_open_case_carries_its_level_as_word_and_shape(services):
    level = next(case.level for case in services.incidents.open_incidents() if case.id == "guitar-1")
    mark = LEVELS[level]
    assert f'color:{mark.colour}">{mark.shape} {Texts("en")(f"level.{level.name}")}' in html(page(services))


def test_only_the_foremost_topics_are_shown_until_all_are_asked_for(services, monkeypatch):
    monkeypatch.setattr("ui.views.topics.SHOWN", 0)
    app = page(services)
    assert "rw-topic" not in html(app)
    button = next(one for one in app.button if one.key == "more-issues")
    assert button.label.startswith("Show ")
    button.click().run()
    assert "guitar" in html(app)
    assert not [one for one in app.button if one.key == "more-issues"]


def test_a_question_asked_by_several_is_counted(asked, services):
    shown = html(page(services))
    assert "3×" in shown
    assert "bag drop" in shown


def test_what_the_brand_itself_asks_is_no_question_of_customers(sqlite_url, seed):
    stores, brand = Stores(sqlite_url), replace(seed.AIR, handles=("NorthlineAir",))
    words = "Could you send us your booking code in a message?"
    by = ("northlineair", "northlineair", "flyer1")
    posts = [seed.post(f"q{n}", name, words, seed.NOW - timedelta(hours=n + 1), f"q{n}") for n, name in enumerate(by)]
    PostStore(stores.engine).add(None, posts, accounts=[seed.account("northlineair", 9), seed.account("flyer1", 9)])
    window = Window(seed.NOW, timedelta(days=7))
    assert topic_pages(stores, [brand]).reader.read(brand.id, window).questions == ()
    (found,) = topic_pages(stores, [seed.AIR]).reader.read(brand.id, window).questions
    assert (found.posts, found.authors, found.texts) == (3, 2, 1)
    stores.close()


def test_the_window_and_the_brand_can_be_chosen(services):
    first = html(page(services))
    rail = html(page(services, topics_brand="kestrel"))
    assert "guitar" in first
    assert "guitar" not in rail
    assert "posts an hour" in html(page(services, topics_days=1))


def test_without_posts_it_says_so_and_without_brands_what_to_do(empty_services):
    assert "No brand is watched" in html(page(empty_services))


def test_strangers_words_stay_words(services, seed):
    topic = Topic(
        key="x",
        title=seed.HOSTILE,
        phrases=("<b>x</b>", "</script>"),
        posts=3,
        texts=1,
        authors=2,
        languages={None: 2, "<i>": 1},
        sites={"<u>": 3},
        first=seed.NOW,
        last=seed.NOW,
        series=(0, 3),
        newest=(),
    )
    drawn = markup.issue(topic, Window(seed.NOW, timedelta(days=2)), seed.NOW, Texts("en"))
    for raw in ("<img src=x", "<b>x</b>", "</script>", "<i>", "<u>", "\u202e"):
        assert raw not in drawn


def test_bars_keep_small_counts_visible_and_empty_steps_empty():
    drawn = bars((0, 1, 500), "#000")
    assert drawn.count("<rect") == 2
    assert 'height="2.0"' in drawn
    assert bars((), "#000").count("<rect") == 0


def test_the_steps_of_a_window():
    end = Window(until=datetime(2026, 3, 2, 12, tzinfo=UTC), length=timedelta(days=2))
    moments = [end.since, end.until - timedelta(seconds=1), end.until, end.since - timedelta(seconds=1)]
    counts = end.counts(moments)
    assert (len(counts), counts[0], counts[-1], sum(counts)) == (48, 1, 1, 2)
    assert len(Window(end.until, timedelta(days=30)).counts([])) == 30


class TestCommand:
    def run(self, capsys, *arguments):
        capsys.readouterr()
        code = cli.execute(["topics", *arguments])
        return (code, *capsys.readouterr())

    @pytest.fixture
    def recorded_url(self, full_url):
        """The invented cases as a recording: its clock stands at the last tick."""
        stores = Stores(full_url)
        stores.meta.put(META_KEY, RecordingLabel("replay", "").to_json())
        stores.close()
        return full_url

    @pytest.fixture(autouse=True)
    def elsewhere(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("RIPPLEWATCH_CONFIG", raising=False)

    def test_json_lines(self, capsys, recorded_url):
        code, out, _ = self.run(capsys, "--db", recorded_url, "--brand", "northline", "--json")
        rows = [json.loads(line) for line in out.splitlines()]
        assert code == 0
        guitar = max(rows, key=lambda row: row["posts"])
        assert (guitar["brand"], guitar["kind"], guitar["key"]) == ("northline", "issue", "bluesky:guitar")
        assert guitar["title"]
        assert "guitar" in " ".join(guitar["phrases"])
        assert set(guitar["sites"]) == {"bluesky", "feed", "mastodon", "videos"}
        assert sum(guitar["series"]) == guitar["posts"]
        assert guitar["first"].endswith("Z")

    def test_for_people(self, capsys, recorded_url):
        code, out, _ = self.run(capsys, "--db", recorded_url)
        assert code == 0
        assert "Issues: " in out
        assert "guitar" in out

    def test_an_unknown_brand_and_an_empty_database(self, capsys, full_url, sqlite_url):
        assert self.run(capsys, "--db", full_url, "--brand", "nobody")[0] == 2
        code, out, err = self.run(capsys, "--db", sqlite_url)
        assert (code, out) == (0, "")
        assert "No brand is watched" in err

    def test_the_brands_are_those_of_the_configuration_in_this_folder_unless_it_is_a_recording(
        self, capsys, full_url, recorded_url, sqlite_url
    ):
        Path("ripplewatch.toml").write_text(
            f'database = "{sqlite_url}"\n[[brands]]\nid = "harbour"\ntitle = "Harbour Bank"\nnames = ["Harbour"]\n',
            encoding="utf-8",
        )
        assert self.run(capsys)[1].startswith("harbour, last 7 days")
        code, out, _ = self.run(capsys, "--db", recorded_url)
        assert (code, out.split(",")[0]) == (0, "northline")
        assert "\n\nIssues: " in out
