"""What every language file must keep to: it is found by itself, and nothing else has to be written for a new one."""

from collections import Counter

import pytest

from monitor.text.lexicon import cue_lists, languages, load, raw
from monitor.text.reader import TextReader
from monitor.text.score import FEATURES

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
    for cue, phrases in cue_lists(raw(code)):
        counts[cue.role] += len(phrases)
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
