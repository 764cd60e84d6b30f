"""Who carried an issue: the accounts that caused most of its spread, each with its part in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.casefile import Carrier
from graph.cascade import CascadeState, Node
from graph.domain import Influence
from graph.influence import rank
from monitor.domain import Account, AccountKey, Post
from monitor.store.posts import PostStore

MOST = 20
BRIDGE_AT = 0.5  # share of an account's caused reposts that came on through further accounts


def carriers(
    states: Sequence[CascadeState],
    acts: Iterable[Node],
    posts: Sequence[Post],
    claim: Post | None,
    store: PostStore,
) -> tuple[Carrier, ...]:
    """The accounts that caused most reposts of the issue, best first, with handle and followers as last seen.

    ``acts`` are those of ``states``.
    """
    ranked = rank(states, top=MOST)
    known = store.accounts([one.account for one in ranked])
    press = {post.author for post in posts if post.is_press}
    joined = _first_acts(acts, {one.account for one in ranked})
    reposts = sum(state.size - 1 for state in states)
    origin = claim.author if claim else None
    return tuple(
        _carrier(one, known.get(one.account), _role(one, origin, press), joined[one.account], reposts) for one in ranked
    )


def _role(one: Influence, origin: AccountKey | None, press: set[AccountKey]) -> str:
    if one.account == origin:
        return "origin"
    if one.account in press:
        return "press"
    return "bridge" if one.bridge is not None and one.bridge >= BRIDGE_AT else "amplifier"


def _first_acts(acts: Iterable[Node], accounts: set[AccountKey]) -> dict[AccountKey, datetime]:
    first: dict[AccountKey, datetime] = {}
    for act in acts:
        if act.account in accounts and (act.account not in first or act.at < first[act.account]):
            first[act.account] = act.at
    return first


def _carrier(one: Influence, seen: Account | None, role: str, joined: datetime, reposts: int) -> Carrier:
    return Carrier(
        account=one.account,
        handle=seen.handle if seen else one.account.id,
        display_name=seen.display_name if seen else "",
        followers=seen.followers if seen else one.followers,
        caused=one.caused,
        share=one.caused / reposts if reposts else 0.0,
        distinct=one.distinct,
        direct=one.direct,
        score=one.score,
        role=role,
        joined_at=joined,
        posts=one.evidence,
    )
