"""What a complaint is about: scored reasons, severity, calls to action, and a sarcasm remark that decides nothing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Assessment
from monitor.text.facets import SEVERITY_FEATURES, Facets, facets, severity_features
from monitor.text.lexicon import CALLS, REASONS, languages, load
from monitor.text.normalise import fold, mask
from monitor.text.phrases import Phrases
from monitor.text.score import assess, tally


def read(text: str, code: str = "en") -> Facets:
    return facets(load(code), mask(fold(text)))


def tone(text: str, code: str = "en") -> dict[str, float]:
    return dict(zip(SEVERITY_FEATURES, severity_features(load(code), mask(fold(text))), strict=True))


def test_a_failure_outweighs_topics_that_are_named_more_often() -> None:
    found = read("You lost my luggage. The clerk smiled, someone talked, someone else waved.")
    assert found.reason == "property"
    assert found.reasons["property"] > found.reasons["staff"] > 0


def test_reasons_come_with_the_best_first() -> None:
    scores = list(read("Late again, then you cancelled my flight and the app is down").reasons.values())
    assert len(scores) >= 3
    assert scores == sorted(scores, reverse=True)


def test_the_same_word_again_adds_little() -> None:
    once, often = read("delayed"), read("delayed delayed delayed delayed")
    assert once.reasons["delay"] < often.reasons["delay"] < 2 * once.reasons["delay"]


def test_danger_outweighs_the_thing_it_happened_with() -> None:
    found = read("A faulty charger from Northline caught fire")
    assert found.severity == 3
    assert found.reason == "safety"
    assert read("A faulty charger from Northline").reason == "defect"


def test_what_is_only_hinted_at_is_no_reason() -> None:
    assert read("I hate this hour of the day").reason == "other"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "my battery died and the screen is killing me"),
        ("en", "your social media team and the press release"),
        ("en", "press 1 for billing, press 2 for sales"),
        ("zh", "好吃到爆炸，笑死我了"),
        ("zh", "酒店离医院附近，卖流媒体会员"),
        ("ko", "동물병원 예약 기능이 폭발적 인기"),
        ("te", "సోషల్ మీడియా లో చూశాను"),
    ],
)
def test_words_of_danger_in_another_sense_are_harmless(code: str, text: str) -> None:
    found = read(text, code)
    assert found.severity < 2
    assert not found.calls


@pytest.mark.parametrize(
    ("code", "text", "call"),
    [
        ("en", "Everyone please boycott Northline", "boycott"),
        ("en", "Don't fly with them, ever", "boycott"),
        ("en", "The FAA needs to step in", "regulator"),
        ("en", "Local news, please cover this story", "press"),
        ("zh", "大家千万别买，一起抵制", "boycott"),
        ("zh", "已经打12315投诉了", "regulator"),
        ("zh", "求媒体曝光", "press"),
        ("ko", "노스라인 불매합시다", "boycott"),
        ("ko", "국민신문고에 올렸습니다", "regulator"),
        ("ko", "기자님 제보합니다", "press"),
        ("te", "ఎవరూ కొనకండి", "boycott"),
        ("te", "వినియోగదారుల ఫోరంకు వెళ్తాను", "regulator"),
        ("te", "మీడియాకు చెప్పండి", "press"),
        ("te", "evaru konakandi, viral cheyandi", "boycott"),
    ],
)
def test_calls_to_action_are_named_and_weigh_as_threats(code: str, text: str, call: str) -> None:
    found = read(text, code)
    assert call in found.calls
    assert found.severity >= 2
    assert found.evidence[call]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "thanks for nothing"),
        ("en", "Great job losing my bag, Northline"),
        ("en", "lovely service as always 🙄"),
        ("zh", "航班又取消了，真棒啊"),
        ("zh", "你们真行啊"),
        ("ko", "또 결항, 참 잘하네요"),
        ("ko", "서버가 또 먹통이네 대단하다"),
        ("te", "విమానం రద్దు, శభాష్"),
        ("te", "flight cancel chesaru, wow great service"),
    ],
)
def test_praise_beside_a_failure_may_be_sarcasm(code: str, text: str) -> None:
    assert read(text, code).sarcasm


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "great job, the crew were lovely"),
        ("en", "great job, you found my lost bag and fixed the app"),
        ("en", "The flight was late"),
        ("zh", "服务真好，下次还来"),
        ("ko", "직원분들이 친절하고 최고예요"),
        ("te", "సర్వీస్ చాలా బాగుంది, థ్యాంక్స్"),
    ],
)
def test_plain_praise_and_plain_complaints_are_no_sarcasm(code: str, text: str) -> None:
    assert not read(text, code).sarcasm


def without_irony(code: str, text: str) -> Assessment:
    return assess(replace(load(code), irony=Phrases({})), mask(fold(text)))


@pytest.mark.parametrize("code", languages())
def test_sarcasm_decides_nothing_in_the_samples(code: str) -> None:
    for sample in load(code).samples:
        found = assess(load(code), mask(fold(sample.text)))
        assert replace(found, sarcasm=False) == without_irony(code, sample.text)


PIECES = st.sampled_from(
    [
        "great job",
        "thanks for nothing",
        "🙄",
        "delayed",
        "lost my bag",
        "lawyer",
        "fire",
        "not",
        "!",
        "真棒",
        "取消",
        "잘한다",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=8), st.sampled_from(languages()))
def test_sarcasm_never_changes_complaint_sentiment_severity_or_reason(pieces: list[str], code: str) -> None:
    text = " ".join(pieces)
    assert replace(assess(load(code), mask(fold(text))), sarcasm=False) == without_irony(code, text)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.sampled_from(languages()))
def test_any_text_has_facets_in_range(text: str, code: str) -> None:
    folded = mask(fold(text))
    found = facets(load(code), folded)
    assert set(found.reasons) <= set(REASONS)
    assert all(score > 0 for score in found.reasons.values())
    assert found.severity in (0, 1, 2, 3)
    assert set(found.calls) <= set(CALLS)
    features = severity_features(load(code), folded, found)
    assert len(features) == len(SEVERITY_FEATURES)
    assert all(value >= 0 for value in features)


def test_facets_that_are_known_are_not_looked_for_again() -> None:
    english = load("en")
    text = mask(fold("you lost my bag, I want a refund"))
    assert tally(english, text, facets(english, text)) == tally(english, text)
    assert severity_features(english, text, facets(english, text)) == severity_features(english, text)


def test_blame_accusation_anger_and_mere_reports_are_told_apart() -> None:
    blame = tone("Shame on you, you lost my bag, it's your fault")
    report = tone("Error code 12 since the update, the app is down")
    anger = tone("So angry and disappointed!!!")
    request = tone("Hi, can you help me please? How do I check in?")
    assert blame["blame"] > max(report["blame"], anger["blame"], request["blame"])
    assert report["report"] > max(blame["report"], anger["report"])
    assert anger["emotion"] > max(report["emotion"], request["emotion"])
    assert request["request"] > max(blame["request"], anger["request"], report["request"])
