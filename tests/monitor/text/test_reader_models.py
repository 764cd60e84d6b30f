"""Readers with trained models, without any, and with others while they read."""

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Assessment
from monitor.text import pipeline
from monitor.text.lexicon import languages
from monitor.text.model.fit import Example, fit
from monitor.text.pipeline import build
from monitor.text.reader import BATCH, TextReader

SHIPPED, WORDS_ALONE = TextReader(), TextReader(models={})
LISTED = "seat tray window lounge counter coach ticket crew cabin meal blanket gate screen pillow ramp door lamp"
THINGS = LISTED.split()
QUIBBLED, STOOD = "they quibbled with the {} and the {}", "there stands a {} beside the {}"
TEXTS = [
    "you lost my bag and nobody answers",
    "thanks, lovely crew",
    "太差了，退钱",
    "谢谢，服务很好",
    "정말 최악이에요",
    "친절해서 좋았어요",
    "చెత్త సర్వీస్",
    "చాలా బాగుంది",
    "¿dónde está mi maleta?",
    "😡",
    "",
    "Boycott Northline! I will go to court, disgusting",
]
PIECES = st.sampled_from(
    [*TEXTS, "not", "not bad", "최악", "太", "😡", "@northline", "#lost", "RT", "\ud83d", "\u202e", "?"]
)
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=5).map(" ".join)


@pytest.fixture(scope="module")
def model():
    return taught(QUIBBLED, STOOD, "one")


@pytest.fixture(scope="module")
def turned():
    """Learnt the other way round."""
    return taught(STOOD, QUIBBLED, "two")


def taught(wrong, right, version):
    dice = random.Random(5)
    said = [(text, yes) for text, yes in ((wrong, True), (right, False)) for _ in range(30)]
    return replace(
        fit("en", [Example(text.format(*dice.sample(THINGS, 2)), yes) for text, yes in said]), version=version
    )


def many(reader, texts):
    return list(reader.read_many((text, None) for text in texts))


@settings(max_examples=60, deadline=None)
@given(st.lists(MIXED, max_size=8), st.randoms(use_true_random=False))
def test_a_text_is_read_the_same_alone_in_a_batch_and_in_any_order(texts, dice):
    together = many(SHIPPED, texts)
    assert [SHIPPED.read(text) for text in texts] == together
    order = dice.sample(range(len(texts)), len(texts))
    assert many(SHIPPED, [texts[n] for n in order]) == [together[n] for n in order]


@settings(max_examples=80, deadline=None)
@given(MIXED)
def test_the_second_opinion_is_what_the_word_lists_alone_say(text):
    first, second = SHIPPED.read(text), WORDS_ALONE.read(text)
    assert (first.language, first.assessed) == (second.language, second.assessed)
    assert (first.calls, first.sarcasm) == (second.calls, second.sarcasm)
    assert second.second_opinion is None
    if first.basis == "model":
        assert first.second_opinion == second.complaint
    else:
        assert first == second


def test_several_threads_get_the_answers_that_one_gets():
    texts = [f"{text} {number}" for number in range(40) for text in TEXTS]
    expected, reader = many(SHIPPED, texts), TextReader()
    with ThreadPoolExecutor(6) as pool:
        alone = list(pool.map(reader.read, texts[::5]))
        together = list(pool.map(lambda _: many(reader, texts), range(6)))
    assert alone == expected[::5]
    assert together == [expected] * 6


def test_without_models_every_language_is_read_by_its_word_lists():
    found = [one for one in many(WORDS_ALONE, TEXTS) if one.assessed]
    assert {one.language for one in found} == set(languages())
    assert {one.basis for one in found} == {"lexicon"}
    assert all(one.version.startswith(f"lexicon-{one.language}-") for one in found)


def test_a_model_of_one_language_reads_that_one_alone(model):
    for one in many(TextReader(models={"en": model}), TEXTS):
        if one.assessed:
            assert (one.basis, one.version == "one") == (
                ("model", True) if one.language == "en" else ("lexicon", False)
            )


