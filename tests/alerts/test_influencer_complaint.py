"""A very big account complains: it matters at post one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.detectors.influencer_complaint import Config, InfluencerComplaint
from alerts.domain import Level
from monitor.domain import Towards

FIRES = InfluencerComplaint.example().fires
POST, AUTHOR = FIRES.posts[0]


def detect(post=POST, author=AUTHOR, **settings):
    return InfluencerComplaint(Config(**settings)).detect(replace(FIRES, posts=((post, author),)))


@pytest.mark.parametrize(
    ("followers", "severity", "level"),
    [
        (99_999, 1, None),
        (100_000, 1, Level.review),
        (999_999, None, Level.review),
        (1_000_000, 1, Level.escalate),
        (100_000, 3, Level.escalate),
        (99_999, 3, None),
        (None, 3, None),
    ],
)
def test_the_level_follows_followers_and_severity(followers, severity, level):
    post = replace(POST, assessment=replace(POST.assessment, severity=severity))

    found = detect(post, replace(AUTHOR, followers=followers))

    assert [finding.level for finding in found] == ([level] if level else [])


def test_praise_and_unread_posts_do_not_fire():
    assert detect(replace(POST, assessment=replace(POST.assessment, complaint=0.49))) == []
    assert detect(replace(POST, assessment=None)) == []


def test_an_unknown_author_does_not_fire():
    assert detect(author=None) == []


def test_a_post_found_days_later_is_history():
    assert detect(replace(POST, created_at=FIRES.now - timedelta(days=2))) == []


def test_the_brands_own_account_does_not_complain_about_itself():
    brand = replace(FIRES.brand, handles=("NorthlineAir",))
    window = replace(FIRES, brand=brand, posts=((POST, replace(AUTHOR, handle="@northlineair")),))

    assert InfluencerComplaint(Config()).detect(window) == []


def test_a_complaint_about_another_brand_does_not_fire_for_one_that_is_praised_beside_it():
    praised = replace(POST.assessment, towards=(Towards("northline", 0.1, 0.7),))
    assert detect(replace(POST, assessment=praised)) == []
    blamed = replace(POST.assessment, complaint=0.1, towards=(Towards("northline", 0.9, -0.7, severity=3),))
    assert [finding.level for finding in detect(replace(POST, assessment=blamed))] == [Level.escalate]
