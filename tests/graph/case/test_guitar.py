import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean, median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from graph.case.guitar import (
    END_DEFAULT,
    FIRST_CONTACT,
    LABEL,
    LINK,
    MILESTONES,
    START,
    VIDEO_ID,
    VIDEO_POSTED,
    moment,
    records,
    varied,
)
from graph.case.milestones import view_curve
from monitor.sources.archive import read_archive

Record = dict[str, Any]
KEYS = {"source", "id", "kind", "author", "created_at", "text", "lang", "url", "root", "parent", "evidence", "metrics"}
OUR_KEYS = {"links", "press"}  # beside those of archive record v1
FIRST_MIDNIGHT = datetime(2009, 7, 7, 7, tzinfo=UTC)  # Pacific time


@pytest.fixture(scope="module")
def case() -> list[Record]:
    return list(records())


def at(record: Record) -> datetime:
    return datetime.fromisoformat(moment(record))


def of_the_song(case: list[Record]) -> list[Record]:
    """Reposts, quotes, replies and comments that the song caused."""
    return [r for r in case if "root" in r and not r["root"].startswith(("day-", "sale"))]


def ordinary(case: list[Record]) -> list[Record]:
    return [r for r in case if r["id"].startswith("day-") and "root" not in r]


def counter(case: list[Record]) -> Iterator[Record]:
    return (r["metrics"] | {"at": datetime.fromisoformat(r["metrics"]["at"])} for r in case if "metrics" in r)


def test_it_takes_seconds_and_covers_the_span(case: list[Record]) -> None:
    began = perf_counter()
    assert list(records()) == case
    assert perf_counter() - began < 5
    assert START <= at(case[0]) < START + timedelta(hours=6)
    assert END_DEFAULT - timedelta(hours=1) < at(case[-1]) < END_DEFAULT


def test_records_are_archive_records_in_the_order_of_time(case: list[Record]) -> None:
    assert list(map(moment, case)) == sorted(map(moment, case))
    assert {key for record in case for key in record} == KEYS | OUR_KEYS
    recording = read_archive([io.BytesIO("\n".join(map(json.dumps, case)).encode())])
    assert recording.counts.dropped == 0
    assert not recording.notes
    assert recording.counts.updates == sum("metrics" in r for r in case)
    times = [event.at for event in recording.events()]
    assert times == list(map(at, case))


def test_keys_are_unique_but_for_readings_of_the_counter(case: list[Record]) -> None:
    keys = Counter((r["source"], r["id"]) for r in case if "metrics" not in r)
    assert set(keys.values()) == {1}
    assert {(r["source"], r["id"]) for r in case if "metrics" in r} == {("videosite", VIDEO_ID)}


def test_roots_and_parents_are_known_before_they_are_passed_on(case: list[Record]) -> None:
    root_of: dict[tuple[str, str], str] = {}
    for record in case:
        site = record["source"]
        if "root" in record:
            assert (site, record["root"]) in root_of
            if "parent" in record:
                assert root_of[site, record["parent"]] == record["root"]
        root_of.setdefault((site, record["id"]), record.get("root", record["id"]))


def test_another_seed_is_another_story_around_the_same_milestones(case: list[Record]) -> None:
    first, second = list(varied(1)), list(varied(2))
    texts = [
        {r["text"] for r in story if r["id"].startswith("day-") and "text" in r} for story in (case, first, second)
    ]
    assert texts[0] != texts[1] != texts[2] != texts[0]
    day = START + timedelta(days=1)
    assert list(varied(1, end=day)) == [r for r in first if at(r) < day]
    for story in (first, second):
        readings = list(counter(story))
        for milestone in MILESTONES:
            if milestone.established and milestone.figure and milestone.at < END_DEFAULT:
                near = min(readings, key=lambda r: abs(r["at"] - milestone.at))
                assert near["views"] == pytest.approx(milestone.figure, rel=0.06)


def test_a_later_end_only_adds(case: list[Record]) -> None:
    end = FIRST_CONTACT
    assert list(records(end=end)) == [r for r in case if at(r) < end]
    assert at(list(records(end=datetime(2009, 7, 13, 12, tzinfo=UTC)))[-1]).day == 13


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        records(end=START)


def test_the_counter_passes_the_published_figures(case: list[Record]) -> None:
    readings = list(counter(case))
    assert [r["views"] for r in readings] == sorted(r["views"] for r in readings)
    gaps = [b["at"] - a["at"] for a, b in pairwise(readings)]
    assert timedelta(minutes=15) <= min(gaps) <= max(gaps) == timedelta(hours=1)
    before = max((r for r in readings if r["at"] <= FIRST_CONTACT), key=lambda r: r["at"])
    assert before["views"] == pytest.approx(137_000, rel=0.02)
    assert before["replies"] == pytest.approx(1_265, rel=0.02)
    assert 1_300_000 < readings[-1]["views"] < 1_450_000


