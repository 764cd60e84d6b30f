"""What the world looks like to Ripplewatch: brands, accounts, posts and reposts.

All times are aware and in UTC. ``None`` means "the site does not say"; it is never written as 0.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple

RepostKind = Literal["repost", "quote", "reply"]
Evidence = Literal["via", "quote", "reply", "chain", "platform", "inferred"]


class PostKey(NamedTuple):
    """Identity of a post: the site and the site's own id."""

    source: str
    id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.id}"


class AccountKey(NamedTuple):
    """Identity of an account: the site and the site's own id (never the changeable handle)."""

    source: str
    id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.id}"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as last seen on its site."""

    key: AccountKey
    handle: str
    seen_at: datetime
    display_name: str = ""
    followers: int | None = None
    language: str | None = None
    verified: bool | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counters that a site shows for a post at one moment."""

    at: datetime
    views: int | None = None
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None


@dataclass(frozen=True, slots=True)
class BrandMatch:
    """Why a post is taken to be about a brand."""

    brand: str  # Brand.id
    term: str  # the configured term that matched, or "*" for a brand that matches everything
    kind: Literal["name", "misspelling", "handle", "hashtag", "product", "everything"]
    text: str  # the words of the post that matched
    how: Literal["exact", "misspelt", "look-alike", "inflected", "hashtag"] = "exact"  # how those stand for the term
    context: str | None = None  # the required word that spoke for it; None: none was needed
    against: str | None = None  # a forbidden word that was there, too, and weighed less


@dataclass(frozen=True, slots=True)
class Towards:
    """How a text reads towards one brand, where that is not how the whole of it reads."""

    brand: str  # Brand.id
    complaint: float | None  # 0..1; None where the words about the brand could not be read
    sentiment: float | None  # -1..1; 0 where nothing of the text is said about the brand
    severity: int | None = None
    reason: str | None = None
    words: tuple[str, ...] = ()
    harm_words: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    own: bool = False  # the brand wrote the text itself


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the text analysis says of one post; a post it cannot read has ``assessed`` False and no figures."""

    language: str | None  # "en", "zh", "ko", "te"; another code where it is sure; None where undecidable
    assessed: bool
    complaint: float | None = None  # 0..1; >= .5 is a complaint
    sentiment: float | None = None  # -1..1 towards the brand; |x| < 1/3 is neutral
    severity: int | None = None  # 0 irritation, 1 service failure, 2 legal, media or boycott threat, 3 safety
    reason: str | None = (
        None  # delay, cancellation, property, billing, staff, outage, defect, privacy, safety, refund, other
    )
    words: tuple[str, ...] = ()  # the words that decided it
    harm_words: tuple[str, ...] = ()
    version: str = ""  # of the model or lexicon
    calls: tuple[str, ...] = ()  # what others are called on to do: boycott, regulator, press
    sarcasm: bool = False  # perhaps meant the other way round; a remark for people, it decides nothing
    basis: Literal["model", "lexicon"] | None = None  # what the complaint probability was read with
    reproach: int | None = None  # 0 reports, 1 disapproves, 2 accuses, 3 blames; where a model has learnt it
    second_opinion: float | None = None  # 0..1, the lexicon's complaint probability where a model gave the first
    towards: tuple[Towards, ...] = ()  # one for each brand that the text reads differently towards; see ``of``

    @property
    def is_complaint(self) -> bool:
        """True where the complaint probability is known and at least one half."""
        return self.complaint is not None and self.complaint >= 0.5

    @property
    def is_praise(self) -> bool:
        """True where the sentiment is known and clearly positive."""
        return self.sentiment is not None and self.sentiment >= 1 / 3

    def of(self, brand: str) -> "Assessment":
        """The assessment as it stands towards ``brand``: of the words about it, where others are spoken of too.

        >>> read = Assessment("en", True, 0.9, -0.5, 1, "delay", towards=(Towards("northline", 0.1, 0.6),))
        >>> read.of("northline").is_complaint, read.of("harborline").is_complaint
        (False, True)
        """
        for seen in self.towards:
            if seen.brand == brand:
                return replace(
                    self,
                    complaint=seen.complaint,
                    sentiment=seen.sentiment,
                    severity=seen.severity,
                    reason=seen.reason,
                    words=seen.words,
                    harm_words=seen.harm_words,
                    calls=seen.calls,
                )
        return self

    def is_complaint_about(self, brand: str) -> bool:
        """True where what is said about ``brand`` is a complaint."""
        return self.of(brand).is_complaint

    def without_words(self) -> "Assessment":
        """The figures without the words of the author that led to them."""
        return replace(self, words=(), towards=tuple(replace(seen, words=()) for seen in self.towards))

    def counts_for(self, brand: str) -> bool:
        """True where the text was read and others than ``brand`` wrote it: it belongs into shares of complaints."""
        return self.assessed and not any(seen.own and seen.brand == brand for seen in self.towards)


