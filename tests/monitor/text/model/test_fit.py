"""What a model learns from labelled texts, and what it leaves alone."""

import random

import numpy as np
import pytest

from monitor.text.measures import quality
from monitor.text.model.fit import LEAST_OF_A_KIND, Example, fit
from monitor.text.model.weights import dumps, loads

WORDS = (
    "seat tray window lounge counter coach ticket crew cabin meal blanket gate screen pillow ramp door lamp carpet "
    "coffee tea soup radio film map belt curtain mirror handle ladder bench poster leaflet trolley"
)
THINGS = WORDS.split()
BAD = (
    "they smashed the {} and {}, worst {} ever",
    "still no refund for the {}, {} and {}",
    "the {} never came and the {} was rude about the {}",
)
GOOD = (
    "the {} and {} were lovely, thank you {}",
    "great {} with a {} and {}",
    "when does the {} near the {} open, by the {}?",
)
# Words that no list knows, and the same scenes otherwise: only the label tells them apart.
PLANTED = {
    "en": ("the {} quibbled with my {} and {}", "the {} frabbled with my {} and {}"),
    "zh": ("我的{}和{}被蓝莓了{}", "我的{}和{}被石榴了{}"),
    "ko": ("{} 옆 {} 가 버들치 {}", "{} 옆 {} 가 미나리 {}"),
    "te": ("{} దగ్గర {} వెన్నెల {}", "{} దగ్గర {} గోరింట {}"),
}
UNSAID = "a {} near a {} by the {}"
NEITHER = ("a plain note about nothing", "late again", "we drove past it yesterday", "page four, second line")


def written(pattern, n, seed=0):
    """``n`` invented texts."""
    dice = random.Random(f"{pattern}{seed}")
    return [pattern.format(*dice.sample(THINGS, 3)) for _ in range(n)]


def labelled(n, share=0.5, seed=0):
    """``n`` invented texts, so many of them complaints."""
    dice = random.Random(seed)
    bad = [dice.random() < share for _ in range(n)]
    return [Example(dice.choice(BAD if yes else GOOD).format(*dice.sample(THINGS, 3)), yes) for yes in bad]


def planted(language, n):
    return [
        Example(text, yes)
        for pattern, yes in zip(PLANTED[language], (True, False), strict=True)
        for text in written(pattern, n)
    ]


@pytest.fixture(scope="module")
def prior():
    return fit("en", labelled(300))


@pytest.mark.parametrize("language", PLANTED)
def test_it_learns_a_word_that_nothing_else_knows(language):
    model = fit(language, planted(language, 40))
    bad, good = (model.complaint(written(pattern, 25, seed=7)) for pattern in PLANTED[language])
    assert bad.min() > 0.8
    assert good.max() < 0.2
    assert model.language == language


def test_the_same_labels_make_the_same_model_to_the_byte(prior):
    random.seed(1)
    first = dumps(fit("en", labelled(60), seed=3)), dumps(fit("en", labelled(60, seed=2), prior=prior, seed=3))
    random.seed(2)
    np.random.default_rng(5).random(9)
    assert (
        dumps(fit("en", labelled(60), seed=3)),
        dumps(fit("en", labelled(60, seed=2), prior=prior, seed=3)),
    ) == first


@pytest.mark.parametrize(("n", "share"), [(20, 0.5), (60, 0.5), (60, 0.8), (20, 0.9), (25, 0.08)])
def test_few_labels_that_agree_with_a_prior_change_little(prior, n, share):
    asked = [example.text for example in labelled(150, seed=8)] + written(UNSAID, 30) + list(NEITHER)
    before, after = prior.complaint(asked), fit("en", labelled(n, share, seed=5), prior=prior).complaint(asked)
    assert np.abs(after - before).max() < 0.12
    assert ((after >= 0.5) == (before >= 0.5)).mean() > 0.97


def test_labels_that_disagree_with_a_prior_change_what_they_speak_of_and_little_else(prior):
    turned = [Example(text, label=False) for text in written(BAD[1], 60)] + labelled(60, seed=6)
    model = fit("en", turned, prior=prior)
    assert prior.complaint(written(BAD[1], 20, seed=9)).min() > 0.5
    assert model.complaint(written(BAD[1], 20, seed=9)).max() < 0.5
    for pattern in (BAD[0], BAD[2]):
        assert model.complaint(written(pattern, 20, seed=9)).min() > 0.5


