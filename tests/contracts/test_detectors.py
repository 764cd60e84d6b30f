"""What every detector keeps to, whoever wrote it."""

import copy
import json
import random
from dataclasses import replace

import pytest

from alerts.detectors.base import Window
from alerts.detectors.registry import all_detectors

SPECS = sorted(all_detectors().values(), key=lambda spec: spec.name)


@pytest.fixture(params=SPECS, ids=lambda spec: spec.name)
def spec(request):
    return request.param


@pytest.fixture
def detector(spec):
    return spec.build(spec.config())


def doubled(window: Window) -> Window:
    """The window with a second cascade and a second post of other issues, so that order can matter."""
    cascades = tuple(
        replace(
            facts,
            root=facts.root and replace(facts.root, key=facts.root.key._replace(id=f"{facts.root.key.id}-{n}")),
            cascade=replace(facts.cascade, root=facts.cascade.root._replace(id=f"{facts.cascade.root.id}-{n}")),
        )
        for facts in window.cascades
        for n in range(4)
    )
    posts = tuple(
        (replace(post, key=post.key._replace(id=f"{post.key.id}-{n}")), author)
        for post, author in window.posts
        for n in range(4)
    )
    return replace(window, cascades=cascades, posts=posts)


def test_is_registered_under_its_own_name(spec, detector):
    assert detector.name == spec.name
    assert detector.rule_version


def test_fires_on_the_planted_case(spec, detector):
    found = detector.detect(spec.example().fires)

    assert found
    assert {finding.detector for finding in found} == {spec.name}


def test_is_silent_on_calm_data(spec, detector):
    calm = spec.example().calm

    assert detector.detect(calm) == []
    assert detector.detect(replace(calm, cascades=(), posts=(), hours=())) == []


def test_says_the_same_of_the_same_window_and_leaves_it_alone(spec, detector):
    window = spec.example().fires
    before = copy.deepcopy(window)

    first, second = detector.detect(window), spec.build(spec.config()).detect(window)

    assert first == second
    assert window == before


def test_does_not_care_in_which_order_things_came(spec, detector):
    window = doubled(spec.example().fires)
    usual = detector.detect(window)
    dice = random.Random(7)

    for _ in range(5):
        cascades, posts = list(window.cascades), list(window.posts)
        dice.shuffle(cascades)
        dice.shuffle(posts)
        assert detector.detect(replace(window, cascades=tuple(cascades), posts=tuple(posts))) == usual


def test_every_finding_explains_itself(spec, detector):
    for finding in detector.detect(spec.example().fires):
        assert finding.explanation
        assert any(part.crossed for part in finding.parts)
        assert len({part.name for part in finding.parts}) == len(finding.parts)
        assert finding.arguments["clears"], "must say what would have to happen for it to end"
        assert finding.arguments["size"] is not None
        json.dumps(finding.arguments, allow_nan=False)


def test_looks_at_its_brand_and_moment_only(spec, detector):
    window = spec.example().fires

    for finding in detector.detect(window):
        assert finding.brand == window.brand.id
        assert finding.seen_at == window.now


def test_settings_do_not_take_unknown_keys(spec):
    with pytest.raises(ValueError, match="no_such_key"):
        spec.config(no_such_key=1)
