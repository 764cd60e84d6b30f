"""Through whom each repost of one root came, from the texts of all of them. Pure.

The text after the first hop is the text of the repost it came through. So the parent is sought, in this order, as the
earlier repost with that very text by a person of that name, with what is left of the text where it was cut, with that
text alone where only one has it, and by the name alone. A hop for which nothing is found becomes a ghost: a repost
known from texts only, with a place in the tree, so that depth and the people in between are right.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from monitor.sources.weibo.chain import Chain, read_chain, stem
from monitor.sources.weibo.node import How, Node, Order, agree
from monitor.sources.weibo.tree import Changes, Root, Tree

__all__ = ["Act", "Changes", "Paths", "Root"]

DISTINCT = 12  # characters from which on a text is not written twice by chance
TELLING = 6  # the same, where nothing speaks against it, for learning a name from it

_BY_TEXT = frozenset((How.TEXT_AND_NAME, How.CUT_AND_NAME, How.TEXT, How.CUT))
_FIRM = frozenset((How.TEXT_AND_NAME, How.CUT_AND_NAME))  # what older reposts, still unread, cannot change
_WEAK = frozenset((How.OPEN, How.TEXT, How.CUT, How.NAME, How.COMMENT, How.SITE, How.GHOST))
_NEXT_NAME = re.compile(r"//@([^:]+):")


class Act(NamedTuple):
    """A repost as the site shows it."""

    id: str
    account: str
    name: str
    at: datetime
    chain: Chain
    followers: int | None = None
    parent_id: str | None = None  # the site's undocumented word on where it came from


class _Found(NamedTuple):
    parent: Node | None  # None: the root
    how: How
    missing: tuple[int, ...] = ()  # the hops before it of which no repost was found, nearest first


class Paths:
    """The tree below one root, repost by repost; the same ones again change nothing."""

    def __init__(self, root: Root) -> None:
        self.tree = Tree(root)

    @property
    def nodes(self) -> dict[str, Node]:
        """All acts by id, ghosts among them."""
        return self.tree.nodes.by_id

    @property
    def conflicts(self) -> int:
        """Of how many reposts the site and the text name different parents."""
        return sum(node.contradicted for node in self.nodes.values())

    def changes(self) -> Changes:
        """What the acts added since the last call have changed, oldest first."""
        return self.tree.changes()

    def add(self, acts: Iterable[Act], *, complete: bool = True) -> None:
        """Take in ``acts``; where not all older ones are read (``complete``), what those may change is left open."""
        newest, late = self.tree.newest(), False
        for act in sorted(acts, key=lambda act: (act.at, len(act.id), act.id)):
            self.tree.names.learn(act.name, act.account, act.at)
            if act.id in self.nodes or act.id == self.tree.root.id:
                continue
            node = _node(act)
            late = late or node.order < newest
            self._place(node, act.chain, complete)
            self.tree.add(node)
            self._replace_ghosts(node)
        weak = [node for node in self.nodes.values() if node.how in _WEAK and not node.ghost] if complete else []
        if late or any(node.how is How.OPEN for node in weak):
            self._place_again(weak)

    def _place_again(self, weak: list[Node]) -> None:
        """Older reposts came later than newer ones: what was taken for want of better may now be found."""
        for node in sorted(weak, key=lambda node: node.order):
            parent, how, confirmed = node.parent, node.how, node.confirmed
            self._place(node, read_chain(node.key, cut=node.cut), complete=True)
            if (parent, how, confirmed) != (node.parent, node.how, node.confirmed):
                self.tree.note(node)
            if parent is not None and parent is not node.parent:
                self.tree.forget(parent)

    def _place(self, node: Node, chain: Chain, complete: bool) -> None:
        """Hang ``node`` where its text, or else the site, says."""
        found = self._search(chain, 0, node.order)
        firm = not chain.hops or (not found.missing and found.how in _FIRM)
        said = self._said_by_site(node)
        node.confirmed = node.contradicted = False
        if said is not None and said.parent is found.parent and not found.missing:
            node.confirmed = True
            found = found._replace(how=How.ROOT if found.how is How.NO_HOP else found.how)
        elif said is not None:
            node.contradicted = bool(chain.hops)
            found = found if firm and found.how in _BY_TEXT else said
        elif not (complete or firm):
            found = _Found(None, How.OPEN)
        parent = self.tree.through(found.parent, found.missing, chain, node.at)
        self.tree.hang(node, parent, How.GHOST if found.missing else found.how)

    def _said_by_site(self, node: Node) -> _Found | None:
        if node.parent_id is None:
            return None
        if node.parent_id == self.tree.root.id:
            return _Found(None, How.SITE)
        known = self.nodes.get(node.parent_id)
        return _Found(known, How.SITE) if known is not None and known.order < node.order else None

    def _search(self, chain: Chain, start: int, before: Order) -> _Found:
        """The nearest known hand from hop ``start`` on."""
        missing: list[int] = []
        commented = False
        for number in range(start, len(chain.hops)):
            hop = chain.hops[number]
            answered = chain.answered[number] == hop.name
            found = self._match(hop.name, chain, number + 1, before, by_name=not answered)
            if found is not None:
                return _Found(found.parent, How.COMMENT if commented else found.how, tuple(missing))
            if answered:  # the words are those of a comment, which passes nothing on
                commented = True
            else:
                missing.append(number)
        return _Found(None, How.COMMENT if commented and not missing else How.NO_HOP, tuple(missing))

    def _match(self, name: str, chain: Chain, number: int, before: Order, *, by_name: bool) -> _Found | None:
        """The act of ``name`` whose text is what follows the hop."""
        nodes, root, key = self.tree.nodes, self.tree.root, chain.keys[number]
        accounts = [*self.tree.names.accounts(name, before[0]), f"name:{name}"]
        said = [node for account in accounts if (node := nodes.said(account, key, before))]
        if said:
            return _Found(max(said, key=lambda node: node.order), How.TEXT_AND_NAME)
        if name == root.name and key and agree(key, chain.cut, root.key, root.cut):
            return _Found(None, How.TEXT_AND_NAME)
        for account in accounts:
            node = nodes.said_about(account, key, chain.cut, before)
            if node is not None:
                self._learn_more(node, chain, number)
                return _Found(node, How.CUT_AND_NAME)
        known = name == root.name or any(nodes.acted(account, before) for account in accounts)
        found = self._by_text(name, chain, number, before, known)
        return self._by_name(accounts, key, chain.cut, before) if found is None and by_name else found

    def _by_text(self, name: str, chain: Chain, number: int, before: Order, known: bool) -> _Found | None:
        """The only act with that text. A name that is another's in this cascade speaks against a text of few words."""
        key = chain.keys[number]
        if not _tells(key, DISTINCT if known else 1):
            return None
        if (node := self.tree.nodes.only_with(key, before)) is not None:
            if _tells(key, TELLING):
                self.tree.names.learn(name, node.account, before[0])
            return _Found(node, How.TEXT)
        beginning = stem(key)
        if chain.cut and len(beginning) >= DISTINCT:
            node = self.tree.nodes.only_beginning(beginning, before)
            return _Found(node, How.CUT) if node is not None else None
        return None

    def _by_name(self, accounts: list[str], key: str, cut: bool, before: Order) -> _Found | None:
        """The latest act of that person that came the same way; its words were edited, or written otherwise here."""
        came_through = _NEXT_NAME.search(key)
        for account in accounts:
            for node in self.tree.nodes.lately_of(account, before):
                other = _NEXT_NAME.search(node.key)
                same = came_through and other and came_through[1] == other[1]
                if same or not (came_through or (other and not cut)):
                    return _Found(node, How.NAME)
        return None

    def _learn_more(self, node: Node, chain: Chain, number: int) -> None:
        """A ghost known from a text that was cut is seen in a fuller one: its own way becomes known."""
        key = chain.keys[number]
        more = len(stem(key)) - len(stem(node.key))
        if not (node.ghost and node.cut) or more < 0 or (more == 0 and chain.cut):
            return
        self.tree.nodes.remove(node)
        node.key, node.cut = key, chain.cut
        first = node.first_below
        found = self._search(chain, number, first)
        self.tree.hang(node, self.tree.through(found.parent, found.missing, chain, first[0]), found.how)
        self.tree.add(node)
        self.tree.fit(node)

    def _replace_ghosts(self, node: Node) -> None:
        """``node`` is now seen itself: what came through its ghost came through it."""
        nodes, names = self.tree.nodes, self.tree.names
        for account in (node.account, *(f"name:{name}" for name in names.of(node.account))):
            for ghost in nodes.ghosts_of(account):
                if agree(ghost.key, ghost.cut, node.key, node.cut) and node.order < ghost.first_below:
                    self._merge(ghost, node)
                elif ghost.account != node.account:
                    self.tree.rename(ghost, node.account)
        if not _tells(node.key, TELLING):
            return
        for ghost in nodes.ghosts_with(node.key):  # under a name that its author bore before
            if ghost.account.startswith("name:") and node.order < ghost.first_below:
                names.learn(ghost.account.removeprefix("name:"), node.account, node.at)
                self._merge(ghost, node)

    def _merge(self, ghost: Node, node: Node) -> None:
        self.tree.nodes.remove(ghost)
        for child in list(ghost.children.values()):
            found = self._search(read_chain(child.key, cut=child.cut), 0, child.first_below)
            self.tree.hang(child, node, found.how if found.parent is node and not found.missing else How.TEXT)
            self.tree.note(child)
            if child.ghost and child.at <= node.at:
                self.tree.fit(child)
        self.tree.nodes.add(ghost)
        self.tree.forget(ghost)


def _tells(key: str, least: int) -> bool:
    """Whether a text says who wrote it: the site's own words, which many leave as they are, do not."""
    return len(key) >= least and not key.startswith("//@")


def _node(act: Act) -> Node:
    chain = act.chain
    return Node(
        id=act.id,
        account=act.account,
        at=act.at,
        key=chain.keys[0],
        cut=chain.cut,
        quote=not chain.own_is_empty,
        followers=act.followers,
        parent_id=act.parent_id,
    )
