"""One pipeline of a language: what it keeps of texts, in what order it answers, and whose opinion comes first."""

import itertools
import random
import tracemalloc

import pytest

from monitor.text.lexicon import languages, load
from monitor.text.model.fit import Example, fit
from monitor.text.normalise import fold, mask
from monitor.text.pipeline import BATCH, assess_all, build
from monitor.text.score import assess

LISTED = "seat tray window lounge counter coach ticket crew cabin meal blanket gate screen pillow ramp door lamp"
WORDS = LISTED.split()
SAID = ("they quibbled with the {} and the {}", "there stands a {} beside the {}")
TEXTS = {
    "en": ["you lost my bag", "", "thanks, lovely crew", "when do you open?", "they quibbled with the gate", "!" * 40],
    "zh": ["太差了，退钱", "服务很好，谢谢", "几点开门", "。", "飞机晚点五个小时"],
    "ko": ["정말 최악이에요", "친절해서 좋았어요", "몇 시에 여나요", "ㅠㅠ", "짐을 잃어버렸어요"],
    "te": ["చెత్త సర్వీస్", "చాలా బాగుంది", "ఎప్పుడు తెరుస్తారు", "?", "విమానం ఆలస్యం"],
}


def taught(language, wrong, right):
    """A model that has learnt one sentence of each kind."""
    dice = random.Random(5)
    said = [(text, yes) for text, yes in ((wrong, True), (right, False)) for _ in range(30)]
    model = fit(language, [Example(text.format(*dice.sample(WORDS, 2)), yes) for text, yes in said])
    return model.described(date="2026-11-22")


@pytest.fixture(scope="module")
def model():
    return taught("en", *SAID)


def read(nlp, texts):
    return list(assess_all(nlp, [mask(fold(text)) for text in texts]))


@pytest.mark.parametrize("language", languages())
def test_without_a_model_it_says_what_the_word_lists_say(language):
    found = read(build(language), TEXTS[language])
    assert found == [assess(load(language), mask(fold(text))) for text in TEXTS[language]]
    assert {one.basis for one in found} == {"lexicon"}
    assert {one.second_opinion for one in found} == {None}


def test_a_model_speaks_first_and_the_word_lists_second(model):
    alone, both = read(build("en"), TEXTS["en"]), read(build("en", model), TEXTS["en"])
    assert [one.second_opinion for one in both] == [one.complaint for one in alone]
    assert {(one.basis, one.version) for one in both} == {("model", model.version)}
    assert [(one.calls, one.sarcasm) for one in both] == [(one.calls, one.sarcasm) for one in alone]
    quibbled = TEXTS["en"].index("they quibbled with the gate")
    assert not alone[quibbled].is_complaint
    assert both[quibbled].is_complaint
    assert [one.complaint for one in both] == [pytest.approx(one, abs=1e-4) for one in model.complaint(TEXTS["en"])]


def test_the_same_answer_alone_in_a_batch_and_in_any_order(model):
    nlp = build("en", model)
    dice = random.Random(2)
    texts = [
        " ".join(dice.choices([*WORDS, "quibbled", "worst", "lovely", "😡", "not"], k=dice.randrange(40)))
        for _ in range(2 * BATCH + 7)
    ]
    together = read(nlp, texts)
    assert [read(nlp, [text])[0] for text in texts[::17]] == together[::17]
    assert read(nlp, texts[::-1]) == together[::-1]
    assert read(build("en", model), texts[100:]) == together[100:]


@pytest.mark.parametrize("known", [True, False])
def test_it_answers_a_document_as_well(model, known):
    nlp = build("en", model if known else None)
    (expected,) = read(nlp, ["they quibbled with the gate"])
    assert nlp("they quibbled with the gate").user_data["ripplewatch_assessment"] == expected


@pytest.mark.parametrize("known", [True, False])
def test_no_word_of_any_text_is_kept(model, known):
    nlp = build("en", model if known else None)
    read(nlp, ["warm"])
    words, strings = len(nlp.vocab), len(nlp.vocab.strings)
    read(nlp, [f"word{n} other{n}x 😡{n} {n}号" for n in range(3 * BATCH)])
    assert (len(nlp.vocab), len(nlp.vocab.strings)) == (words, strings)
    assert "word7" not in nlp.vocab.strings


def test_a_long_stream_takes_no_more_memory_than_a_short_one(model):
    nlp = build("en", model)

    def most(texts):
        tracemalloc.start()
        for _ in assess_all(nlp, (f"they quibbled with gate {n} " * 8 for n in range(texts))):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    most(BATCH)
    assert most(6 * BATCH) < 1.3 * most(2 * BATCH)


def test_of_an_endless_stream_a_few_batches_are_taken_at_once(model):
    taken = itertools.count()
    stream = (f"late again {next(taken)}" for _ in itertools.count())
    found = assess_all(build("en", model), stream)
    assert len(list(itertools.islice(found, 10))) == 10
    assert next(taken) <= 4 * BATCH


def test_no_text_at_all_has_no_answer(model):
    assert list(assess_all(build("en", model), [])) == []
