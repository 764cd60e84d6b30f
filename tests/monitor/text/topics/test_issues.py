"""Which complaints become one issue. All posts are invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import AccountKey, Assessment, Brand, Post, PostKey
from monitor.match import Matcher
from monitor.text.reader import TextReader
from monitor.text.topics import issues as issues_module
from monitor.text.topics.gathering import MAX_TERMS
from monitor.text.topics.issues import IssueClusters

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
READER = TextReader()
NAMES = ("Northline Air", "Northline", "北线航空", "노스라인", "నార్త్‌లైన్")
MATCHER = Matcher([Brand("northline", "Northline Air", names=NAMES, handles=("northlineair",))])

GUITAR = {
    "en": [
        "@northlineair your baggage crew smashed my guitar and nobody takes responsibility",
        "Northline Air smashed a guitar that I have owned for ten years. No compensation. Shame on you",
        "They broke my guitar in the hold, Northline baggage handlers just threw it. Disgusting",
    ],
    "zh": [
        "北线航空的行李员把我的吉他摔坏了，没人负责，太过分了",
        "吉他托运被北线航空摔坏，拒绝赔偿，垃圾",
        "投诉北线航空！我的吉他被摔坏，客服推卸责任",
    ],
    "ko": [
        "노스라인 직원들이 내 기타를 부쉈는데 아무도 책임을 안 져요. 최악",
        "노스라인항공에 맡긴 기타가 부서졌어요. 보상도 없고 정말 화나네요",
        "기타를 부숴놓고 책임 없다는 노스라인, 짜증나",
    ],
    "te": [
        "నార్త్‌లైన్ సిబ్బంది నా గిటార్ విరగ్గొట్టారు, ఎవరూ బాధ్యత తీసుకోవడం లేదు, దారుణం",
        "నార్త్‌లైన్ విమానంలో నా గిటార్ విరిగిపోయింది, పరిహారం ఇవ్వడం లేదు, చెత్త సర్వీస్",
        "నా గిటార్ విరగ్గొట్టారు, నార్త్‌లైన్ సిబ్బంది పట్టించుకోవడం లేదు",
    ],
}
OTHERS = {
    "en": [
        "The Northline app crashes whenever I try to check in. Useless",
        "@northlineair charged my card twice for one ticket and refuses to pay it back",
        "Northline flight to Lisbon delayed six hours, no explanation, no food. Terrible",
    ],
    "zh": [
        "北线航空的软件又闪退，登录不了，差评",
        "北线航空重复扣费两次，至今没人处理，坑人",
        "去里斯本的航班延误六个小时，没有任何解释，太差了",
    ],
    "ko": [
        "노스라인 앱 로그인이 안돼요. 업데이트하고 계속 튕겨요 짜증",
        "노스라인이 카드 결제를 두 번 해놓고 답변이 없어요. 사기",
        "리스본행 비행기 여섯 시간 지연, 설명도 없고 최악",
    ],
    "te": [
        "నార్త్‌లైన్ యాప్ పని చేయడం లేదు, లాగిన్ అవ్వట్లేదు, చెత్త",
        "టికెట్ డబ్బులు రెండుసార్లు కట్ చేశారు, నార్త్‌లైన్ మోసం",
        "లిస్బన్ విమానం ఆరు గంటలు ఆలస్యం, సమాచారం లేదు, చాలా దారుణం",
    ],
}


def post(text: str, number: int = 0, at: datetime = NOW, links: Sequence[str] = ()) -> Post:
    key = PostKey("microblog", str(number))
    account = AccountKey("microblog", f"someone{number}")
    reading, matches = READER.read(text), MATCHER.match(text)
    return Post(key, account, text, at, at, brand_matches=matches, assessment=reading, links=tuple(links))


CALM = Assessment("en", True, complaint=0.1, sentiment=0.0, severity=0)


def news(text: str, number: int) -> Post:
    return replace(post(text, number), is_press=True, assessment=replace(CALM, reason="property"))


def assign_all(texts: Sequence[str], clusters: IssueClusters | None = None, brand: str = "northline") -> list[str]:
    clusters = clusters or IssueClusters()
    return [
        clusters.assign(brand, post(text, number, NOW + timedelta(minutes=number))) for number, text in enumerate(texts)
    ]


@pytest.mark.parametrize("language", GUITAR)
def test_paraphrases_join_one_issue(language: str) -> None:
    assert assign_all(GUITAR[language]) == ["microblog:0"] * 3


@pytest.mark.parametrize("language", GUITAR)
def test_different_complaints_of_one_brand_stay_apart(language: str) -> None:
    texts = [GUITAR[language][0], *OTHERS[language]]
    assert len(set(assign_all(texts))) == 4


@pytest.mark.parametrize("language", GUITAR)
def test_they_stay_apart_when_mixed(language: str) -> None:
    guitar, others = GUITAR[language], OTHERS[language]
    found = assign_all([guitar[0], others[0], guitar[1], others[1], others[2], guitar[2]])
    assert found[0] == found[2] == found[5]
    assert len(set(found)) == 4


def test_all_of_these_texts_are_read_as_complaints() -> None:
    texts = [text for group in (GUITAR, OTHERS) for listed in group.values() for text in listed]
    assert [text for text in texts if not READER.read(text).is_complaint] == []


def test_posts_with_the_same_link_are_one_issue_in_any_words_and_languages() -> None:
    clusters, link = IssueClusters(), "https://video.example/song"
    first = clusters.assign("northline", post("So this happened to my guitar", 1, links=[link]))
    again = clusters.assign("northline", post("들어보세요", 2, NOW + timedelta(hours=1), [f"{link}/#t=10"]))
    other = clusters.assign("northline", post("listen", 3, NOW, ["https://video.example/other"]))
    assert first == again == "microblog:1"
    assert other == "microblog:3"


def test_a_post_is_found_by_its_own_address() -> None:
    clusters = IssueClusters()
    song = replace(post("A song about my guitar", 1), url="https://www.video.example/watch?v=Song1")
    first = clusters.assign("northline", song)
    shared = post("you have to hear this", 2, links=["http://video.example/watch?v=Song1&utm_source=app"])
    assert clusters.assign("northline", shared) == first
    elsewhere = post("you have to hear this", 3, links=["http://video.example/watch?v=Song2", "https://video.example/"])
    assert clusters.assign("northline", elsewhere) == "microblog:3"
    home = post("their channel", 4, links=["https://video.example"])
    assert clusters.assign("northline", home) == "microblog:4"


def test_remarks_with_addresses_push_no_complaint_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues_module, "MAX_OPEN", 3)
    clusters = IssueClusters()
    first = clusters.assign("northline", post(GUITAR["en"][0], 0))
    for number in range(1, 20):
        remark = replace(post("Northline flies to Lisbon", number), url=f"https://microblog.example/{number}")
        clusters.assign("northline", remark)
    assert clusters.assign("northline", post(GUITAR["en"][1], 20)) == first


def test_the_issue_of_the_root_is_taken_over() -> None:
    clusters = IssueClusters()
    assert clusters.assign("northline", post(OTHERS["en"][0], 5), root_issue="microblog:1") == "microblog:1"


def test_praise_and_remarks_open_no_issue() -> None:
    found = assign_all(["lovely crew, thank you", "lovely crew, thank you", "Northline flies to Lisbon from May"])
    assert found == ["microblog:0", "microblog:1", "microblog:2"]


def test_news_joins_the_complaint_it_is_about_and_opens_nothing_by_its_words() -> None:
    clusters = IssueClusters()
    about = "Musician shows what Northline baggage handlers did to his guitar"
    early = clusters.assign("northline", news(about, 1))
    complaint = clusters.assign("northline", post(GUITAR["en"][0], 2))
    late = clusters.assign("northline", news(about, 3))
    other = clusters.assign("northline", news("Northline to fly to Lisbon from May", 4))
    assert (early, complaint, late, other) == ("microblog:1", "microblog:2", "microblog:2", "microblog:4")


def test_calm_news_in_similar_words_about_another_kind_of_thing_does_not_join() -> None:
    clusters = IssueClusters()
    lost = clusters.assign(
        "northline", post("Northline lost my harp again, third trip to Lisbon this year. #travel", 1)
    )
    survey = replace(news("Travel survey of the year: Northline ranks in the middle in Lisbon", 2), assessment=CALM)
    assert clusters.assign("northline", survey) == "microblog:2" != lost


def test_brands_are_kept_apart() -> None:
    clusters = IssueClusters()
    first = clusters.assign("northline", post(GUITAR["en"][0], 1))
    assert clusters.assign("southline", post(GUITAR["en"][0], 2)) != first


def test_an_issue_without_posts_for_a_week_is_closed() -> None:
    clusters = IssueClusters()
    first = clusters.assign("northline", post(GUITAR["en"][0], 1))
    kept = clusters.assign("northline", post(GUITAR["en"][0], 2, NOW + timedelta(days=6)))
    later = clusters.assign("northline", post(GUITAR["en"][0], 3, NOW + timedelta(days=12)))
    new = clusters.assign("northline", post(GUITAR["en"][1], 4, NOW + timedelta(days=20)))
    assert [kept, later, new] == [first, first, "microblog:4"]


def test_a_copy_brings_a_closed_issue_back_within_a_month() -> None:
    clusters = IssueClusters()
    first = clusters.assign("northline", post(GUITAR["en"][0], 1))
    dug_out = clusters.assign(
        "northline", post(f"{GUITAR['en'][0]}!! https://x.example/7", 2, NOW + timedelta(days=20))
    )
    forgotten = clusters.assign("northline", post(GUITAR["en"][0], 3, NOW + timedelta(days=60)))
    assert [dug_out, forgotten] == [first, "microblog:3"]


def test_stored_posts_bring_the_issues_back() -> None:
    clusters = IssueClusters()
    clusters.remember("northline", replace(post(GUITAR["en"][0], 1, links=["https://x.example/a"]), issue="old:7"))
    assert clusters.assign("northline", post(GUITAR["en"][1], 2)) == "old:7"
    assert clusters.assign("northline", post("see this", 3, links=["https://x.example/a"])) == "old:7"


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues_module, "MAX_OPEN", 5)
    monkeypatch.setattr(issues_module, "MAX_LINKS", 7)
    clusters = IssueClusters()
    for number in range(50):
        text = f"worst thing ever, terrible item{number:03d} zone{number:03d} broken"
        clusters.assign(
            "northline", post(text, number, NOW + timedelta(seconds=number), [f"https://x.example/{number}"])
        )
    state = clusters._brands["northline"]
    assert len(state.groups.open) <= 5
    assert len(state.links.of) <= 7
    assert len(state.anchors.of) <= 7
    assert len(state.families.of) <= 7
    assert state.groups.terms <= 5 * MAX_TERMS


POOL = [text for group in (GUITAR, OTHERS) for listed in group.values() for text in listed]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(POOL), st.integers(-100, 400)), max_size=25))
def test_the_same_posts_give_the_same_issues_and_restarts_change_nothing(drawn: list[tuple[str, int]]) -> None:
    posts = [post(text, number, NOW + timedelta(hours=hours)) for number, (text, hours) in enumerate(drawn)]
    posts.sort(key=lambda one: one.created_at)
    always, restarted = IssueClusters(), IssueClusters()
    stored: list[Post] = []
    for number, one in enumerate(posts):
        if number % 7 == 6:
            restarted = IssueClusters()
            for earlier in stored:
                restarted.remember("northline", earlier)
        key = always.assign("northline", one)
        assert restarted.assign("northline", one) == key
        stored.append(replace(one, issue=key))


CROSS = [
    # What ties them, the post of before, a post in another language about the same, one that is not.
    (
        "flight number",
        "Northline left us for nine hours on NL 482 without water, appalling delay",
        "노스라인 NL482 아홉 시간 지연인데 물도 안 주고 정말 최악이네요",
        "노스라인 NL519 세 시간 지연, 설명도 없고 최악",
    ),
    (
        "hashtag",
        "Northline crew smashed my cello and refuses to pay #SmashedCello",
        "北线航空把大提琴摔坏了，拒绝赔偿，太过分了 #SmashedCello",
        "北线航空把行李箱摔坏了，拒绝赔偿，太过分了 #LostInLisbon",
    ),
    (
        "names in Latin letters",
        "Northline lost the luggage of Marlene Okafor again and nobody answers, shame",
        "노스라인이 Marlene Okafor 수하물을 또 분실했는데 아무도 답이 없어요 최악",
        "노스라인이 제 수하물을 또 분실했는데 아무도 답이 없어요 최악",
    ),
]


@pytest.mark.parametrize(("tie", "before", "same", "other"), CROSS, ids=[case[0] for case in CROSS])
def test_what_both_name_joins_posts_across_languages(tie: str, before: str, same: str, other: str) -> None:
    assert len(set(assign_all([before, same]))) == 1
    assert len(set(assign_all([before, other]))) == 2


def test_the_same_reason_alone_joins_no_languages() -> None:
    found = assign_all([OTHERS["en"][2], OTHERS["ko"][2], OTHERS["zh"][2], OTHERS["te"][2]])
    assert len(set(found)) == 4


def test_a_rare_hashtag_joins_what_shares_few_words_and_a_common_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "Northline crew smashed my cello in the hold, nobody said a word at the desk #maestrofiasco",
        "Northline charged me twice for the ticket to Porto and the app shows an error, useless #maestrofiasco",
    ]
    assert len(set(assign_all(texts))) == 1
    assert len(set(assign_all([text.replace("#maestrofiasco", "#fail") for text in texts]))) == 2
    monkeypatch.setattr(issues_module, "RARE", 0)
    assert len(set(assign_all(texts))) == 2  # the tag as a word is not enough


def test_copies_shape_the_words_of_an_issue_once() -> None:
    clusters = IssueClusters()
    first = clusters.assign("northline", post(GUITAR["en"][0], 0))
    clusters.assign("northline", post(GUITAR["en"][2], 1))
    before = dict(clusters._brands["northline"].groups.open[first].weights)
    for number in range(2, 30):
        assert clusters.assign("northline", post(f"{GUITAR['en'][0]} {'!' * number}", number)) == first
    assert clusters._brands["northline"].groups.open[first].weights == before


def test_set_phrases_are_no_copies() -> None:
    clusters = IssueClusters()
    lost = "@northlineair lost my bag"
    first = clusters.assign("northline", post(lost, 0))
    assert clusters.assign("northline", post(lost, 1, NOW + timedelta(days=9))) != first
