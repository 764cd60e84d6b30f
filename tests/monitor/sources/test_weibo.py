"""Weibo's posts, accounts, counts and times; what is remembered between two returns."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.domain import AccountKey, Metrics, PostKey
from monitor.payload import Unusable
from monitor.sources.weibo.chain import read_chain
from monitor.sources.weibo.comments import On, read_comments
from monitor.sources.weibo.edges import account_key, edge, post_key
from monitor.sources.weibo.listing import Listing
from monitor.sources.weibo.memory import Memory, recall
from monitor.sources.weibo.path import Act, Paths, Root
from monitor.sources.weibo.statuses import Gathering, edges_among, status_of
from monitor.sources.weibo.values import count, moment, moment_of, own_id, short_id

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "weibo" / "full.json").read_text())
SHOWN = FULL["statuses"][-1]


def gathered(*values: Any) -> tuple[Gathering, list[Any]]:
    found = Gathering(NOW)
    return found, [found.take("x", value) for value in values]


# -- values


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Mon Mar 02 17:00:05 +0800 2026", datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC)),
        ("Thu Jan  1 00:30:00 +0000 2026", datetime(2026, 1, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_times_are_read_whatever_the_locale(written: str, read: datetime) -> None:
    assert moment(written, "created_at") == read


@pytest.mark.parametrize(
    "written",
    ["刚刚", "5分钟前", "", None, 5, "Mon Mar 32 17:00:05 +0800 2026", "Mon Mär 02 17:00:05 +0800 2026", "2026-03-02"],
)
def test_what_is_no_time_is_unusable(written: Any) -> None:
    with pytest.raises(Unusable):
        moment(written, "created_at")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (12, 12),
        ("12", 12),
        ("1.2万", 12_000),
        ("100万+", 1_000_000),
        ("1.25億", 125_000_000),
        (" 3万 ", 30_000),
        ("赞", None),
        ("转发", None),
        ("", None),
        (-1, None),
        ("-1", None),
        (True, None),
        (None, None),
        ("9" * 5000, None),
        ("1.2.3万", None),
        ("１２", None),
    ],
)
def test_counts_may_be_written_for_readers(written: Any, read: int | None) -> None:
    assert count(written) == read


def test_ids_keep_all_their_digits() -> None:
    assert own_id({"idstr": "5272066219573249", "id": 5272066219573248.0}, "x") == "5272066219573249"
    assert own_id({"id": 5272066219573249}, "x") == "5272066219573249"
    for bad in (
        {},
        {"id": 1.5e15},
        {"id": "12/../3"},
        {"id": 0},
        {"idstr": "0"},
        {"id": True},
        {"id": "9" * 21},
        {"id": "١٢"},
    ):
        with pytest.raises(Unusable):
            own_id(bad, "x")


def test_an_id_tells_its_time_and_its_address() -> None:
    assert moment_of("5272066219573248") == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert short_id("5272066219573248") == "QueLPEare"
    assert short_id("10000001") == "10001"


# -- posts


def test_a_post_with_its_author_and_counts() -> None:
    found, _ = gathered(SHOWN)
    repost, root = found.page().posts
    assert root.key == PostKey("weibo", SHOWN["retweeted_status"]["idstr"])
    assert root.text == "Northline Air 把我的大提琴摔成两半，还说不赔 #northline#"
    assert root.metrics == Metrics(NOW, likes=1_000_000, reposts=3, replies=12_000)
    assert root.url == f"https://weibo.com/2000000001/{short_id(root.key.id)}"
    assert repost.text == "Northline Air 太过分了"
    author = found.accounts[AccountKey("weibo", "2000000002")]
    assert (author.handle, author.followers, author.verified) == ("候鸟_B", 88_000, True)


def test_only_own_words_of_a_repost_are_its_text() -> None:
    _, (status,) = gathered(FULL["statuses"][3])
    assert status.post(NOW).text == "헐"
    found, (silent,) = gathered(FULL["statuses"][2])
    assert not silent.has_words
    assert post_key(silent.id) not in found.posts


def test_the_edges_of_one_answer() -> None:
    _, statuses = gathered(*FULL["statuses"])
    edges = {e.child.id: e for e in edges_among(s for s in statuses if s)}
    one, two, three, orphan = (FULL["statuses"][n]["idstr"] for n in (4, 3, 2, 1))
    assert (edges[one].parent_post, edges[one].confidence) == (None, 0.0)
    assert edges[two].parent_post == post_key(one)
    assert (edges[three].parent_post, edges[three].kind) == (post_key(two), "repost")
    assert edges[orphan].root == post_key(str(FULL["statuses"][1]["retweeted_status"]["id"]))


def test_a_deleted_root_is_told_and_a_post_without_an_author_is_counted() -> None:
    found, _ = gathered(*FULL["statuses"][:2])
    page = found.page()
    assert page.deleted == (post_key(str(FULL["statuses"][1]["retweeted_status"]["id"])),)
    assert [drop.reason for drop in page.dropped] == ["user is missing"]
    assert len(page.posts) == 1


@pytest.mark.parametrize(
    "stub",
    [
        {"deleted": "1"},
        {"deleted": 1},
        {"text": "此微博已被原作者删除。"},
        {"text": "抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。"},
    ],
)
def test_a_stub_stands_for_a_post_that_is_gone(stub: dict[str, Any]) -> None:
    found, taken = gathered({"id": 5272066219573249, **stub})
    assert taken == [None]
    assert found.page().deleted == (PostKey("weibo", "5272066219573249"),)
    assert not found.dropped


def test_somebody_who_writes_the_words_of_a_stub_has_deleted_nothing() -> None:
    found, _ = gathered({**SHOWN, "retweeted_status": None, "text": "此微博已被原作者删除。怎么回事？"})
    assert found.page().deleted == ()


def test_the_fullest_text_is_taken() -> None:
    texts = {"text": "短…全文", "text_raw": "中", "isLongText": True}
    assert status_of({**SHOWN, **texts}, NOW).text == "中"
    assert status_of({**SHOWN, **texts}, NOW).chain.cut
    whole = status_of({**SHOWN, **texts, "longText": {"longTextContent": "长//@候鸟_B:看"}}, NOW)
    assert (whole.text, whole.chain.cut) == ("长//@候鸟_B:看", False)
    assert status_of({**SHOWN, **texts, "longText": "长"}, NOW).text == "长"


def test_a_post_from_the_future_is_of_now() -> None:
    assert status_of({**SHOWN, "created_at": "Tue Mar 02 17:00:00 +0800 2027"}, NOW).at == NOW


# -- comments


def comment(number: int, text: str, **more: Any) -> dict[str, Any]:
    user = {"id": 7000 + number, "screen_name": f"人{number}"}
    at = f"Mon Mar 02 17:{number:02}:00 +0800 2026"
    return {"id": 100 + number, "idstr": str(100 + number), "created_at": at, "text": text, "user": user, **more}


ON = On(post_key("77"), account_key("1"), post_key("55"))


def test_a_comment_answers_the_post_a_comment_or_whom_it_names() -> None:
    answered = {"id": 101, "idstr": "101", "user": {"id": 7001, "screen_name": "人1"}}
    page = read_comments(
        [
            comment(4, "回复@人2:嗯"),
            comment(3, "回复@人1:是", reply_comment=answered),
            comment(2, "不"),
            comment(1, "好"),
        ],
        ON,
        NOW,
    )
    found = {
        e.child.id: (e.parent_post.id, e.parent.id, e.confidence) for e in page.reposts if e.parent_post and e.parent
    }
    assert found == {
        "comment:101": ("77", "1", 1.0),
        "comment:102": ("77", "1", 1.0),
        "comment:103": ("comment:101", "7001", 1.0),
        "comment:104": ("comment:102", "7002", 0.7),
    }
    assert {(e.root.id, e.kind) for e in page.reposts} == {("55", "reply")}


def test_a_comment_that_cannot_be_read_is_counted_alone() -> None:
    page = read_comments(
        [comment(1, "好"), None, comment(2, ""), comment(3, "是", user=None), comment(4, "嗯")], ON, NOW
    )
    assert [post.key.id for post in page.posts] == ["comment:101", "comment:104"]
    assert len(page.dropped) == 3


# -- memory


def remembered(size: int) -> tuple[Root, Paths]:
    root = Root("100", NOW - timedelta(days=1), "r", "北线乘客", "北线航空弄丢了我的行李")
    paths = Paths(root)
    acts, text = [], ""
    for n in range(size):
        text = f"第{n}次//@人{n - 1}:{text}"[:140] if n % 9 else f"第{n}次"
        if n % 7 != 3:
            acts.append(
                Act(
                    str(101 + n),
                    f"u{n}",
                    f"人{n}",
                    root.at + timedelta(seconds=n),
                    read_chain(text),
                    n,
                    str(101 + (n - 1 if n % 5 else n // 2)),
                )
            )
    paths.add(acts)
    return root, paths


def test_what_is_remembered_comes_back_whole() -> None:
    root, paths = remembered(300)
    state = str(Memory(paths, Listing(5, 9, ((1, 4),)), Listing(2, 2)))
    memory = recall(state, root)
    assert (memory.reposts, memory.comments) == (Listing(5, 9, ((1, 4),)), Listing(2, 2))
    assert {n.id: edge(n, root) for n in memory.paths.nodes.values()} == {
        n.id: edge(n, root) for n in paths.nodes.values()
    }
    assert any(node.ghost for node in paths.nodes.values())
    assert paths.conflicts > 0
    assert memory.paths.conflicts == paths.conflicts
    confirmed = {node.id for node in paths.nodes.values() if node.confirmed}
    assert {node.id for node in memory.paths.nodes.values() if node.confirmed} == confirmed != set()
    assert str(memory) == state
    memory.paths.add([])
    assert memory.paths.changes().nodes == ()


def test_a_huge_tree_is_given_up_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.sources.weibo.memory.MOST_NODES", 500)
    root, paths = remembered(900)
    memory = recall(str(Memory(paths)), root)
    assert memory.forgot
    assert len(memory.paths.nodes) == 500
    assert all(node.children for id_, node in paths.nodes.items() if id_ not in memory.paths.nodes) is False
    assert recall(str(memory), root).forgot


def test_what_is_remembered_is_small() -> None:
    _, paths = remembered(3_000)
    assert len(str(Memory(paths))) < 40 * 3_000


@pytest.mark.parametrize("state", [None, "", "x", "{}", "\u4e2d", "0" * 50])
def test_a_state_that_cannot_be_read_is_no_state(state: str | None) -> None:
    root, _ = remembered(1)
    assert recall(state, root).reposts == Listing()
