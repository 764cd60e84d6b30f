"""The acts of one cascade, real ones and those known from texts only, found by account, text and name. Pure."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from operator import attrgetter

from monitor.sources.weibo.chain import stem

Order = tuple[datetime, int, str]  # as the site counts: by time, then by id
LOOKED_AT = 50  # acts of one account that are compared with a text that was cut


class How(IntEnum):
    """How the parent of a repost was found."""

    OPEN = 0  # not yet: older reposts are still to be read
    NO_HOP = 1  # the text names nobody, so it came from the root, or its chain was removed
    ROOT = 2  # the same, and the site agrees
    TEXT_AND_NAME = 3
    CUT_AND_NAME = 4  # as much of the text as is left
    TEXT = 5  # the only earlier repost with that text; the name is not known
    CUT = 6
    NAME = 7  # the latest earlier repost of that person, with other words
    COMMENT = 8  # a comment below it was answered and passed on
    SITE = 9  # the site's own word, where the text shows nothing better
    GHOST = 10  # a repost that is only known from this text


@dataclass(slots=True, eq=False)
class Node:
    """One act of passing the root on."""

    id: str  # the site's; "<root>#ghost:<hash>" for one that is known from texts only
    account: str  # the site's id; "name:<nickname>" where that is not known
    at: datetime
    key: str  # of its whole text (see ``Chain.keys``)
    cut: bool
    quote: bool = False  # it has words of its own
    followers: int | None = None
    parent: "Node | None" = None  # None: the root
    how: How = How.OPEN
    parent_id: str | None = None  # the site's undocumented word on where it came from
    confirmed: bool = False  # which names the same parent
    contradicted: bool = False  # which names another one than the text
    children: "dict[str, Node]" = field(default_factory=dict)

    @property
    def ghost(self) -> bool:
        """Whether it was never seen itself."""
        return "#" in self.id

    @property
    def order(self) -> Order:
        """Its place in the cascade."""
        return self.at, len(self.id), self.id

    @property
    def first_below(self) -> Order:
        """The first act that came through it and was seen; a ghost's own time is a guess."""
        found, waiting = [], [self]
        while waiting:
            node = waiting.pop()
            found += [child.order for child in node.children.values() if not child.ghost]
            waiting += [child for child in node.children.values() if child.ghost]
        return min(found, default=self.order)


_order = attrgetter("order")


def agree(one: str, one_cut: bool, other: str, other_cut: bool) -> bool:
    """Whether two keys can be of the same text, of which one or both may have lost their ends."""
    if one == other:
        return True
    one, other = stem(one) if one_cut else one, stem(other) if other_cut else other
    return bool(one and other) and ((one_cut and other.startswith(one)) or (other_cut and one.startswith(other)))


class Nodes:
    """All nodes of a cascade by what texts tell of them; every search is quick however many there are."""

    def __init__(self) -> None:
        self.by_id: dict[str, Node] = {}
        self._of_account: defaultdict[str, list[Node]] = defaultdict(list)
        self.ghosts = 0
        self._ghosts: defaultdict[str, list[Node]] = defaultdict(list)  # by account
        self._ghosts_with: defaultdict[str, list[Node]] = defaultdict(list)  # by text
        self._with_text: defaultdict[str, list[Node]] = defaultdict(list)  # of acts that were seen
        self._texts: list[str] = []  # sorted, each once
        self._said: defaultdict[tuple[str, str], list[Node]] = defaultdict(list)  # by account and text

    def add(self, node: Node) -> None:
        """One more node, whose id is new."""
        self.by_id[node.id] = node
        insort(self._said[node.account, node.key], node, key=_order)
        if node.ghost:
            self.ghosts += 1
            self._ghosts[node.account].append(node)
            self._ghosts_with[node.key].append(node)
            return
        insort(self._of_account[node.account], node, key=_order)
        same = self._with_text[node.key]
        if not same:
            insort(self._texts, node.key)
        insort(same, node, key=_order)

    def remove(self, ghost: Node) -> None:
        """Take a ghost out."""
        self.ghosts -= 1
        del self.by_id[ghost.id]
        self._ghosts[ghost.account].remove(ghost)
        self._ghosts_with[ghost.key].remove(ghost)
        self._said[ghost.account, ghost.key].remove(ghost)

    def acted(self, account: str, before: Order) -> bool:
        """Whether an act of ``account`` was itself seen."""
        return _latest(self._of_account.get(account, []), before) is not None

    def ghosts_of(self, account: str) -> list[Node]:
        """The acts of ``account`` that are known from texts only."""
        return list(self._ghosts.get(account, ()))

    def ghosts_with(self, key: str) -> list[Node]:
        """The acts with that text that are known from texts only."""
        return list(self._ghosts_with.get(key, ()))

    def said(self, account: str, key: str, before: Order) -> Node | None:
        """The latest act of ``account`` with exactly that text."""
        return _latest(self._said.get((account, key), []), before)

    def said_about(self, account: str, key: str, cut: bool, before: Order) -> Node | None:
        """The latest act of ``account`` whose text can be that one, of which an end is missing."""
        ghosts = (ghost for ghost in self._ghosts.get(account, ())[-LOOKED_AT:] if ghost.order < before)
        recent = (*self.lately_of(account, before), *ghosts)
        return next((node for node in recent if agree(key, cut, node.key, node.cut)), None)

    def lately_of(self, account: str, before: Order) -> Iterator[Node]:
        """The acts of ``account`` that were themselves seen, the latest first."""
        acts = self._of_account.get(account, [])
        end = bisect_left(acts, before, key=_order)
        return reversed(acts[max(0, end - LOOKED_AT) : end])

    def only_with(self, key: str, before: Order) -> Node | None:
        """The latest act with exactly that text, where one account alone wrote it."""
        return _of_one_account(self._earlier(key, before))

    def only_beginning(self, beginning: str, before: Order) -> Node | None:
        """The latest act whose text begins so, where one account alone wrote such a text."""
        first = bisect_left(self._texts, beginning)
        last = bisect_right(self._texts, beginning + chr(0x10FFFF), lo=first)
        if last - first > LOOKED_AT:
            return None
        return _of_one_account([node for key in self._texts[first:last] for node in self._earlier(key, before)])

    def _earlier(self, key: str, before: Order) -> list[Node]:
        acts = self._with_text.get(key, [])
        end = bisect_left(acts, before, key=_order)
        return acts[:end] if end <= LOOKED_AT else [acts[0], acts[end - 1], *acts[1:LOOKED_AT]]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)


def _latest(nodes: list[Node], before: Order) -> Node | None:
    end = bisect_left(nodes, before, key=_order)
    return nodes[end - 1] if end else None


def _of_one_account(nodes: list[Node]) -> Node | None:
    return max(nodes, key=_order) if nodes and len({node.account for node in nodes}) == 1 else None
