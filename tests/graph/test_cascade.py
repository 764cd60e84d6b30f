"""The live state of a cascade: exact, and the same whatever the order in which things arrive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import cascade_graph
from graph.cascade import CascadeState, CascadeTracker
from monitor.domain import AccountKey, Post, PostKey, Repost

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = START + timedelta(days=1)
ROOT = PostKey("s", "root")
AUTHOR = AccountKey("s", "author")


def account(number: int) -> AccountKey:
    return AccountKey("s", f"a{number}")


def child(number: int) -> PostKey:
    return PostKey("s", f"c{number}")


def repost(number: int, seconds: float, through: int | None = None, **named: object) -> Repost:
    """Account a<number> passes it on; ``through`` is the account it came through."""
    hint = {} if through is None else {"parent": account(through), "evidence": "platform", "confidence": 1.0}
    return Repost(ROOT, child(number), account(number), START + timedelta(seconds=seconds), **{**hint, **named})


def post(key: PostKey = ROOT, author: AccountKey = AUTHOR) -> Post:
    return Post(key, author, "The boarding gate closed in our faces", START, START)


def state_of(reposts: list[Repost], root: bool = True) -> CascadeState:
    state = CascadeState(ROOT)
    if root:
        state.see_root(AUTHOR, START)
    for one in reposts:
        state.add(one)
    return state


@st.composite
def stories(draw: st.DrawFn) -> list[Repost]:
    """Reposts by few accounts at few moments: equal times, unseen and late parents, self-reposts."""
    accounts, moments = st.integers(0, 8), st.integers(0, 12)
    story = []
    for number in range(draw(st.integers(0, 25))):
        through = draw(st.none() | st.builds(account, accounts) | st.just(AUTHOR))
        seen_post = draw(st.none() | st.builds(child, st.integers(0, 30)) | st.just(ROOT))
        known = through is not None or seen_post is not None
        story.append(
            Repost(
                ROOT,
                child(number),
                account(draw(accounts)),
                START + timedelta(seconds=draw(moments)),
                parent=through,
                parent_post=seen_post,
                evidence="via" if known else "inferred",
                confidence=0.8 if known else 0.0,
                followers=draw(st.none() | st.integers(0, 1000)),
            )
        )
    return story


@settings(max_examples=60, deadline=None)
@given(stories(), st.data())
def test_order_repeats_and_batches_change_nothing(story: list[Repost], data: st.DataObject) -> None:
    expected = state_of(sorted(story, key=lambda one: (one.at, len(one.child.id), one.child)))
    arrivals: list[Repost | None] = data.draw(st.permutations([*story, *story, None]))  # None: the root post itself
    state = CascadeState(ROOT)
    for arrival in arrivals:
        if arrival is None:
            state.see_root(AUTHOR, START)
        else:
            state.add(arrival)
        if data.draw(st.booleans()):
            state.snapshot(LATER)
    assert state.nodes() == expected.nodes()
    assert state.snapshot(LATER) == expected.snapshot(LATER)
    assert state.observation(LATER) == expected.observation(LATER)
    assert state.reach() == expected.reach()


@settings(max_examples=60, deadline=None)
@given(stories())
def test_figures_equal_networkx(story: list[Repost]) -> None:
    state = state_of(story)
    cascade, tree = state.snapshot(LATER), cascade_graph(state)
    assert nx.is_arborescence(tree)
    undirected = tree.to_undirected()
    depths = list(nx.single_source_shortest_path_length(tree, str(ROOT)).values())
    pairs = len(tree) * (len(tree) - 1) / 2
    assert cascade.size == len(tree)
    assert cascade.depth == max(depths) == nx.dag_longest_path_length(tree, weight="none", default_weight=1)
    assert cascade.breadth == max(map(depths.count, depths))
    assert cascade.virality == (pytest.approx(nx.wiener_index(undirected) / pairs) if pairs else None)
    assert cascade.accounts == len({account for _, account in tree.nodes(data="account")})


@settings(max_examples=30, deadline=None)
@given(stories())
def test_parents_come_before_their_children(story: list[Repost]) -> None:
    for index, node in enumerate(state_of(story).nodes()[1:], start=1):
        assert node.parent_index is not None
        assert node.parent_index < index


@settings(max_examples=60, deadline=None)
@given(stories(), st.integers(-1, 13))
def test_past_moment_shows_only_what_was_known_then(story: list[Repost], second: int) -> None:
    moment = START + timedelta(seconds=second)
    early = state_of([one for one in story if one.at <= moment])
    assert state_of(story).snapshot(moment) == early.snapshot(moment)
    assert state_of(story).observation(moment) == early.observation(moment)


@settings(max_examples=30, deadline=None)
@given(stories(), st.integers(3, 20))
def test_growth_rises_to_the_size_in_few_points(story: list[Repost], points: int) -> None:
    cascade = state_of(story).snapshot(LATER, growth_points=points)
    assert len(cascade.growth) <= points
    assert [*cascade.growth] == sorted(cascade.growth)
    assert cascade.growth[0].size == 1
    assert cascade.growth[-1] == (LATER, cascade.size)


def test_late_parent_takes_its_children_back_from_the_root() -> None:
    state = state_of([repost(2, 20, through=1)])
    assert state.nodes()[1].evidence == "inferred"
    assert state.add(repost(1, 10))
    nodes = state.nodes()
    assert [(node.key, node.parent_index, node.evidence) for node in nodes[1:]] == [
        (child(1), 0, "inferred"),
        (child(2), 1, "platform"),
    ]


def test_better_attributed_repeat_replaces_the_guess() -> None:
    state = state_of([repost(1, 10), repost(2, 20)])
    assert state.snapshot(LATER).explicit_share == 0.0
    assert not state.add(repost(2, 20, through=1))
    assert not state.add(repost(2, 20))
    cascade = state.snapshot(LATER)
    assert (cascade.size, cascade.depth, cascade.explicit_share) == (3, 2, 0.5)


def test_hint_at_the_author_holds_once_the_root_is_seen() -> None:
    state = state_of([repost(1, 10, parent=AUTHOR, evidence="via", confidence=0.9)], root=False)
    assert state.snapshot(LATER).explicit_share == 0.0
    assert state.snapshot(LATER).accounts == 1
    state.see_root(AUTHOR, START)
    assert state.snapshot(LATER).explicit_share == 1.0
    assert state.snapshot(LATER).accounts == 2


def test_root_cannot_be_its_own_repost() -> None:
    state = state_of([])
    assert not state.add(Repost(ROOT, ROOT, AUTHOR, START))
    assert state.size == 1


def test_endless_chain_and_huge_star_are_counted_in_linear_time() -> None:
    many = 30_000
    chain = state_of([repost(i, i, through=i - 1 if i else None) for i in range(many)]).snapshot(LATER)
    assert (chain.depth, chain.breadth) == (many, 1)
    assert chain.virality == pytest.approx((many + 2) / 3)
    star = state_of([repost(i, i) for i in range(many)]).snapshot(LATER)
    assert star.virality == pytest.approx(2 - 2 / (many + 1))


def test_last_counts_nodes_of_the_window_and_the_root() -> None:
    state = state_of([repost(i, 600 * i) for i in range(1, 10)])
    hour = timedelta(hours=1)
    assert state.last(hour, START + timedelta(minutes=30)) == 4
    assert state.last(hour, START + timedelta(minutes=60)) == 6  # the root is an hour old by now
    assert state.last(hour, LATER) == 0


def test_reach_counts_each_known_account_once() -> None:
    assert state_of([repost(1, 1)]).reach() is None
    again = replace(repost(1, 5, followers=70), child=PostKey("s", "again"))
    state = state_of([repost(1, 1, followers=50), again, repost(2, 2, followers=7), repost(3, 3)])
    assert state.reach() == 77
    state.see_root(AUTHOR, START, followers=1000)
    assert state.reach() == 1077


def test_nothing_seen_is_an_empty_cascade() -> None:
    state = CascadeState(ROOT)
    assert state.nodes() == []
    assert state.snapshot(LATER).size == 1
    with pytest.raises(ValueError, match="neither its root nor a repost"):
        _ = state.started_at


def test_tracker_takes_roots_and_reposts_in_any_order() -> None:
    tracker = CascadeTracker()
    other = PostKey("s", "other")
    assert tracker.apply([repost(1, 10)]) == {ROOT}
    assert tracker.apply([], [post(), post(other)]) == {ROOT, other}
    assert tracker.apply([repost(1, 10)], [post(), post(other)]) == set()
    assert len(tracker) == 2
    known, unshared = tracker.get(ROOT), tracker.get(other)
    assert known is not None
    assert (known.author, known.size) == (AUTHOR, 2)
    assert unshared is not None
    assert (unshared.author, unshared.size) == (AUTHOR, 1)
    assert tracker.get(PostKey("s", "unknown")) is None
    assert [state.root for state in tracker.states()] == [ROOT, other]


def test_tracker_forgets_what_went_quiet() -> None:
    tracker = CascadeTracker()
    old, new = PostKey("s", "old"), PostKey("s", "new")
    tracker.apply([repost(1, 10)], [post(), post(old)])
    tracker.apply([Repost(new, child(9), account(9), LATER)])
    assert tracker.forget(START + timedelta(seconds=5)) == 1  # only the root that nobody passed on
    assert tracker.forget(LATER) == 1
    assert [state.root for state in tracker.states()] == [new]
