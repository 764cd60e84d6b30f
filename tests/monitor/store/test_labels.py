"""What people said is kept with who and when, and models give way to newer ones and come back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain import AccountKey, Assessment, BrandMatch, Post, PostKey
from monitor.errors import StorageError
from monitor.labels import Label, opinion
from monitor.store.labels import LabelStore
from monitor.store.models import KeptModel, TextModelStore
from monitor.store.posts import PostStore
from monitor.store.readings import LanguageCount, ReadingStore
from monitor.store.upkeep import UpkeepStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = PostKey("bluesky", "p1")


def post(key=KEY, text="they lost my harp", language="en", complaint=0.9, at=NOON, brands=("northline",)):
    read = Assessment(language, complaint is not None, complaint)
    matches = tuple(BrandMatch(brand, brand, "name", brand) for brand in brands)
    return Post(key, AccountKey("bluesky", "a"), text, at, at, None, language, matches, read)


def mark(complaint, who="Ada", minutes=0, key=KEY):
    return Label(complaint, who, NOON + timedelta(minutes=minutes), "board", post=key, brand="northline")


@pytest.fixture
def labels(engine):
    PostStore(engine).add(None, [post()])
    return LabelStore(engine)


def test_every_word_is_kept_and_the_last_of_each_person_counts(labels):
    for given in (mark(True), mark(False, "Bo", 1), mark(False, minutes=2)):
        labels.add(None, [given])
    history = labels.of_posts([KEY, PostKey("bluesky", "other")])
    assert [(label.who, label.complaint) for label in history[KEY]] == [("Ada", True), ("Bo", False), ("Ada", False)]
    assert list(history) == [KEY]
    assert history[KEY][0] == mark(True)
    assert opinion(history[KEY]).complaint is False


def test_a_label_taken_back_counts_no_more(labels):
    labels.add(None, [mark(True), mark(False, "Bo", 1), mark(None, "Bo", 2)])
    stands = opinion(labels.of_posts([KEY])[KEY])
    assert (stands.complaint, stands.is_disputed) == (True, False)


def test_a_label_comes_with_the_words_and_the_language_of_its_post(labels):
    own = Label(True, "Bo", NOON, "file", text="늦었다 \x00", language="ko", reason="delay", severity=1, sentiment=-1)
    labels.add(None, [mark(True), own])
    first, second = labels.all()
    assert (first.text, first.language, first.post) == ("they lost my harp", "en", KEY)
    assert second == replace(own, text="늦었다 \ufffd")
    assert [label.who for label in labels.all(["ko"])] == ["Bo"]


def test_what_the_author_took_back_is_no_lesson_any_more(labels, engine):
    labels.add(None, [mark(True)])
    UpkeepStore(engine).forget(None, [KEY], NOON)
    assert [label.text for label in labels.all()] == [""]


def test_a_label_says_nothing_of_words_that_were_written_later(labels, engine):
    labels.add(None, [mark(True)])
    edited = replace(post(text="thank you, found it"), edited_at=NOON + timedelta(minutes=5))
    PostStore(engine).add(None, [edited])
    labels.add(None, [mark(False, minutes=9)])
    assert [label.text for label in labels.all()] == ["", "thank you, found it"]


def test_a_label_of_a_post_that_is_not_there_is_refused(labels):
    with pytest.raises(StorageError):
        labels.add(None, [mark(True, key=PostKey("bluesky", "nowhere"))])
    assert labels.newest() is None


def test_the_newest_number_grows_with_each_label(labels):
    labels.add(None, [mark(True)])
    before = labels.newest()
    labels.add(None, [mark(False)])
    assert labels.newest() > before


def kept(version, language="en"):
    return KeptModel(language, version, NOON, "Ada", {"labels": 70})


def test_the_newest_model_that_was_not_withdrawn_reads(engine):
    store = TextModelStore(engine)
    assert store.current() == {}
    stamps = [store.stamp()]
    for version, weights in (("1", b"\x00one"), ("2", b"two\xff")):
        store.add(None, kept(version), weights)
        stamps.append(store.stamp())
    store.add(None, kept("k1", "ko"), b"ko")
    now, weights = store.current()["en"]
    assert (now.version, now.card, weights) == ("2", {"labels": 70}, b"two\xff")
    assert store.withdraw("en", "Bo", NOON + timedelta(hours=1)).version == "2"
    stamps.append(store.stamp())
    assert store.current()["en"][1] == b"\x00one"
    assert store.withdraw("en", "Bo", NOON).version == "1"
    assert store.withdraw("en", "Bo", NOON) is None
    assert set(store.current()) == {"ko"}
    listed = [(model.version, model.withdrawn_by) for model in store.all()]
    assert listed == [("k1", None), ("2", "Bo"), ("1", "Bo")], "withdrawn ones are kept"
    assert len(set(stamps)) == len(stamps)


def test_posts_are_counted_once_by_language_however_many_brands_they_name(engine):
    day = timedelta(days=1)
    many = [
        post(brands=("northline", "kestrel")),
        post(PostKey("bluesky", "p2"), complaint=0.1),
        post(PostKey("feed", "p2"), language="ja", complaint=None),
        post(PostKey("feed", "p3"), language=None, complaint=None),
        post(PostKey("feed", "p4"), language="ja", complaint=None, at=NOON - 9 * day),
    ]
    PostStore(engine).add(None, many)
    found = ReadingStore(engine).by_language(NOON - day, NOON + day)
    assert found[0] == LanguageCount("en", 2, 2, 1)
    assert set(found[1:]) == {LanguageCount("ja", 1, 0, 0), LanguageCount(None, 1, 0, 0)}
