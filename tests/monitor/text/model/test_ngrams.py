"""N-grams are counted fast; a slow count that anybody can follow says what has to come out."""

import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.model import ngrams
from monitor.text.model.ngrams import BITS, READ, Shape, count
from monitor.text.normalise import fold, mask

SHAPES = [Shape(2, 5, 2), Shape(1, 3, 0), Shape(1, 4, 2), Shape(3, 3, 1), Shape(1, 2, 3)]
WORDS_ONLY = Shape(2, 1, 2)

# Shipped weights were learnt on these numbers: whoever changes one has to train every model again.
WHOLE = 1 << 64
BASE = 0x9E3779B97F4A7C15
MIX = 0xD6E8FEB86659FD93
FIRST_WORD = 101


def bucket(hashed, kind):
    mixed = ((hashed ^ (hashed >> 32)) * MIX + kind * 0x1F123BB5 % (1 << 32)) % WHOLE
    mixed = (mixed ^ (mixed >> 32)) * MIX % WHOLE
    return mixed >> (64 - 18)


def hashed(signs):
    return sum((ord(sign) + 1) * BASE**place for place, sign in enumerate(signs)) % WHOLE


def is_word(sign):
    return ord(sign) <= 0xFFFF and (sign == "'" or unicodedata.category(sign)[0] in "LMN")


def is_gap(sign):
    return ord(sign) < 0xFFFF and unicodedata.category(sign)[0] in "ZC"


def words(text):
    """Runs of letters, marks and digits; other visible signs one by one."""
    found, run = [], ""
    for sign in f"{text} ":
        if is_word(sign):
            run += sign
            continue
        found += [run] if run else []
        found += [] if is_gap(sign) else [sign]
        run = ""
    return found


def pieces(text, shape):
    """Each n-gram of ``text`` as (kind, what it is made of), as often as it occurs."""
    text = "".join("?" if "\ud800" <= sign <= "\udfff" else sign for sign in text[:READ])
    edged = f" {text} "
    for length in range(shape.shortest, shape.longest + 1):
        for start in range(len(edged) - length + 1):
            yield length, (edged[start : start + length],)
    listed = words(text)
    for run in range(1, shape.words + 1):
        for start in range(len(listed) - run + 1):
            yield FIRST_WORD + run - 1, tuple(listed[start : start + run])


def slow(text, shape):
    """Bucket → count."""
    found = Counter()
    for kind, parts in pieces(text, shape):
        run = 0
        for part in parts:
            run = (run * MIX + hashed(part)) % WHOLE
        found[bucket(run, kind)] += 1
    return found


def counted(texts, shape):
    """One bucket → count for each text."""
    found = count(texts, shape)
    assert found.texts == len(texts)
    each = [Counter() for _ in texts]
    for text, number, times in zip(found.text.tolist(), found.bucket.tolist(), found.count.tolist(), strict=True):
        assert 0 <= number < 1 << BITS
        assert number not in each[text], "a bucket is listed once for each text"
        each[text][number] = times
    return each


PIECES = st.sampled_from(
    """
    northline LOST ' don't 不 太差了 최악 చెత్త లేదు ٣ 9 ? !! … 。 ㅠㅠ @ # 😡 🇰🇷 👩👧 𝐧 𠀀 ﬁ İ ß e\u0301 lost
    """.split()  # noqa: SIM905 - easier to read as words
    + list("\n \t\x00\ud83d\udc00\udfff\u202e\u200d\ufe0f\u0301\u0c4d\ue000\ufffe\uffff\U0010ffff\u2028_-")
)
NASTY = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=14).map("".join)
READABLE = NASTY.map(fold).map(mask)


@settings(max_examples=120, deadline=None)
@given(st.lists(READABLE, max_size=5), st.sampled_from(SHAPES))
def test_it_counts_what_a_slow_count_counts(texts, shape):
    assert counted(texts, shape) == [slow(text, shape) for text in texts]


@settings(max_examples=80, deadline=None)
@given(READABLE, st.sampled_from(SHAPES))
def test_no_occurrence_is_lost_and_hardly_two_n_grams_share_a_bucket(text, shape):
    different = Counter(pieces(text, shape))
    (found,) = counted([text], shape)
    assert sum(found.values()) == sum(different.values())
    assert len(different) - 5 <= len(found) <= len(different)


@settings(max_examples=80, deadline=None)
@given(st.lists(NASTY, max_size=8), st.sampled_from(SHAPES), st.integers(1, 60))
def test_a_text_counts_the_same_whatever_stands_beside_it(texts, shape, batch):
    alone = [counted([text], shape)[0] for text in texts]
    assert counted(texts, shape) == alone
    assert counted(texts[::-1], shape) == alone[::-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngrams, "BATCH_CHARACTERS", batch)
        assert counted(texts, shape) == alone


