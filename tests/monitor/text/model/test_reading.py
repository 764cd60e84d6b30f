"""From probabilities and word lists to one assessment: what may change what, and what may not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import Assessment
from monitor.text.facets import Facets
from monitor.text.lexicon import CALLS, REASONS, load
from monitor.text.model.reading import Opinion, opinion, reading, sentiment
from monitor.text.normalise import fold, mask
from monitor.text.score import Tally, severity

THIRD = 1 / 3
EVEN = [0.0, 1.0, 0.5, 0.49999, 0.49995, 0.49994, 0.50001, THIRD, 1 - THIRD, 1e-12, 1 - 1e-12]
SHARES = st.one_of(st.floats(0, 1), st.sampled_from(EVEN))
HEADS = ["praise", *(f"{kind}:{degree}" for kind in ("severity", "reproach") for degree in range(4))]
HEADS += [f"reason:{reason}" for reason in REASONS]
PROBABILITIES = st.builds(
    lambda complaint, others: {"complaint": complaint, **others},
    SHARES,
    st.dictionaries(st.sampled_from(HEADS), SHARES, max_size=8),
)
PHRASES = st.lists(st.sampled_from(["broke my", "late", "나빠요", "被打", "never"]), max_size=4)
FACETS = st.builds(
    Facets,
    reasons=st.dictionaries(st.sampled_from(REASONS), st.floats(0.1, 4), max_size=3),
    severity=st.integers(0, 3),
    harm=PHRASES.map(tuple),
    calls=st.lists(st.sampled_from(CALLS), unique=True).map(tuple),
    sarcasm=st.booleans(),
)


@st.composite
def opinions(draw):
    found = draw(FACETS)
    counted = Tally(waiting=draw(st.integers(0, 2)), against=draw(PHRASES), favour=draw(PHRASES))
    said = Assessment(
        "en",
        True,
        draw(SHARES),
        draw(st.floats(-1, 1)),
        severity=found.severity,
        harm_words=found.harm,
        version="lexicon-en-1",
        calls=found.calls,
        sarcasm=found.sarcasm,
        basis="lexicon",
    )
    return Opinion(said, found, counted, ())


@given(opinions(), PROBABILITIES)
def test_all_figures_are_in_range_and_go_together(heard, found):
    read = reading(heard, found, "en-1")
    assert 0 <= read.complaint <= 1
    assert -1 <= read.sentiment <= 1
    assert read.severity in (0, 1, 2, 3)
    assert (read.reason is not None) == read.is_complaint
    assert read.reason in (None, "other", *REASONS)
    assert read.reproach in (None, 0, 1, 2, 3)
    assert (read.basis, read.version) == ("model", "en-1")
    assert not (read.is_complaint and read.is_praise)
    if not read.is_complaint:
        assert (read.severity, read.reproach) == (0, None)


@given(opinions(), PROBABILITIES)
def test_a_complaint_is_never_read_as_neutral_or_praise(heard, found):
    read = reading(heard, found, "en-1")
    if read.complaint >= 0.5:
        assert read.sentiment < -THIRD


@given(opinions(), PROBABILITIES, st.booleans(), PHRASES.map(tuple), st.sampled_from([(), ("boycott",), CALLS]))
def test_irony_harm_and_calls_are_remarks_that_change_no_figure(heard, found, sarcasm, harm, calls):
    other = replace(
        heard,
        said=replace(heard.said, sarcasm=sarcasm, harm_words=harm, calls=calls),
        facets=replace(heard.facets, sarcasm=sarcasm, harm=harm, calls=calls),
    )
    one, two = reading(heard, found, "en-1"), reading(other, found, "en-1")
    assert (one.complaint, one.sentiment, one.reason, one.severity) == (
        two.complaint,
        two.sentiment,
        two.reason,
        two.severity,
    )
    assert (two.sarcasm, two.calls) == (sarcasm, calls)


@given(opinions(), PROBABILITIES)
def test_no_label_makes_a_complaint_less_severe_than_its_words(heard, found):
    read = reading(heard, found, "en-1")
    if read.is_complaint:
        assert read.severity >= severity(heard.counted, heard.facets) >= heard.facets.severity


@given(opinions(), SHARES, SHARES)
def test_the_lexicons_answer_is_kept_as_the_second_opinion(heard, complaint, praise):
    read = reading(heard, {"complaint": complaint, "praise": praise}, "en-1")
    assert read.second_opinion == heard.said.complaint
    assert read.complaint == round(complaint, 4)


@given(opinions(), SHARES)
def test_who_never_learnt_praise_leaves_it_to_the_words(heard, complaint):
    read = reading(heard, {"complaint": complaint}, "en-1")
    if (heard.said.sentiment or 0.0) <= 0:
        assert not read.is_praise
    unknown = replace(heard, said=replace(heard.said, sentiment=None))
    assert not reading(unknown, {"complaint": complaint}, "en-1").is_praise
    loved = replace(heard, said=replace(heard.said, sentiment=1.0))
    if complaint < 0.3:
        assert reading(loved, {"complaint": complaint}, "en-1").is_praise


@given(opinions(), st.floats(0, 0.49), st.floats(0.5, 1), st.floats(0.5, 1))
def test_the_surer_a_praise_the_better_its_sentiment(heard, complaint, less, more):
    less, more = sorted((less, more))
    moods = [reading(heard, {"complaint": complaint, "praise": one}, "v").sentiment for one in (less, more)]
    assert 1 / 3 <= moods[0] <= moods[1]


@given(opinions(), st.floats(0.5, 1), st.floats(0.5, 1), SHARES)
def test_the_surer_a_complaint_the_worse_its_sentiment(heard, less, more, praise):
    less, more = sorted((less, more))
    moods = [reading(heard, {"complaint": one, "praise": praise}, "v").sentiment for one in (less, more)]
    assert moods[0] >= moods[1]


def said_of(text):
    return opinion(load("en"), mask(fold(text)))


@pytest.mark.parametrize("doubt", [0.1, 0.45])
def test_a_reason_that_is_learnt_but_unlikely_does_not_replace_what_the_words_name(doubt):
    heard = said_of("you lost my bag, worst airline ever")
    found = {"complaint": 0.95, "reason:delay": doubt}
    assert reading(heard, found, "v").reason == "property"
    assert reading(heard, {**found, "reason:delay": 0.8}, "v").reason == "delay"
    assert reading(said_of("worst ever"), found, "v").reason == "other"


@pytest.mark.parametrize(("likely", "severity"), [(0.2, 1), (0.7, 2)])
def test_a_severity_that_is_learnt_but_unlikely_raises_nothing(likely, severity):
    heard = said_of("you lost my bag, worst airline ever")
    assert reading(heard, {"complaint": 0.95, "severity:2": likely}, "v").severity == severity


def test_the_degree_of_reproach_is_told_of_complaints_only():
    heard = said_of("you lost my bag, worst airline ever")
    degrees = {"reproach:0": 0.2, "reproach:1": 0.1, "reproach:2": 0.4, "reproach:3": 0.3}
    assert reading(heard, {"complaint": 0.9, **degrees}, "v").reproach == 2
    assert reading(heard, {"complaint": 0.9, **degrees, "reproach:0": 0.8}, "v").reproach == 0
    assert reading(heard, {"complaint": 0.4, **degrees}, "v").reproach is None
    assert reading(heard, {"complaint": 0.9}, "v").reproach is None


def test_the_words_that_are_shown_speak_for_what_was_read():
    heard = said_of("great crew, but you lost my bag and nobody answers")
    complaint = reading(heard, {"complaint": 0.9, "praise": 0.1}, "v")
    assert "lost my" in " ".join(complaint.words)
    assert not any("great" in words for words in complaint.words)
    assert any("great" in words for words in reading(heard, {"complaint": 0.2, "praise": 0.7}, "v").words)
    assert reading(heard, {"complaint": 0.1, "praise": 0.9}, "v").harm_words == ()


@given(*[st.floats(0, 1)] * 3)
def test_more_praise_never_makes_a_text_angrier(complaint: float, praise: float, more: float) -> None:
    low, high = sorted((praise, more))
    assert sentiment(complaint, low, 0.0) <= sentiment(complaint, high, 0.0) + 1e-12


@given(*[st.floats(0, 1)] * 3)
def test_a_likelier_complaint_never_makes_a_text_kinder(praise: float, complaint: float, more: float) -> None:
    low, high = sorted((complaint, more))
    assert sentiment(low, praise, 0.0) >= sentiment(high, praise, 0.0) - 1e-12
