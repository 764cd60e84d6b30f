"""What goes into the stores comes out the same, whatever it is; what no database can hold costs nothing else."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain import Account, AccountKey, Assessment, BrandMatch, Metrics, Post, PostKey, Repost
from monitor.store import CrawlState, CrawlStore, PostStore
from monitor.store.types import stored_key, stored_text

T = datetime(2009, 7, 6, 18, tzinfo=UTC)
NUMBERS = itertools.count()  # makes every example a new row
STORED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
zones = st.sampled_from([UTC, timezone(timedelta(hours=-7)), timezone(timedelta(hours=5, minutes=30))])
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001 - wanted so
counts = st.none() | st.integers(0, 2**62)
shares = st.none() | st.floats(0, 1)


def new_key(kind, source, name):
    return kind(source, f"{name}{next(NUMBERS)}")


matches = st.builds(
    BrandMatch, names, words, st.sampled_from(["name", "handle", "hashtag", "product", "everything"]), words
)
assessments = st.builds(
    Assessment,
    language=st.none() | st.sampled_from(["en", "zh", "ko", "te"]),
    assessed=st.booleans(),
    complaint=shares,
    sentiment=st.none() | st.floats(-1, 1),
    severity=st.none() | st.integers(0, 3),
    reason=st.none() | words,
    words=st.lists(words, max_size=3).map(tuple),
    harm_words=st.lists(words, max_size=3).map(tuple),
    version=words,
)
posts = st.builds(
    Post,
    key=st.builds(new_key, st.just(PostKey), names, names),
    author=st.builds(AccountKey, names, names),
    text=words,
    created_at=moments,
    seen_at=moments,
    url=st.none() | words,
    language=st.none() | words,
    brand_matches=st.lists(matches, max_size=4).map(tuple),
    assessment=st.none() | assessments,
    metrics=st.none() | st.builds(Metrics, moments, counts, counts, counts, counts),
    links=st.lists(words, max_size=3).map(tuple),
    is_press=st.booleans(),
    issue=st.none() | names,
)
reposts = st.builds(
    Repost,
    root=st.builds(new_key, st.just(PostKey), names, names),
    child=st.builds(PostKey, names, names),
    by=st.builds(AccountKey, names, names),
    at=moments,
    kind=st.sampled_from(["repost", "quote", "reply"]),
    parent=st.none() | st.builds(AccountKey, names, names),
    parent_post=st.none() | st.builds(PostKey, names, names),
    evidence=st.sampled_from(["via", "quote", "reply", "chain", "platform", "inferred"]),
    confidence=st.floats(0, 1),
    followers=counts,
)
accounts = st.builds(
    Account,
    key=st.builds(new_key, st.just(AccountKey), names, names),
    handle=words,
    seen_at=moments,
    display_name=words,
    followers=counts,
    language=st.none() | words,
    verified=st.none() | st.booleans(),
)


@STORED
@given(post=posts)
def test_posts(engine, post):
    store = PostStore(engine)
    assert store.add(None, [post]).posts == (post,)
    stored = store.get(post.key)
    assert stored == post
    assert stored.created_at.tzinfo is UTC
    assert isinstance(stored.key, PostKey)


@STORED
@given(batch=st.lists(reposts, min_size=1, max_size=5))
def test_reposts(engine, batch):
    store = PostStore(engine)
    assert store.add(None, (), batch).reposts == tuple(batch)
    assert store.reposts_of([one.root for one in batch]) == sorted(batch, key=lambda one: (one.at, one.child, one.root))
    assert set(batch) <= set(store.reposts_since(datetime(1900, 1, 1, tzinfo=UTC)))
    assert store.add(None, (), batch).reposts == ()


@STORED
@given(account=accounts)
def test_accounts(engine, account):
    store = PostStore(engine)
    store.add(None, accounts=[account])
    assert store.accounts([account.key]) == {account.key: account}


@STORED
@given(
    row=st.builds(
        CrawlState,
        names,
        names,
        *[st.none() | words] + [st.none() | moments] * 4,
        st.integers(0, 10**6),
        st.none() | words,
        st.integers(0, 2**40),
        st.integers(0, 2**40),
    )
)
def test_crawls(engine, row):
    store = CrawlStore(engine)
    store.put(None, row)
    assert store.get(row.brand, row.source) == row
    assert row in store.all()


@pytest.mark.parametrize("nasty", ["\x00", "a\x00b", "\ud800", "\udfff tail", "'; DROP TABLE post; --", "\u202e\n\r%s"])
def test_text_that_no_database_holds_is_mended_and_loses_nothing_else(engine, nasty):
    store = PostStore(engine)
    bad = Post(PostKey("site", nasty), AccountKey("site", nasty), nasty, T, T, url=nasty, links=(nasty,), issue=nasty)
    good = Post(PostKey("site", "good"), AccountKey("site", "a"), "fine", T, T)
    assert store.add(None, [bad, good]).posts == (bad, good)
    assert store.get(good.key) == good
    assert store.get(bad.key).text == stored_text(nasty)
    assert store.known_posts([bad.key]) == {bad.key}
    repost = Repost(bad.key, PostKey("site", nasty + "1"), bad.author, T)
    assert store.add(None, [bad], [repost]).posts == ()
    assert store.add(None, [], [repost]).reposts == ()
    assert len(store.reposts_of([bad.key])) == 1


def test_an_identifier_too_long_for_an_index_is_told_from_its_like(engine):
    store = PostStore(engine)
    twins = [Post(PostKey("feed", "x" * 50_000 + end), AccountKey("feed", "a"), end, T, T) for end in "ab"]
    assert store.add(None, twins).posts == tuple(twins)
    assert store.add(None, twins).posts == ()
    found = store.many([twin.key for twin in twins])
    assert {key: post.text for key, post in found.items()} == {twin.key: twin.text for twin in twins}


def test_a_short_identifier_is_stored_as_it_is():
    assert stored_key("한국어" * 80) == "한국어" * 80
    assert len(stored_key("한국어" * 500).encode()) <= 1000


def test_a_counter_beyond_all_reason_is_unknown(engine):
    store = PostStore(engine)
    post = Post(PostKey("s", "1"), AccountKey("s", "a"), "", T, T, metrics=Metrics(T, views=10**30, likes=5))
    store.add(None, [post])
    assert store.get(post.key) == replace(post, metrics=Metrics(T, views=None, likes=5))


def test_a_time_without_a_zone_is_refused_and_nothing_stored(engine):
    store = PostStore(engine)
    good = Post(PostKey("s", "1"), AccountKey("s", "a"), "", T, T)
    naive = replace(good, key=PostKey("s", "2"), created_at=T.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without a time zone"):
        store.add(None, [good, naive])
    assert store.counts()["posts"] == 0