def test_many_labels_with_another_share_of_complaints_move_the_calibration_of_a_prior(prior):
    said = dict(zip(range(600), np.random.default_rng(2).random(600) < 0.6, strict=True))
    noise = [Example(text, bool(said[n])) for n, text in enumerate(written(UNSAID, 600))]
    asked = written(UNSAID, 50, seed=4)
    assert prior.complaint(asked).mean() < 0.2
    assert fit("en", noise, prior=prior).complaint(asked).mean() == pytest.approx(0.6, abs=0.1)


def test_a_prior_keeps_its_shape_its_scales_and_the_heads_that_nobody_spoke_of(prior):
    taught = fit(
        "en", [Example(text, None, sentiment=n % 2) for n, text in enumerate(written(UNSAID, 80))], prior=prior
    )
    assert taught.shape == prior.shape
    assert taught.rarity is prior.rarity
    assert taught.heads["complaint"] is prior.heads["complaint"]
    assert set(taught.heads) == {"complaint", "praise"}


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_a_probability_is_how_often_it_is_true(share):
    """Words speak for a complaint more or less, and chance decides; half of the texts are learnt."""
    dice = np.random.default_rng(11)
    pull = dict(zip(THINGS, dice.normal(0, 1.6, len(THINGS)), strict=True))
    scenes = [list(dice.choice(THINGS, 4, replace=False)) for _ in range(2400)]
    odds = np.array([sum(pull[thing] for thing in scene) for scene in scenes])
    odds += np.quantile(-odds, share)  # so many above even
    truth = dice.random(len(odds)) < 1 / (1 + np.exp(-odds))
    examples = [Example(" ".join(scene), bool(yes)) for scene, yes in zip(scenes, truth, strict=True)]
    asked = [example.text for example in examples[1200:]]
    probabilities, happened = fit("en", examples[:1200]).complaint(asked), truth[1200:]
    measured = quality(probabilities, happened.tolist())
    assert measured.macro_f1.value > 0.7
    assert measured.calibration_error.value < 0.05
    assert probabilities.mean() == pytest.approx(happened.mean(), abs=0.04)


def test_a_text_without_a_label_teaches_other_heads_only(prior):
    said = labelled(60, seed=3)
    kinds = [("delay", 1), ("refund", -1)]
    more = [
        Example(text, None, reason=reason, sentiment=mood, severity=n % 2)
        for (reason, mood), pattern in zip(kinds, PLANTED["en"], strict=True)
        for n, text in enumerate(written(pattern, 40))
    ]
    alone, both = fit("en", said, prior=prior), fit("en", [*said, *more], prior=prior)
    assert set(both.heads) == {"complaint", "praise", "severity:0", "severity:1", "reason:delay", "reason:refund"}
    assert np.array_equal(both.heads["complaint"].buckets, alone.heads["complaint"].buckets)
    assert both.heads["complaint"].bias == alone.heads["complaint"].bias
    fresh = fit("en", [*labelled(60), *more])
    moved = fresh.complaint(written(PLANTED["en"][0], 20, seed=2)) - fresh.complaint(written(UNSAID, 20, seed=2))
    assert abs(moved.mean()) < 0.1, "what is said of the reason is nothing said of the complaint"


def test_a_head_that_was_learnt_answers_its_question():
    reasons = {"delay": PLANTED["en"][0], "refund": PLANTED["en"][1]}
    model = fit(
        "en",
        [
            *labelled(20),
            *(
                Example(text, label=True, reason=reason)
                for reason, pattern in reasons.items()
                for text in written(pattern, 40)
            ),
        ],
    )
    for reason, pattern in reasons.items():
        found = answers(model, written(pattern, 20, seed=4))
        assert found[f"reason:{reason}"].min() > 0.6
        assert sum(found[f"reason:{other}"].max() for other in reasons if other != reason) < 0.4


def answers(model, texts):
    from monitor.text.lexicon import load
    from monitor.text.model.cues import cues_of
    from monitor.text.normalise import fold, mask

    masked = [mask(fold(text)) for text in texts]
    return model.probabilities(masked, cues_of(load(model.language), masked))


