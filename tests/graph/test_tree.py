"""The shape of a growing tree against networkx and closed forms."""

import networkx as nx
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.tree import WALK, GrowingTree


def grown(parents: list[int]) -> GrowingTree:
    tree = GrowingTree()
    for parent in parents:
        tree.add(parent)
    return tree


@st.composite
def trees(draw: st.DrawFn) -> list[int]:
    """Parents of nodes 1, 2, ...; some hang near the newest node, so that deep trees occur."""
    size = draw(st.integers(0, 150))
    reach = draw(st.sampled_from([1, 2, 1000]))
    return [draw(st.integers(max(0, node - reach), node - 1)) for node in range(1, size + 1)]


@settings(max_examples=40, deadline=None)
@given(trees())
@example(list(range(WALK + 20)))  # a chain that goes on beyond the walk
@example([*range(WALK), *[WALK] * 20, *range(50)])
def test_shape_equals_networkx_at_every_step(parents: list[int]) -> None:
    tree, reference = GrowingTree(), nx.Graph()
    reference.add_node(0)
    for parent in parents:
        reference.add_edge(tree.add(parent), parent)
        if tree.size % 10 == 0:
            assert tree.wiener() == nx.wiener_index(reference)
    assert tree.wiener() == (nx.wiener_index(reference) if parents else 0)
    depths = list(nx.single_source_shortest_path_length(reference, 0).values())
    assert tree.depth == max(depths)
    assert tree.breadth == max(depths.count(depth) for depth in depths)
    assert tree.size == len(reference)


def test_long_chain_and_wide_star_take_no_quadratic_time() -> None:
    many = 100_000
    chain = grown(list(range(many - 1)))
    assert chain.wiener() == (many - 1) * many * (many + 1) // 6
    assert chain.depth == many - 1
    star = grown([0] * (many - 1))
    assert star.wiener() == (many - 1) ** 2
    assert star.breadth == many - 1


def test_root_alone_has_no_virality() -> None:
    assert grown([]).virality() is None
    assert grown([0]).virality() == 1.0
