"""Strangers' texts: nothing invisible, nothing that runs, nothing endless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.plain_text import clean, html_to_text, one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x1bc\x7fd\x85e", "abcd\ne"),
        ("a\r\nb\rc\u2028d\tE", "a\nb\nc\nd\tE"),
        ("user\u202egnp.exe\u2066x\u2069", "usergnp.exex"),
        ("\ufeffzero\u200bwidth", "zerowidth"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("క్\u200cష family \U0001f468\u200d\U0001f469", "క్\u200cష family \U0001f468\u200d\U0001f469"),
        ("에어 航空 రద్దు", "에어 航空 రద్దు"),
        ("  around  ", "around"),
    ],
)
def test_what_cannot_be_seen_is_gone_and_what_scripts_need_stays(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_any_text_can_be_stored_and_shown(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert not {"\x00", "\x1b", "\r", "\u202e"} & set(cleaned)
    assert clean(cleaned) == cleaned
    assert "\n" not in one_line(text)


def test_texts_have_a_longest_length() -> None:
    assert len(clean("x" * 1_000_000)) == 100_000
    assert len(one_line("x" * 1_000_000)) == 200


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("plain", "plain"),
        ("a < b & c", "a < b & c"),
        ("one<p>two<br>three</p>", "one\ntwo\nthree"),
        ("<b>bo</b>ld", "bold"),
        ("&lt;script&gt; &#x27;quoted&#39; &amp;amp;", "<script> 'quoted' &amp;"),
        ("<style>p{}</style>a<script>x</script>b<svg><text>y</text></svg>c", "abc"),
        ("before<script>never closed", "before"),
        ("before<!-- never > closed", "before"),
        ("a</svg>b", "ab"),
        ("<script>a</b>c</script>d", "d"),
        ("<a href='javascript:x'>link</a>", "link"),
        ("<!-- comment -->a<!doctype html><?php x ?>", "a"),
        ("<p>  many \n\n spaces </p>\n\n\n\n<p>end</p>", "many\n\nspaces\n\nend"),
        ("<img src=x onerror=alert(1)>", ""),
        ("", ""),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, expected: str) -> None:
    assert html_to_text(html) == expected


@given(st.text("<>!-/&;#x0123 abpscript\"'=[]?", max_size=300))
def test_no_broken_html_stops_the_reader(html: str) -> None:
    html_to_text(html)


@pytest.mark.parametrize("piece", ["<", "<p>", "<!--", "&#", "<a ", "</", "<![", "&amp;", "<p x='"])
def test_endless_broken_html_is_read_in_no_time(piece: str) -> None:
    assert len(html_to_text(piece * (200_000 // len(piece)))) <= 100_000
