"""What is remembered of a followed post between two returns to it: how far its lists were read, and its tree.

The tree is kept because a new repost is matched with the texts of all earlier ones, which the site would have to be
asked for again.
"""

import json
import zlib
from base64 import b85decode, b85encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.sources.weibo.listing import Listing, Span
from monitor.sources.weibo.node import How, Node
from monitor.sources.weibo.path import Paths, Root

MOST_NODES = 10_000  # of one tree
_MOST_BYTES = 50_000_000
_VERSION = 1
_UNREAD = Listing()


@dataclass(frozen=True, slots=True)
class Memory:
    """How far reposts and comments were read, and what was understood."""

    paths: Paths
    reposts: Listing = _UNREAD
    comments: Listing = _UNREAD
    forgot: bool = False  # parts of the tree were given up, because it is too large

    def __str__(self) -> str:
        nodes = _kept(list(self.paths.nodes.values()))
        root = self.paths.tree.root.id
        here, accounts = {node.id for node in nodes}, {node.account for node in nodes}
        held = {
            "v": _VERSION,
            "reposts": [self.reposts.since, self.reposts.top, self.reposts.holes, self.reposts.again],
            "comments": [self.comments.since, self.comments.top, self.comments.holes, self.comments.again],
            "forgot": self.forgot or len(nodes) < len(self.paths.nodes),
            "nodes": [_row(node, root, here) for node in nodes],
            "names": [[name, who, at.timestamp()] for name, who, at in self.paths.tree.names.all() if who in accounts],
        }
        written = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
        return b85encode(zlib.compress(written.encode())).decode()


def recall(state: str | None, root: Root) -> Memory:
    """What ``state`` holds of the post ``root``; nothing where it cannot be read."""
    try:
        held = json.loads(zlib.decompressobj().decompress(b85decode(state or ""), _MOST_BYTES))
        if held["v"] != _VERSION:
            return Memory(Paths(root))
        paths = _paths(held, root)
        return Memory(paths, _listing(held["reposts"]), _listing(held["comments"]), bool(held["forgot"]))
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, OSError, RecursionError, zlib.error):
        return Memory(Paths(root))


def _paths(held: Any, root: Root) -> Paths:
    paths = Paths(root)
    tree, parents = paths.tree, list[tuple[Node, str]]()
    for id_, account, at, key, cut, quote, followers, how, parent, site, agrees in held["nodes"]:
        node = Node(
            _whole(id_, root), account, _moment(at), key, bool(cut), bool(quote), followers, None, How(how), site
        )
        node.confirmed, node.contradicted = agrees > 0, agrees < 0
        tree.nodes.add(node)
        if parent:
            parents.append((node, _whole(parent, root)))
    for node, parent in parents:
        tree.hang(node, paths.nodes[parent], node.how)
    for name, account, at in held["names"]:
        tree.names.learn(name, account, _moment(at))
    return paths


def _whole(id_: str, root: Root) -> str:
    return f"{root.id}{id_}" if id_.startswith("#") else id_


def _kept(nodes: list[Node]) -> list[Node]:
    """At most ``MOST_NODES``: those that something came through, and the newest."""
    if len(nodes) <= MOST_NODES:
        return nodes
    by_worth = sorted(nodes, key=lambda node: (bool(node.children), node.order), reverse=True)
    kept = {node.id for node in by_worth[:MOST_NODES]}
    return [node for node in nodes if node.id in kept]


def _row(node: Node, root: str, here: set[str]) -> list[Any]:
    parent = node.parent.id if node.parent is not None and node.parent.id in here else None
    return [
        node.id.removeprefix(root) if node.ghost else node.id,
        node.account,
        node.at.timestamp(),
        node.key,
        int(node.cut),
        int(node.quote),
        node.followers,
        int(node.how),
        parent.removeprefix(root) if parent and "#" in parent else parent,
        node.parent_id,
        int(node.confirmed) - int(node.contradicted),
    ]


def _listing(held: Any) -> Listing:
    since, top, holes, again = held
    return Listing(int(since), int(top), tuple(_span(hole) for hole in holes), None if again is None else _span(again))


def _span(held: Any) -> Span:
    low, high = held
    return int(low), int(high)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