def test_what_is_found_is_ordered_by_text_and_bucket_over_all_batches(monkeypatch):
    monkeypatch.setattr(ngrams, "BATCH_CHARACTERS", 40)
    found = count(["you lost my bag", "", "late again", "😡"] * 9, Shape(2, 5, 2))
    places = list(zip(found.text.tolist(), found.bucket.tolist(), strict=True))
    assert places == sorted(set(places))
    assert {text for text, _ in places} == set(range(36)), "of an empty text its edges are counted"


def test_runs_of_words_end_with_their_text():
    apart, together = counted(["lost", "bag"], WORDS_ONLY), counted(["lost bag"], WORDS_ONLY)[0]
    assert [sum(found.values()) for found in apart] == [1, 1]
    assert sum(together.values()) == 3
    assert len(together - apart[0] - apart[1]) == 1


def test_words_are_told_by_letters_marks_and_digits_not_by_blanks_alone():
    assert words("don't,late!!😡 బాగా9") == ["don't", ",", "late", "!", "!", "😡", "బాగా9"]
    assert counted(["late,late"], WORDS_ONLY) == [slow("late,late", WORDS_ONLY)]
    assert sorted(counted(["late,late"], WORDS_ONLY)[0].values()) == [1, 1, 1, 2]


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_at_all(shape):
    found = count([], shape)
    assert (found.texts, len(found.text), len(found.bucket), len(found.count)) == (0, 0, 0, 0)
    assert counted([""], shape) == [slow("", shape)]
    assert counted(["", "", ""], shape) == [slow("", shape)] * 3


@pytest.mark.parametrize("sign", ["a", "不", "😡", "\ud800", "\U0010ffff"])
def test_of_a_very_long_text_the_beginning_counts(sign):
    beginning = "lost " * (READ // 5)
    assert len(beginning) == READ
    (found,) = counted([beginning + sign * 1_000_000], Shape(2, 5, 2))
    assert found == counted([beginning], Shape(2, 5, 2))[0]


def test_long_texts_side_by_side_are_cut_each_for_itself():
    texts = [f"{number} " * READ for number in range(8)]
    assert counted(texts, Shape(2, 5, 2)) == [slow(text[:READ], Shape(2, 5, 2)) for text in texts]


def test_shipped_weights_were_learnt_with_these_sizes():
    assert (READ, BITS) == (1_200, 18), "train every model again"
    assert counted(["a" * 1_199 + "bc"], SHAPES[0]) == counted(["a" * 1_199 + "bd"], SHAPES[0])
    assert counted(["a" * 1_198 + "bc"], SHAPES[0]) != counted(["a" * 1_198 + "bd"], SHAPES[0])


def test_surrogates_and_signs_beyond_the_basic_plane_are_signs_of_their_own():
    assert counted(["\ud83d"], Shape(1, 3, 1)) == counted(["?"], Shape(1, 3, 1))
    one, two = counted(["😡", "🤬"], WORDS_ONLY)
    assert one != two
    assert counted(["😡😡"], WORDS_ONLY) == [slow("😡😡", WORDS_ONLY)]


def test_a_bucket_says_nothing_about_where_in_a_text_an_n_gram_stands():
    late = counted(["late"], WORDS_ONLY)[0]
    for place in (0, 1, 500, 1_100):
        assert not late - counted(["x " * (place // 2) + "late"], WORDS_ONLY)[0]


def test_threads_that_start_with_texts_of_different_length_do_not_disturb_each_other():
    small, large = ["late again"], ["you lost my bag and nobody answers " * 30] * 80
    expected = count(small, SHAPES[0]), count(large, SHAPES[0])
    for _ in range(3):
        ngrams._known_powers[:] = []
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda texts: count(texts, SHAPES[0]), [small, large] * 4))
        for number, one in enumerate(found):
            assert np.array_equal(one.bucket, expected[number % 2].bucket)
            assert np.array_equal(one.count, expected[number % 2].count)


def test_powers_taken_away_meanwhile_by_another_thread_are_no_accident(monkeypatch):
    class Taken(list):
        """What two threads see that fill it at the same time: the smaller one comes last."""

        def __setitem__(self, place, value):
            super().__setitem__(place, [tuple(powers[: 1 << 10] for powers in value[0])])

    monkeypatch.setattr(ngrams, "_known_powers", Taken())
    texts = ["you lost my bag and nobody answers"] * 200
    assert counted(texts, SHAPES[0]) == [slow(texts[0], SHAPES[0])] * 200
