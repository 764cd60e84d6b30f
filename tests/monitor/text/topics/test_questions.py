"""Questions are found in four languages, and alike ones counted together. All posts are invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain import AccountKey, BrandMatch, Post, PostKey
from monitor.text.reader import TextReader
from monitor.text.topics.questions import question_in, repeated

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
READER = TextReader()

SAME = {
    "en": [
        "@northline what time does the bag drop open in Lisbon?",
        "Hi! When does bag drop in Lisbon open? Flying tomorrow",
        "anyone know when the bag drop opens in Lisbon",
    ],
    "zh": ["请问里斯本机场几点可以托运行李？", "里斯本机场托运行李几点开始？", "想问里斯本机场托运行李是几点"],
    "ko": [
        "리스본 공항 수하물 접수 몇시에 시작하나요?",
        "리스본 공항에서 수하물 접수 언제 시작해요?",
        "리스본 공항 수하물 접수 몇시인지 아시는 분",
    ],
    "te": [
        "లిస్బన్ విమానాశ్రయంలో లగేజీ కౌంటర్ ఎప్పుడు తెరుస్తారు?",
        "లిస్బన్ విమానాశ్రయం లగేజీ కౌంటర్ ఎన్ని గంటలకు తెరుస్తారు?",
        "లిస్బన్ లగేజీ కౌంటర్ ఎప్పుడు తెరుస్తారో తెలుసా",
    ],
}
OTHER = {
    "en": "Can I bring a cello as cabin baggage?",
    "zh": "大提琴可以带上飞机吗？",
    "ko": "첼로를 기내에 들고 탈 수 있나요?",
    "te": "చెలో వాయిద్యాన్ని క్యాబిన్‌లో తీసుకెళ్లొచ్చా?",
}


def post(text: str, number: int, author: str | None = None) -> Post:
    at = NOW + timedelta(hours=number)
    match = BrandMatch("northline", "Northline", "name", "Northline")
    key, by = PostKey("microblog", str(number)), AccountKey("microblog", author or f"someone{number}")
    return Post(key, by, text, at, at, brand_matches=(match,), assessment=READER.read(text))


@pytest.mark.parametrize("language", SAME)
def test_the_same_question_in_other_words_is_counted_together(language: str) -> None:
    posts = [post(text, number) for number, text in enumerate([*SAME[language], OTHER[language]])]
    (found,) = repeated(posts)
    assert [one.key.id for one in found.posts] == ["0", "1", "2"]
    assert found.authors == 3
    assert found.words


def test_the_most_asked_comes_first_and_what_one_person_repeats_is_left_out() -> None:
    seats = [post(f"Is there a fee for choosing seats on the Lisbon flight {n}?", 10 + n) for n in range(5)]
    alone = [post(OTHER["en"], 30 + n, "same") for n in range(9)]
    found = repeated([post(text, n) for n, text in enumerate(SAME["en"])] + seats + alone)
    assert [len(question.posts) for question in found] == [5, 3]


def test_news_and_what_was_taken_back_ask_nothing() -> None:
    posts = [post(text, number) for number, text in enumerate(SAME["en"])]
    assert repeated([replace(one, is_press=True) for one in posts]) == []
    assert repeated([replace(one, deleted_at=NOW) for one in posts]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Really?",
        "???",
        "why?!",
        "Northline lost my bag.",
        "https://x.example/?a=1 my bag is lost",
        "which is a shame",
        "",
    ],
)
def test_what_asks_nothing(text: str) -> None:
    assert question_in(text, "en") is None


@pytest.mark.parametrize("text", ["?" * 100_000, "how do i " * 20_000, "\u202e?\x00" * 999])
def test_no_text_is_too_much(text: str) -> None:
    question_in(text, "en")
    repeated([post(text, 1), post(text, 2)])
