"""What the posts of a case claim: each claim once, with the first post that makes it and how often it is made. Pure.

A claim is known by the words of its posts: each wording has a key, and what a person says of a claim is kept under one
of them. So it stays with the claim when further posts repeat it, when it turns out that somebody said it earlier, and
when another claim becomes the leading one; it does not stay with words that were changed.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.casefile import CaseClaim
from graph.cascade import CascadeState
from monitor.domain import Post, PostKey
from monitor.text.claims import Claim, claims
from monitor.text.normalise import fold, mask
from monitor.text.topics.near_duplicates import NearDuplicates

MOST_TEXTS = 1_000  # different texts of a case that are looked through for claims; copies of them are free
MOST_CLAIMS = 12  # of one case, the most repeated ones
MOST_PHRASES = 3  # key phrases in one claim that count
_REMEMBERED = 4_096  # claims that are compared with one another, above what the texts can hold
_KEY = 12  # characters


@dataclass(frozen=True, slots=True)
class _Said:
    """A claim in one post. Reposts of the post count for its surest claim only: for that one it was passed on."""

    post: Post
    claim: Claim
    key: str
    surest: bool


def gather(
    brand: str, posts: Sequence[Post], states: Sequence[CascadeState], about: Sequence[str] = ()
) -> tuple[CaseClaim, ...]:
    """The claims of ``posts`` (oldest first), the weightiest first: by posts that make it and reposts of those.

    A claim counts double with one key phrase of the case (``about``) in it, three times with two, at most four times;
    and twice that where it names the brand: what many tell beside the point does not lead.

    Left out: what was taken back, what the brand wrote itself, and languages in which claims are not found.
    """
    said = list(_said(brand, posts))
    if not said:
        return ()
    families = NearDuplicates(most_texts=_REMEMBERED).families([(one.claim.quote, _moment(one)) for one in said])
    groups: dict[object, list[_Said]] = {}
    for one, family in zip(said, families, strict=True):
        groups.setdefault(one.key if family is None else family, []).append(one)
    claiming = {one.post.key for one in said}
    passed = {state.root: _reposts(state) for state in states if state.root in claiming}
    found = [_claim(group, passed) for group in groups.values()]
    names, phrases = _names(brand, posts), [fold(phrase) for phrase in about]
    order = sorted(
        found, key=lambda one: (-one.weight * _nearness(one.quote, names, phrases), one.post.created_at, one.key)
    )
    return tuple(order[:MOST_CLAIMS])


def _names(brand: str, posts: Sequence[Post]) -> set[str]:
    """The names under which ``posts`` speak of the brand, folded."""
    return {fold(match.text) for post in posts for match in post.brand_matches if match.brand == brand and match.text}


def _nearness(quote: str, names: Collection[str], phrases: Collection[str]) -> int:
    """How much a claim is about what the case is about: 1 where it holds no name and no phrase."""
    words = fold(quote)
    told = 1 + min(sum(phrase in words for phrase in phrases), MOST_PHRASES)
    return 2 * told if any(name in words for name in names) else told


def key_of(quote: str) -> str:
    """The key of a wording: the same whatever its case, width, handles and links.

    >>> key_of("They lost MY bag") == key_of("they lost my bag ") != key_of("they lost my bags")
    True
    """
    return hashlib.sha256(mask(fold(quote)).encode("utf-8", "replace")).hexdigest()[:_KEY]


def _said(brand: str, posts: Sequence[Post]) -> Iterator[_Said]:
    """Each claim of each post; a text that was met before is not read again."""
    read: dict[tuple[str, str | None], tuple[tuple[Claim, str], ...]] = {}
    for post in posts:
        told = post.assessment
        if post.deleted_at is not None or told is None or not told.counts_for(brand):
            continue
        text = (post.text, told.language)
        if text not in read:
            if len(read) >= MOST_TEXTS:
                continue
            read[text] = tuple((claim, key_of(claim.quote)) for claim in claims(*text))
        surest = max((claim for claim, _ in read[text]), key=_surely, default=None)
        yield from (_Said(post, claim, key, claim is surest) for claim, key in read[text])


def _surely(claim: Claim) -> float:
    return claim.score


def _moment(one: _Said) -> datetime:
    return one.post.created_at


def _reposts(state: CascadeState) -> int:
    return sum(node.kind == "repost" for node in state.nodes())


def _claim(group: Sequence[_Said], passed: Mapping[PostKey, int]) -> CaseClaim:
    first = group[0]
    posts = {one.post.key: one.post for one in group}
    surest = {one.post.key for one in group if one.surest}
    return CaseClaim(
        key=first.key,
        keys=frozenset(one.key for one in group),
        quote=first.claim.quote,
        score=first.claim.score,
        post=first.post,
        posts=len(posts),
        accounts=len({post.author for post in posts.values()}),
        passed_on=sum(passed.get(key, 0) for key in surest),
        sites=tuple(dict.fromkeys(key.source for key in posts)),
        languages=tuple(dict.fromkeys(post.assessment.language or "" for post in posts.values() if post.assessment)),
    )
