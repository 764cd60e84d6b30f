"""Which issues a brand has, on both databases: those with most complaints first, within the time asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain import AccountKey, Assessment, BrandMatch, Post, PostKey
from monitor.store.posts import PostStore
from monitor.store.topics import TopicStore

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
MATCH = BrandMatch("northline", "Northline", "name", "Northline")


def post(id, issue, hours=1, complaint=0.9, brands=(MATCH,), source="microblog", by=None):
    at, read = NOW - timedelta(hours=hours), Assessment("en", True, complaint, -0.5, 1, "delay")
    key, author = PostKey(source, id), AccountKey(source, by or f"by-{id}")
    return Post(key, author, f"words {id}", at, at, language="en", brand_matches=brands, assessment=read, issue=issue)


def test_issues_with_complaints_the_most_first(engine):
    store = PostStore(engine)
    store.add(None, [post("a1", "a"), post("b1", "b"), post("b2", "b"), post("calm", "calm", complaint=0.1)])
    store.add(None, [post("old1", "old", hours=200), post("old2", "old", hours=201), post("soon", "soon", hours=-1)])
    topics = TopicStore(engine)
    assert topics.issues("northline", NOW - WEEK, NOW, 10) == ["b", "a"]
    assert topics.issues("northline", NOW - WEEK, NOW, 1) == ["b"]
    assert topics.issues("southline", NOW - WEEK, NOW, 10) == []


def test_posts_of_issues_with_those_that_came_through_a_cascade(engine):
    store = PostStore(engine)
    other = replace(MATCH, brand="southline")
    store.add(None, [post("a1", "a", hours=3), post("a2", "a", hours=2, brands=(), source="forum", by="jo")])
    store.add(None, [post("a3", "a", hours=1, brands=(other,)), post("a4", "a", hours=300), post("c1", "c")])
    found = TopicStore(engine).posts("northline", ["a"], NOW - WEEK, NOW, 10)
    assert [(one.source, one.author.id) for one in found] == [("forum", "jo"), ("microblog", "by-a1")]
    assert found[0].at == NOW - timedelta(hours=2)
    assert TopicStore(engine).posts("northline", [], NOW - WEEK, NOW, 10) == []
    assert len(TopicStore(engine).posts("northline", ["a"], NOW - WEEK, NOW, 1)) == 1
