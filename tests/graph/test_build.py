"""Cascades and windows as networkx graphs."""

import io
from datetime import UTC, datetime, timedelta

import networkx as nx

from graph.build import cascade_graph, window_graph
from graph.cascade import CascadeState
from monitor.domain import AccountKey, Post, PostKey, Repost

START = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = PostKey("s", "root")
AUTHOR, ANNA, BEN = AccountKey("s", "author"), AccountKey("s", "anna"), AccountKey("s", "ben")


def repost(number: int, by: AccountKey, minutes: int, parent: AccountKey | None = None) -> Repost:
    at = START + timedelta(minutes=minutes)
    evidence = "via" if parent else "inferred"
    return Repost(ROOT, PostKey("s", str(number)), by, at, parent=parent, evidence=evidence, confidence=0.9)


REPOSTS = [repost(1, ANNA, 1, AUTHOR), repost(2, BEN, 2, ANNA), repost(3, BEN, 9, ANNA), repost(4, ANNA, 9)]
POST = Post(ROOT, AUTHOR, "My suitcase came back open", START, START)


def test_cascade_graph_says_how_each_edge_is_known_and_can_be_exported() -> None:
    state = CascadeState(ROOT)
    for one in REPOSTS:
        state.add(one)
    tree = cascade_graph(state)
    assert tree.edges["s:1", "s:2"]["evidence"] == "via"
    assert tree.edges["s:root", "s:4"]["evidence"] == "inferred"
    assert "account" not in tree.nodes["s:root"]  # the root post was never seen
    assert tree.nodes["s:2"] == {"account": "s:ben", "at": "2026-03-01T00:02:00+00:00", "depth": 2}
    written = io.BytesIO()
    nx.write_graphml(tree, written)
    assert b"s:root" in written.getvalue()
    assert list(nx.generate_gexf(tree))


def test_window_graph_counts_the_window_and_knows_what_came_before() -> None:
    accounts = window_graph(REPOSTS, START + timedelta(minutes=2), START + timedelta(minutes=9), [POST])
    assert list(accounts.edges(data="posts")) == [("s:anna", "s:ben", ["s:2"])]
    whole = window_graph(REPOSTS, START, START + timedelta(minutes=10), [POST])
    assert whole.edges["s:anna", "s:ben"] == {"weight": 2, "posts": ["s:2", "s:3"]}
    assert whole.edges["s:author", "s:anna"]["posts"] == ["s:1", "s:4"]


def test_window_graph_counts_what_it_cannot_attribute() -> None:
    accounts = window_graph(REPOSTS, START, START + timedelta(minutes=10))
    assert accounts.graph["unattributed"] == 2
    assert list(accounts.edges) == [("s:anna", "s:ben")]