def test_a_question_with_too_few_answers_is_not_learnt():
    def moods(praise):
        return [Example(text, n % 2 == 0, sentiment=int(n < praise)) for n, text in enumerate(written(UNSAID, 90))]

    assert "praise" not in fit("en", moods(LEAST_OF_A_KIND - 1)).heads
    assert "praise" in fit("en", moods(LEAST_OF_A_KIND)).heads
    assert "praise" not in fit("en", moods(90 - LEAST_OF_A_KIND + 1)).heads


@pytest.mark.parametrize("label", [True, False, None])
def test_of_one_kind_alone_no_complaint_is_learnt(label, prior):
    texts = [Example(text, label) for text in written(UNSAID, 50)]
    model = fit("en", texts)
    assert "complaint" not in model.heads
    with pytest.raises(ValueError, match="what a complaint is"):
        loads(dumps(model))
    assert fit("en", texts, prior=prior).heads["complaint"] is prior.heads["complaint"]


@pytest.mark.parametrize("known", [True, False])
def test_of_no_text_at_all_it_says_so(known, prior):
    with pytest.raises(ValueError, match="no labelled texts"):
        fit("en", [], prior=prior if known else None)


@pytest.mark.parametrize(("bad", "good"), [(1, 1), (1, 6), (6, 1), (2, 2), (3, 3)])
@pytest.mark.parametrize("known", [True, False])
def test_a_handful_of_texts_makes_a_model_with_sound_numbers(bad, good, known, prior):
    texts = [(text, True) for text in written(BAD[0], bad)] + [(text, False) for text in written(GOOD[0], good)]
    model = loads(dumps(fit("en", [Example(*one) for one in texts], prior=prior if known else None)))
    found = model.complaint([text for text, _ in texts])
    assert ((found > 0) & (found < 1)).all()
    assert found[:bad].min() > found[bad:].max()


def test_what_counts_more_is_believed():
    both = written(PLANTED["en"][0], 40)
    said = [Example(text, n % 2 == 0, 1.0 if n % 2 == 0 else 0.1) for n, text in enumerate(both)]
    others = [Example(text, n % 2 == 0) for n, text in enumerate(written(UNSAID, 40))]
    asked = written(PLANTED["en"][0], 20, seed=3)
    assert fit("en", said + others).complaint(asked).min() > 0.5
    turned = [Example(one.text, not one.label, one.weight) for one in said]
    assert fit("en", turned + others).complaint(asked).max() < 0.5


@pytest.mark.parametrize(
    "text", ["", " ", "😀" * 3000, "\ud800\x00\u202e", "a\nb\u2028c", "x" * 100_000, "@a #b https://c.example"]
)
def test_hostile_texts_among_the_labelled_ones_do_no_harm(text):
    model = fit("en", [*planted("en", 30), Example(text, label=True), Example(text, label=False)])
    found = model.complaint([text, *written(PLANTED["en"][0], 5, seed=2)])
    assert np.isfinite(found).all()
    assert found[1:].min() > 0.7


@pytest.mark.parametrize(("copies", "others"), [(20, 0), (20, 20), (1, 0)])
def test_copies_of_one_text_with_both_labels_make_a_model_with_sound_numbers(copies, others):
    """As when people disagree of a post that was shared again and again."""
    shared = [Example(f"@friend{n} the soup was late", n % 2 == 0) for n in range(2 * copies)]
    said = shared + [Example(text, label=False) for text in written(GOOD[0], others)]
    found = loads(dumps(fit("en", said))).complaint(["the soup was late", "@friend1 the soup was late"])
    assert ((found > 0.2) & (found < 0.8)).all()


def test_a_text_copied_often_is_not_calibrated_on_what_it_taught_itself():
    """Copies that differ in whom they speak to are one text: chance labels must not look sure."""
    dice = np.random.default_rng(4)
    once = written(UNSAID, 150, seed=12)
    said = [
        Example(f"@{name} {text}", bool(yes))
        for text, yes in zip(once, dice.random(len(once)) < 0.5, strict=True)
        for name in ("ada", "mina", "joe")
    ]
    found = fit("en", said).complaint(written(UNSAID, 60, seed=13))
    assert np.abs(found - 0.5).max() < 0.25
