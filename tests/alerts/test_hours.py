"""Hourly counts: without gaps, whatever order posts come in, and never longer than four weeks."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.hours import HOUR, KEEP_HOURS, HourlyCounts, IssueHours
from alerts.tally import IssueState
from monitor.domain import AccountKey, Assessment, Post, PostKey, Towards

START = datetime(2024, 5, 6, tzinfo=UTC)


def post(hours: float, complaint: float | None = 0.9, seen_after: float = 0.0) -> Post:
    at = START + timedelta(hours=hours)
    read = Assessment("en", assessed=complaint is not None, complaint=complaint)
    key = PostKey("micro", f"{hours}")
    return Post(key, AccountKey("micro", "a"), "", at, at + timedelta(hours=seen_after), assessment=read)


@given(st.lists(st.floats(0, KEEP_HOURS - 1), min_size=1, max_size=40))
def test_every_post_is_counted_in_its_hour_and_no_hour_is_missing(hours: list[float]) -> None:
    counts = HourlyCounts("northline")
    for hour in hours:
        counts.add(post(hour))
    starts = [one.start for one in counts.bins]
    assert starts == [starts[0] + HOUR * k for k in range(len(starts))]
    expected = Counter(START + timedelta(hours=int((START + timedelta(hours=h) - START) // HOUR)) for h in hours)
    assert {one.start: one.mentions for one in counts.bins if one.mentions} == expected
    assert (starts[0], starts[-1]) == (min(expected), max(expected))


def test_unread_posts_are_mentions_without_being_anything_else() -> None:
    counts = HourlyCounts("northline")
    for complaint in (0.9, 0.1, None):
        counts.add(post(0, complaint))
    assert (counts.bins[0].mentions, counts.bins[0].assessed, counts.bins[0].negative) == (3, 2, 1)


def test_silence_is_counted_as_none_up_to_now() -> None:
    counts = HourlyCounts("northline")
    counts.advance(START)
    assert counts.bins == [], "before the first post nothing is known"
    counts.add(post(0))
    counts.advance(START + timedelta(hours=7, minutes=59))
    assert [one.mentions for one in counts.bins] == [1, 0, 0, 0, 0, 0, 0, 0]


def test_four_weeks_are_kept_however_long_it_runs() -> None:
    counts = HourlyCounts("northline")
    for hour in range(0, 3 * KEEP_HOURS, 5):
        counts.add(post(hour))
        assert len(counts.bins) <= 2 * KEEP_HOURS
    counts.add(post(0))
    assert sum(one.mentions for one in counts.bins) <= 2 * KEEP_HOURS / 5 + 1
    counts.add(post(10 * KEEP_HOURS))
    assert len(counts.bins) == KEEP_HOURS + 1


def test_a_clock_of_the_future_does_not_wipe_out_what_is_usual() -> None:
    """An author says when a post was written; it is counted when it was seen, where that is earlier."""
    counts, issues = HourlyCounts("northline"), IssueHours("northline")
    for hour in range(100):
        counts.add(post(hour))
    ahead = post(99 + 24 * 365 * 1000, seen_after=-24 * 365 * 1000)
    counts.add(ahead)
    issues.add(ahead, "harp")
    assert len(counts.bins) == 100
    assert counts.bins[-1].mentions == 2
    assert issues.bins(START + timedelta(hours=99))[0].start == START + timedelta(hours=99)


def test_complaints_by_issue_are_those_of_the_last_day() -> None:
    hours = IssueHours("northline")
    for hour, issue in ((0, "old"), (2, "harp"), (2.5, "harp"), (25, "seat")):
        hours.add(post(hour), issue)
    hours.add(post(25, 0.1), "praise")
    found = hours.bins(START + timedelta(hours=26))
    assert [(one.issue, one.negative) for one in found] == [("harp", 2), ("seat", 1)]


def test_each_brand_counts_what_is_said_about_it_and_not_what_it_says_itself() -> None:
    read = Assessment("en", assessed=True, complaint=0.9)
    praised = replace(post(0.1), assessment=replace(read, towards=(Towards("harborline", 0.1, 0.8),)))
    ours = replace(post(0.2), assessment=replace(read, towards=(Towards("northline", 0.0, 0.0, own=True),)))
    figures, issues = {}, {}
    for brand in ("northline", "harborline"):
        counts, by_issue = HourlyCounts(brand), IssueHours(brand)
        for one in (praised, ours):
            counts.add(one)
            by_issue.add(one, "harp")
        figures[brand] = [(hour.mentions, hour.assessed, hour.negative) for hour in counts.bins]
        issues[brand] = [hour.negative for hour in by_issue.bins(START)]
    assert figures == {"northline": [(2, 1, 1)], "harborline": [(2, 2, 1)]}
    assert issues == {"northline": [1], "harborline": [1]}


def test_an_issue_of_a_brand_is_read_towards_that_brand() -> None:
    read = Assessment("en", assessed=True, complaint=0.9, harm_words=("broke",))
    praised = replace(post(0.1), assessment=replace(read, towards=(Towards("harborline", 0.1, 0.8),)))
    figures = {}
    for brand in ("northline", "harborline"):
        state = IssueState(brand)
        state.see(praised, praised.key)
        figures[brand] = (state.assessed, state.complaints, state.harm_words)
    assert figures == {"northline": (1, 1, ("broke",)), "harborline": (1, 0, ())}


def test_the_words_of_harm_most_written_come_first_and_none_is_told_twice() -> None:
    state = IssueState("northline")
    said = [("broke", "broke my"), ("broke", "lawsuit"), ("弄坏", "弄坏了"), ("smokebroke",)]
    posts = [replace(post(n), assessment=Assessment("en", True, 0.9, harm_words=words)) for n, words in enumerate(said)]
    for one in posts:
        state.see(one, one.key)
    assert state.harm_words == ("broke", "lawsuit", "smokebroke", "弄坏")
    state.keep({posts[1].key, posts[2].key})
    assert state.harm_words == ("broke", "lawsuit", "弄坏")
