"""How often the brands of three hundred invented posts in four languages are found."""

import json
from collections import Counter
from pathlib import Path

import pytest

from monitor.match import Matcher
from monitor.text.brands.measure import Agreement
from ui.settings import load

FOLDER = Path(__file__).parents[3] / "fixtures" / "brands"
POSTS = [json.loads(line) for line in (FOLDER / "posts.jsonl").read_text(encoding="utf-8").splitlines()]
LANGUAGES = ("en", "zh", "ko", "te")


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load(FOLDER / "brands.toml", {}).settings.watched())


def agreement(matcher: Matcher, **only: str) -> Agreement:
    counted = Agreement()
    for post in POSTS:
        if all(post[key] == value for key, value in only.items()):
            counted.add({match.brand for match in matcher.match(post["text"])}, post["brands"])
    return counted


def test_the_set_is_large_and_has_tricky_posts_without_a_brand(matcher: Matcher) -> None:
    assert min(Counter(post["lang"] for post in POSTS).values()) >= 55
    assert len({brand for post in POSTS for brand in post["brands"]}) >= 12
    assert sum(not post["brands"] for post in POSTS) > len(POSTS) / 3


@pytest.mark.parametrize("part", ["dev", "held"])
def test_brands_are_found_and_nothing_else(matcher: Matcher, part: str) -> None:
    counted = agreement(matcher, part=part)
    assert counted.precision is not None
    assert counted.recall is not None
    assert counted.precision >= 0.97
    assert counted.recall >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_left_behind(matcher: Matcher, language: str) -> None:
    counted = agreement(matcher, lang=language)
    assert counted.precision is not None
    assert counted.recall is not None
    assert min(counted.precision, counted.recall) >= 0.94
