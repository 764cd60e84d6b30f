"""What the case page says of one post: its words, where it is from, and how it was read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.domain import AccountKey, Assessment, Post, PostKey
from ui.i18n import Texts, languages
from ui.markup.posts import complaint_words, post

NOW = datetime(2026, 3, 12, 13, 55, tzinfo=UTC)
TEXTS = Texts("en")
WRITER = AccountKey("bluesky", "did:lowstring")
READ = Assessment(
    "en", True, 0.91, -0.8, 2, "property", harm_words=("smashed", "lost"), calls=("press", "boycott"), sarcasm=True
)
POST = Post(
    PostKey("bluesky", "1"), WRITER, "you smashed my lute", NOW, NOW, "https://b.example/1", "en", assessment=READ
)


def shown(one=POST, texts=TEXTS):
    return post(one, {WRITER: "lowstring"}, NOW, texts)


def test_a_complaint_says_all_that_was_read_out_of_it():
    for fact in (
        "you smashed my lute",
        "@lowstring",
        'href="https://b.example/1"',
        '<span class="rw-tag">English</span>',
        "very likely a complaint (91 %)",
        "●●●○",
        "threat: law, media or boycott",
        "lost or damaged property",
        "<b>smashed, lost</b>",
        "calls on the press",
        "calls for a boycott",
        "may be meant sarcastically",
    ):
        assert fact in shown()


def test_what_could_not_be_read_is_said_never_left_neutral():
    for read in (None, Assessment("ja", assessed=False)):
        seen = shown(replace(POST, assessment=read, language="ja"))
        assert "not assessed" in seen
        assert not [word for word in ("complaint", "%", "irritation", "other reason") if word in seen]
    assert "language not known" in shown(replace(POST, assessment=Assessment(None, assessed=False), language=None))


def test_what_is_no_complaint_has_neither_severity_nor_reason():
    seen = shown(replace(POST, assessment=Assessment("en", True, 0.08, 0.6, 0, "staff")))
    assert "no complaint (8 %)" in seen
    assert not [word for word in ("irritation", "staff conduct", "○") if word in seen]


def test_a_sarcasm_remark_changes_no_other_word():
    with_remark, without = shown(), shown(replace(POST, assessment=replace(READ, sarcasm=False)))
    assert with_remark.replace(" · <i>may be meant sarcastically</i>", "") == without


def test_words_of_strangers_are_never_markup():
    hostile = '<img src=x onerror="alert(1)">'
    read = replace(READ, harm_words=(hostile,), calls=(hostile,), reason=hostile, language=hostile)
    seen = shown(replace(POST, text=hostile, language=hostile, url="javascript:alert(1)", assessment=read))
    assert "<img" not in seen
    assert "javascript:" not in seen


def test_what_its_author_took_back_is_not_repeated():
    assert "lute" not in shown(replace(POST, deleted_at=NOW))


@pytest.mark.parametrize("code", languages())
def test_everything_that_can_be_read_has_words(code):
    texts = Texts(code)
    reasons = [
        "delay",
        "cancellation",
        "property",
        "billing",
        "staff",
        "outage",
        "defect",
        "privacy",
        "safety",
        "refund",
        "other",
    ]
    keys = [f"reason.{name}" for name in reasons] + [f"severity.{degree}" for degree in range(4)]
    keys += [f"call.{name}" for name in ("boycott", "regulator", "press")]
    keys += [complaint_words(chance / 20) for chance in range(21)]
    assert all(texts.has(key) for key in keys)
