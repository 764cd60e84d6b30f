"""Random cascades written as the site writes them: their trees come back out of the texts."""

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.sources.weibo.chain import is_default, plain, read_chain
from monitor.sources.weibo.edges import edge
from monitor.sources.weibo.node import How, Node
from monitor.sources.weibo.path import Act, Paths, Root

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOT = Root("5200000000000000", START, "u0", "北线乘客", "北线航空弄丢了我的行李")
LETTERS = ["旅行达人", "小明", "은지", "రవి", "Anna", "山·雨", "k-9", "_x_", "９号", "நிலா"]
EXTRAS = [
    "",
    " http://t.cn/A6x9",
    "#北线航空#",
    " @客服 请看",
    "[怒][doge]",
    "😡",
    "时间是12:30",
    " a//b",
    " 回复 我",
    "www.x.example/",
]


@dataclass
class Shared:
    """One repost as it truly is."""

    number: int
    user: int
    parent: "Shared | None"
    own: str
    at: datetime
    text: str = ""
    kept: bool = True
    children: list["Shared"] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(int(ROOT.id) + self.number)

    @property
    def way(self) -> list["Shared"]:
        """Itself and all it came through, nearest first."""
        return [self, *(self.parent.way if self.parent else [])]


@dataclass
class Story:
    """A cascade, and what its people are called in the texts and when they are looked up."""

    shared: list[Shared]
    names: list[str]
    names_now: list[str]

    def act(self, shared: Shared, text: str | None = None) -> Act:
        name = self.names_now[shared.user]
        chain = read_chain(plain(shared.text if text is None else text))
        return Act(shared.id, f"u{shared.user}", name, shared.at, chain)

    def acts(self) -> list[Act]:
        return [self.act(shared) for shared in self.shared if shared.kept]


@st.composite
def stories(draw, *, distinct=True, renames=False, longest=None, dress=False, most=25):
    people = draw(st.integers(1, 8))
    names = ["北线乘客"] + [f"{draw(st.sampled_from(LETTERS))}{number}" for number in range(1, people + 1)]
    story = Story([], names, list(names))
    at = START
    for number in range(1, draw(st.integers(1, most)) + 1):
        at += timedelta(seconds=draw(st.integers(1, 400)))
        parent = draw(st.sampled_from([None, *story.shared, *story.shared[-3:]]))
        story.shared.append(shared := Shared(number, draw(st.integers(0, people)), parent, "", at))
        shared.own = draw(own_words(shared, names, distinct))
        shared.text = shared.own
        if parent:
            parent.children.append(shared)
            mark = draw(hop_marks(names[parent.user])) if dress else f"//@{names[parent.user]}:"
            shared.text += mark + parent.text
        if longest is not None and draw(st.booleans()):
            shared.text = shared.text[:longest]
    if renames:
        story.names_now = [draw(st.sampled_from([name, f"改名{n}"])) for n, name in enumerate(names)]
    return story


def own_words(shared, names, distinct):
    if not distinct:
        return st.sampled_from(["", "转发微博", "轉發微博", "太过分了", "看", "Repost", "[怒]"])
    words = f"第{shared.number}次说起行李"
    said = st.sampled_from(EXTRAS).map(lambda extra: words + extra)
    answered = names[shared.parent.user] if shared.parent else "客服"
    return st.one_of(said, st.just(f"回复@{answered}:{words}"))


def hop_marks(name):
    linked = escape(name)
    return st.sampled_from(
        [
            f"//@{name}:",
            f"//@{name}：",
            f"//@{name} :",
            f"// @{name}:\u200b",
            f"//<a href=/n/{linked}>@{linked}</a> :",
            f"//<a href='/n/{linked}'>@{linked}</a>：",
        ]
    )


def lose_some(draw, story):
    """Take away reposts of people who reposted once and whom nobody answers by name."""
    for shared in story.shared:
        alone = sum(other.user == shared.user for other in story.shared) == 1 and shared.user
        answered = any(child.own.startswith("回复@") for child in shared.children)
        shared.kept = not (alone and not answered and draw(st.booleans()))


def recovered(story, acts, **more):
    paths = Paths(ROOT)
    paths.add(acts, **more)
    return paths


def way(node: Node | None) -> list[Node]:
    """The node and all it came through, by the recovered tree."""
    found = []
    while node is not None:
        found.append(node)
        node = node.parent
        assert len(found) < 1000, "a cycle"
    return found


