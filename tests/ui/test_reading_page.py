"""The Reading page: what reads each language and how well, and what was not assessed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Assessment, BrandMatch, Post, PostKey
from monitor.labels import Label
from monitor.store.models import KeptModel
from monitor.text.lessons import Lessons
from ui.charts.strip import shares, strip
from ui.i18n import Texts, languages
from ui.markup import reading as markup
from ui.models import InUse, in_use
from ui.quality import measured
from ui.runtime import open_services
from ui.stores import Stores

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
QUALITY = {"n": 57, "macro_f1": [0.83, 0.71, 0.93], "calibration_error": [0.04, 0.02, 0.09]}
OWN = InUse(
    "en", "own", "1+2", None, {"test": {"after": QUALITY}, "samples": {"after": QUALITY | {"n": 27}}}, NOW, "Ada"
)


@pytest.fixture
def stores(sqlite_engine, sqlite_url):
    stores = Stores(sqlite_url)
    yield stores
    stores.close()


@pytest.fixture
def services(stores, sqlite_url):
    return open_services(sqlite_url, clock=RecordedClock(NOW))


def post(n, language, complaint, age=timedelta(hours=3)):
    read = Assessment(language, complaint is not None, complaint)
    match = BrandMatch("northline", "Northline", "name", "northline")
    key, at = PostKey("x", str(n)), NOW - age
    return Post(key, AccountKey("x", "a"), f"post {n}", at, at, None, language, (match,), read)


def page(services, language="en"):
    def reading_page(services, texts):
        from ui.views import reading

        reading.render(services, texts, "Mina")

    app = AppTest.from_function(reading_page, args=(services, Texts(language)), default_timeout=60).run()
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def test_an_empty_database_says_what_reads_and_that_there_are_no_posts(services):
    shown = page(services)
    assert "No post about your brands in the last 7 days." in shown
    for name in ("English", "Chinese", "Korean", "Telugu"):
        assert name in shown
    assert "ripplewatch train text" in shown


def test_what_was_not_assessed_is_counted_by_language_and_never_neutral(services, stores):
    posts = [post(1, "en", 0.9), post(2, "en", 0.1), post(3, "ja", None), post(4, "ja", None), post(5, None, None)]
    stores.posts.add(None, [*posts, post(6, "ja", None, timedelta(days=8))])
    shown = page(services)
    assert "40 % of 5 assessed" in shown
    assert "ja 2, language not known 1. Nothing reads these languages" in shown
    assert "never as neutral" in shown
    assert "rw-hatch" in shown, "told by pattern and word, not by colour alone"


def test_where_everything_was_read_it_says_so(services, stores):
    stores.posts.add(None, [post(1, "ko", 0.9)])
    assert "Every post was in a language that is read." in page(services)


def test_labels_of_the_team_are_counted_and_disagreement_is_told(services, stores):
    texts = ["the gate was shut", "the soup was cold", "the crew was kind"]
    for n, text in enumerate(texts):
        stores.labels.add(None, [Label(n == 0, "Ada", NOW, "file", text=text, language="en")])
    stores.labels.add(None, [Label(True, "Bo", NOW, "file", text=texts[2], language="en")])
    stores.labels.add(None, [Label(True, "Bo", NOW, "file", text="電車が遅れた", language="ja")])
    found = services.teaching.reading(NOW)
    (english,) = [one for one in found.read if one.used.language == "en"]
    assert (len(english.lessons.said), english.lessons.disputed) == (2, (texts[2],))
    shown = page(services)
    assert "Texts on which people disagree: 1." in shown
    assert "Labelled texts in other languages: 1" in shown


def test_a_damaged_model_is_told_on_the_page(services, stores):
    stores.models.add(None, KeptModel("ko", "1+1", NOW, "<i>Eve</i>", {}), b"damaged")
    assert "The model trained here is left aside: not a text model" in page(services)


def shown_card(used, language="en"):
    found = services_page(used)
    return markup.languages(found, Texts(language))


def services_page(used):
    from monitor.store.readings import LanguageCount
    from ui.teaching import LanguageReading, ReadingPage

    one = LanguageReading(used, Lessons(), LanguageCount("en", 10, 9, 4))
    return ReadingPage(NOW, 7, (one,), (), 0)


@pytest.mark.parametrize("language", languages())
def test_a_model_trained_here_shows_its_figures_with_interval_and_number(language):
    shown = shown_card(OWN, language)
    for written in ("0.83", "0.71", "0.93", "57", "27", "1+2", "Ada"):
        assert written in shown
    assert Texts(language)("reading.by_own") in shown


def test_the_card_of_a_shipped_model_names_its_sets():
    card = {"figures": [{"set": "<b>posts</b>", **QUALITY}, {"set": "reviews", "n": 40, "macro_f1": 0.8}]}
    shown = shown_card(InUse("en", "shipped", "1", None, card))
    assert "&lt;b&gt;posts&lt;/b&gt;" in shown
    assert "reviews" in shown


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"figures": "many"},
        {"figures": [None, {"set": "x"}, {"set": "x", "n": "9", "macro_f1": 0.8}]},
        {"figures": [{"set": "x", "n": 9, "macro_f1": [0.8, None, 0.9]}]},
        {"test": 7, "samples": {"after": [1]}},
    ],
)
def test_what_a_card_does_not_tell_in_numbers_is_not_measured(card):
    for by in ("own", "shipped"):
        used = replace(OWN, by=by, card=card)
        assert measured(used) == ()
        assert "quality not measured" in shown_card(used)


def test_the_line_keeps_hostile_and_extreme_values_in_the_picture():
    for values in ((0.0, -5.0, 9.0), (1.0, 1.0, 1.0), (0.7, 0.6, 0.8)):
        assert "nan" not in strip(*values)
    assert shares([]) == ""
    assert shares([(1, "#000", False), (0, "#111", False)]).count("<rect x=") == 2


@pytest.mark.parametrize("language", languages())
def test_every_figure_of_a_shipped_model_has_a_name_in_the_language_of_the_board(language):
    texts = Texts(language)
    shown = [one.on for used in in_use().values() for one in measured(used) if used.by == "shipped"]
    assert [name for name in shown if not texts.has(f"measured.{name}")] == []
