"""What every language file must keep to: it is found by itself, and nothing else has to be written for a new one."""

from collections import Counter

import pytest

from monitor.text.facets import facets
from monitor.text.lexicon import CALLS, REASONS, cue_lists, languages, load, phrases, raw
from monitor.text.normalise import fold, mask
from monitor.text.reader import TextReader
from monitor.text.score import FEATURES, assess

REFERENCE = "en"
CODES = languages()
SAMPLES = [(code, sample) for code in CODES for sample in load(code).samples]


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


def keys(document: dict[str, object], prefix: str = "") -> set[str]:
    found = set()
    for key, value in document.items():
        found.add(prefix + key)
        if isinstance(value, dict):
            found |= keys(value, f"{prefix}{key}.")
    return found


def test_the_four_languages_of_the_product_are_there() -> None:
    assert {"en", "zh", "ko", "te"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_the_same_keys(code: str) -> None:
    assert keys(raw(code)) == keys(raw(REFERENCE))


@pytest.mark.parametrize("code", CODES)
def test_there_is_a_weight_for_every_part_of_the_score(code: str) -> None:
    assert set(load(code).weights) == {"bias", *FEATURES}
    assert load(code).weights["bias"] < 0, "a text without any cue is no complaint"


@pytest.mark.parametrize("code", CODES)
def test_no_phrase_stands_in_two_lists(code: str) -> None:
    listed = Counter(phrase for _, phrases in cue_lists(raw(code)) for phrase in phrases)
    assert {phrase for phrase, count in listed.items() if count > 1} == set()


@pytest.mark.parametrize("code", CODES)
def test_the_lists_are_generous(code: str) -> None:
    counts: Counter[str] = Counter()
    for cue, listed in cue_lists(raw(code)):
        counts[cue.role] += len(listed)
    assert counts["complaint"] >= 200
    assert counts["praise"] >= 100
    assert {sample.sign for sample in load(code).samples} == {"complaint", "praise", "neutral"}


@pytest.mark.parametrize(("code", "sample"), SAMPLES, ids=[f"{code}-{sample.text[:30]}" for code, sample in SAMPLES])
def test_every_sample_gets_the_right_sign(code: str, sample, reader: TextReader) -> None:  # type: ignore[no-untyped-def]
    found = reader.read(sample.text)
    assert found.language == code
    assert found.complaint is not None
    assert found.sentiment is not None
    if sample.sign == "complaint":
        assert found.is_complaint
        assert found.sentiment < 0
    elif sample.sign == "praise":
        assert not found.is_complaint
        assert found.is_praise
    else:
        assert not found.is_complaint
        assert abs(found.sentiment) < 1 / 3


@pytest.mark.parametrize("code", CODES)
def test_there_is_a_sample_for_every_reason_severity_call_and_for_sarcasm(code: str) -> None:
    samples = load(code).samples
    assert {sample.reason for sample in samples} >= {*REASONS, "other"}
    assert {sample.severity for sample in samples} >= {0, 1, 2, 3}
    assert {call for sample in samples for call in sample.calls} == set(CALLS)
    assert any(sample.sarcasm for sample in samples)
    assert not all(sample.sarcasm for sample in samples if sample.sign == "praise")


@pytest.mark.parametrize(("code", "sample"), SAMPLES, ids=[f"{code}-{sample.text[:30]}" for code, sample in SAMPLES])
def test_every_sample_gets_the_right_facets(code: str, sample) -> None:  # type: ignore[no-untyped-def]
    found = assess(load(code), mask(fold(sample.text)))
    if sample.reason is not None:
        assert found.reason == sample.reason
    if sample.severity is not None:
        assert found.severity == sample.severity
    assert found.calls == sample.calls
    assert found.sarcasm == sample.sarcasm


@pytest.mark.parametrize("code", CODES)
def test_every_reason_call_and_tone_has_words(code: str) -> None:
    document = raw(code)
    for reason in REASONS:
        assert len(phrases(document["reason"][reason]["sure"])) >= 8, reason
    for section, least in (("calls", 10), ("sarcasm", 3), ("tone", 10)):
        for name, listed in document[section].items():
            assert len(phrases(listed)) >= least, f"{section}.{name}"


@pytest.mark.parametrize("code", CODES)
def test_no_mere_topic_word_is_a_call_or_a_danger(code: str) -> None:
    for sample in load(code).samples:
        if sample.sign != "complaint":
            found = facets(load(code), mask(fold(sample.text)))
            assert found.severity < 2, sample.text
            assert not found.calls, sample.text
