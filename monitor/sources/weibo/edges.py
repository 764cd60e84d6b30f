"""The tree of one root in the words of the program: who passed it on through whom, and how surely."""

from monitor.domain import AccountKey, Evidence, PostKey, Repost
from monitor.sources.weibo.config import NAME
from monitor.sources.weibo.node import How, Node
from monitor.sources.weibo.tree import Root

# How surely the parent is right. The order is argued, not measured: nothing says publicly what the true paths were.
_CONFIDENCE: dict[How, float] = {
    How.OPEN: 0.0,
    How.NO_HOP: 0.0,
    How.ROOT: 0.9,
    How.TEXT_AND_NAME: 1.0,
    How.CUT_AND_NAME: 0.95,
    How.TEXT: 0.9,
    How.CUT: 0.8,
    How.NAME: 0.7,
    How.COMMENT: 0.7,
    How.SITE: 0.8,
    How.GHOST: 0.5,
}
_CONFIRMED = 0.95  # the text and the site agree
_NAMED_GHOST = 0.6  # whose account is known
_UNKNOWN = frozenset((How.OPEN, How.NO_HOP))
_BY_SITE = frozenset((How.ROOT, How.SITE))


def post_key(id_: str) -> PostKey:
    """The key of a post, repost or ghost."""
    return PostKey(NAME, id_)


def account_key(id_: str) -> AccountKey:
    """The key of an account; one known by its nickname only is ``name:<nickname>``."""
    return AccountKey(NAME, id_)


def edge(node: Node, root: Root) -> Repost:
    """The edge from ``node`` to where it came from; without a parent where nothing tells."""
    through, unknown = node.parent, node.how in _UNKNOWN and not node.ghost
    account = root.account if through is None else through.account
    return Repost(
        root=post_key(root.id),
        child=post_key(node.id),
        by=account_key(node.account),
        at=node.at,
        kind="quote" if node.quote and not node.ghost else "repost",
        parent=None if unknown or account is None else account_key(account),
        parent_post=None if unknown else post_key(root.id if through is None else through.id),
        evidence=_evidence(node),
        confidence=_confidence(node),
        followers=node.followers,
    )


def _evidence(node: Node) -> Evidence:
    if node.ghost:
        return "chain"
    if node.how in _UNKNOWN:
        return "inferred"
    return "platform" if node.how in _BY_SITE else "chain"


def _confidence(node: Node) -> float:
    certain = _CONFIDENCE[node.how]
    if node.ghost:
        return _CONFIDENCE[How.GHOST] if node.account.startswith("name:") else _NAMED_GHOST
    if node.how is How.GHOST and node.parent is not None and not node.parent.account.startswith("name:"):
        return _NAMED_GHOST
    return max(certain, _CONFIRMED) if node.confirmed and node.how not in _BY_SITE else certain
