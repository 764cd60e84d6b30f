"""X: what its answers say, in both generations of names."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.domain import AccountKey, Brand, PostKey
from monitor.errors import BadPayload
from monitor.sources.x import parse
from monitor.sources.x.query import LONGEST, queries
from tests.monitor.sources.x_answers import NOW, answer, at, id_at, post, reference, user

FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "x" / "full.json").read_text())["body"]
NEW_NAMES = (
    ("tweet_count", "post_count"),
    ("retweet_count", "repost_count"),
    ("referenced_tweets", "referenced_posts"),
    ("edit_history_tweet_ids", "edit_history_post_ids"),
    ("note_tweet", "note_post"),
    ('"tweets"', '"posts"'),
)


def key(minutes: float = 0, number: int = 1) -> PostKey:
    return PostKey("x", id_at(minutes, number))


def renamed(body: Any) -> Any:
    text = json.dumps(body)
    for old, new in NEW_NAMES:
        text = text.replace(old, new)
    return json.loads(text)


def test_both_generations_of_names_say_the_same() -> None:
    assert renamed(FULL) != FULL
    assert parse(renamed(FULL), NOW) == parse(FULL, NOW)


def test_a_post_is_read_with_its_counters_links_and_author() -> None:
    page = parse(FULL, NOW)
    found = next(post for post in page.posts if post.author.id == "7001")
    assert found.text == "Northline Air sat on my cello & nobody answers https://t.co/a1"
    assert found.created_at.isoformat() == "2026-03-02T09:00:05+00:00"
    assert found.url == f"https://x.com/mira_cello/status/{found.key.id}"
    assert (found.language, found.links) == ("en", ("https://video.example/watch/cello",))
    assert found.metrics is not None
    assert (found.metrics.views, found.metrics.likes, found.metrics.reposts, found.metrics.replies) == (
        8100,
        120,
        14,
        6,
    )
    assert (found.edited_at, found.local_id) == (None, None)
    brand = next(account for account in page.accounts if account.key.id == "7100")
    assert (brand.handle, brand.display_name, brand.followers, brand.verified) == (
        "northline",
        "Northline Air",
        410_000,
        True,
    )


def test_data_is_missing_where_nothing_was_found() -> None:
    assert parse({"meta": {"result_count": 0}}, NOW).posts == ()


@pytest.mark.parametrize("body", [{}, [], None, {"meta": {"result_count": 3}}, {"data": "x"}, {"meta": 3}])
def test_an_answer_that_does_not_say_so_is_damage(body: Any) -> None:
    with pytest.raises(BadPayload):
        parse(body, NOW)


def test_errors_beside_the_data_are_no_damage() -> None:
    page = parse(
        answer(post(), errors=[{"type": "https://api.x.com/2/problems/resource-not-found", "value": "1"}]), NOW
    )
    assert len(page.posts) == 1
    assert page.deleted == ()


def test_a_long_text_is_read_whole() -> None:
    found = parse(FULL, NOW).posts[0]
    assert found.text.endswith("nobody had seen the cello.")
    assert found.language is None


def test_counters_that_are_not_given_are_unknown() -> None:
    found = parse(answer(post(public_metrics={"like_count": 2, "reply_count": -1})), NOW).posts[0]
    assert found.metrics is not None
    assert (found.metrics.views, found.metrics.likes, found.metrics.reposts, found.metrics.replies) == (
        None,
        2,
        None,
        None,
    )
    assert parse(answer(post(public_metrics=None)), NOW).posts[0].metrics is None


def test_a_repost_is_an_edge_and_its_cut_text_is_left_for_the_whole_one() -> None:
    original = post(text="Northline Air lost it, and the whole of the story is here")
    repost = post(5, author="9", text="RT @a: Northline Air lost it, and the wh…", refs=[reference("retweeted", 0)])
    page = parse(answer(repost, included=[original], users=[user("9", followers=70)]), NOW)
    assert [found.text for found in page.posts] == [original["text"]]
    (edge,) = page.reposts
    assert (edge.root, edge.child, edge.by) == (key(), key(5), AccountKey("x", "9"))
    assert (edge.kind, edge.at, edge.followers) == ("repost", at(5), 70)
    assert (edge.parent, edge.parent_post, edge.evidence, edge.confidence) == (None, None, "inferred", 0.0)


def test_a_quote_of_a_quote_belongs_to_the_first_and_names_the_second() -> None:
    second = post(5, author="2", refs=[reference("quoted", 0)])
    third = post(9, author="3", refs=[reference("quoted", 5)])
    page = parse(answer(third, included=[second]), NOW)
    edge = next(edge for edge in page.reposts if edge.child == key(9))
    assert (edge.kind, edge.root, edge.parent_post, edge.parent) == ("quote", key(), key(5), AccountKey("x", "2"))
    assert (edge.evidence, edge.confidence) == ("quote", 1.0)


def test_a_reply_belongs_to_its_conversation_and_names_what_it_answers() -> None:
    reply = post(9, refs=[reference("replied_to", 5)], conversation_id=id_at(0), in_reply_to_user_id="2")
    (edge,) = parse(answer(reply), NOW).reposts
    assert (edge.kind, edge.root, edge.parent_post, edge.parent) == ("reply", key(), key(5), AccountKey("x", "2"))
    assert (edge.evidence, edge.confidence) == ("reply", 1.0)


def test_a_reply_that_quotes_is_one_act() -> None:
    both = post(9, refs=[reference("replied_to", 5), reference("quoted", 3)], conversation_id=id_at(0))
    assert [(edge.kind, edge.root) for edge in parse(answer(both), NOW).reposts] == [("quote", key(3))]


@pytest.mark.parametrize(
    "refs",
    [
        [reference("replied_to", 9)],
        [reference("quoted", 9)],
        [{"type": "quoted"}],
        [{"type": "liked", "id": "1"}],
        [{"type": ["quoted"], "id": "1"}],
        "x",
        [3],
    ],
)
def test_a_reference_to_itself_or_to_nothing_is_no_edge(refs: Any) -> None:
    page = parse(answer(post(9, refs=refs)), NOW)
    assert (len(page.posts), page.reposts, page.dropped) == (1, (), ())


def test_quotes_that_go_round_in_a_ring_end() -> None:
    ring = [post(1, refs=[reference("quoted", 2)]), post(2, refs=[reference("quoted", 1)])]
    assert all(edge.root != edge.child for edge in parse(answer(*ring), NOW).reposts)


def test_an_edited_post_keeps_the_key_it_had_and_tells_when_it_was_changed() -> None:
    edited = post(20, number=1, created_at=at(0).isoformat(), edit_history_tweet_ids=[id_at(0), id_at(20)])
    page = parse(answer(edited, post(30, author="4", refs=[reference("quoted", 20)])), NOW)
    found = page.posts[0]
    assert (found.key, found.local_id) == (key(), id_at(20))
    assert (found.created_at, found.edited_at) == (at(0), at(20))
    (edge,) = page.reposts
    assert edge.root == found.key  # though the quote names the id after the edit


def test_times_ahead_of_our_clock_are_those_of_the_look() -> None:
    assert parse(answer(post(created_at="2031-01-01T00:00:00Z")), NOW).posts[0].created_at == NOW


def test_ids_that_are_numbers_are_taken_exactly() -> None:
    found = parse(answer({**post(), "id": int(id_at(0))}), NOW).posts[0]
    assert found.key == key()


@pytest.mark.parametrize(
    "broken",
    [
        {"id": None},
        {"id": "../../etc"},
        {"id": "٣٤٥"},
        {"id": -5},
        {"id": 1.5},
        {"author_id": None},
        {"author_id": "me"},
        {"text": None},
        {"created_at": "yesterday"},
        {"created_at": "2026-03-02T09:00:00"},
    ],
)
def test_a_post_without_a_required_field_is_dropped_alone(broken: dict[str, Any]) -> None:
    page = parse(answer(post(1), {**post(2), **broken}, "x", post(3)), NOW)
    assert [found.key for found in page.posts] == [key(1), key(3)]
    assert [dropped.where for dropped in page.dropped] == ["data[1]", "data[2]"]


def test_an_account_that_cannot_be_named_costs_no_post() -> None:
    page = parse(answer(post(), users=[{"id": None}, 3, user("1", username="a\u202eb")]), NOW)
    assert len(page.posts) == 1
    assert [account.handle for account in page.accounts] == ["ab"]


def test_addresses_of_pictures_and_quoted_posts_are_no_links() -> None:
    targets = [
        "https://x.com/northline/status/12/photo/1",
        "https://twitter.com/northline/status/12",
        "javascript:alert(1)",
        "https://[broken",
        "https://shop.example/x.com/status/",
    ]
    urls = [{"url": "https://t.co/x", "expanded_url": target} for target in targets]
    assert parse(answer(post(entities={"urls": [*urls, 3]})), NOW).posts[0].links == (
        "https://shop.example/x.com/status/",
    )


# -- what is asked for


def test_one_query_asks_for_any_term_and_leaves_out_what_is_forbidden() -> None:
    brand = Brand(
        "northline",
        "Northline Air",
        names=("Northline Air", 'North "Line"'),
        handles=("northline", "northline.example"),
        hashtags=("northline",),
        required=("flight",),
        forbidden=("railway",),
    )
    assert queries(brand) == ['("Northline Air" OR "North Line" OR #northline OR @northline) -"railway"']


def test_a_query_that_would_be_too_long_is_several() -> None:
    brand = Brand("n", "N", names=tuple(f"Northline number {number:03}" for number in range(60)))
    asked = queries(brand)
    assert len(asked) > 1
    assert all(len(query) <= LONGEST for query in asked)
    assert sum(query.count('"') // 2 for query in asked) == 60


def test_terms_without_a_letter_or_digit_are_not_asked_for() -> None:
    assert queries(Brand("n", "N", names=("!!!", '"'))) == []