def seen_anew(known: Assessment | None, now: Assessment | None) -> Assessment | None:
    """``known`` with how it reads towards brands as seen ``now``, when more are watched; either where there is one."""
    if known is None or now is None:
        return known or now
    return replace(known, towards=now.towards or known.towards)


@dataclass(frozen=True, slots=True)
class Post:
    """A post, quote, reply, comment, video or article with a text of its own."""

    key: PostKey
    author: AccountKey
    text: str
    created_at: datetime
    seen_at: datetime
    url: str | None = None
    language: str | None = None  # what the site or the analysis says
    brand_matches: tuple[BrandMatch, ...] = ()
    assessment: Assessment | None = None
    metrics: Metrics | None = None
    links: tuple[str, ...] = ()  # addresses that the post points to
    is_press: bool = False  # published by a news site
    issue: str | None = None  # key of the complaint issue it belongs to; the key of that issue's first post
    local_id: str | None = None  # the name under which the asked server knows it, where that is not ``key.id``
    edited_at: datetime | None = None  # when its author last changed it; None: never, as far as the site says
    deleted_at: datetime | None = None  # when its author was seen to have taken it back; its words are gone then

    @property
    def is_complaint(self) -> bool:
        """True for a complaint about one of its brands; where it names none, for any complaint."""
        if self.assessment is None:
            return False
        if not self.brand_matches or not self.assessment.towards:
            return self.assessment.is_complaint and not any(seen.own for seen in self.assessment.towards)
        return any(self.assessment.is_complaint_about(match.brand) for match in self.brand_matches)

    def towards(self, brand: str) -> "Post":
        """The post with its assessment as it stands towards ``brand``."""
        if self.assessment is None or not self.assessment.towards:
            return self
        return replace(self, assessment=self.assessment.of(brand))

    def is_complaint_about(self, brand: str) -> bool:
        """True where it was read and complains about ``brand``."""
        return self.assessment is not None and self.assessment.is_complaint_about(brand)


@dataclass(frozen=True, slots=True)
class Repost:
    """One passing-on of a post. ``child`` is the act of reposting; a quote or reply is also a Post with that key."""

    root: PostKey
    child: PostKey
    by: AccountKey
    at: datetime
    kind: RepostKind = "repost"
    parent: AccountKey | None = None  # the account through which it came
    parent_post: PostKey | None = None  # the post it came through, where the site says so
    evidence: Evidence = "inferred"
    confidence: float = 0.0  # 0..1, of the parent
    followers: int | None = None  # of ``by`` at that time


@dataclass(frozen=True, slots=True)
class Brand:
    """A watched brand and the terms that make a post one about it."""

    id: str
    title: str
    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()  # without "@"; also the brand's own accounts
    hashtags: tuple[str, ...] = ()  # without "#"
    products: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()  # of the names, as people write them
    required: tuple[str, ...] = ()  # one of these words must stand in the post, too, where given; a handle needs none
    forbidden: tuple[str, ...] = ()  # these speak against it, the more the nearer; around a name they rule it out
    forgiving: bool = True  # one slip in a long Latin name is overlooked
    unclear: Literal["leave", "take"] = "leave"  # what to do with a name that no required or forbidden word explains
    everything: bool = False  # matches each post (replay of a collection that is about one thing)

    @property
    def hashtag_terms(self) -> tuple[str, ...]:
        """What a site that only knows hashtags is asked for: those given, and names run together."""
        joined = ("".join(char for char in name if char.isalnum()) for name in (*self.names, *self.products))
        folded = {tag.casefold(): tag for tag in (*joined, *self.hashtags) if tag}
        return tuple(folded.values())

    @property
    def search_terms(self) -> tuple[str, ...]:
        """What a site's search is asked for, most specific first, without repeats."""
        return tuple(dict.fromkeys((*self.names, *(f"#{tag}" for tag in self.hashtags), *self.products)))


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something a source sent that could not be used: counted and shown, never swallowed."""

    where: str  # "line 17", "hits[3]", a guid
    reason: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time that a source could not see: what was said then is unknown, not nothing."""

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one request of a source brought."""

    posts: tuple[Post, ...] = ()
    reposts: tuple[Repost, ...] = ()
    accounts: tuple[Account, ...] = ()
    next_cursor: str | None = None  # where the next page starts; None: this was the last
    dropped: tuple[Dropped, ...] = field(default=())
    state: str | None = None  # what to remember until the next crawl (watermark, ETag); None: keep the old
    deleted: tuple[PostKey, ...] = ()  # posts, and acts of reposting, that their authors took back
    erased: tuple[AccountKey, ...] = ()  # accounts that are gone with everything they wrote
    gap: Gap | None = None  # what was missed since the page before