@pytest.mark.parametrize(
    "text",
    [
        "el vuelo está retrasado y no hay nadie",
        "飛行機が遅れました。最悪です",
        "Der Flug war drei Stunden zu spät",
        "Zxqv Brrk",
        "",
        "😀",
        "\ud800",
    ],
)
def test_what_is_not_covered_has_no_figures_at_all(text):
    found = SHIPPED.read(text)
    assert found == Assessment(found.language, assessed=False)
    assert (found.basis, found.version, found.second_opinion, found.words, found.calls) == (None, "", None, (), ())
    assert found.language not in languages()


def test_a_language_that_is_not_wanted_is_not_read_even_with_a_model(model):
    found = TextReader(["ko"], {"en": model}).read("they quibbled with the gate and with my bag")
    assert (found.language, found.assessed, found.complaint) == ("en", False, None)


def test_other_models_read_from_the_next_text_on(model, turned):
    text = QUIBBLED.format("gate", "lamp")
    reader = TextReader(models={"en": model})
    assert (reader.read(text, "en").version, reader.read(text, "en").is_complaint) == ("one", True)
    reader.use({"en": turned})
    assert (reader.read(text, "en").version, reader.read(text, "en").is_complaint) == ("two", False)
    reader.use({})
    assert reader.read(text, "en").basis == "lexicon"
    reader.use(None)
    assert reader.read(text, "en") == SHIPPED.read(text, "en")


def test_models_may_be_changed_while_another_thread_reads(model, turned):
    texts = [QUIBBLED.format(one, two) for one, two in itertools.permutations(THINGS[:6], 2)]
    reader, seen, stop = TextReader(models={"en": model}), [], threading.Event()
    answers = {
        one.version: list(TextReader(models={"en": one}).read_many((text, "en") for text in texts))
        for one in (model, turned)
    }

    def work():
        while not stop.is_set():
            seen.append(list(reader.read_many((text, "en") for text in texts)))

    thread = threading.Thread(target=work)
    thread.start()
    for number in range(30):
        wanted = (turned, model)[number % 2]
        reader.use({"en": wanted})
        assert reader.read(texts[0], "en") == answers[wanted.version][0], (
            "whoever asks after the change gets the new one"
        )
    stop.set()
    thread.join()
    assert seen
    for found in seen:
        assert found in answers.values()
        assert len({one.version for one in found}) == 1, "a batch is read by one model"


def test_a_change_while_a_pipeline_is_built_is_not_lost(model, turned, monkeypatch):
    """Else the reading that was asked for before would go on for ever."""
    reader, built, changing = TextReader(models={"en": model}), [], []

    def slowly(code, with_model):
        if not built:
            changing.append(threading.Thread(target=reader.use, args=({"en": turned},)))
            changing[0].start()
            changing[0].join(timeout=0.2)  # where it must wait for this reading, it waits
        built.append(with_model.version)
        return build(code, with_model)

    monkeypatch.setattr(pipeline, "build", slowly)
    text = QUIBBLED.format("gate", "lamp")
    reader.read(text, "en")
    changing[0].join()
    assert reader.read(text, "en").version == "two"


def test_a_stream_that_changes_its_model_goes_on_with_the_new_one(model, turned):
    reader = TextReader(models={"en": model})
    stream = reader.read_many((QUIBBLED.format("gate", "lamp"), "en") for _ in range(2 * BATCH))
    assert next(stream).version == "one"
    reader.use({"en": turned})
    assert [one.version for one in stream][-1] == "two"


def test_of_an_endless_stream_one_batch_is_taken_at_a_time():
    taken = itertools.count()
    stream = SHIPPED.read_many((f"late again {next(taken)}", None) for _ in itertools.count())
    assert next(stream).language == "en"
    assert next(taken) == BATCH


def test_what_is_kept_does_not_grow_with_what_was_read():
    reader = TextReader()
    many(reader, TEXTS)
    before = {code: (len(nlp.vocab), len(nlp.vocab.strings)) for code, nlp in reader._pipelines.items()}
    many(reader, [f"{text} word{n}" for n in range(200) for text in TEXTS])
    assert {code: (len(nlp.vocab), len(nlp.vocab.strings)) for code, nlp in reader._pipelines.items()} == before
    assert set(before) == set(languages())
