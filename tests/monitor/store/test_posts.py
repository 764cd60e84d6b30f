"""Posts, reposts, accounts and counters: what is new, what is known, and the questions that are asked."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.db import transaction
from monitor.domain import Account, AccountKey, Assessment, BrandMatch, Metrics, Post, PostKey, Repost, Towards
from monitor.store import HourCount, MetaStore, PostStore

T = datetime(2009, 7, 6, 18, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANGRY = Assessment("en", assessed=True, complaint=0.9)
CALM = Assessment("en", assessed=True, complaint=0.1)
UNREAD = Assessment("fi", assessed=False)


@pytest.fixture
def store(engine):
    return PostStore(engine)


def about(*brands):
    return tuple(BrandMatch(brand, brand, "name", brand) for brand in brands)


def post(id, *brands, at=T, **more):
    return Post(
        PostKey("site", id), AccountKey("site", f"by{id}"), f"text {id}", at, at, brand_matches=about(*brands), **more
    )


def repost(root, child, at=T, **more):
    return Repost(PostKey("site", root), PostKey("site", child), AccountKey("site", f"by{child}"), at, **more)


def ids(posts):
    return [one.key.id for one in posts]


def test_only_what_is_new_is_returned_in_the_order_given(store):
    first = store.add(None, [post("b"), post("a")], [repost("a", "2"), repost("a", "1")])
    assert ids(first.posts) == ["b", "a"]
    assert [one.child.id for one in first.reposts] == ["2", "1"]
    second = store.add(None, [post("c"), post("a"), post("d")], [repost("a", "1"), repost("b", "1"), repost("a", "3")])
    assert ids(second.posts) == ["c", "d"]
    assert [(one.root.id, one.child.id) for one in second.reposts] == [("b", "1"), ("a", "3")]
    assert store.counts() == {"posts": 4, "reposts": 4, "accounts": 0}


def test_repeats_within_one_page_count_once_and_the_first_stands(store):
    twice = [repost("a", "1", followers=1), repost("a", "1", followers=2)]
    added = store.add(None, [post("a"), replace(post("a"), text="other")], twice)
    assert [one.text for one in added.posts] == ["text a"]
    assert added.reposts == (twice[0],)
    assert store.reposts_of([PostKey("site", "a")]) == [twice[0]]


def test_more_rows_than_one_statement_holds(store):
    many = [repost("a", str(n), T + n * MINUTE) for n in range(2500)]
    assert store.add(None, [post(str(n), "b") for n in range(2500)], many).reposts == tuple(many)
    assert list(store.reposts_since(T)) == many
    mixed = [repost("a", str(n), T) for n in range(2000, 4000)]
    assert store.add(None, [], mixed).reposts == tuple(mixed[500:])
    assert len(store.many([PostKey("site", str(n)) for n in range(3000)])) == 2500


def test_nothing_is_stored_when_the_transaction_fails(store, engine):
    def failing():
        with transaction(engine) as session:
            store.add(session, [post("a")], [repost("a", "1")])
            MetaStore(engine).put("cursor", "after a", session)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        failing()
    assert store.counts() == {"posts": 0, "reposts": 0, "accounts": 0}
    assert MetaStore(engine).get("cursor") is None


def test_posts_and_cursor_are_kept_in_one_transaction(store, engine):
    with transaction(engine) as session:
        store.add(session, [post("a")])
        MetaStore(engine).put("cursor", "after a", session)
        assert store.counts()["posts"] == 0  # for others
    assert (store.counts()["posts"], MetaStore(engine).get("cursor")) == (1, "after a")


def test_two_crawls_that_meet_the_same_posts_store_each_once(store):
    page = [post(str(n), "b") for n in range(600)]
    people = [Account(one.author, f"handle{n}", T, followers=n) for n, one in enumerate(page)]
    spread = [repost(str(n), "x") for n in range(600)]
    results = []

    def crawl(order):
        results.append(store.add(None, page[::order], spread[::order], people[::order]))

    threads = [threading.Thread(target=crawl, args=(order,)) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.key for added in results for one in added.posts) == sorted(one.key for one in page)
    assert sum(len(added.reposts) for added in results) == 600


def test_every_observation_of_the_counters_is_kept_and_the_newest_shown(store):
    seen = [Metrics(T + n * MINUTE, views=n * 100, likes=n) for n in range(4)]
    for metrics in (seen[1], seen[3], seen[0], seen[3], seen[2]):
        store.add(None, [post("a", metrics=metrics)])
    key = PostKey("site", "a")
    assert store.metrics_of(key) == seen
    assert store.get(key).metrics == seen[3]


def test_counters_of_one_page_with_the_post_twice(store):
    first, second = Metrics(T, views=1), Metrics(T + HOUR, views=2)
    store.add(None, [post("a", metrics=first), post("a", metrics=second)])
    assert store.metrics_of(PostKey("site", "a")) == [first, second]
    assert store.get(PostKey("site", "a")).metrics == second


def test_a_known_post_found_for_a_further_brand_is_about_both(store):
    store.add(None, [post("a", "north")])
    added = store.add(None, [post("a", "south", assessment=ANGRY, issue="site:a")])
    assert added.posts == ()
    assert ids(added.matched) == ["a"]
    stored = store.get(PostKey("site", "a"))
    assert (stored.brand_matches, stored.assessment, stored.issue) == (about("north", "south"), ANGRY, "site:a")
    assert ids(store.about("north", T, T + HOUR)) == ids(store.about("south", T, T + HOUR)) == ["a"]
    assert store.add(None, [post("a", "south")]).matched == ()


def test_an_account_keeps_what_a_later_sighting_leaves_open(store):
    key = AccountKey("site", "a")
    store.add(None, accounts=[Account(key, "old", T, "Ann", 100, "en", True)])
    store.add(None, accounts=[Account(key, "new", T + HOUR, "", None, None, None)])
    store.add(None, accounts=[Account(key, "older", T - HOUR, "Anna", 5, "de", False)])
    assert store.accounts([key]) == {key: Account(key, "new", T + HOUR, "Ann", 100, "en", True)}


def test_sightings_of_an_account_in_one_page_are_merged(store):
    key = AccountKey("site", "a")
    later, earlier = Account(key, "", T + HOUR, followers=7), Account(key, "ann", T, "Ann", followers=3)
    store.add(None, accounts=[later, earlier])
    assert store.accounts([key])[key] == Account(key, "ann", T + HOUR, "Ann", followers=7)


def test_posts_about_a_brand_newest_first_within_the_time_asked(store):
    store.add(None, [post(str(n), "north", at=T + n * HOUR) for n in range(5)] + [post("x", "south")])
    assert ids(store.about("north", T + HOUR, T + 4 * HOUR)) == ["3", "2", "1"]
    assert ids(store.about("north", T, T + 9 * HOUR, limit=2)) == ["4", "3"]
    assert store.about("nobody", T, T + HOUR) == []


def test_posts_of_an_issue_are_those_of_the_brand_and_of_its_cascades(store):
    page = [
        post("ours", "north", at=T, issue="i"),
        post("reply", at=T + HOUR, issue="i"),
        post("both", "north", "south", at=T + 2 * HOUR, issue="i"),
        post("theirs", "south", at=T, issue="i"),
        post("other", "north", at=T, issue="j"),
    ]
    store.add(None, page)
    assert ids(store.of_issue("north", "i")) == ["both", "reply", "ours"]
    assert ids(store.of_issue("north", "i", limit=1)) == ["both"]


def test_hours_count_mentions_readable_ones_and_complaints(store):
    page = [
        post("1", "north", at=T, assessment=ANGRY),
        post("2", "north", at=T + 59 * MINUTE, assessment=CALM),
        post("3", "north", at=T + HOUR, assessment=UNREAD),
        post("4", "north", at=T + 3 * HOUR),
        post("5", "south", at=T, assessment=ANGRY),
        post("6", at=T, assessment=ANGRY),
    ]
    store.add(None, page)
    expected = [HourCount(T, 2, 2, 1), HourCount(T + HOUR, 1, 0, 0), HourCount(T + 3 * HOUR, 1, 0, 0)]
    assert store.hourly("north", T, T + 4 * HOUR) == expected
    assert store.hourly("north", T + MINUTE, T + HOUR) == [HourCount(T, 1, 1, 0)]
    assert store.hourly("nobody", T, T + HOUR) == []


def test_a_post_matched_by_two_terms_counts_once(store):
    twice = (BrandMatch("north", "North", "name", "North"), BrandMatch("north", "#north", "hashtag", "#north"))
    store.add(None, [replace(post("1"), brand_matches=twice)])
    assert store.hourly("north", T, T + HOUR) == [HourCount(T, 1, 0, 0)]
    assert store.get(PostKey("site", "1")).brand_matches == twice


def test_hourly_counts_are_one_query_answered_by_the_index_alone(sqlite_engine):
    store, statements = PostStore(sqlite_engine), []
    sa.event.listen(sqlite_engine, "before_cursor_execute", lambda *args: statements.append(args[2:4]))
    store.hourly("north", T, T + HOUR)
    asked = [(sql, values) for sql, values in statements if sql != "BEGIN"]
    assert len(asked) == 1
    with sqlite_engine.connect() as connection:
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + asked[0][0], asked[0][1]).all()
    assert any("COVERING INDEX ix_mention_brand (brand=? AND created_at>? AND created_at<?)" in row[3] for row in plan)


def test_a_cascade_s_quotes_and_replies_with_their_texts(store):
    spread = [
        repost("root", "quote", T, kind="quote"),
        repost("root", "reply", T, kind="reply"),
        repost("root", "silent", T, kind="reply"),
        repost("root", "plain", T),
        repost("elsewhere", "foreign", T, kind="quote"),
    ]
    texts = [post("quote", at=T + HOUR), post("reply", at=T), post("plain"), post("foreign")]
    store.add(None, texts, spread)
    assert ids(store.quotes_and_replies(PostKey("site", "root"))) == ["reply", "quote"]


def test_reposts_since_a_moment_come_in_the_order_of_time(store):
    spread = [repost("a", str(n), T - n * HOUR) for n in range(6)]
    store.add(None, [], spread)
    assert list(store.reposts_since(T - 2 * HOUR)) == [spread[2], spread[1], spread[0]]


def test_streaming_reposts_may_be_left_halfway(store):
    store.add(None, [], [repost("a", str(n)) for n in range(10)])
    stream = store.reposts_since(T)
    next(stream)
    stream.close()
    store.add(None, [], [repost("a", "more")])
    assert store.counts()["reposts"] == 11


def test_keys_that_are_known(store):
    store.add(None, [post("a"), Post(PostKey("other", "a"), AccountKey("other", "x"), "", T, T)])
    asked = [PostKey("site", "a"), PostKey("site", "b"), PostKey("other", "a"), PostKey("other", "b")]
    assert store.known_posts(iter(asked)) == {asked[0], asked[2]}
    assert set(store.many(asked)) == {asked[0], asked[2]}
    assert store.get(asked[1]) is None
    assert store.known_posts([]) == set()


def test_the_newest_moment_of_posts_and_reposts(store):
    assert store.newest_at() is None
    store.add(None, [post("a", at=T)], [repost("a", "1", T - HOUR)])
    assert store.newest_at() == T
    store.add(None, [], [repost("a", "2", T + HOUR)])
    assert store.newest_at() == T + HOUR


def test_each_brand_counts_what_is_said_about_it(store):
    praised = Towards("harborline", 0.1, 0.8, words=("lovely",))
    mixed = replace(ANGRY, towards=(praised,))
    ours = replace(ANGRY, towards=(Towards("northline", 0.0, 0.0, own=True),))
    store.add(None, [post("a", "northline", "harborline", assessment=mixed), post("b", "northline", assessment=ours)])
    assert store.get(PostKey("site", "a")).assessment == mixed
    assert store.hourly("northline", T, T + HOUR) == [HourCount(T, 2, 1, 1)], "what it writes itself is not counted"
    assert store.hourly("harborline", T, T + HOUR) == [HourCount(T, 1, 1, 0)]


def test_a_brand_that_is_watched_later_counts_what_is_said_about_it(store):
    store.add(None, [post("a", "northline", assessment=ANGRY)])
    seen = replace(ANGRY, towards=(Towards("harborline", 0.1, 0.8),))
    store.add(None, [post("a", "northline", "harborline", assessment=seen)])
    assert store.hourly("harborline", T, T + HOUR) == [HourCount(T, 1, 1, 0)]
    assert not store.get(PostKey("site", "a")).is_complaint_about("harborline")
    assert store.get(PostKey("site", "a")).is_complaint_about("northline")


def test_an_assessment_stored_before_there_were_views_reads_the_same_towards_all(store, engine):
    store.add(None, [post("a", "northline", assessment=ANGRY)])
    with engine.begin() as connection:
        was = '{"language": "en", "assessed": true, "complaint": 0.9}'
        connection.execute(sa.text("update post set assessment = :was").bindparams(was=was))
    read = store.get(PostKey("site", "a"))
    assert read.assessment.towards == ()
    assert read.is_complaint_about("northline")
