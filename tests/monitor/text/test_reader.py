"""What is read from a post."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Assessment
from monitor.text.reader import BATCH, TextReader

READER = TextReader()

NASTY = [
    "",
    " \n\t ",
    "😀😡🤬" * 2000,
    "a" * 1_000_000,
    "worst airline ever " * 55_000,
    "." * 1_000_000,
    "!?" * 500_000,
    "مرحبا הרחלה \u202eesrever\u202c worst",
    "\x00\x01\x1b[31mred\x7f\ud800",
    "ｗｏｒｓｔ 항공사 ever 太差了 చెత్త 😡",
    "ㅠ" * 100_000,
    "不" * 100_000,
    "లేదు" * 50_000,
    "@" * 100_000,
    "http://" * 50_000,
    "not " * 20_000,
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(READER.read(text), Assessment)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.text(), st.sampled_from([None, "en", "zh", "ko", "te", "ja", "und", "??"])), max_size=5))
def test_figures_are_there_and_in_range_or_all_missing(texts: list[tuple[str, str | None]]) -> None:
    found = list(READER.read_many(texts))
    assert len(found) == len(texts)
    for reading in found:
        if reading.assessed:
            assert reading.complaint is not None
            assert reading.sentiment is not None
            assert 0 <= reading.complaint <= 1
            assert -1 <= reading.sentiment <= 1
            assert reading.severity in (0, 1, 2, 3)
            assert (reading.reason is not None) == reading.is_complaint
        else:
            assert (reading.complaint, reading.sentiment, reading.severity, reading.reason) == (None,) * 4


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("el vuelo está retrasado y no hay nadie que nos ayude", "es"),
        ("飛行機が遅れました。最悪です", "ja"),
        ("Zxqv Brrk", None),
        ("😀", None),
        ("", None),
    ],
)
def test_what_cannot_be_read_is_not_assessed(text: str, language: str | None) -> None:
    assert READER.read(text) == Assessment(language=language, assessed=False)


def test_a_reader_of_one_language_reads_only_that() -> None:
    reader = TextReader(["ko"])
    assert reader.languages == ("ko",)
    assert not reader.read("worst airline ever, you lost my bag").assessed
    assert reader.read("최악의 항공사, 짐을 잃어버렸어요").is_complaint


def test_many_texts_keep_their_order_over_batches_and_languages() -> None:
    texts = ["you lost my bag", "太差了，退钱", "정말 최악이에요", "చెత్త సర్వీస్", "¿dónde está mi maleta?"]
    found = READER.read_many((text, None) for _ in range(BATCH) for text in texts)
    assert [reading.language for reading in found] == ["en", "zh", "ko", "te", "es"] * BATCH


def test_one_by_one_is_the_same_as_many() -> None:
    texts = ["you lost my bag", "太差了，退钱", "정말 최악이에요", "చెత్త సర్వీస్", "thanks, lovely crew"]
    assert list(READER.read_many((text, None) for text in texts)) == [READER.read(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "severity", "reason"),
    [
        ("@northlineair your app is so annoying today", 0, "outage"),
        ("@northlineair you lost my suitcase, useless", 1, "property"),
        ("@northlineair my lawyer will call you about the refund you refuse to pay", 2, "refund"),
        ("@northlineair terrible: your driver assaulted a passenger, she is in hospital", 3, "safety"),
        ("北线航空乱收费，太坑了，我要打12315投诉", 2, "billing"),
        ("飞机上有人被打受伤，没人管，太恶劣了", 3, "safety"),
        ("비행기가 또 지연됐어요 최악", 1, "delay"),
        ("기내식 먹고 식중독 걸려서 병원에 입원했습니다. 최악", 3, "safety"),
        ("విమానం రద్దు చేశారు, చాలా దారుణం", 1, "cancellation"),
        ("నా బ్యాగ్ పోయింది, కోర్టుకు వెళ్తాను, దారుణమైన సర్వీస్", 2, "property"),
    ],
)
def test_severity_and_reason(text: str, severity: int, reason: str) -> None:
    found = READER.read(text)
    assert found.is_complaint
    assert found.reason == reason
    assert found.severity in ({0, 1} if severity == 0 else {severity})


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("Northline is good", "Northline is not good"),
        ("that was bad", "that was very bad"),
        ("The flight was late", "@northlineair you were late and nobody answers me, I want a refund"),
        ("服务好", "服务不好"),
        ("좋아요", "좋지 않아요"),
        ("సర్వీస్ బాగుంది", "సర్వీస్ బాగా లేదు"),
        ("great, but the food was cold", "the crew was great at first, but the food was cold and the seat broken"),
    ],
)
def test_denial_stress_and_demands_move_the_score(less: str, more: str) -> None:
    first, second = READER.read(less, "en" if less.isascii() else None), READER.read(more, None)
    assert first.complaint is not None
    assert second.complaint is not None
    assert first.complaint < second.complaint


def test_it_says_which_words_decided_and_which_name_harm() -> None:
    found = READER.read("@northlineair you broke my guitar and ignored me. Not happy!")
    assert {"broke my", "not happy"} <= set(found.words)
    assert found.harm_words == ("broke my",)
    assert found.version.startswith("en-" if found.basis == "model" else "lexicon-en-")


def test_names_of_accounts_and_addresses_are_not_read() -> None:
    found = READER.read("@worst_airline_fan what time do you open? https://terrible.example/scam")
    assert not found.is_complaint
    assert found.words == ()


def test_hidden_characters_and_wide_letters_change_nothing() -> None:
    plain = READER.read("Worst airline ever, you lost my bag")
    assert READER.read("Ｗｏｒｓｔ air\u200bline e\u00adver, you lost my bag") == plain


def test_threads_may_share_a_reader() -> None:
    reader, texts = TextReader(), [("you lost my bag", None), ("太差了", None), ("최악이에요", None)] * 40
    expected, found = [READER.read(*text) for text in texts], []

    def work() -> None:
        found.append(list(reader.read_many(texts)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4
