"""A tree that grows leaf by leaf and always knows its shape."""

WALK = 256  # deeper than this, distances are summed when asked for, not at every leaf


class GrowingTree:
    """Size, depth, breadth and the sum of all distances (Wiener index) of a tree; node 0 is its root.

    A new leaf under a node with the path ``e1..ed`` to the root raises the Wiener index by
    ``SD + sum(n - 2*s(e)) + n``: SD the sum of all depths, s(e) the nodes below edge e, n the nodes before. That costs
    O(depth). Recorded cascades are rarely deeper than 100; once a tree is deeper than ``WALK`` its index is computed in
    O(n) when it is asked for, so that a chain of any length costs O(1) a leaf.

    >>> tree = GrowingTree()
    >>> [tree.add(0), tree.add(0), tree.add(2)]
    [1, 2, 3]
    >>> tree.size, tree.depth, tree.breadth, tree.wiener()
    (4, 2, 2, 10)
    """

    __slots__ = ("_below", "_depth_sum", "_summed_at", "_wiener", "breadth", "depths", "levels", "parents")

    def __init__(self) -> None:
        self.parents: list[int] = [-1]
        self.depths: list[int] = [0]
        self.levels: list[int] = [1]  # nodes at each depth
        self.breadth = 1
        self._below: list[int] = [1]  # nodes under each node, itself included; emptied once too deep
        self._depth_sum = 0
        self._wiener = 0
        self._summed_at = 1  # the size for which _wiener holds

    @property
    def size(self) -> int:
        """Number of nodes, the root included."""
        return len(self.parents)

    @property
    def depth(self) -> int:
        """Hops of the longest path from the root."""
        return len(self.levels) - 1

    def add(self, parent: int) -> int:
        """Hang a leaf under the node ``parent`` and return its index."""
        node = len(self.parents)
        depth = self.depths[parent] + 1
        if self._below:
            if depth <= WALK:
                self._walk(parent, node, depth)
            else:
                self._below = []
        self.parents.append(parent)
        self.depths.append(depth)
        if depth == len(self.levels):
            self.levels.append(0)
        width = self.levels[depth] = self.levels[depth] + 1
        if width > self.breadth:
            self.breadth = width
        return node

    def _walk(self, parent: int, size: int, depth: int) -> None:
        below, parents = self._below, self.parents
        gained = self._depth_sum + size
        node = parent
        while node:
            under = below[node]
            gained += size - 2 * under
            below[node] = under + 1
            node = parents[node]
        below.append(1)
        self._wiener += gained
        self._depth_sum += depth
        self._summed_at = size + 1

    def below(self) -> list[int]:
        """For each node the number of nodes under it, itself included (the root's holds for a copy only)."""
        counts = [1] * self.size
        for node in range(self.size - 1, 0, -1):
            counts[self.parents[node]] += counts[node]
        return counts

    def wiener(self) -> int:
        """Sum of the distances of all pairs of nodes, in hops."""
        if self._summed_at != self.size:
            size = self.size
            self._wiener = sum(under * (size - under) for under in self.below()[1:])
            self._summed_at = size
        return self._wiener

    def virality(self) -> float | None:
        """Structural virality: the mean distance of two nodes (Goel et al. 2016); None below two nodes."""
        size = self.size
        return 2 * self.wiener() / (size * (size - 1)) if size > 1 else None
