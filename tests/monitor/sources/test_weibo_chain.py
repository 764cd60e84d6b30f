"""Weibo's ``//@`` chains: what a text says of the hands it came through."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.plain_text import clean
from monitor.sources.weibo.chain import LONGEST_KEY, MOST_HOPS, is_default, plain, read_chain


def hops(text: str) -> list[tuple[str, str]]:
    return [(hop.name, hop.remainder) for hop in read_chain(plain(text)).hops]


@pytest.mark.data
def test_all_vectors_of_the_reference(data_dir: Path) -> None:
    file = data_dir.parent / "platforms" / "examples" / "weibo_chain_vectors.json"
    if not file.is_file():
        pytest.skip(f"{file.name} is not beside the data sets")
    cases = json.loads(file.read_text())["cases"]
    assert len(cases) == 18
    for case in cases:
        chain = read_chain(plain(case["text"]))
        found = {
            "own": chain.own,
            "own_is_empty": chain.own_is_empty,
            "reply_to": chain.reply_to,
            "hops": [hop._asdict() for hop in chain.hops],
        }
        assert found == case["expected"], case["name"]


# Our own of the same kinds, so that they are tried everywhere.
CASES = {
    "own words only": ("行李又丢了", "行李又丢了", []),
    "nothing of one's own": ("转发微博", "转发微博", []),
    "two hands": ("同感//@云上-客:真行//@雨:看看", "同感", [("云上-客", "真行//@雨:看看"), ("雨", "看看")]),
    "full-width colon": ("是吗//@云上客：真行", "是吗", [("云上客", "真行")]),
    "a blank before the colon": ("//@云上客 :迟到总比不到好", "", [("云上客", "迟到总比不到好")]),
    "links": (
        "顶//<a href=/n/雨_7>@雨_7</a> :真行//<a href='/n/云'>@云</a>：看",
        "顶",
        [("雨_7", "真行//@云：看"), ("云", "看")],
    ),
    "an icon whose address has two slashes": (
        '<span class="i"><img alt="[哭]" src="//img.example/@x:1.png"/></span>//<a href="/n/云">@云</a>:看',
        "[哭]",
        [("云", "看")],
    ),
    "an address before the hop": ("见 http://s.example/q1//@云:看", "见 http://s.example/q1", [("云", "看")]),
    "an address with a slash at its end": ("见 http://s.example///@云:看", "见 http://s.example/", [("云", "看")]),
    "an address without a scheme": ("见 //s.example/@云:3 没转", "见 //s.example/@云:3 没转", []),
    "a mention": ("@客服 请回答 @云：好吗", "@客服 请回答 @云：好吗", []),
    "a time and further colons": ("//@云:12:30 到:了//@雨:看", "", [("云", "12:30 到:了//@雨:看"), ("雨", "看")]),
    "invisible characters": ("同\u200b感//@云:真\ufeff行\u200b", "同感", [("云", "真行")]),
    "names in many scripts": (
        "와//@민지K:헐//@రవి_9:సరే//@a·b-c:ok//@123:.",
        "와",
        [
            ("민지K", "헐//@రవి_9:సరే//@a·b-c:ok//@123:."),
            ("రవి_9", "సరే//@a·b-c:ok//@123:."),
            ("a·b-c", "ok//@123:."),
            ("123", "."),
        ],
    ),
    "the same person twice": (
        "再说//@雨:也是//@云:真行//@雨:看",
        "再说",
        [("雨", "也是//@云:真行//@雨:看"), ("云", "真行//@雨:看"), ("雨", "看")],
    ),
    "hands that added nothing": (
        "好//@云://@雨:转发微博//@山:",
        "好",
        [("云", "//@雨:转发微博//@山:"), ("雨", "转发微博//@山:"), ("山", "")],
    ),
    "a name that was cut off": ("哈//@云:真行//@名字还没", "哈", [("云", "真行//@名字还没")]),
    "a topic with slashes": ("#甲//乙#//@云:看", "#甲//乙#", [("云", "看")]),
    "entities": ("a &lt;b&gt; &amp; c//@云:看", "a <b> & c", [("云", "看")]),
    "less-than signs": ("我<3你 1<b 2//@云:看", "我<3你 1<b 2", [("云", "看")]),
    "new lines": ("一<br>二//<a href=/n/云>@云</a>:看", "一\n二", [("云", "看")]),
}


@pytest.mark.parametrize(("text", "own", "expected"), CASES.values(), ids=CASES)
def test_own_words_and_hands_are_told_apart(text: str, own: str, expected: list[tuple[str, str]]) -> None:
    assert read_chain(plain(text)).own == own
    assert hops(text) == expected


def test_an_answer_to_a_comment_is_no_hop() -> None:
    chain = read_chain("回复@雨:同意//@雨:都这样//@云:回覆@山 ：真行//@山:看")
    assert (chain.own, chain.reply_to) == ("回复@雨:同意", "雨")
    assert [hop.name for hop in chain.hops] == ["雨", "云", "山"]
    assert chain.answered == ("雨", None, "山")


@pytest.mark.parametrize("words", ["", " ", "转发微博", "轉發微博", "转发微博。", "Repost", "快转微博"])
def test_the_sites_own_words_are_nobodys(words: str) -> None:
    assert is_default(words)
    assert read_chain(words).own_is_empty


def test_the_same_text_has_the_same_key_however_it_was_written() -> None:
    one = read_chain(plain("转发微博//<a href=/n/云>@云</a> :真  行//@雨："))
    other = read_chain(plain("//@云:真 行//@雨:转发微博"))
    assert one.keys == other.keys


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("同感//@云:真行", False),
        ("同感//@云:真行…", True),
        ("同感//@云:真...全文", True),
        ("同感//@云:真行//@名", True),
        ("同感//@云:真行//", True),
        ("见 http://", False),
        ("同感//@云:" + "真" * 140, True),
    ],
)
def test_a_text_that_may_have_lost_its_end_is_known(text: str, cut: bool) -> None:
    assert read_chain(text).cut is cut


def test_what_the_site_says_is_cut_is_cut() -> None:
    assert read_chain("短", cut=True).cut


def test_a_chain_of_any_length_is_read_as_far_as_is_sensible() -> None:
    chain = read_chain("//@a:" * 100_000)
    assert len(chain.hops) == MOST_HOPS
    assert chain.cut
    assert max(map(len, chain.keys)) <= LONGEST_KEY


@pytest.mark.parametrize(
    "piece", ["/", "//", "//@", "//@a", "//@a ", "// ", "<img ", "<a ", "&lt;", "…", "回复@a", "<img alt="]
)
def test_hostile_texts_are_read_quickly(piece: str) -> None:
    begun = time.process_time()
    read_chain(plain(piece * (2_000_000 // len(piece))))
    assert time.process_time() - begun < 2


def readable(excluded: str) -> st.SearchStrategy[str]:
    """Characters that a reader sees."""
    return st.characters(exclude_categories=("C", "Z"), exclude_characters=excluded).filter(lambda c: clean(c) == c)


NAMES = st.text(readable(":：/@<>&"), min_size=1, max_size=20)
WORDS = st.text(readable("@<>&/"), max_size=12)


@settings(max_examples=120, deadline=None)
@given(WORDS, st.lists(st.tuples(NAMES, WORDS, st.sampled_from([":", "：", " :", " ： "])), max_size=8))
def test_what_was_put_together_is_taken_apart(own: str, hands: list[tuple[str, str, str]]) -> None:
    text = own + "".join(f"//@{name}{colon}{words}" for name, words, colon in hands)
    chain = read_chain(plain(text))
    assert chain.own == own
    assert [(hop.name, hop.text) for hop in chain.hops] == [(name, words) for name, words, _ in hands]
    assert len(chain.keys) == len(hands) + 1


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=200))
def test_reading_a_key_gives_the_same_keys(text: str) -> None:
    keys = read_chain(plain(text)).keys
    assert read_chain(keys[0]).keys == keys
