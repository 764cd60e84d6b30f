"""Through whom a repost came."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.edges import attribute, root_confidence
from monitor.domain import AccountKey, PostKey, Repost

ROOT, FIRST, SECOND = PostKey("s", "root"), PostKey("s", "1"), PostKey("s", "2")
ANNA, BEN = AccountKey("s", "anna"), AccountKey("s", "ben")
ACTS = {ROOT: 0, FIRST: 1, SECOND: 2}
LATEST = {ANNA: 2}


def repost(**named: object) -> Repost:
    fixed = {"root": ROOT, "child": PostKey("s", "3"), "by": BEN, "at": datetime(2026, 1, 1, tzinfo=UTC)}
    return Repost(**{**fixed, **named})


@pytest.mark.parametrize(
    ("named", "edge"),
    [
        ({"parent_post": FIRST, "parent": ANNA, "evidence": "via", "confidence": 0.9}, (1, "via", 0.9)),
        ({"parent": ANNA, "evidence": "platform", "confidence": 1.0}, (2, "platform", 1.0)),
        (
            {"parent_post": PostKey("s", "gone"), "parent": ANNA, "evidence": "chain", "confidence": 0.7},
            (2, "chain", 0.7),
        ),
        ({"kind": "quote", "evidence": "quote", "confidence": 1.0}, (0, "quote", 1.0)),
    ],
)
def test_what_the_site_says_comes_first(named: dict[str, object], edge: tuple[int, str, float]) -> None:
    assert attribute(repost(**named), ACTS, LATEST, 3) == edge


@pytest.mark.parametrize("named", [{"parent": BEN}, {"parent_post": PostKey("s", "gone")}])
def test_unseen_parent_falls_back_to_the_root_as_a_weak_guess(named: dict[str, object]) -> None:
    parent, evidence, confidence = attribute(repost(**named, evidence="via", confidence=1.0), ACTS, LATEST, 3)
    assert (parent, evidence) == (0, "inferred")
    assert confidence < root_confidence(3)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_root_is_trusted_less_the_more_others_there_are(one: int, other: int) -> None:
    few, many = sorted((one, other))
    assert 0 < root_confidence(many) <= root_confidence(few) < 1
