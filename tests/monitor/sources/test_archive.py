"""Archives: what is read, in which order, and what is counted when a file is damaged."""

import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import AccountKey, PostKey
from monitor.errors import InputError
from monitor.sources.archive import Recorded, Recording, read_archive, write_archive

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def record(id: str = "p1", **fields: Any) -> dict[str, Any]:
    return {
        "source": "microblog",
        "id": id,
        "kind": "post",
        "author": {"id": "ana"},
        "created_at": "2026-03-02T09:00:00Z",
        "text": "Northline lost my cello",
        **fields,
    }


def cascade(events: list[Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "platform": "microblog",
        "kind": "repost",
        "root_text": "broken again",
        "lang": "en",
        "t0": NINE.timestamp(),
        "events": events,
        **fields,
    }


def read(*lines: Any) -> Recording:
    body = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return read_archive([io.BytesIO(body)])


def only(recording: Recording) -> Recorded:
    (event,) = recording.events()
    return event


# -- archive records


def test_a_post_needs_only_its_five_required_fields() -> None:
    event = only(
        read({"source": "m", "id": 7, "kind": "post", "author": {"id": 12}, "created_at": "2026-03-02T10:00:00+01:00"})
    )
    assert event.at == NINE
    assert event.post is not None
    assert event.post.key == PostKey("m", "7")
    assert event.post.author == AccountKey("m", "12")
    assert (event.post.text, event.post.metrics, event.account) == ("", None, None)


def test_a_post_keeps_what_the_record_says_of_it_and_its_author() -> None:
    event = only(
        read(
            record(
                lang="en-GB",
                url="https://example.org/p1",
                links=["https://example.org/story", "javascript:alert(1)", 3],
                press=True,
                author={"id": "ana", "handle": "ana.example", "name": "Ana\nMusic", "followers": 31, "verified": False},
                mood="unknown keys are ignored",
            )
        )
    )
    post, account = event.post, event.account
    assert post is not None
    assert account is not None
    assert (post.language, post.url, post.links, post.is_press) == (
        "en",
        "https://example.org/p1",
        ("https://example.org/story",),
        True,
    )
    assert (account.handle, account.display_name, account.followers, account.verified) == (
        "ana.example",
        "Ana Music",
        31,
        False,
    )


def test_a_feed_record_is_press_unless_it_says_otherwise() -> None:
    events = list(read(record(source="feed"), record("p2", source="feed", press=False)).events())
    assert [event.post and event.post.is_press for event in events] == [True, False]


@pytest.mark.parametrize(
    ("fields", "evidence", "confidence", "parent_post"),
    [
        ({"kind": "repost"}, "inferred", 0.0, None),
        ({"kind": "repost", "parent": "p9", "evidence": "via"}, "via", 1.0, "p9"),
        ({"kind": "repost", "parent": "p9"}, "platform", 1.0, "p9"),
        ({"kind": "repost", "parent": "p9", "evidence": "hearsay"}, "inferred", 0.0, "p9"),
        ({"kind": "repost", "parent": "p9", "evidence": "chain", "confidence": 0.7}, "chain", 0.7, "p9"),
        ({"kind": "quote"}, "quote", 1.0, "p1"),
        ({"kind": "reply", "parent": "p9"}, "reply", 1.0, "p9"),
        ({"kind": "reply"}, "inferred", 0.0, None),
    ],
)
def test_the_edge_of_a_passing_on_says_how_well_it_is_known(
    fields: dict[str, Any], evidence: str, confidence: float, parent_post: str | None
) -> None:
    event = only(read(record("p2", root="p1", author={"id": "bo", "followers": 5}, **fields)))
    repost = event.repost
    assert repost is not None
    assert (repost.root.id, repost.child.id, repost.by.id, repost.kind) == ("p1", "p2", "bo", fields["kind"])
    assert (repost.evidence, repost.confidence, repost.followers) == (evidence, confidence, 5)
    assert (repost.parent_post and repost.parent_post.id) == parent_post
    assert (event.post is None) == (fields["kind"] == "repost")


def test_a_reply_without_a_root_is_a_post_alone() -> None:
    event = only(read(record(kind="reply")))
    assert event.repost is None
    assert event.post is not None


def test_counters_observed_later_are_not_known_when_the_post_appears() -> None:
    first, second = read(record(metrics={"views": 137000, "at": "2026-03-04T09:00:00Z"})).events()
    assert first.at == NINE
    assert first.post is not None
    assert first.post.metrics is None
    assert second.at == NINE + timedelta(days=2)
    assert second.post is not None
    assert second.post.metrics is not None
    assert (second.post.metrics.views, second.post.metrics.likes) == (137000, None)


def test_a_later_record_of_the_same_post_updates_its_counters_and_keeps_its_text() -> None:
    recording = read(
        record(metrics={"views": 1}),
        record(text=None, metrics={"views": 50, "likes": -3, "at": "2026-03-02T11:00:00Z"}),
    )
    first, second = recording.events()
    assert first.post is not None
    assert second.post is not None
    assert first.post.metrics is not None
    assert first.post.metrics.views == 1
    assert second.at == NINE + timedelta(hours=2)
    assert second.post.text == "Northline lost my cello"
    assert second.post.metrics is not None
    assert (second.post.metrics.views, second.post.metrics.likes) == (50, None)
    assert recording.counts.updates == 1
    assert list(recording.notes.values()) == [1]  # the first counters came without a time


def test_records_come_out_in_the_order_of_time_over_all_files(tmp_path: Path) -> None:
    write_archive(tmp_path / "a.jsonl", [record("p3", created_at="2026-03-02T12:00:00Z"), record("p1")])
    write_archive(tmp_path / "b.jsonl.gz", [cascade([[0, "x", None, None], [7200, "y", None, None]])])
    recording = read_archive([tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"])
    assert [event.at.hour for event in recording.events()] == [9, 9, 11, 12]
    assert len(recording) == 4
    assert list(recording.events()) == list(recording.events())


# -- cascade records


def test_a_cascade_becomes_its_root_and_one_repost_an_event() -> None:
    root, first, second = read(
        cascade([[0.0, "ana", None, 900], [60.5, "bo", "ana", None], [61, None, None, 12]])
    ).events()
    assert root.post is not None
    assert (root.post.key, root.post.text, root.post.language) == (PostKey("microblog", "c1"), "broken again", "en")
    assert root.account is not None
    assert root.account.followers == 900
    assert first.repost is not None
    assert (first.repost.child.id, first.repost.by.id, first.repost.parent) == (
        "c1/1",
        "bo",
        AccountKey("microblog", "ana"),
    )
    assert (first.repost.evidence, first.repost.confidence, first.account) == ("platform", 1.0, None)
    assert first.at == NINE + timedelta(seconds=60.5)
    assert second.repost is not None
    assert (second.repost.by.id, second.repost.parent, second.repost.evidence) == ("c1/2?", None, "inferred")
    assert second.repost.followers == 12
    assert second.account is not None


def test_unsorted_events_come_out_sorted_and_keep_their_numbers() -> None:
    _, first, second = read(
        cascade([[0, "a", None, None], [50, "late", None, None], [5, "early", None, None]])
    ).events()
    assert first.repost is not None
    assert (first.repost.by.id, first.repost.child.id) == ("early", "c1/2")
    assert second.repost is not None
    assert second.repost.child.id == "c1/1"


def test_events_of_the_same_moment_stay_in_the_order_of_the_file() -> None:
    events: list[Any] = [[n % 7, f"u{n}", None, None] for n in range(500)]
    names = [event.repost.by.id for event in read(cascade(events)).events() if event.repost]
    assert names == [f"u{n}" for n in sorted(range(1, 500), key=lambda n: (n % 7, n))]


def test_a_cascade_without_a_start_begins_in_2000_and_that_is_noted() -> None:
    recording = read(cascade([[0, "a", None, None]], t0=None))
    assert only(recording).at == datetime(2000, 1, 1, tzinfo=UTC)
    assert sum(recording.notes.values()) == 1


@pytest.mark.parametrize(
    "event",
    [
        [-1, "b", None, None],
        [float("nan"), "b", None, None],
        [float("inf"), "b", None, None],
        [1e18, "b", None, None],
        [10**400, "b", None, None],
        ["5", "b", None, None],
        [True, "b", None, None],
        [5, 17, None, None],
        [5, "", None, None],
        [5, "b\n", None, None],
        [5, "\ud800", None, None],
        [5, ["b"], None, None],
        [5, "b", {}, None],
        [5, "b", None, "many"],
        [5, "b", None, -1],
        [5, "b", None, 10**30],
        [5, "b", None],
        None,
    ],
)
def test_a_damaged_event_is_counted_and_loses_nothing_else(event: Any) -> None:
    recording = read(cascade([[0, "a", None, None], event, [9, "c", "a", 4]]))
    assert [e.repost.child.id for e in recording.events() if e.repost] == ["c1/2"]
    assert recording.counts.dropped == 1
    assert recording.dropped[0].where == "input line 1 event 1"


@pytest.mark.parametrize(
    "damage",
    [
        {"events": []},
        {"events": None},
        {"events": [[-1, "a", None, None]]},
        {"platform": None},
        {"id": "a\nb"},
        {"t0": "x"},
        {"t0": 1e300},
        {"t0": 10**400},
    ],
)
def test_a_cascade_without_a_usable_root_is_counted(damage: dict[str, Any]) -> None:
    recording = read({**cascade([[0, "a", None, None], [1, "b", None, None]]), **damage}, record())
    assert recording.counts.dropped == 1
    assert len(list(recording.events())) == 1


# -- damage


def test_each_damaged_line_is_counted_by_number_and_skipped() -> None:
    recording = read(
        record("p1"),
        b'{"source": "m"',
        b'{"source": "m", "id": "\xff"}',
        b"",
        {"hello": "world"},
        ["a list"],
        record("p2", created_at="2026-03-02T09:00:00"),
        record("p3", created_at="2026-02-30T09:00:00Z"),
        record("p4", author={}),
        record("p5", kind="shout"),
        record("p6", kind="repost"),
        record("p7\x00"),
        b"[" * 100_000,
        record("p8"),
    )
    assert [event.post.key.id for event in recording.events() if event.post] == ["p1", "p8"]
    places = {dropped.where: dropped.reason for dropped in recording.dropped}
    assert list(places) == [f"input line {number}" for number in (2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13)]
    assert places["input line 3"] == "not UTF-8"
    assert places["input line 7"] == "created_at has no time zone"
    assert "root" in places["input line 11"]
    assert recording.counts.dropped == 11
    assert recording.counts.lines == 13  # the empty line is none


def test_a_gzip_file_that_ends_early_gives_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    lines = [json.dumps(record(f"p{i}", text=f"{i * 7919}" * 40)) for i in range(4000)]
    path.write_bytes(gzip.compress("\n".join(lines).encode())[:-2000])
    recording = read_archive([path])
    assert 0 < recording.counts.posts < 4000
    assert any("damaged or cut short" in dropped.reason for dropped in recording.dropped)


def test_garbage_inside_a_gzip_file_is_counted_and_the_next_file_is_read(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.gz", tmp_path / "good.jsonl"
    bad.write_bytes(b"\x1f\x8b\x08\x00" + b"\x00" * 6 + b"\xff" * 50)
    write_archive(good, [record()])
    recording = read_archive([bad, good])
    assert (recording.counts.posts, recording.counts.dropped) == (1, 1)
    assert str(bad) in recording.dropped[0].where


def test_a_gzip_file_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    path = tmp_path / "named.jsonl"
    path.write_bytes(gzip.compress(json.dumps(record()).encode()))
    assert read_archive([path]).counts.posts == 1


@pytest.mark.parametrize("name", ["absent.jsonl", "."])
def test_a_file_that_cannot_be_opened_is_said_with_its_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_archive([tmp_path / name])


def test_an_endless_line_is_skipped_without_being_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.sources.archive.lines.LONGEST_LINE", 1000)
    recording = read(b'{"x": "' + b"y" * 5000 + b'"}', record())
    assert (recording.counts.posts, recording.counts.dropped) == (1, 1)
    assert recording.dropped[0].where == "input line 1"


def test_only_the_first_thousand_dropped_things_are_kept_but_all_are_counted() -> None:
    recording = read(*([b"{"] * 1500))
    assert (len(recording.dropped), recording.counts.dropped) == (1000, 1500)


def test_a_hostile_text_loses_its_control_characters() -> None:
    event = only(read(record(text="refund\x00 now\u202e!\ud800\r\nplease")))
    assert event.post is not None
    assert event.post.text == "refund now!\nplease"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["source", "kind", "id", "author", "created_at", "root", "parent", "metrics", "links"]),
        json_values | st.sampled_from(["repost", "quote", "2026-03-02T09:00:00Z"]),
    ),
    st.lists(st.lists(json_values, min_size=3, max_size=5), max_size=5),
)
def test_no_json_whatever_stops_the_reader(fields: dict[str, Any], events: list[Any]) -> None:
    recording = read({**record(), **fields}, cascade(events), record("last"))
    assert list(recording.events())[-1] is not None
    assert recording.counts.lines == 3
    for event in recording.events():
        assert event.at.utcoffset() == timedelta(0)


# -- writing


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl.gz"
    assert write_archive(path, [record(text="기타가 부서졌다"), record("p2")]) == 2
    assert [e.post.text for e in read_archive([path]).events() if e.post] == [
        "기타가 부서졌다",
        "Northline lost my cello",
    ]
    assert path.read_bytes()[4:8] == bytes(4)  # no time of writing: equal records make equal files
    assert list(tmp_path.iterdir()) == [path]


def test_writing_where_one_may_not_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_archive(tmp_path / "absent" / "out.jsonl", [record()])


def test_progress_grows(tmp_path: Path) -> None:
    seen: list[int] = []
    path = tmp_path / "many.jsonl"
    write_archive(path, (record(f"p{i}") for i in range(1000)))
    read_archive([path], progress=seen.append)
    assert seen == sorted(seen)
    assert seen
    assert seen[-1] <= 1000
