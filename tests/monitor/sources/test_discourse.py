"""Discourse: what is read of posts and topics, and what of it is somebody else's words."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.domain import AccountKey, Page, PostKey
from monitor.errors import BadPayload
from monitor.sources.discourse import Config, parse, parse_topic
from monitor.sources.discourse.config import Forum, forums_of
from monitor.sources.discourse.cooked import Quote, links_of, own_words, quotes_of
from monitor.sources.discourse.walk import Place

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FORUM = Forum("forum.example", "https://forum.example", {})
FIXTURES = Path(__file__).parents[2] / "fixtures" / "discourse"
FULL = json.loads((FIXTURES / "full.json").read_text())
TOPIC = json.loads((FIXTURES / "others.json").read_text())["t/311.json"]


def post(id_: int = 1, number: int = 1, **more: Any) -> dict[str, Any]:
    """A post as a forum lists it."""
    told = {"id": id_, "topic_id": 5, "post_number": number, "username": "mira", "cooked": f"<p>words {id_}</p>"}
    return {**told, "created_at": "2026-03-02T11:00:00.000Z", "topic_title": "Cello", **more}


def read(*posts: Any) -> Page:
    return parse({"latest_posts": list(posts)}, FORUM, NOW)


def key(id_: int) -> PostKey:
    return PostKey("discourse", f"forum.example:{id_}")


# -- posts


def test_a_post_is_read_with_its_title_author_and_address() -> None:
    page = parse(FULL, FORUM, NOW)
    head = next(one for one in page.posts if one.key == key(7040))
    assert head.text == "Cello broken on the way to Oslo\n\nNorthline Air checked my cello and the neck snapped."
    assert head.author == AccountKey("discourse", "forum.example:mira")
    assert head.created_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert head.url == "https://forum.example/t/topic-311/311/1"
    assert head.local_id == "311"
    account = next(one for one in page.accounts if one.key == head.author)
    assert (account.handle, account.display_name, account.followers) == ("mira", "Mira", None)


def test_the_title_is_said_by_the_first_post_only() -> None:
    texts = {one.key: one.text for one in parse(FULL, FORUM, NOW).posts}
    assert texts[key(7041)] == "Please write to us, Mira."


def test_what_a_post_quotes_is_not_what_it_says() -> None:
    quoting = next(one for one in parse(FULL, FORUM, NOW).posts if one.key == key(7044))
    assert quoting.text == "Same with my case, Northline Air shrugs."
    assert quoting.links == ("https://pictures.example/cello.jpg",)


def test_what_moderators_did_and_what_the_forum_hides_is_left_out_without_a_word() -> None:
    page = read(
        post(1, post_type=3), post(2, action_code="split_topic"), post(3, hidden=True), post(4, post_type=4), post(5)
    )
    assert [one.key for one in page.posts] == [key(5)]
    assert page.dropped == ()


def test_posts_that_their_authors_took_back_are_told() -> None:
    page = read(post(1, user_deleted=True), post(2, deleted_at="2026-03-02T11:30:00.000Z"), post(3, deleted_at=None))
    assert (page.deleted, [one.key for one in page.posts]) == ((key(1), key(2)), [key(3)])


@pytest.mark.parametrize(
    ("version", "updated", "edited"),
    [
        (1, "2026-03-02T11:30:00.000Z", None),
        (2, "2026-03-02T11:30:00.000Z", datetime(2026, 3, 2, 11, 30, tzinfo=UTC)),
        (2, "2026-03-02T18:30:00.000Z", NOW),
        (2, "2026-03-02T11:00:00.000Z", None),
        (2, "lately", None),
        ("2", "2026-03-02T11:30:00.000Z", None),
    ],
)
def test_an_edit_is_a_further_version(version: Any, updated: str, edited: datetime | None) -> None:
    assert read(post(version=version, updated_at=updated)).posts[0].edited_at == edited


def test_counters_that_are_not_given_are_unknown_but_likes_nobody_gave_are_none() -> None:
    assert read(post(number=2)).posts[0].metrics is None
    quiet = read(post(number=2, actions_summary=[])).posts[0].metrics
    loud = read(
        post(number=2, actions_summary=[{"id": 3, "count": 9}, {"id": 2, "count": 7}], reads=5, reply_count=1)
    ).posts[0]
    assert quiet is not None
    assert (quiet.likes, quiet.views, quiet.replies, quiet.reposts) == (0, None, None, None)
    assert loud.metrics is not None
    assert (loud.metrics.likes, loud.metrics.views, loud.metrics.replies) == (7, 5, 1)


def test_the_counters_of_a_topic_are_its_heads() -> None:
    topic = parse_topic(TOPIC, FORUM, NOW)
    head = topic.records.found[0].post.metrics
    assert head is not None
    assert (head.views, head.likes, head.replies) == (910, 51, 2)
    listed = next(one for one in parse(FULL, FORUM, NOW).posts if one.key == key(7040)).metrics
    assert listed is not None
    assert (listed.views, listed.likes, listed.replies) == (None, 51, None)


def test_a_forum_in_a_folder_is_another_forum() -> None:
    forums = forums_of(Config(urls=("https://a.example/forum/", "https://A.example")))
    assert list(forums) == ["a.example/forum", "a.example"]
    page = parse({"latest_posts": [post(3)]}, forums["a.example/forum"], NOW)
    assert page.posts[0].key.id == "a.example/forum:3"
    assert page.posts[0].url == "https://a.example/forum/t/-/5/1"


@pytest.mark.parametrize(
    "broken",
    [
        3,
        None,
        [],
        {},
        post(0),
        post(-1),
        post(id_="7"),
        post(number=0),
        post(username=""),
        post(username=None),
        post(created_at="soon"),
        post(topic_id=None),
        post(id=2**70),
    ],  # type: ignore[arg-type]
)
def test_one_post_that_cannot_be_read_is_counted_and_loses_no_other(broken: Any) -> None:
    page = read(broken, post(9))
    assert [one.key for one in page.posts] == [key(9)]
    assert [drop.where for drop in page.dropped] == ["forum.example posts[0]"]


@pytest.mark.parametrize("answer", [None, [], {}, {"latest_posts": {}}, {"errors": []}, "html"])
def test_an_answer_without_posts_is_told(answer: Any) -> None:
    with pytest.raises(BadPayload):
        parse(answer, FORUM, NOW)
    with pytest.raises(BadPayload):
        parse_topic(answer, FORUM, NOW)


def test_a_slug_is_no_way_out_of_the_address() -> None:
    assert read(post(topic_slug="../../x?y#z\n")).posts[0].url == "https://forum.example/t/..%2F..%2Fx%3Fy%23z/5/1"


# -- edges


def edge(page: Page, id_: int) -> Any:
    (found,) = (one for one in page.reposts if one.child == key(id_))
    return found


def test_a_reply_points_to_the_post_it_answers_and_to_the_head_of_its_topic() -> None:
    page = read(post(9, 4, username="omar", reply_to_post_number=3), post(7, 3, username="Petra"), post(3))
    reply = edge(page, 9)
    assert (reply.kind, reply.root, reply.parent_post) == ("reply", key(3), key(7))
    assert reply.parent == AccountKey("discourse", "forum.example:petra")
    assert (reply.evidence, reply.confidence) == ("reply", 1.0)


def test_an_answer_to_no_post_in_particular_is_one_to_the_head() -> None:
    assert edge(read(post(9, 4), post(3)), 9).parent_post == key(3)


def test_the_account_that_is_answered_is_known_though_its_post_is_not() -> None:
    reply = edge(read(post(9, 4, reply_to_post_number=2, reply_to_user={"username": "Ines"}), post(3)), 9)
    assert (reply.parent, reply.parent_post) == (AccountKey("discourse", "forum.example:ines"), None)


def test_a_quote_in_the_same_topic_tells_who_is_answered() -> None:
    aside = '<aside class="quote" data-username="Petra" data-post="3" data-topic="5"><p>x</p></aside><p>no</p>'
    reply = edge(read(post(9, 4, cooked=aside), post(7, 3, username="petra"), post(3)), 9)
    assert (reply.kind, reply.evidence, reply.parent_post) == ("reply", "quote", key(7))


def test_a_quote_of_another_topic_is_a_quote_of_that_post() -> None:
    aside = '<aside class="quote" data-username="petra" data-post="2" data-topic="6"><p>x</p></aside><p>see</p>'
    page = read(post(9, 1, cooked=aside), post(7, 2, topic_id=6, username="petra"), post(6, 1, topic_id=6))
    quote = edge(page, 9)
    assert (quote.kind, quote.root, quote.parent_post) == ("quote", key(7), key(7))
    assert quote.parent == AccountKey("discourse", "forum.example:petra")


def test_a_reply_that_quotes_another_topic_has_two_edges() -> None:
    aside = '<aside class="quote" data-username="petra" data-post="1" data-topic="6"><p>x</p></aside><p>see</p>'
    page = read(post(9, 2, cooked=aside), post(3), post(6, 1, topic_id=6))
    assert {(one.kind, one.root) for one in page.reposts if one.child == key(9)} == {
        ("reply", key(3)),
        ("quote", key(6)),
    }


def test_an_edge_to_a_post_that_is_not_known_is_left_for_later() -> None:
    assert read(post(9, 4, reply_to_post_number=2)).reposts == ()


# -- cooked


def test_quotes_within_quotes_and_previews_of_links() -> None:
    cooked = (
        '<p>before</p><aside class="quote no-group" data-username="a&amp;b" data-post="2" data-topic="7"><blockquote>'
        '<aside class="quote" data-username="c" data-post="9"><p>inner</p></aside><p>outer</p></blockquote></aside>'
        '<aside class="onebox"><p>a preview</p></aside><p>after</p>'
    )
    assert own_words(cooked) == '<p>before</p><aside class="onebox"><p>a preview</p></aside><p>after</p>'
    assert quotes_of(cooked) == (Quote("a&b", 2, 7),)


@pytest.mark.parametrize(
    "cooked",
    [
        '<p>x</p><aside class="quote" data-post="1">',
        "</aside><p>x</p>",
        "<p>x</p></aside>",
        '<p>x</p><aside class="quote"><aside>',
    ],
)
def test_asides_that_were_never_closed_or_opened(cooked: str) -> None:
    assert "<p>x</p>" in own_words(cooked)


@pytest.mark.parametrize("attributes", ["", 'data-post="0"', 'data-post="x"', 'data-post="99999999999999999999"'])
def test_a_quote_of_nothing_in_particular_is_none(attributes: str) -> None:
    assert quotes_of(f'<aside class="quote" {attributes}></aside>') == ()


def test_only_whole_addresses_are_links_and_each_only_once() -> None:
    cooked = (
        '<a class="mention" href="/u/mira">@mira</a><a href="https://x.example/?a=1&amp;b=2">x</a>'
        "<a href='https://x.example/?a=1&amp;b=2'>y</a><a href=\"javascript:alert(1)\">z</a>"
    )
    assert links_of(cooked) == ("https://x.example/?a=1&b=2",)


@given(
    st.lists(
        st.sampled_from(
            ["<aside", ' class="quote"', ' data-post="1"', ">", "</aside>", "<p>", "x", "<a href='", "'", '"']
        ),
        max_size=40,
    )
)
def test_any_pieces_are_read(pieces: list[str]) -> None:
    cooked = "".join(pieces)
    assert len(own_words(cooked)) <= len(cooked)
    quotes_of(cooked), links_of(cooked)


@pytest.mark.parametrize("piece", ["<aside ", '<aside class="quote">', "<a ", "<a href=", "</aside>", 'class="quote '])
def test_long_broken_pieces_are_read_quickly(piece: str) -> None:
    cooked = piece * 20_000
    own_words(cooked), quotes_of(cooked), links_of(cooked)


# -- walking down


def walk(present: bool, ids: list[int], known: int = 0, overlap: int = 0, since: datetime = NOW) -> list[int]:
    """The ids that are met by walking down a forum of the present or of an older release."""
    place = Place.read(None, {"id": known}, since)
    met: list[int] = []
    for _ in range(500):
        if present:
            page = [one for one in sorted(ids, reverse=True) if not place.before or one < place.before][:50]
        else:
            top = place.before or max(ids)
            page = [one for one in ids if top - 50 < one <= top]
        met += page
        place = place.after(set(page), NOW, overlap)
        if place.ended:
            return met
        place = Place.read(place.written(), {}, NOW)
    raise AssertionError("it never ends")


@given(
    st.booleans(),
    st.sets(st.integers(min_value=1, max_value=2_000), min_size=1, max_size=150),
    st.integers(min_value=1, max_value=2_000),
    st.integers(min_value=0, max_value=60),
)
def test_whatever_the_ids_are_everything_newer_than_the_known_post_is_met(
    present: bool, ids: set[int], known: int, overlap: int
) -> None:
    met = set(walk(present, sorted(ids), known, overlap))
    assert met >= {one for one in ids if one > known - overlap}


def test_an_empty_window_is_not_the_end() -> None:
    assert set(walk(False, [1_000, 1_001, 400, 401, 10], known=390)) == {1_000, 1_001, 400, 401}


def test_where_pages_do_not_depend_on_ids_an_empty_one_is_the_end() -> None:
    place = Place.read([2_000, 9_000, 10, 0, 0, 0], {}, NOW).after({1_500, 1_999}, NOW, 0)
    assert place.whole
    assert place.after(set(), None, 0).ended


def test_nothing_below_the_first_post_is_asked_for_for_ever() -> None:
    place, asked = Place.read(None, {}, NOW).after({900_000}, NOW, 0), 0
    while not place.ended:
        place, asked = place.after(set(), None, 0), asked + 1
    assert asked < 30
    place, asked = Place.read(None, {"id": 5}, NOW).after({900_000}, NOW, 0), 0
    while not place.ended:
        place, asked = place.after(set(), None, 0), asked + 1
    assert asked < 300
    assert place.notes


def test_a_forum_that_sends_the_same_page_for_ever_is_told() -> None:
    place = Place.read(None, {"id": 5}, NOW).after(set(range(951, 1001)), NOW, 0)
    with pytest.raises(BadPayload, match="newer posts"):
        place.after(set(range(951, 1001)), NOW, 0)


@pytest.mark.parametrize("place", [3, "x", [], {}, [1, 2, 3], [1, 2, 3, 4, 5, "x"], [1, 2, 3, 4, 5, -1], [True] * 6])
def test_a_place_of_another_shape_is_told(place: Any) -> None:
    with pytest.raises(BadPayload):
        Place.read(place, {}, NOW)


@pytest.mark.parametrize("known", ["7", -1, None, 1.5, True])
def test_a_memory_of_another_shape_costs_one_walk(known: Any) -> None:
    assert Place.read(None, {"id": known}, NOW).known == 0


# -- configuration


def test_no_forums_is_a_mistake_unless_the_source_is_off() -> None:
    with pytest.raises(ValidationError, match="name at least one forum"):
        Config()
    assert Config(enabled=False).urls == ()


@pytest.mark.parametrize(
    "url", ["forum.example", "https://u:p@forum.example", "https://forum.example/?a", "ftp://x.example", "https://"]
)
def test_what_is_no_address_of_a_forum_is_told(url: str) -> None:
    with pytest.raises(ValidationError, match="entry 1 is no http or https address"):
        Config(urls=(url,))


def test_a_key_is_told_to_one_forum_only() -> None:
    two = ("https://a.example", "https://b.example")
    with pytest.raises(ValidationError, match="api_forum"):
        Config(urls=two, api_key="k3y")
    forums = forums_of(Config(urls=two, api_key="k3y", api_username="watcher", api_forum="https://b.example/"))
    assert (forums["a.example"].headers, forums["b.example"].headers) == (
        {},
        {"api-key": "k3y", "api-username": "watcher"},
    )
    assert "k3y" not in str(forums)
    (own,) = forums_of(Config(urls=two[:1], api_key="k3y")).values()
    assert own.headers == {"user-api-key": "k3y"}
