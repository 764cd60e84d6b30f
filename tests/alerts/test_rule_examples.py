"""The examples in the documentation of the rules are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "alerts.baseline",
        "alerts.mute",
        "alerts.detectors.viral_complaint",
        "alerts.detectors.influencer_complaint",
        "alerts.detectors.volume_surge",
    ],
)
def test_examples_hold(name):
    result = doctest.testmod(importlib.import_module(name))

    assert result.attempted
    assert result.failed == 0
