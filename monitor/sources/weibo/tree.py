"""The tree below one root as it is known so far, with ghosts where reposts are known from texts only. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from monitor.sources.weibo.chain import Chain
from monitor.sources.weibo.names import Names
from monitor.sources.weibo.node import How, Node, Nodes, Order

MOST_GHOSTS = 2_000  # of one root
_ROOM = timedelta(milliseconds=1)  # the least between two acts that a ghost stands between


class Root(NamedTuple):
    """The post that is passed on; a deleted one has no account, name or text left."""

    id: str
    at: datetime
    account: str | None = None
    name: str = ""
    key: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What became known since the last time."""

    nodes: tuple[Node, ...]  # new ones, and known ones whose parent is now better known
    merged: tuple[str, ...]  # ghosts that turned out to be reposts which are now seen


class Tree:
    """Nodes below a root, each later than its parent; whatever changes is told once."""

    def __init__(self, root: Root) -> None:
        self.root = root
        self.nodes = Nodes()
        self.names = Names()
        self._changed: dict[str, Node] = {}
        self._merged: dict[str, None] = {}
        if root.account is not None:
            self.names.learn(root.name, root.account, root.at)

    def changes(self) -> Changes:
        """What was changed since the last call, oldest first."""
        nodes = [node for id_, node in self._changed.items() if self.nodes.by_id.get(id_) is node]
        merged = [id_ for id_ in self._merged if id_ not in self.nodes.by_id]
        self._changed, self._merged = {}, {}
        return Changes(tuple(sorted(nodes, key=lambda node: node.order)), tuple(merged))

    def note(self, node: Node) -> None:
        """``node`` has changed."""
        self._changed[node.id] = node

    def add(self, node: Node) -> None:
        """One more node that hangs where it belongs."""
        self.nodes.add(node)
        self.note(node)

    def hang(self, node: Node, parent: Node | None, how: How) -> None:
        """Put ``node`` below ``parent`` (None: the root)."""
        if node.parent is not None:
            node.parent.children.pop(node.id, None)
        node.parent = parent
        node.how = How.GHOST if parent is not None and parent.ghost else how
        if parent is not None:
            parent.children[node.id] = node

    # -- ghosts

    def through(self, parent: Node | None, missing: tuple[int, ...], chain: Chain, until: datetime) -> Node | None:
        """The last of the ghosts of the hops ``missing`` (nearest first) of ``chain`` between ``parent`` and
        ``until``; ``parent`` where there is no room or there are too many."""
        start = self.at(parent)
        room = until - start
        if room < (len(missing) + 1) * _ROOM or self.nodes.ghosts > MOST_GHOSTS:
            return parent
        for place, hop in enumerate(reversed(missing), 1):
            parent = self._ghost(chain, hop, parent, start + room * place / (len(missing) + 1))
        return parent

    def _ghost(self, chain: Chain, hop: int, parent: Node | None, at: datetime) -> Node:
        name, key = chain.hops[hop].name, chain.keys[hop + 1]
        id_ = f"{self.root.id}#ghost:{sha256(f'{name} {key}'.encode()).hexdigest()[:16]}"
        known = self.nodes.by_id.get(id_)
        if known is not None and known.at <= at:
            return known
        if known is not None:  # this child came before the one that made it known
            self.nodes.remove(known)
            known.at = at
        accounts = self.names.accounts(name, at)
        account = accounts[0] if accounts else f"name:{name}"
        ghost = known or Node(id_, account, at, key, chain.cut, quote=not key.startswith("//@"))
        self.hang(ghost, parent, How.NO_HOP)
        self.add(ghost)
        return ghost

    def at(self, node: Node | None) -> datetime:
        """The time of ``node``, where None is the root."""
        return self.root.at if node is None else node.at

    def fit(self, ghost: Node) -> None:
        """Guess the times of ``ghost``, and of ghosts right below it, between what is known before and after."""
        waiting = [ghost]
        while waiting:
            node = waiting.pop()
            start, end = self.at(node.parent), node.first_below[0]
            if end - start < 2 * _ROOM:
                waiting += self._leave_out(node)
                continue
            self.nodes.remove(node)
            node.at = start + (end - start) / 2
            self.add(node)
            waiting += [child for child in node.children.values() if child.ghost and child.at <= node.at]

    def _leave_out(self, ghost: Node) -> list[Node]:
        """Hang what came through ``ghost`` where it came from; those ghosts among it that have no room either."""
        below = list(ghost.children.values())
        for child in below:
            self.hang(child, ghost.parent, How.GHOST)
            self.note(child)
        self.forget(ghost)
        return [child for child in below if child.ghost and child.at <= self.at(child.parent)]

    def rename(self, ghost: Node, account: str) -> None:
        """The account of ``ghost`` becomes known."""
        self.nodes.remove(ghost)
        ghost.account = account
        self.add(ghost)
        for child in ghost.children.values():
            self.note(child)

    def forget(self, ghost: Node) -> None:
        """Take out ``ghost``, below which nothing hangs any more, and ghosts above it of which that is then true."""
        node: Node | None = ghost
        while node is not None and node.ghost and not node.children:
            self.nodes.remove(node)
            self._merged[node.id] = None
            if node.parent is not None:
                node.parent.children.pop(node.id, None)
            node = node.parent

    def newest(self) -> Order:
        """The place of the last act that was seen."""
        return max((node.order for node in self.nodes if not node.ghost), default=(self.root.at, 0, ""))