def test_as_many_pass_it_on_as_the_story_says(case: list[Record]) -> None:
    acts = of_the_song(case)
    assert 7_000 <= len(acts) <= 9_000
    assert 20 <= sum(at(r) < FIRST_MIDNIGHT for r in acts) <= 60
    assert min(map(at, acts)) > VIDEO_POSTED


def test_acts_per_thousand_new_views_stay_the_same(case: list[Record]) -> None:
    curve, times = view_curve(), [at(r) for r in of_the_song(case)]
    overall = len(times) / curve.views(END_DEFAULT)
    edges = [VIDEO_POSTED, FIRST_CONTACT - timedelta(hours=13), FIRST_CONTACT]
    edges += [FIRST_CONTACT + timedelta(hours=hours) for hours in (13, 25, 37, 49)] + [END_DEFAULT]
    for begin, end in pairwise(edges):
        rate = sum(begin <= time < end for time in times) / (curve.views(end) - curve.views(begin))
        assert rate == pytest.approx(overall, rel=0.2), begin


def test_one_comment_record_stands_for_four(case: list[Record]) -> None:
    comments = [at(r) for r in case if r.get("root") == VIDEO_ID]
    real = list(counter(case))[-1]["replies"]
    assert real / len(comments) == pytest.approx(4, rel=0.05)


def test_most_reposts_say_through_whom_they_came_and_quotes_and_replies_always_do(case: list[Record]) -> None:
    acts = of_the_song(case)
    reposts = [r for r in acts if r["kind"] == "repost"]
    told = [r for r in reposts if "parent" in r]
    assert len(told) / len(reposts) == pytest.approx(0.7, abs=0.03)
    assert {r["evidence"] for r in told} == {"via", "platform"}
    assert all(r["evidence"] == r["kind"] for r in acts if r["kind"] != "repost")
    assert not any("evidence" in r for r in reposts if "parent" not in r)


def test_the_link_spreads_in_cascades_with_depth(case: list[Record]) -> None:
    depth: dict[str, int] = {}
    for record in case:
        if record["source"] == "microblog" and "parent" in record:
            depth[record["id"]] = depth.get(record["parent"], 0) + 1
    sizes = Counter(r["root"] for r in of_the_song(case) if r["source"] == "microblog")
    assert max(depth.values()) >= 4
    assert max(sizes.values()) > 200
    assert {"root-musician", "root-guitar_shop", "root-columnist", "root-blogger", "root-show"} <= set(sizes)


def test_the_press_comes_late_on_the_seventh_and_then_widely(case: list[Record]) -> None:
    items = [r for r in case if r.get("press") and LINK in r.get("links", ())]
    assert datetime(2009, 7, 8, 0, tzinfo=UTC) < at(items[0]) < datetime(2009, 7, 8, 7, tzinfo=UTC)
    assert at(items[1]) > at(items[0]) + timedelta(hours=8)
    assert len([r for r in items if at(r) < datetime(2009, 7, 10, 7, tzinfo=UTC)]) >= 20
    assert {r["source"] for r in items} == {"feed"}


def test_ordinary_days_have_a_rhythm(case: list[Record]) -> None:
    by_hour: Counter[datetime] = Counter(at(r).replace(minute=0, second=0) for r in ordinary(case))
    hours = [START + timedelta(hours=n) for n in range(14 * 24)]
    central = timedelta(hours=-5)
    day = [by_hour[h] for h in hours if 9 <= (h + central).hour < 19 and (h + central).weekday() < 5]
    night = [by_hour[h] for h in hours if 0 <= (h + central).hour < 5]
    weekend = [by_hour[h] for h in hours if 9 <= (h + central).hour < 19 and (h + central).weekday() >= 5]
    assert 6 <= median(day) <= 12
    assert mean(night) < mean(day) / 3
    assert mean(weekend) < 0.9 * mean(day)


def test_a_few_per_cent_write_in_each_other_language(case: list[Record]) -> None:
    stated = Counter(r["lang"] for r in ordinary(case) if "lang" in r)
    for language in ("zh", "ko", "te"):
        assert 0.01 < stated[language] / stated.total() < 0.06, language
    assert {"en", "zh", "ko", "te"} <= {r.get("lang") for r in of_the_song(case)}


def test_ordinary_waves_stay_small_but_for_one_that_is_no_complaint(case: list[Record]) -> None:
    sizes = Counter(r["root"] for r in case if r.get("root", "").startswith("day-"))
    assert max(sizes.values()) <= 40
    assert 3 <= sum(size >= 15 for size in sizes.values()) <= 20
    assert sum(r.get("root") == "sale" for r in case) == 150
    assert "great price" in next(r["text"] for r in case if r["id"] == "sale")


def test_everything_invented_is_told_apart_from_the_world(case: list[Record]) -> None:
    assert "Reconstruction" in LABEL
    assert "invented" in LABEL
    for record in case:
        addresses = [*record.get("links", ()), *([record["url"]] if "url" in record else [])]
        assert all(str(urlsplit(address).hostname).endswith(".example") for address in addresses)
        assert "{" not in record.get("text", "")
