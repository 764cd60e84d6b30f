"""Copies of one text are found in any script; what only sounds alike is not; memory and age have bounds."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.topics import near_duplicates
from monitor.text.topics.near_duplicates import NearDuplicates
from monitor.text.topics.shingles import PERMUTATIONS, bare, pieces, signatures

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COPIES = {
    "en": (
        "They broke my guitar in the hold and nobody at Northline Air wants to take responsibility for it.",
        "RT @lowstring: they BROKE my guitar in the hold; nobody at Northline Air wants to take responsibility for it!",
        "They broke my guitar in the hold and nobody at Northline Air wants to be responsible for any of it.",
    ),
    "zh": (
        "北线航空的行李员把我的吉他摔坏了，打了三天电话没有人负责，太过分了",
        "【转】北线航空的行李员把我的吉他摔坏了！！打了三天电话没有人负责,太过分了 http://video.example/2",
        "北线航空的行李员把我的吉他摔坏了，打了五天电话也没有人负责，太过分了",
    ),
    "ko": (
        "노스라인 직원들이 제 기타를 부쉈는데 아무도 책임을 안 져요 정말 최악이에요",
        "노스라인 직원들이 제 기타를 부쉈는데  아무도 책임을 안 져요... 정말 최악이에요ㅠㅠ",
        "노스라인 직원들이 제 기타를 부쉈는데 아무도 책임을 안 지네요 정말 최악이에요",
    ),
    "te": (
        "నార్త్‌లైన్ సిబ్బంది నా గిటార్ విరగ్గొట్టారు, ఎవరూ బాధ్యత తీసుకోవడం లేదు, చాలా దారుణం",
        "నార్త్‌లైన్ సిబ్బంది నా గిటార్ విరగ్గొట్టారు!! ఎవరూ బాధ్యత తీసుకోవడం లేదు. చాలా దారుణం https://video.example/3",
        "నార్త్‌లైన్ సిబ్బంది నా గిటార్ విరగ్గొట్టారు, ఎవరూ బాధ్యత తీసుకోవడం లేదు, ఎంత దారుణం",
    ),
}
OTHERS = {
    "en": "They lost my suitcase in Lisbon and nobody at Northline Air wants to tell me where it is now.",
    "zh": "北线航空的客服把我的退款拖了一个月，打了三次电话都说在处理，太过分了",
    "ko": "노스라인 앱이 로그인할 때마다 꺼지는데 아무도 답을 안 줘요 정말 최악이에요",
    "te": "నార్త్‌లైన్ యాప్ పని చేయడం లేదు, లాగిన్ అవ్వట్లేదు, ఎవరూ స్పందించడం లేదు, చాలా దారుణం",
}


@pytest.mark.parametrize("language", COPIES)
def test_copies_and_slight_changes_are_one_family_and_another_text_is_not(language: str) -> None:
    copies = NearDuplicates()
    families = {copies.family(text, NOW) for text in COPIES[language]}
    assert len(families) == 1
    assert copies.family(OTHERS[language], NOW) not in families


def test_a_text_without_letters_belongs_nowhere() -> None:
    copies = NearDuplicates()
    assert [copies.family(text, NOW) for text in ("", "😡😡😡", "!!! … ???", "https://x.example/1", "\u200b")] == [
        None
    ] * 5


def test_the_same_word_and_the_same_sign_are_families_too() -> None:
    copies = NearDuplicates()
    assert copies.family("no", NOW) == copies.family("NO!", NOW) != copies.family("坑", NOW) is not None


def test_what_nobody_posted_for_a_month_is_forgotten_and_each_copy_renews_it() -> None:
    copies, text = NearDuplicates(), COPIES["en"][0]
    first = copies.family(text, NOW)
    assert copies.family(text, NOW + timedelta(days=29)) == first
    assert copies.family(COPIES["en"][1], NOW + timedelta(days=58)) == first
    assert copies.family(COPIES["en"][2], NOW + timedelta(days=89)) != first
    assert copies.family(text, NOW + timedelta(days=200)) != first


def test_a_late_post_still_finds_its_family() -> None:
    copies = NearDuplicates()
    first = copies.family(COPIES["zh"][0], NOW)
    assert copies.family(COPIES["zh"][1], NOW - timedelta(days=3)) == first


def test_memory_is_bounded_and_the_newest_texts_stay_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "MOST_EXACT", 50)
    copies = NearDuplicates(most_texts=64)
    texts = [f"complaint number {n} about thing {n * 7919 % 1009} and person {n * 104729 % 997}" for n in range(500)]
    size = copies._tables.nbytes + copies._signatures.nbytes
    families = copies.families((text, NOW + timedelta(minutes=n)) for n, text in enumerate(texts))
    assert copies._tables.nbytes + copies._signatures.nbytes == size
    assert len(copies._exact) == 50
    changed = [f"rt {text}" for text in texts[-20:]]
    assert copies.families((text, NOW + timedelta(days=1)) for text in changed) == families[-20:]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=30))
def test_one_by_one_and_many_at_once_give_the_same_families(texts: list[str]) -> None:
    single, many = NearDuplicates(), NearDuplicates()
    timed = [(text, NOW + timedelta(seconds=n)) for n, text in enumerate(texts)]
    assert [single.family(text, at) for text, at in timed] == many.families(timed)


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "@" * 50_000, "\ud800x", "\u202eabc\x00def", "ಠ_ಠ " * 9_000, "#" * 9_000]
)
def test_no_text_is_too_much(text: str) -> None:
    NearDuplicates().family(text, NOW)


@given(st.lists(st.text(min_size=1, max_size=60).map(bare).filter(bool), min_size=1, max_size=8))
def test_signatures_are_those_of_datasketch(texts: list[str]) -> None:
    for text, signature in zip(texts, signatures(texts), strict=True):
        expected = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32", hashfunc=int)
        expected.update_batch(pieces(text))
        assert np.array_equal(expected.hashvalues, signature)
