"""More complaints than a brand's usual hours explain: found in bad hours, silent in busy ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerts.detectors.base import Bin, IssueBin
from alerts.detectors.volume_surge import Config, VolumeSurge
from alerts.domain import Level
from alerts.surge import SurgeConfig, scan
from monitor.domain import AccountKey, Assessment, Post, PostKey, Towards

START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HISTORY, WEEK = 21 * 24, 7 * 24
RATES = np.geomspace(0.3, 30, 12)
FIRES = VolumeSurge.example().fires


def talk(seed, campaigns=True):
    """Four weeks of a brand without a crisis: day and week, moods that last for hours, campaigns of ordinary tone."""
    rng = np.random.default_rng(seed)
    n = HISTORY + WEEK
    starts = [START + k * HOUR for k in range(n)]
    day = np.array([1 + 0.8 * np.sin((start.hour - 8) / 24 * 2 * np.pi) for start in starts])
    mood = np.zeros(n)
    for k in range(1, n):
        mood[k] = 0.85 * mood[k - 1] + rng.normal(0, 0.16)
    rate = RATES[seed % len(RATES)] * day * np.exp(mood)
    for at in rng.integers(0, n, rng.poisson(2) if campaigns else 0):
        rate[at : at + rng.integers(6, 24)] *= rng.uniform(2, 6)
    mentions = rng.poisson(rate)
    tone = np.log(0.25) + rng.normal(0, 0.3, n // 24).repeat(24) + rng.normal(0, 0.2, n)
    return starts, mentions, rng.binomial(mentions, 1 / (1 + np.exp(-tone)))


def bins(starts, mentions, negative):
    return [Bin(at, int(m), int(m), int(c)) for at, m, c in zip(starts, mentions, negative, strict=True)]


def first_alarm(hours, since):
    config = SurgeConfig()
    for k in range(since, len(hours)):
        found = scan(hours[max(0, k - 671) : k + 1], hours[k].start + HOUR, config)
        if found:
            return k, found
    return None


def test_sixty_quiet_brand_weeks_are_quiet():
    alarms = [seed for seed in range(60) if first_alarm(bins(*talk(seed)), HISTORY)]

    assert len(alarms) <= 9, alarms  # 60 brand-weeks, up to .15 a week


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_an_outbreak_five_times_the_usual_with_mostly_complaints_is_found_within_hours(seed):
    starts, mentions, negative = talk(seed, campaigns=False)
    begin = HISTORY + 34
    extra = np.random.default_rng(seed).poisson(5 * max(1.0, mentions[:HISTORY].mean()), 24)
    mentions[begin : begin + 24] += extra
    negative[begin : begin + 24] += np.random.default_rng(seed + 1).binomial(extra, 0.75)

    found = first_alarm(bins(starts, mentions, negative), begin)

    assert found is not None
    at, surge = found
    assert at - begin <= 8
    assert surge.observed > surge.expected
    assert surge.share > surge.usual_share
    assert surge.critical_count <= surge.observed
    assert surge.critical_share <= surge.share


def steady(mentions=10, negative=2, days=21):
    return [Bin(START + k * HOUR, mentions, mentions, negative) for k in range(days * 24)]


def with_last(hours, mentions, negative):
    return [*hours, Bin(hours[-1].start + HOUR, mentions, mentions, negative)]


def test_a_slow_burn_is_seen_over_many_hours_and_does_not_become_the_usual():
    burning = steady()
    for _ in range(20):
        burning = with_last(burning, 14, 6)

    found = scan(burning, burning[-1].start + HOUR, SurgeConfig())

    assert found is not None
    assert found.hours >= 6
    assert found.expected == pytest.approx(2 * (found.hours + 1), rel=0.1)


def test_a_campaign_of_ordinary_tone_is_no_surge():
    loud = with_last(steady(), 200, 40)

    assert scan(loud, loud[-1].start + HOUR, SurgeConfig()) is None


def test_the_same_volume_with_mostly_complaints_is():
    bad = with_last(steady(), 200, 140)
    found = scan(bad, bad[-1].start + HOUR, SurgeConfig())

    assert found is not None
    assert found.level is Level.escalate


def test_percentages_of_tiny_counts_do_not_fire():
    few = with_last(steady(mentions=0, negative=0), 7, 7)

    assert scan(few, few[-1].start + HOUR, SurgeConfig()) is None


def test_a_brand_watched_since_this_morning_is_not_silent_and_not_shrill():
    first_hours = steady(days=1)[:5]

    assert scan(first_hours, first_hours[-1].start + HOUR, SurgeConfig()) is None
    bad = with_last(first_hours, 300, 240)
    assert scan(bad, bad[-1].start + HOUR, SurgeConfig()) is not None


def test_the_first_hour_ever_is_looked_at():
    first = [Bin(START, 5_000, 5_000, 4_500)]

    assert scan(first, START + HOUR, SurgeConfig()) is not None
    assert scan([Bin(START, 3_000, 3_000, 600)], START + HOUR, SurgeConfig()) is None


def test_an_hour_that_has_just_begun_is_not_expected_to_be_full():
    bad = with_last(steady(), 30, 26)

    early = scan(bad, bad[-1].start + timedelta(minutes=5), SurgeConfig())
    late = scan(bad, bad[-1].start + HOUR, SurgeConfig())

    assert early is not None
    assert late is not None
    assert early.expected < late.expected
    assert early.volume_score > late.volume_score


def test_windows_must_fit_in_a_day():
    with pytest.raises(ValueError, match="1 to 24"):
        Config(windows=(48,))


def issue_bins(**negative):
    return tuple(IssueBin(issue, FIRES.hours[-1].start, count) for issue, count in negative.items())


def named(window):
    return VolumeSurge(Config()).detect(window)[0].arguments["issue"]


def test_names_the_issue_that_most_of_the_complaints_are_about():
    assert named(replace(FIRES, issue_hours=issue_bins(guitar=20, coffee=5))) == "guitar"
    assert named(replace(FIRES, issue_hours=issue_bins(guitar=9, coffee=8))) is None


def test_hours_before_the_surge_do_not_name_it():
    old = IssueBin("guitar", FIRES.now - timedelta(hours=20), 500)

    assert named(replace(FIRES, issue_hours=(old,))) is None


def test_falls_back_to_the_newest_posts_for_the_issue_and_shows_them():
    def post(n, issue, complaint):
        read = Assessment("en", assessed=True, complaint=complaint)
        at = FIRES.now - timedelta(minutes=n)
        key = PostKey("example", str(n))
        return Post(key, AccountKey("example", "a"), "text", at, at, assessment=read, issue=issue), None

    posts = (post(1, "guitar", 0.9), post(2, "guitar", 0.9), post(3, "coffee", 0.9), post(4, None, 0.1))
    finding = VolumeSurge(Config()).detect(replace(FIRES, posts=posts))[0]

    assert finding.arguments["issue"] == "guitar"
    assert finding.evidence == (PostKey("example", "1"), PostKey("example", "2"))


def test_complaints_about_others_are_no_evidence():
    blamed = Assessment("en", assessed=True, complaint=0.9)
    praised = replace(blamed, towards=(Towards("northline", 0.1, 0.7),))
    at = FIRES.now - timedelta(minutes=1)
    posts = tuple(
        (
            Post(PostKey("example", name), AccountKey("example", "a"), "text", at, at, assessment=read, issue="harp"),
            None,
        )
        for name, read in (("about us", blamed), ("about others", praised))
    )
    finding = VolumeSurge(Config()).detect(replace(FIRES, posts=posts))[0]
    assert finding.evidence == (PostKey("example", "about us"),)
