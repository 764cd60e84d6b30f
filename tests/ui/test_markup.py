"""Strangers' words on the page, and what the cards say."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain import Finding, Level, Part
from ui.i18n import Texts
from ui.markup import case as case_markup
from ui.markup import phrases, strips
from ui.markup.card import card, scaled, standing
from ui.markup.posts import post
from ui.markup.safe import handle, link, plain_label, safe
from ui.pages import Filters

TEXTS = Texts("en")
ALLOWED = {"div", "p", "span", "h3", "h4", "b", "br", "i", "q", "img", "table", "thead", "tbody", "tr", "th", "td", "a"}


class Tags(HTMLParser):
    """Collects the elements and attributes of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


def tags_of(markup):
    reader = Tags()
    reader.feed(markup)
    return reader


def assert_harmless(markup):
    reader = tags_of(markup)
    assert reader.tags <= ALLOWED | {"h2"}
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    addresses = [value for name, value in reader.attributes if name in {"src", "href"}]
    assert all(value.startswith(("data:image/svg+xml;base64,", "https://", "http://")) for value in addresses)


@given(st.text())
def test_no_text_becomes_markup_or_hides_its_direction(text):
    shown = safe(text, 5000)
    assert not set("<>\"'\u202e\u200f\u0000\n\u2066") & set(shown)


@given(st.text())
def test_no_label_becomes_markdown(text):
    shown = plain_label(text, 5000)
    bare = shown.replace("\\\\", "")
    assert all(bare[place - 1] == "\\" for place, mark in enumerate(bare) if mark in "*_`[]$<:")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://", None, "ftp://a"]
)
def test_only_web_addresses_become_links(address):
    assert link(address, "x") == "x"


def test_a_link_opens_apart_and_tells_nothing():
    made = link("https://site.example/p?a=1&b=2", "x")
    assert 'href="https://site.example/p?a=1&amp;b=2"' in made
    assert 'rel="noopener' in made


def test_telugu_and_emoji_keep_their_joiners():
    text = "నార్త్‌లైన్ 👩‍✈️"
    assert safe(text) == text


def test_handles_have_one_at_sign():
    assert handle("@lowstring") == handle("lowstring") == "@lowstring"


def test_a_hostile_incident_is_shown_as_text_on_both_pages(services):
    page = services.case("hostile-1", "Ada")
    pieces = (
        card(page.file, TEXTS),
        case_markup.head(page.file, TEXTS),
        case_markup.carriers(page.file, TEXTS),
        *(post(shown, page.names, page.file.now, TEXTS) for shown in page.newest),
    )
    for piece in pieces:
        assert_harmless(piece)
    assert "&lt;img src=x onerror=" in pieces[0]
    assert "\u202e" not in "".join(pieces)


def test_the_card_says_what_where_and_why(services):
    shown = card(services.alerts(Filters(), "Ada").cards[0], TEXTS)
    for fact in (
        "escalate",
        "Northline Air",
        "Broken guitar, repair refused",
        "English",
        "@lowstring",
        "1,140 followers",
    ):
        assert fact in shown
    assert "first news item 13:02" in shown
    assert "of 146 texts assessed (en 115" in shown
    assert shown.count("rw-part") == 6


def test_only_parts_that_crossed_their_threshold_are_coloured(services):
    file = services.alerts(Filters(), "Ada").cards[0]
    shown = card(file, TEXTS)
    assert shown.count("background:#c4530a") == sum(part.crossed for part in file.incident.latest[0].parts)


def test_unknown_figures_are_not_zero(services):
    login = next(f for f in services.alerts(Filters(), "Ada").cards if f.incident.id == "login-1")
    shown = card(login, TEXTS)
    assert "followers unknown" in shown
    assert '<span class="rw-value">unknown</span>' in shown


def test_who_has_it_or_for_how_long_nobody(services):
    cards = {file.incident.id: file for file in services.alerts(Filters(), "Ada").cards}
    assert "nobody has it yet" in standing(cards["guitar-1"], TEXTS)
    assert "Acknowledged by Mina, 13:40" in standing(cards["login-1"], TEXTS)


@given(st.floats(0, 1e9), st.floats(0.001, 1e6))
def test_a_bar_passes_its_tick_exactly_when_the_threshold_is_crossed(value, threshold):
    fill, tick = scaled(Part("depth", value, threshold))
    assert 0 <= fill <= 1
    assert (fill >= tick) == (value >= threshold)


