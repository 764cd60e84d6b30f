from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.synth import (
    LEAST_FOLLOWERS,
    Carriers,
    audience,
    branching,
    delay,
    mean_pull,
    poisson,
    pull,
    synthetic_cascade,
    synthetic_root,
)

START = datetime(2009, 7, 6, 19, tzinfo=UTC)


@given(seed=st.integers(0, 10**6), size=st.floats(1, 80), virality=st.floats(0, 0.8))
def test_every_act_comes_through_an_earlier_one_and_within_the_limit(seed: int, size: float, virality: float) -> None:
    limit = timedelta(days=2)
    acts = branching(Random(seed), size, virality=virality, limit=limit)
    assert acts[0].at == 0
    assert [place for place, act in enumerate(acts) if act.parent is None] == [0]
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    assert acts[-1].at <= limit.total_seconds()
    assert all(act.parent < place for place, act in enumerate(acts) if act.parent is not None)


@pytest.mark.parametrize("virality", [0.2, 0.6])
def test_the_average_size_is_the_expected_one(virality: float) -> None:
    sizes = [len(branching(Random(seed), 30, virality=virality)) for seed in range(300)]
    assert mean(sizes) == pytest.approx(30, rel=0.1)


def test_more_virality_gives_deeper_cascades() -> None:
    def direct(virality: float) -> float:
        acts = [act for seed in range(60) for act in branching(Random(seed), 40, virality=virality)[1:]]
        return sum(act.parent == 0 for act in acts) / len(acts)

    assert direct(0.7) < 0.6 < 0.8 < direct(0.1)


@pytest.mark.parametrize(("size", "virality"), [(0.5, 0.5), (10, 1.0), (10, -0.1)])
def test_impossible_cascades_are_refused(size: float, virality: float) -> None:
    with pytest.raises(ValueError, match="no such cascade"):
        branching(Random(1), size, virality=virality)


def test_a_cascade_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert synthetic_cascade(5, 40, START) == synthetic_cascade(5, 40, START)
    assert synthetic_cascade(5, 40, START) != synthetic_cascade(6, 40, START)


def test_a_cascade_belongs_to_its_root_and_its_keys_are_distinct() -> None:
    root = synthetic_root(7, START, "example")
    reposts = synthetic_cascade(7, 60, START, "example")
    children = {repost.child for repost in reposts}
    assert len(children) == len(reposts) > 20
    assert {repost.root for repost in reposts} == {root.key}
    people = {root.author, *(repost.by for repost in reposts)}
    assert {repost.parent for repost in reposts} <= people
    assert all(repost.at > START for repost in reposts)


def test_withheld_parents_leave_the_rest_of_the_truth_untouched() -> None:
    truth = synthetic_cascade(11, 900, START)
    shown = synthetic_cascade(11, 900, START, explicit=0.7)
    told = [repost for repost in shown if repost.parent is not None]
    assert len(told) / len(shown) == pytest.approx(0.7, abs=0.05)
    assert {(repost.evidence, repost.confidence) for repost in told} == {("platform", 1.0)}
    assert {(r.evidence, r.confidence) for r in shown if r.parent is None} == {("inferred", 0.0)}
    assert all(a.parent in (None, b.parent) and a.at == b.at for a, b in zip(shown, truth, strict=True))


def test_waiting_times_have_a_plateau_and_a_power_law_tail() -> None:
    rng = Random(2)
    waits = [delay(rng, 1e30) for _ in range(20_000)]

    def later(seconds: float) -> float:
        return sum(wait > seconds for wait in waits) / len(waits)

    assert later(150) - later(300) == pytest.approx(later(0) - later(150), abs=0.015)
    # The survival falls with the exponent 0.242: a hundred times as late, three times as rare.
    assert later(1_000) / later(100_000) == pytest.approx(100**0.242, rel=0.06)


def test_audiences_are_mostly_small_and_sometimes_huge() -> None:
    rng = Random(3)
    sizes = sorted(audience(rng) for _ in range(50_000))
    assert sizes[25_000] < 100
    assert sizes[-1] > 100_000
    assert mean(map(pull, sizes)) == pytest.approx(mean_pull(), rel=0.03)
    assert pull(10) < pull(None) == pull(LEAST_FOLLOWERS) < pull(1_000)


def test_poisson_counts_have_the_mean_and_the_variance() -> None:
    rng = Random(4)
    counts = [poisson(rng, 47.5) for _ in range(5_000)]
    average = mean(counts)
    assert average == pytest.approx(47.5, rel=0.02)
    assert mean((count - average) ** 2 for count in counts) == pytest.approx(47.5, rel=0.1)
    assert poisson(rng, 0) == 0


def test_large_and_recent_carriers_are_drawn_most() -> None:
    carriers = Carriers()
    old = carriers.add(0, 5_000)
    small = carriers.add(86_400, 100)
    large = carriers.add(86_400, 5_000)
    rng = Random(5)
    drawn = Counter(carriers.draw(rng, 86_460) for _ in range(2_000))
    assert drawn[large] > 5 * drawn[small] > 5 * drawn[old]


def test_each_hop_from_the_root_makes_a_carrier_weaker() -> None:
    carriers = Carriers(fade=0.25)
    root = carriers.add(0, 1_000)
    child = carriers.add(0, 1_000, parent=root)
    rng = Random(6)
    drawn = Counter(carriers.draw(rng, 10) for _ in range(4_000))
    assert drawn[root] / drawn[child] == pytest.approx(4, rel=0.2)
    assert carriers.depth == [0, 1]


def test_many_carriers_fit() -> None:
    carriers = Carriers()
    for place in range(1_000):
        assert carriers.add(place, 100) == place
    assert 0 <= carriers.draw(Random(7), 2_000) < 1_000
