"""Who caused spread, against a naive count on the tree."""

from datetime import UTC, datetime, timedelta
from math import log1p

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.cascade import CascadeState, CascadeTracker
from graph.influence import HOPS, rank
from monitor.domain import AccountKey, PostKey, Repost

START = datetime(2026, 3, 1, tzinfo=UTC)


def account(number: int) -> AccountKey:
    return AccountKey("s", f"a{number}")


def cascade(name: str, author: int, acts: list[tuple[int, int]]) -> CascadeState:
    """Each act is (who, through whom), one a minute."""
    root = PostKey("s", name)
    state = CascadeState(root)
    state.see_root(account(author), START)
    for place, (by, through) in enumerate(acts, start=1):
        at = START + timedelta(minutes=place)
        hint = {"parent": account(through), "evidence": "platform", "confidence": 1.0}
        state.add(Repost(root, PostKey("s", f"{name}/{place}"), account(by), at, **hint))
    return state


def naive(states: list[CascadeState]) -> dict[AccountKey, tuple[int, int, int]]:
    """(caused, distinct, direct) of every account, by walking up from every node."""
    caused: dict[AccountKey, set[PostKey]] = {}
    moved: dict[AccountKey, set[AccountKey]] = {}
    direct: dict[AccountKey, set[PostKey]] = {}
    for state in states:
        nodes = state.nodes()
        for node in nodes[1:]:
            above = node.parent_index
            while above is not None:
                creditor = nodes[above].account
                if creditor != node.account:
                    caused.setdefault(creditor, set()).add(node.key)
                    moved.setdefault(creditor, set()).add(node.account)
                    if above == node.parent_index:
                        direct.setdefault(creditor, set()).add(node.key)
                above = nodes[above].parent_index
    return {who: (len(keys), len(moved[who]), len(direct.get(who, ()))) for who, keys in caused.items()}


people = st.integers(0, 6)
stories = st.lists(st.tuples(people, st.lists(st.tuples(people, people), max_size=15)), min_size=1, max_size=4)


@settings(max_examples=80, deadline=None)
@given(stories, st.randoms(use_true_random=False))
def test_ranking_equals_a_naive_count_in_any_order(story, random) -> None:
    states = [cascade(f"r{place}", author, acts) for place, (author, acts) in enumerate(story)]
    ranking = rank(states)
    expected = naive(states)
    assert {one.account: (one.caused, one.distinct, one.direct) for one in ranking if one.caused} == expected
    assert {one.account for one in ranking} == set(expected) | {account(author) for author, _ in story}
    for one in ranking:
        assert one.score == log1p(one.caused) * log1p(one.distinct)
        assert one.bridge == ((one.caused - one.direct) / one.caused if one.caused else None)
        assert one.posts == sum(account(author) == one.account for author, _ in story)
    random.shuffle(states)
    assert rank(states) == ranking
    assert [one.score for one in ranking] == sorted((one.score for one in ranking), reverse=True)


def test_reposting_within_ones_own_cascade_pays_nothing() -> None:
    plain = cascade("plain", 1, [(2, 1), (3, 2)])
    looped = cascade("looped", 1, [(2, 1), (1, 2), (1, 1), (1, 1), (3, 1)])
    by_account = {one.account: one for one in rank([plain])}
    assert by_account[account(1)].caused == 2
    author = next(one for one in rank([looped]) if one.account == account(1))
    assert (author.caused, author.distinct, author.direct) == (2, 2, 2)


def test_figures_of_a_small_case_with_their_evidence() -> None:
    state = cascade("r", 0, [(1, 0), (2, 1), (3, 1), (4, 3), (5, 0)])
    first, second, *_ = rank([state], top=2, followers={account(1): 900})
    assert (first.account, first.caused, first.direct, first.posts) == (account(0), 5, 2, 1)
    assert (second.account, second.caused, second.direct, second.posts) == (account(1), 3, 2, 0)
    assert second.bridge == 1 / 3
    assert (second.followers, first.followers) == (900, None)
    assert (first.evidence, second.evidence) == ((PostKey("s", "r"),), (PostKey("s", "r/1"),))


def test_acts_after_the_moment_are_left_out() -> None:
    state = cascade("r", 0, [(1, 0), (2, 1), (3, 1)])
    assert rank([state], until=START + timedelta(minutes=2)) == rank([cascade("r", 0, [(1, 0), (2, 1)])])
    assert rank([state], until=START - timedelta(minutes=1)) == []
    assert rank([]) == []


def test_unseen_root_earns_its_unknown_author_nothing() -> None:
    tracker = CascadeTracker()
    root = PostKey("s", "r")
    tracker.apply(Repost(root, PostKey("s", str(i)), account(i), START + timedelta(seconds=i)) for i in range(5))
    assert rank(tracker.states()) == []


def test_credit_of_an_endless_chain_is_bounded() -> None:
    state = cascade("r", 0, [(i, i - 1) for i in range(1, 5000)])
    ranking = rank([state])
    assert {one.caused for one in ranking} == set(range(1, HOPS + 1))
