"""Fills a database with invented cases, so that the pages have something to show. All names and texts are made up."""

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine

from alerts.domain import Change, Finding, Incident, Level, LogEntry, Part, Status
from alerts.store import IncidentStore
from monitor.db import connect, migrate
from monitor.domain import Account, AccountKey, Assessment, Brand, BrandMatch, Metrics, Post, PostKey, Repost
from monitor.recording import BRANDS_KEY, brands_to_json
from monitor.store.crawls import CrawlState, CrawlStore
from monitor.store.meta import MetaStore
from monitor.store.posts import PostStore

NOW = datetime(2026, 3, 12, 13, 55, tzinfo=UTC)
START = datetime(2026, 3, 12, 9, 41, tzinfo=UTC)
AIR = Brand("northline", "Northline Air", names=("Northline Air",))
RAIL = Brand("kestrel", "Kestrel Rail", names=("Kestrel Rail",))
HOSTILE = '<img src=x onerror="alert(1)">**bold** [x](javascript:alert(1)) \u202egnp.exe\u0000 $x$ :red[y]'
TEXTS = (
    ("en", "they broke my guitar and nobody at Northline Air wants to know"),
    ("en", "same with my cello last spring, Northline Air never answered the claim"),
    ("ko", "노스라인항공이 제 기타를 부쉈는데 아무도 책임지지 않아요"),
    ("zh", "北线航空把我的吉他摔坏了，客服一直推脱"),
    ("te", "నార్త్‌లైన్ ఎయిర్ నా గిటార్‌ను విరగ్గొట్టింది, ఎవరూ పట్టించుకోలేదు"),
    ("en", "to be fair the crew was kind, the claims desk is the trouble"),
    ("es", "me rompieron la guitarra y nadie responde"),
)
CARRIERS = {
    20: ("stagehand", 2_310),
    34: ("gatewatch", 8_400),
    150: ("daily_wire", 310_000),
    61: ("stringtheory", None),
}


def fill(engine: Engine, seed: int = 7) -> None:
    """Three open incidents, a closed one, sources of which one is silent."""
    migrate(engine)
    _northline(engine, random.Random(seed))
    _kestrel(engine)
    _hostile(engine)
    _closed(engine)
    crawls = CrawlStore(engine)
    for brand in (AIR, RAIL):
        for source in ("bluesky", "feed", "hackernews"):
            crawls.put(
                None, CrawlState(brand.id, source, last_attempt_at=NOW, last_success_at=NOW - timedelta(minutes=2))
            )
    last, why = NOW - timedelta(hours=3, minutes=10), "429: asked to wait until 14:20"
    crawls.put(None, CrawlState(AIR.id, "bluesky", None, None, NOW, last, None, 9, why))
    meta = MetaStore(engine)
    meta.put("last_tick_at", NOW.isoformat())
    meta.put(BRANDS_KEY, brands_to_json((AIR, RAIL)))


def filled(url: str) -> Engine:
    """An engine for ``url`` with the cases in it."""
    engine = connect(url)
    fill(engine)
    return engine


def account(name: str, followers: int | None, source: str = "bluesky") -> Account:
    return Account(AccountKey(source, f"did:{name}"), name, NOW, name.title(), followers)


def post(
    id: str,
    name: str,
    text: str,
    at: datetime,
    issue: str,
    language: str | None = "en",
    source: str = "bluesky",
    complaint: float | None = 0.86,
    press: bool = False,
    brand: Brand = AIR,
    metrics: Metrics | None = None,
) -> Post:
    read = Assessment(language, complaint is not None, complaint, None if complaint is None else -0.5, 1, "property")
    return Post(
        PostKey(source, id),
        AccountKey(source, f"did:{name}"),
        text,
        at,
        at,
        url=f"https://{source}.example/{id}",
        language=language,
        brand_matches=(BrandMatch(brand.id, brand.title, "name", brand.title),),
        assessment=read if complaint is not None else Assessment(language, False),
        metrics=metrics,
        is_press=press,
        issue=issue,
    )