def test_six_parts_at_most_and_none_that_crossed_is_left_out(services):
    incident = services.incidents.get("guitar-1")
    names = ("growth", "reposts", "complaints", "forecast", "depth", "reach", "harm_words", "spread")
    parts = tuple(Part(name, 2 if name in {"spread", "reposts"} else 0, 1) for name in names)
    finding = replace(incident.latest[0], parts=parts)
    chosen = phrases.parts(replace(incident, latest=(finding,)))
    assert len(chosen) == 6
    assert {"spread", "reposts"} <= {part.name for part in chosen}


def test_tonight_lies_between_now_and_the_24_hour_outlook(services):
    file = services.alerts(Filters(), "Ada").cards[0]
    likely, when = phrases.tonight(file, TEXTS)
    assert when == "likely by tonight"
    assert "–" in likely
    late = replace(file, now=file.now.replace(hour=22))
    assert phrases.tonight(late, TEXTS)[1] == "likely by tomorrow 12:00"
    assert phrases.tonight(replace(file, outlook=()), TEXTS) == ("", "too little data for a forecast")


def test_a_band_says_how_often_such_bands_held(services):
    file = services.alerts(Filters(), "Ada").cards[0]
    measured = replace(file, forecast=replace(file.forecast, coverage=0.82, coverage_n=200))
    assert "164 of 200 times" in phrases.band(measured, TEXTS)
    assert "not measured" in phrases.band(replace(file, forecast=None), TEXTS)


def test_the_strip_says_what_is_not_seen_before_anything_else(services):
    shown = strips.top(services.alerts(Filters(), "Ada"), TEXTS)
    assert "bluesky has sent nothing for 3 h 11 min (429: asked to wait until 14:20)." in shown
    assert "this is not an all-clear" in shown


def test_empty_boards_are_told_apart(services, empty_services):
    page = services.alerts(Filters(), "Ada")
    none = replace(page, cards=(), hidden=0)
    assert "this is not an all-clear" in strips.empty(none, TEXTS)
    fine = replace(none, sources=tuple(look for look in page.sources if look.fine))
    assert "2 sources looked, last look at 13:53" in strips.empty(fine, TEXTS)
    assert "3 open alerts are hidden" in strips.empty(replace(page, cards=(), hidden=3), TEXTS)
    assert "No data is not an all-clear" in strips.empty(empty_services.alerts(Filters(), "Ada"), TEXTS)


def test_a_daemon_that_stands_still_is_no_all_clear(services):
    page = replace(services.alerts(Filters(), "Ada"), stalled=timedelta(minutes=30))
    assert "Nothing has been looked at for 30 min" in strips.top(page, TEXTS)


def test_the_timeline_ends_with_what_comes_next(services):
    page = services.case("guitar-1", "Ada")
    shown = case_markup.timeline(page.file, page.log, page.ahead, TEXTS)
    assert shown.index("opened at watch") < shown.index("raised to escalate, 402 posts") < shown.index(">next<")
    assert "a first look was due at 10:27" in shown


@pytest.mark.parametrize("code", ["en", "zh", "ko", "te"])
def test_every_page_reads_in_every_language(services, code):
    texts = Texts(code)
    page = services.case("guitar-1", "Ada")
    markup = card(page.file, texts) + case_markup.head(page.file, texts) + case_markup.known(page.file, texts)
    markup += case_markup.carriers(page.file, texts)
    markup += case_markup.timeline(page.file, page.log, page.ahead, texts)
    assert "{" not in markup
    assert_harmless(markup)


def test_a_finding_of_an_unknown_kind_still_has_a_name(services):
    incident = replace(services.incidents.get("guitar-1"), kind="new_rule", title="", level=Level.watch)
    assert phrases.title(incident, None, TEXTS) == "new rule"
    assert isinstance(incident.latest[0], Finding)


def test_a_case_that_stands_still_is_not_said_to_double(services):
    file = services.alerts(Filters(), "Ada").cards[0]
    assert phrases.doubling(replace(file, doubling=timedelta(minutes=40)), TEXTS) == "doubling every 40 min"
    for still in (None, timedelta(days=9)):
        assert phrases.doubling(replace(file, doubling=still), TEXTS) == "no longer doubling"
