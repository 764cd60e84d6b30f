"""When a feed is read again, under which name it is shown, and what of its address is never told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.sources.feed.config import Config, feeds_of
from monitor.sources.feed.manners import is_resting, rest_until, wishes
from monitor.syndication import read

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)


def said(head: str) -> dict[str, Any]:
    names = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    return wishes(read(f'<rss version="2.0" {names}><channel>{head}</channel></rss>'.encode(), "x"))


def rest(memory: dict[str, Any], cache: str = "", longest: timedelta = DAY, **headers: str) -> timedelta:
    given = {**headers, **({"cache-control": cache} if cache else {})}
    return timedelta(seconds=rest_until(memory, given, NOW, longest) - NOW.timestamp())


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("<ttl>30</ttl>", 30),
        ("<ttl> 30 </ttl>", 30),
        ("<ttl>soon</ttl>", 0),
        ("<ttl>-5</ttl>", 0),
        ("<ttl>99999999999</ttl>", 0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 60),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 15),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 1440),
        ("<sy:updatePeriod>never</sy:updatePeriod>", 0),
        ("<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 60),
        ("", 0),
    ],
)
def test_how_often_a_feed_wants_to_be_read(head: str, minutes: int) -> None:
    assert rest(said(head)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("cache", "seconds"),
    [
        ("max-age=900", 900),
        ("public, Max-Age=900, must-revalidate", 900),
        ('max-age="900"', 900),
        ("s-maxage=900", 0),
        ("no-cache, max-age=900", 0),
        ("no-store", 0),
        ("max-age=-1", 0),
        ("max-age=soon", 0),
        ("", 0),
    ],
)
def test_how_long_an_answer_stays_fresh(cache: str, seconds: int) -> None:
    assert rest({}, cache) == timedelta(seconds=seconds)


def test_the_time_that_an_answer_lay_in_a_cache_is_taken_off() -> None:
    assert rest({}, "max-age=900", age="600") == timedelta(seconds=300)
    assert rest({}, "max-age=900", age="6000") == timedelta(0)


def test_no_feed_can_send_us_away_for_longer_than_is_configured() -> None:
    assert rest(said("<sy:updatePeriod>yearly</sy:updatePeriod>")) == DAY
    assert rest({}, "max-age=999999999", longest=timedelta(hours=1)) == timedelta(hours=1)
    assert rest(said("<ttl>600</ttl>"), longest=timedelta(0)) == timedelta(0)


def test_hours_and_days_in_which_nothing_changes_are_kept() -> None:
    night = said(
        "<skipHours><hour>12</hour><hour>13</hour></skipHours><skipDays><day>Sunday</day><day>Sol</day></skipDays>"
    )
    assert night == {"hours": [12, 13], "days": ["sunday"]}
    assert is_resting(night, NOW)
    assert not is_resting(night, NOW + timedelta(hours=2))
    assert is_resting(night, NOW - timedelta(hours=20))


def test_a_feed_that_is_always_asleep_is_read_all_the_same() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    days = "".join(f"<day>{day}day</day>" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"))
    assert not is_resting(said(f"<skipHours>{hours}</skipHours><skipDays>{days}</skipDays>"), NOW)


@pytest.mark.parametrize(
    "memory",
    [
        {"rest": "x"},
        {"rest": True},
        {"hours": 3},
        {"hours": ["x"]},
        {"days": [3]},
        {"every": "x"},
        {"every": 10**30},
        {},
    ],
)
def test_a_memory_of_another_shape_does_not_keep_a_feed_from_being_read(memory: dict[str, Any]) -> None:
    assert not is_resting(memory, NOW)
    assert rest(memory) == timedelta(0)


# -- configuration


def test_no_feeds_is_a_mistake_unless_the_source_is_off() -> None:
    with pytest.raises(ValidationError, match="name at least one feed"):
        Config()
    assert Config(enabled=False).urls == ()


@pytest.mark.parametrize(
    "url", ["news.example/rss", "ftp://news.example/rss", "https://", "http://[x", "http://a:0/", "http://a:x/"]
)
def test_what_is_no_address_is_told_by_its_place_and_not_by_its_secrets(url: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Config(urls=("https://news.example/rss", url + "?key=s3cret"))
    (problem,) = raised.value.errors(include_input=False)
    assert "entry 2 is no http or https address" in problem["msg"]
    assert "s3cret" not in problem["msg"]


def test_a_feed_is_shown_without_its_secrets_and_told_from_its_neighbours() -> None:
    urls = (
        "https://reader:p4ss@news.example/rss?key=s3cret",
        "https://search.example/rss?q=northline",
        "https://search.example/rss?q=cello",
        "https://search.example/rss?q=northline",
    )
    feeds = list(feeds_of(Config(urls=urls)).values())
    assert [feed.shown for feed in feeds] == ["news.example/rss", "search.example/rss (2)", "search.example/rss (3)"]


def test_a_login_is_no_part_of_a_feeds_identity() -> None:
    (plain,) = feeds_of(Config(urls=("https://news.example/rss",)))
    (with_login,) = feeds_of(Config(urls=("https://reader:p4ss@news.example/rss",)))
    assert plain == with_login
