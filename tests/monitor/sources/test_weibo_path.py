"""Through whom a Weibo repost came: each rule, and how surely."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain import AccountKey, PostKey, Repost
from monitor.sources.weibo.chain import read_chain
from monitor.sources.weibo.edges import edge
from monitor.sources.weibo.names import Names
from monitor.sources.weibo.path import Act, Paths, Root
from monitor.sources.weibo.tree import MOST_GHOSTS

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOT = Root("100", START, "u0", "北线乘客", "北线航空弄丢了我的行李")
NAMES = {"u1": "云上客", "u2": "雨_7", "u3": "민지K", "u4": "రవి_9", "u5": "山·风"}


def act(
    number: int, account: str, text: str, pid: int | None = None, name: str | None = None, cut: bool = False
) -> Act:
    at = START + timedelta(minutes=number - 100)
    called = NAMES.get(account, account) if name is None else name
    return Act(str(number), account, called, at, read_chain(text, cut=cut), 50, None if pid is None else str(pid))


def edges(*acts: Act, root: Root = ROOT) -> dict[str, Repost]:
    paths = Paths(root)
    paths.add(acts)
    return {node.id: edge(node, root) for node in paths.changes().nodes}


def through(repost: Repost) -> tuple[str | None, str | None, str, float]:
    post, account = repost.parent_post, repost.parent
    return (post and post.id, account and account.id, repost.evidence, repost.confidence)  # type: ignore[return-value]


def test_a_repost_that_names_nobody_has_no_known_parent() -> None:
    (repost,) = edges(act(101, "u1", "真行")).values()
    assert through(repost) == (None, None, "inferred", 0.0)
    assert (repost.root, repost.child, repost.by) == (
        PostKey("weibo", "100"),
        PostKey("weibo", "101"),
        AccountKey("weibo", "u1"),
    )
    assert (repost.kind, repost.followers, repost.at) == ("quote", 50, START + timedelta(minutes=1))


def test_own_words_make_it_a_quote_and_the_sites_words_do_not() -> None:
    found = edges(
        act(101, "u1", "转发微博"), act(102, "u2", "//@云上客:转发微博"), act(103, "u3", "[怒]//@云上客:转发微博")
    )
    assert [found[id_].kind for id_ in ("101", "102", "103")] == ["repost", "repost", "quote"]


def test_the_same_text_by_a_person_of_that_name_is_certain() -> None:
    found = edges(
        act(101, "u1", "真行"), act(102, "u2", "看//@云上客：真行"), act(103, "u3", "//@雨_7 :看//@云上客:真行")
    )
    assert through(found["102"]) == ("101", "u1", "chain", 1.0)
    assert through(found["103"]) == ("102", "u2", "chain", 1.0)


def test_the_latest_earlier_repost_with_that_text_is_taken() -> None:
    found = edges(
        act(101, "u1", "真行"),
        act(102, "u1", "还没找到"),
        act(103, "u1", "真行"),
        act(104, "u2", "看//@云上客:真行"),
        act(105, "u1", "真行"),
        act(106, "u3", "看//@云上客:还没找到"),
    )
    assert found["104"].parent_post == PostKey("weibo", "103")
    assert found["106"].parent_post == PostKey("weibo", "102")


def test_a_person_who_took_another_name_is_found_by_the_text_and_the_name_is_learnt() -> None:
    paths = Paths(ROOT)
    paths.add([act(101, "u1", "他们弄丢了三次", name="新名字"), act(102, "u2", "看//@云上客:他们弄丢了三次")])
    paths.add([act(103, "u3", "也看//@云上客:换了说法")])
    found = {node.id: edge(node, ROOT) for node in paths.changes().nodes}
    assert through(found["102"]) == ("101", "u1", "chain", 0.9)
    assert through(found["103"]) == ("101", "u1", "chain", 0.7)
    assert paths.tree.names.accounts("云上客", START) == ["u1"]


def test_a_name_stands_first_for_whoever_bore_it_nearest_to_that_time() -> None:
    names = Names()
    names.learn("云上客", "u2", START)
    names.learn("云上客", "u1", START + timedelta(days=10))
    assert names.accounts("云上客", START + timedelta(days=1)) == ["u2", "u1"]
    assert names.accounts("云上客", START + timedelta(days=9)) == ["u1", "u2"]
    assert names.accounts("无名", START) == []


def test_a_text_that_two_people_wrote_does_not_tell_who() -> None:
    found = edges(
        act(101, "u1", "他们弄丢了三次"), act(102, "u2", "他们弄丢了三次"), act(103, "u3", "//@无名:他们弄丢了三次")
    )
    assert found["103"].parent == AccountKey("weibo", "name:无名")


def test_the_sites_own_words_do_not_tell_who() -> None:
    """Of those who added nothing there are many; one who was deleted is not the one who is left."""
    found = edges(
        act(101, "u1", "真行了吧"), act(102, "u2", "//@云上客:真行了吧"), act(103, "u3", "唉//@无名://@云上客:真行了吧")
    )
    assert found["103"].parent == AccountKey("weibo", "name:无名")


def test_few_words_do_not_speak_against_a_name_that_is_anothers() -> None:
    found = edges(act(101, "u1", "真行"), act(102, "u2", "还没找到"), act(103, "u3", "//@云上客:还没找到"))
    assert through(found["103"]) == ("101", "u1", "chain", 0.7)


def test_many_words_do() -> None:
    """The name was left by one who reposted, and taken by another who reposted, too."""
    words = "他们第三次弄丢了我的行李箱还不道歉"
    found = edges(act(101, "u1", "真行"), act(102, "u2", words), act(103, "u3", f"//@云上客:{words}"))
    assert through(found["103"]) == ("102", "u2", "chain", 0.9)


def test_other_words_of_that_person_will_do_where_they_came_the_same_way() -> None:
    found = edges(act(101, "u1", "真行"), act(102, "u1", "再看//@雨_7:看"), act(103, "u3", "//@云上客:编辑过的话"))
    assert through(found["103"]) == ("101", "u1", "chain", 0.7)


def test_other_words_that_came_another_way_are_another_repost() -> None:
    found = edges(act(101, "u1", "真行"), act(103, "u3", "//@云上客:看//@雨_7:唉"))
    ghost = found["103"].parent_post
    assert ghost is not None
    assert "#ghost:" in ghost.id
    assert through(found["103"]) == (ghost.id, "u1", "chain", 0.6)


def test_a_deleted_repost_is_a_ghost_that_its_children_share() -> None:
    found = edges(
        act(101, "u1", "真行"),
        act(105, "u3", "甲//@雨_7:看//@云上客:真行"),
        act(106, "u4", "乙//@雨_7：看//@云上客 :真行"),
    )
    (ghost,) = (repost for id_, repost in found.items() if "#ghost:" in id_)
    assert ghost.child.id.startswith("100#ghost:")
    assert (ghost.by, ghost.kind) == (AccountKey("weibo", "name:雨_7"), "repost")
    assert through(ghost) == ("101", "u1", "chain", 0.5)
    for child in ("105", "106"):
        assert through(found[child]) == (ghost.child.id, "name:雨_7", "chain", 0.5)
    assert found["101"].at < ghost.at < found["105"].at


def test_a_ghost_is_the_same_whoever_made_it_known() -> None:
    """Other processes, and looks that begin anew, give it the same key; a child that is seen late shares it."""
    one = edges(act(105, "u3", "甲//@雨_7:看"))
    other = edges(act(109, "u4", "乙//@雨_7 ：看"))
    assert one["105"].parent_post == other["109"].parent_post
    paths = Paths(ROOT)
    paths.add([act(160, "u3", "甲//@雨_7:看")])
    paths.add([act(102, "u4", "乙//@雨_7:看")])
    found = {node.id: edge(node, ROOT) for node in paths.changes().nodes}
    assert found["160"].parent_post == found["102"].parent_post == one["105"].parent_post
    assert found["102"].parent_post is not None
    assert START < found[found["102"].parent_post.id].at < found["102"].at


def test_several_ghosts_in_a_row_stand_in_the_order_of_time() -> None:
    found = edges(act(104, "u4", "丁//@丙:三//@乙:二//@甲:一"))
    in_time = sorted(found.values(), key=lambda repost: repost.at)
    assert [repost.by.id for repost in in_time] == ["name:甲", "name:乙", "name:丙", "u4"]
    assert in_time[0].parent_post == PostKey("weibo", "100")
    assert [repost.parent_post for repost in in_time[1:]] == [repost.child for repost in in_time[:-1]]


def test_a_ghost_of_a_known_person_bears_the_account() -> None:
    found = edges(act(101, "u3", "//@雨_7:看"), act(109, "u2", "后来才转"))
    (ghost,) = (repost for id_, repost in found.items() if "#ghost:" in id_)
    assert (ghost.by, ghost.confidence) == (AccountKey("weibo", "u2"), 0.6)
    assert found["101"].parent == AccountKey("weibo", "u2")


def test_a_repost_that_is_seen_late_takes_the_place_of_its_ghost() -> None:
    paths = Paths(ROOT)
    paths.add([act(105, "u3", "//@雨_7:看看")])
    (ghost,) = (node.id for node in paths.changes().nodes if node.ghost)
    paths.add([act(102, "u2", "看看")])
    changes = paths.changes()
    assert changes.merged == (ghost,)
    assert {node.id: node.parent and node.parent.id for node in changes.nodes} == {"102": None, "105": "102"}


def test_whom_one_answers_is_no_hop_where_only_a_comment_was_passed_on() -> None:
    found = edges(act(101, "u1", "真行"), act(103, "u3", "回复@雨_7:是的//@雨_7:都这样//@云上客:真行"))
    assert through(found["103"]) == ("101", "u1", "chain", 0.7)
    assert len(found) == 2


def test_whom_one_answers_is_the_parent_where_that_repost_exists() -> None:
    found = edges(
        act(101, "u1", "真行"),
        act(102, "u2", "都这样//@云上客:真行"),
        act(103, "u3", "回复@雨_7:是的//@雨_7:都这样//@云上客:真行"),
    )
    assert through(found["103"]) == ("102", "u2", "chain", 1.0)


def test_reposts_of_ones_own_reposts_stay_separate_acts() -> None:
    found = edges(
        act(101, "u0", "谢谢大家", name="北线乘客"), act(102, "u0", "补充//@北线乘客:谢谢大家", name="北线乘客")
    )
    assert through(found["102"]) == ("101", "u0", "chain", 1.0)


def test_the_roots_own_words_in_a_chain_mean_the_root() -> None:
    found = edges(act(101, "u1", "真的吗//@北线乘客:北线航空弄丢了我的行李"))
    assert through(found["101"]) == ("100", "u0", "chain", 1.0)


def test_of_a_text_that_was_cut_the_rest_is_enough() -> None:
    found = edges(
        act(101, "u1", "他们第三次弄丢了我的行李箱"),
        act(102, "u2", "看//@云上客:他们第三次弄…全文"),
        act(103, "u3", "看//@从前的名字:他们第三次弄丢了我的行李", cut=True),
    )
    assert through(found["102"]) == ("101", "u1", "chain", 0.95)
    assert through(found["103"]) == ("101", "u1", "chain", 0.8)


def test_a_parent_is_never_later_than_its_child() -> None:
    found = edges(act(102, "u2", "//@云上客:真行"), act(103, "u1", "真行"))
    assert found["102"].parent_post != PostKey("weibo", "103")


def test_a_deleted_root_keeps_its_cascade() -> None:
    found = edges(act(101, "u1", "真行", pid=100), act(102, "u2", "看//@云上客:真行"), root=Root("100", START))
    assert through(found["101"]) == ("100", None, "platform", 0.9)
    assert through(found["102"]) == ("101", "u1", "chain", 1.0)


@pytest.mark.parametrize(
    ("text", "pid", "expected", "conflicts"),
    [
        ("好", None, (None, None, "inferred", 0.0), 0),
        ("好", 100, ("100", "u0", "platform", 0.9), 0),  # both say: from the root
        ("好", 101, ("101", "u1", "platform", 0.8), 0),  # the chain was removed before it was sent
        ("好", 999, (None, None, "inferred", 0.0), 0),  # no repost of this root: means nothing
        ("//@云上客:真行", 101, ("101", "u1", "chain", 1.0), 0),
        ("//@云上客:改过", 101, ("101", "u1", "chain", 0.95), 0),  # the name alone, confirmed
        ("//@云上客:真行", 102, ("101", "u1", "chain", 1.0), 1),  # the text is better
        ("//@云上客:改过", 102, ("102", "u2", "platform", 0.8), 1),  # the name alone is not
        ("//@无名:没说过", 102, ("102", "u2", "platform", 0.8), 1),  # nor is a hop of which nothing is known
        ("//@云上客:真行", 100, ("101", "u1", "chain", 1.0), 1),
        ("//@云上客:真行", 109, ("101", "u1", "chain", 1.0), 0),  # itself
        ("//@云上客:真行", 110, ("101", "u1", "chain", 1.0), 0),  # later than itself
    ],
)
def test_what_the_site_says_confirms_or_helps_out(
    text: str, pid: int | None, expected: tuple[object, ...], conflicts: int
) -> None:
    paths = Paths(ROOT)
    paths.add([act(101, "u1", "真行"), act(102, "u2", "看")])
    paths.add([act(109, "u3", text, pid=pid), act(110, "u4", "后来")])
    assert through(edge(paths.nodes["109"], ROOT)) == expected
    assert paths.conflicts == conflicts
    paths.add([act(100 - 10, "u5", "更早")])  # all that is not certain is looked at again
    assert paths.conflicts == conflicts


def test_hands_without_number_cost_no_memory_without_limit() -> None:
    paths = Paths(ROOT)
    paths.add(
        act(101 + number, f"v{number}", "".join(f"//@甲{number}乙{hop}:话" for hop in range(40)), name=f"名{number}")
        for number in range(300)
    )
    assert len(paths.nodes) <= 300 + MOST_GHOSTS + 60


def test_the_same_acts_again_change_nothing() -> None:
    acts = [act(101, "u1", "真行"), act(102, "u2", "看//@云上客:真行"), act(104, "u4", "丁//@丙:三")]
    paths = Paths(ROOT)
    paths.add(acts)
    assert len(paths.changes().nodes) == 4
    paths.add(acts)
    assert paths.changes().nodes == ()
