"""Cascades and time windows as networkx graphs, for pictures, exports and whoever wants to compute on them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

import networkx as nx

from graph.cascade import CascadeState, CascadeTracker, Node
from monitor.domain import Post, Repost

DiffusionGraph: TypeAlias = "nx.DiGraph[str]"


def cascade_graph(cascade: CascadeState | Sequence[Node]) -> "nx.DiGraph[str]":
    """The repost tree: nodes are posts ("source:id"), edges run from a post to those that passed it on.

    Node attributes: ``account`` (left out where unknown), ``at`` (ISO 8601), ``depth`` (hops from the root). Edge
    attributes: ``evidence``, ``confidence``, ``child`` (the reposting act), ``kind``. All are plain values that GraphML
    and GEXF can hold.
    """
    nodes = cascade.nodes() if isinstance(cascade, CascadeState) else cascade
    tree: nx.DiGraph[str] = nx.DiGraph()
    for node in nodes:
        account = {} if node.account is None else {"account": str(node.account)}
        tree.add_node(str(node.key), at=node.at.isoformat(), depth=node.depth, **account)
        if node.parent_index is not None:
            edge = {"evidence": node.evidence, "confidence": node.confidence, "kind": node.kind}
            tree.add_edge(str(nodes[node.parent_index].key), str(node.key), child=str(node.key), **edge)
    return tree


def window_graph(
    reposts: Iterable[Repost], since: datetime, until: datetime, roots: Iterable[Post] = ()
) -> "nx.DiGraph[str]":
    """Who passed on whose words from ``since`` to before ``until``: nodes are accounts, edges run along the spread.

    Edge attributes: ``weight`` (number of reposts) and ``posts`` (their keys). Reposts before ``since`` may be among
    ``reposts``: they are not counted, but tell through whom later ones came. A repost whose parent account is not known
    (its root was never seen) has no edge; their number is the graph's attribute ``unattributed``.
    """
    tracker = CascadeTracker()
    tracker.apply(reposts, roots)
    accounts: nx.DiGraph[str] = nx.DiGraph(unattributed=0)
    for state in tracker.states():
        nodes = state.nodes()
        for node in nodes[1:]:
            if since <= node.at < until:
                _add_edge(accounts, nodes, node)
    return accounts


def _add_edge(accounts: "nx.DiGraph[str]", nodes: Sequence[Node], node: Node) -> None:
    parent = nodes[node.parent_index or 0].account
    if parent is None or node.account is None:
        accounts.graph["unattributed"] += 1
        return
    source, target = str(parent), str(node.account)
    if accounts.has_edge(source, target):
        edge = accounts.edges[source, target]
        edge["weight"] += 1
        edge["posts"].append(str(node.key))
    else:
        accounts.add_edge(source, target, weight=1, posts=[str(node.key)])
