"""What a model answers depends on the text alone."""

import random
from dataclasses import replace

import numpy as np
import pytest

from monitor.text.lexicon import load
from monitor.text.model.cues import NAMES, cues_of
from monitor.text.model.fit import Example, fit

LISTED = "worst lovely not late bag refund nobody answers thanks boycott lawyer crew seat ! ? @ but very court rude"
WORDS = LISTED.split()


@pytest.fixture(scope="module")
def model():
    dice = random.Random(3)
    said = [Example(" ".join(dice.choices(WORDS, k=9)), n % 2 == 0, sentiment=n % 2) for n in range(80)]
    return fit("en", said)


def rows(texts):
    return cues_of(load("en"), texts)


def test_no_digit_of_an_answer_hangs_on_what_else_is_in_the_batch(model):
    dice = random.Random(4)
    texts = [" ".join(dice.choices(WORDS, k=dice.randrange(30))) for _ in range(300)]
    together = model.probabilities(texts, rows(texts))
    for size in (1, 7, 64):
        for start in range(0, 280, 70):
            part = texts[start : start + size]
            alone = model.probabilities(part, rows(part))
            for name, found in alone.items():
                assert np.abs(found - together[name][start : start + size]).max() < 1e-13


def test_every_head_answers_between_no_and_yes(model):
    texts = ["", "!" * 90, "worst " * 200, "lovely " * 200, "\ud800", "不", "😡"]
    for found in model.probabilities(texts, rows(texts)).values():
        assert found.shape == (len(texts),)
        assert ((found > 0) & (found < 1)).all()


def test_cues_beyond_all_that_was_seen_say_no_more_than_a_ceiling(model):
    wild = np.full((1, len(NAMES)), 1e6, np.float32)
    wilder = np.full((1, len(NAMES)), 1e9, np.float32)
    assert model.scores(["late"], wild)["complaint"] == model.scores(["late"], wilder)["complaint"]


def test_no_text_has_no_answer(model):
    assert {len(found) for found in model.probabilities([], rows([])).values()} == {0}
    assert len(model.complaint([])) == 0


def test_a_text_is_folded_and_masked_where_people_wrote_it(model):
    plain = model.complaint(["@northline you lost my bag"])
    assert model.complaint(["@SOMEBODY   You L\u200bost my ＢＡＧ"]) == pytest.approx(plain, abs=1e-12)


@pytest.mark.parametrize("times", [1, 4, 60])
def test_all_n_grams_of_a_text_together_weigh_one(model, times):
    """Else whoever writes more would be heard more."""
    usual = model.mean[None]  # cues that say nothing
    for text in ("worst rude late bag", "lovely crew thanks", "zzzz"):
        for name, head in model.heads.items():
            (score,) = model.scores([f"{text} " * times], usual)[name]
            assert abs(score - head.bias) <= np.linalg.norm(head.buckets)


def test_complaints_alone_are_asked_what_kind_they_are():
    said = ["worst service, you lost my bag"] * 40 + ["lovely crew, thanks"] * 40
    taught = fit("en", [Example(text, text.startswith("worst"), sentiment=1 - n % 2) for n, text in enumerate(said)])
    model = replace(taught, heads={**taught.heads, "reason:delay": taught.heads["complaint"]})
    texts = ["lovely crew", "worst bag, lost", "thanks, lovely", "you lost my bag"]
    full = model.probabilities(texts, rows(texts))
    answers = model.answers(texts, rows(texts))
    assert [answer["complaint"] >= 0.5 for answer in answers] == [False, True, False, True]
    assert ["reason:delay" in answer for answer in answers] == [False, True, False, True]
    assert all("praise" in answer for answer in answers)
    assert answers == [{name: full[name][place] for name in answer} for place, answer in enumerate(answers)]


def test_no_text_is_not_answered(model):
    assert model.answers([], rows([])) == []
