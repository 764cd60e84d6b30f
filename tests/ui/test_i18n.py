"""Four languages say the same, and numbers and times read as each expects."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import ui
from ui.i18n import Texts, languages, zone

FOLDER = Path(ui.__file__).parent / "locale"
NOW = datetime(2026, 3, 12, 13, 55, tzinfo=UTC)


def words(code):
    return json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))


def test_the_four_languages_are_there():
    assert set(languages()) >= {"en", "zh", "ko", "te"}


@pytest.mark.parametrize("code", languages())
def test_every_language_has_every_text_with_the_same_arguments(code):
    english, other = words("en"), words(code)
    assert set(other) == set(english)
    wrong = [
        key for key in english if set(re.findall(r"{(\w+)}", english[key])) != set(re.findall(r"{(\w+)}", other[key]))
    ]
    assert wrong == []


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_no_text_is_left_in_english(code):
    english, other = words("en"), words(code)
    same = {key for key in english if english[key] == other[key] and re.search(r"[a-z]{3}", english[key])}
    assert same <= {"program", "date", "date.year", "log.noted"}


@pytest.mark.parametrize("code", languages())
def test_twelve_months(code):
    assert len(set(words(code)["months"].split(","))) == 12


@pytest.mark.parametrize(
    ("code", "value", "written"),
    [
        ("en", 0, "0"),
        ("en", 999, "999"),
        ("en", 1_000, "1k"),
        ("en", 5_240, "5.2k"),
        ("en", 14_400, "14k"),
        ("en", 999_900, "1M"),
        ("zh", 46_000, "4.6万"),
        ("ko", 9_999, "1만"),
        ("ko", 123_456_789, "1.2억"),
    ],
)
def test_sizes_are_short(code, value, written):
    assert Texts(code).short(value) == written


def test_the_unknown_is_never_a_zero():
    texts = Texts("en")
    assert {texts.number(None), texts.short(None), texts.percent(None)} == {"unknown"}


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(seconds=20), "0 min"),
        (timedelta(minutes=40), "40 min"),
        (timedelta(hours=3, minutes=10), "3 h 10 min"),
        (timedelta(days=1, minutes=5), "1 d"),
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
        (timedelta(seconds=-5), "0 min"),
    ],
)
def test_durations_have_two_units_at_most(length, written):
    assert Texts("en").duration(length) == written


def test_moments_carry_as_much_date_as_is_needed_in_the_readers_zone():
    texts = Texts("en", zone("Asia/Seoul"))
    assert texts.moment(NOW, NOW) == "22:55"
    assert texts.moment(NOW - timedelta(hours=23), NOW) == "11 Mar 23:55"
    assert texts.moment(NOW.replace(year=2009), NOW) == "12 Mar 2009 22:55"
    assert Texts("zh").moment(NOW.replace(year=2009), NOW) == "2009年3月12日 13:55"


def test_an_unknown_zone_or_language_falls_back():
    assert zone("Mars/Olympus") is UTC
    assert Texts("xx").language == "en"


def test_an_old_log_line_without_an_argument_still_reads():
    assert Texts("en").filled("log.raised", {"level": "review"}) == "raised to review, – posts and reposts"


def test_only_all_is_a_hundred_per_cent_and_only_nothing_is_none():
    texts = Texts("en")
    shown = [texts.percent(share) for share in (1, 2574 / 2576, 0.99, 0.5, 1 / 900, 0)]
    assert shown == ["100 %", "> 99 %", "99 %", "50 %", "< 1 %", "0 %"]