def check_way(story, paths, shared):
    nodes, true = way(paths.nodes[shared.id]), shared.way
    assert len(nodes) == len(true), "depth"
    for node, step in zip(nodes, true, strict=True):
        if step.kept:
            assert node.id == step.id
        else:
            assert node.ghost
            assert node.account in (f"name:{story.names[step.user]}", f"u{step.user}")


def check_whole(paths):
    """Whatever the texts say, the result is a tree in time."""
    for node in paths.nodes.values():
        for step in way(node):
            if step.parent is not None:
                assert step.parent.order < step.order
                assert paths.nodes[step.parent.id] is step.parent
                assert step.parent.children[step.id] is step
        told = edge(node, ROOT)
        assert told.child != told.root
        assert 0 <= told.confidence <= 1


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_every_path_comes_back_out_of_texts_of_their_own_words(data):
    story = data.draw(stories(dress=True))
    paths = recovered(story, data.draw(st.permutations(story.acts())))
    for shared in story.shared:
        check_way(story, paths, shared)
    check_whole(paths)
    assert not any(node.ghost for node in paths.nodes.values())


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_people_who_took_a_new_name_are_found_by_their_words(data):
    story = data.draw(stories(renames=True))
    paths = recovered(story, data.draw(st.permutations(story.acts())))
    for shared in story.shared:
        check_way(story, paths, shared)
    for shared in story.shared:
        if shared.children:
            assert f"u{shared.user}" in paths.tree.names.accounts(story.names[shared.user], shared.at)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_ghosts_stand_for_what_was_deleted_and_keep_the_depth(data):
    story = data.draw(stories(renames=data.draw(st.booleans())))
    lose_some(data.draw, story)
    paths = recovered(story, data.draw(st.permutations(story.acts())))
    for shared in story.shared:
        if shared.kept:
            check_way(story, paths, shared)
    check_whole(paths)
    lost = {shared.id for shared in story.shared if not shared.kept and any(c.kept for c in below(shared))}
    assert sum(node.ghost for node in paths.nodes.values()) == len(lost), "children with the same chain share one ghost"