def _northline(engine: Engine, dice: random.Random) -> None:
    store, root = PostStore(engine), PostKey("bluesky", "guitar")
    issue, names = str(root), [("lowstring", 1_140)]
    names += [CARRIERS.get(n, (f"listener_{n}", dice.choice([None, 12, 80, 340, 1_900]))) for n in range(1, 640)]
    posts = [post("guitar", "lowstring", f"{TEXTS[0][1]}. Filmed from the window seat.", START, issue)]
    reposts: list[Repost] = []
    acts: list[tuple[int, datetime]] = [(0, START)]
    for n in range(1, 640):
        at = START + timedelta(minutes=254 * (n / 640) ** 0.42)
        parent = _parent(n, len(acts), dice)
        kind = "quote" if n % 9 == 0 else "reply" if n % 7 == 0 else "repost"
        explicit = dice.random() < 0.64
        by = AccountKey("bluesky", f"did:{names[n][0]}")
        reposts.append(
            Repost(
                root,
                PostKey("bluesky", f"act{n}"),
                by,
                at,
                kind,
                AccountKey("bluesky", f"did:{names[parent][0]}") if explicit or kind != "repost" else None,
                evidence="via" if explicit and kind == "repost" else kind if kind != "repost" else "inferred",
                confidence=1.0 if explicit else 0.4,
                followers=names[n][1],
            )
        )
        acts.append((n, at))
        if kind != "repost":
            language, text = TEXTS[n % len(TEXTS)]
            known = language in {"en", "ko", "zh", "te"}
            complaint = None if not known else 0.2 if n % 7 == 5 else 0.8
            posts.append(post(f"act{n}", names[n][0], f"{text} ({n})", at, issue, language, complaint=complaint))
    press_at = START + timedelta(hours=3, minutes=21)
    posts.append(
        post("wire", "wire", "Passenger’s broken guitar: airline silent", press_at, issue, source="feed", press=True)
    )
    posts.append(
        post("m1", "fretwork", "Saw it happen at gate 7.", START + timedelta(minutes=39), issue, source="mastodon")
    )
    for hour in range(5):
        seen = Metrics(START + timedelta(hours=hour), views=900 * 3**hour)
        clip = post("clip", "lowstring_tv", "The song about it", START, issue, source="videos", metrics=seen)
        store.add(None, [clip])
    usual = [
        post(
            f"u{k}",
            f"guest_{k}",
            "landed on time with Northline Air",
            NOW - timedelta(minutes=37 * k),
            f"u{k}",
            complaint=0.1,
        )
        for k in range(2, 600)
    ]
    store.add(None, posts + usual, reposts, [account(name, followers) for name, followers in names])
    store.add(None, accounts=[account("wire", 1_200_000, "feed"), account("fretwork", 530, "mastodon")])
    parts = (
        Part("growth", 23, 4, expected=18),
        Part("complaints", 0.93, 0.5, n=146),
        Part("spread", 4, 3),
        Part("depth", 5, 6),
        Part("reach", 270_000, 500_000),
        Part("harm_words", 2, 5, note="refund ×2"),
    )
    _incident(engine, "guitar-1", AIR, issue, Level.escalate, root, "Broken guitar, repair refused", START, parts, 31)
    log = IncidentStore(engine)
    log.log(
        None,
        LogEntry(
            "guitar-1", START + timedelta(minutes=59), Change.raised, "ripplewatch", {"level": "review", "size": 118}
        ),
    )
    log.log(None, LogEntry("guitar-1", press_at, Change.raised, "ripplewatch", {"level": "escalate", "size": 402}))


def _parent(n: int, known: int, dice: random.Random) -> int:
    hubs = [hub for hub in CARRIERS if hub < n]
    roll = dice.random()
    if n in CARRIERS or roll < 0.24 or not hubs:
        return 0 if n != 150 else 34
    return dice.choice(hubs) if roll < 0.82 else dice.randrange(max(1, known - 120), known)


def _kestrel(engine: Engine) -> None:
    at, key = NOW - timedelta(minutes=100), PostKey("mastodon", "login")
    text = "세 시간째 로그인이 안 되는데 공지도 없네요"
    posts = [post("login", "byeol_02", text, at, str(key), "ko", "mastodon", brand=RAIL)]
    reposts = [
        Repost(key, PostKey("mastodon", f"k{n}"), AccountKey("mastodon", f"did:k{n}"), at + timedelta(minutes=n * 0.9))
        for n in range(1, 96)
    ]
    accounts = [account("byeol_02", None, "mastodon")]
    PostStore(engine).add(None, posts, reposts, accounts)
    parts = (
        Part("growth", 9, 4),
        Part("complaints", 1.0, 0.5, n=1),
        Part("depth", 1, 6),
        Part("reach", None, 500_000),
    )
    _incident(
        engine, "login-1", RAIL, str(key), Level.review, key, "앱 로그인이 안 돼요", at, parts, 20, acked_by="Mina"
    )


def _hostile(engine: Engine) -> None:
    at, key = NOW - timedelta(minutes=20), PostKey("bluesky", "hostile")
    name = '"><script>alert(2)</script>'
    posts = [post("hostile", name, HOSTILE * 3, at, str(key), None, brand=AIR, complaint=None)]
    PostStore(engine).add(None, posts, (), [account(name, 2_400_000)])
    parts = (Part("followers", 2_400_000, 100_000),)
    _incident(engine, "hostile-1", AIR, str(key), Level.watch, key, HOSTILE, at, parts, 2, kind="influencer_complaint")


def _closed(engine: Engine) -> None:
    at, key = NOW - timedelta(days=2), PostKey("bluesky", "soup")
    PostStore(engine).add(None, [post("soup", "diner", "cold soup on Northline Air", at, str(key))])
    _incident(
        engine,
        "soup-1",
        AIR,
        str(key),
        Level.watch,
        key,
        "Cold soup",
        at,
        (),
        9,
        status=Status.resolved,
        resolved_at=NOW,
    )


def _incident(
    engine: Engine,
    id: str,
    brand: Brand,
    issue: str,
    level: Level,
    root: PostKey,
    title: str,
    started: datetime,
    parts: tuple[Part, ...],
    minutes: int,
    kind: str = "viral_complaint",
    acked_by: str | None = None,
    status: Status = Status.open,
    resolved_at: datetime | None = None,
) -> None:
    fired = started + timedelta(minutes=minutes)
    finding = Finding(kind, "3", brand.id, issue, kind, level, parts, (root,), f"why.{kind}", NOW, root=root)
    incident = Incident(
        id=id,
        brand=brand.id,
        issue=issue,
        kind=kind,
        level=level,
        status=Status.acked if acked_by else status,
        started_at=started,
        fired_at=fired,
        updated_at=NOW,
        last_finding_at=NOW,
        peak_level=level,
        root=root,
        title=title,
        findings=1,
        latest=(finding,),
        owner=acked_by,
        acked_by=acked_by,
        acked_at=NOW - timedelta(minutes=15) if acked_by else None,
        size_at_ack=60 if acked_by else None,
        resolved_at=resolved_at,
    )
    store = IncidentStore(engine)
    store.save(None, incident)
    store.log(None, LogEntry(id, fired, Change.opened, "ripplewatch", {"level": "watch", "size": 31}))
    if acked_by:
        store.log(None, LogEntry(id, NOW - timedelta(minutes=15), Change.acked, acked_by))