def below(shared):
    for child in shared.children:
        yield child
        yield from below(child)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_parent_is_right_although_texts_are_cut(data):
    longest = 140
    story = data.draw(stories(longest=longest, most=40))
    paths = recovered(story, data.draw(st.permutations(story.acts())))
    check_whole(paths)
    for shared in story.shared:
        hop, parent = f"//@{story.names[shared.parent.user]}:" if shared.parent else "", shared.parent
        seen = shared.text.removeprefix(shared.own + hop) if parent and shared.text.startswith(shared.own + hop) else ""
        if parent and len(seen) >= len(parent.own):
            assert way(paths.nodes[shared.id])[1].id == parent.id


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_fuller_text_completes_the_way_of_a_ghost(data):
    """Some children of a deleted repost lost the end of their texts: they share its ghost with those that did not."""
    middle_words, top_words = "第二次说起行李", "第一次说起行李"
    top = Act("5200000000000001", "u1", "甲", START + timedelta(seconds=9), read_chain(top_words))
    whole = f"//@乙:{middle_words}//@甲:{top_words}"
    lengths = data.draw(st.lists(st.integers(len(f"//@乙:{middle_words}"), len(whole)), min_size=1, max_size=6))
    acts = [top] + [
        Act(
            f"52000000000001{n:02}",
            f"c{n}",
            f"丙{n}",
            START + timedelta(seconds=60 + n),
            read_chain(f"看{whole[:length]}…"),
        )
        for n, length in enumerate(lengths)
    ]
    acts.append(Act("5200000000000200", "c99", "丁", START + timedelta(seconds=99), read_chain(f"看{whole}")))
    paths = Paths(ROOT)
    paths.add(data.draw(st.permutations(acts)))
    (ghost,) = [node for node in paths.nodes.values() if node.ghost]
    assert ghost.parent is paths.nodes[top.id]
    assert {node.parent for node in paths.nodes.values() if node.id not in (top.id, ghost.id)} == {ghost}
    check_whole(paths)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_person_is_right_where_many_say_the_same_or_nothing(data):
    story = data.draw(stories(distinct=False))
    paths = recovered(story, data.draw(st.permutations(story.acts())))
    by_id = {shared.id: shared for shared in story.shared}
    for shared in story.shared:
        parent = paths.nodes[shared.id].parent
        assert (parent and parent.account) == (shared.parent and f"u{shared.parent.user}")
        if parent is not None:
            assert read_chain(by_id[parent.id].text).keys[0] == read_chain(shared.parent.text).keys[0]
        assert paths.nodes[shared.id].quote is not is_default(shared.own)
    check_whole(paths)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_order_of_looks_makes_no_difference_in_the_end(data):
    """Reposts that were indexed late replace their ghosts, and what came through those came through them."""
    story = data.draw(stories(renames=data.draw(st.booleans())))
    paths = Paths(ROOT)
    left = data.draw(st.permutations(story.acts()))
    told, gone = {}, set()
    while left:
        size = data.draw(st.integers(1, len(left)))
        now, left = left[:size], left[size:]
        paths.add(now)
        changes = paths.changes()
        told |= {node.id: edge(node, ROOT) for node in changes.nodes}
        gone |= set(changes.merged)
        check_whole(paths)
    for shared in story.shared:
        check_way(story, paths, shared)
    kept = {id_: repost for id_, repost in told.items() if id_ not in gone}
    assert kept == {node.id: edge(node, ROOT) for node in paths.nodes.values()}, "each change was told"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_left_open_while_older_reposts_are_unread_is_settled_later(data):
    story = data.draw(stories())
    acts = sorted(story.acts(), key=lambda act: act.at, reverse=True)
    half = data.draw(st.integers(0, len(acts)))
    paths = recovered(story, acts[:half], complete=False)
    assert not any(node.ghost for node in paths.nodes.values())
    paths.add(acts[half:])
    for shared in story.shared:
        check_way(story, paths, shared)
    assert not any(node.how is How.OPEN for node in paths.nodes.values())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_sites_own_word_confirms_and_never_harms(data):
    story = data.draw(stories())
    acts = [
        replace_parent(act, shared.parent.id if shared.parent else ROOT.id)
        for act, shared in zip(story.acts(), story.shared, strict=True)
    ]
    paths = recovered(story, data.draw(st.permutations(acts)))
    for shared in story.shared:
        check_way(story, paths, shared)
        node = paths.nodes[shared.id]
        assert node.confirmed
        assert edge(node, ROOT).confidence >= 0.9
    assert paths.conflicts == 0


def replace_parent(act, parent_id):
    return act._replace(parent_id=parent_id)


NOISE = st.text(alphabet="/@:： 甲乙abé\u0c30\u0c3f…<>&;\n", max_size=60)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), NOISE, st.integers(0, 60), st.integers(0, 40)), max_size=25), st.booleans()
)
def test_any_text_gives_a_tree_in_time(given_acts, complete):
    paths = Paths(ROOT)
    for number, (user, text, second, pid) in enumerate(given_acts):
        at, chain = START + timedelta(seconds=second), read_chain(plain(text))
        site = str(int(ROOT.id) + pid) if pid % 2 else None
        paths.add(
            [Act(str(int(ROOT.id) + number + 1), f"u{user}", "甲乙ab"[user % 4], at, chain, None, site)],
            complete=complete,
        )
        check_whole(paths)
    again = [
        Act(node.id, node.account, "", node.at, read_chain("")) for node in list(paths.nodes.values()) if not node.ghost
    ]
    paths.changes()
    paths.add(again, complete=complete)
    assert complete or not paths.changes().nodes


def long_cascade(size: int) -> list[Act]:
    names = [f"路人{number}" for number in range(size)]
    texts, chance = ["第0次说起行李"], random.Random(7)
    for number in range(1, size):
        parent = chance.randrange(max(0, number - 50), number)
        texts.append((f"第{number}次说起行李//@{names[parent]}:{texts[parent]}")[:140])
    return [
        Act(str(int(ROOT.id) + n + 1), f"u{n}", names[n], START + timedelta(seconds=n), read_chain(text))
        for n, text in enumerate(texts)
        if n % 10 != 4
    ]


def test_the_time_grows_with_the_number_of_reposts_not_with_its_square():
    def seconds(size: int) -> float:
        acts = long_cascade(size)
        begun = time.process_time()
        Paths(ROOT).add(acts)
        return time.process_time() - begun

    small, large = min(seconds(500) for _ in range(5)), min(seconds(4_000) for _ in range(2))
    assert large < small * 8 * 4
