"""The same story in another order, told twice, for two brands, or beside another one."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from alerts.domain import Status
from monitor.domain import Brand
from ui.runtime import case_reader
from ui.stores import Stores

FERRIES = Brand("harborline", "Harborline Ferries", names=("Harborline Ferries",))
BOTH = "Northline Air and Harborline Ferries lost my harp together, disgraceful, no refund from either. Never again!"


@pytest.fixture(scope="module")
def story(kit):
    tale = kit.Story(3)
    tale.ordinary(kit.START, 30)
    tale.outbreak(kit.START + timedelta(hours=26), 120, 100, BOTH)
    return sorted(tale.records, key=lambda record: record["created_at"])


@pytest.fixture(scope="module")
def told(kit, story, tmp_path_factory):
    return kit.replayed(f"sqlite:///{tmp_path_factory.mktemp('told') / 'a.db'}", story, (kit.BRAND, FERRIES))


def test_one_post_about_two_brands_is_one_incident_for_each(told):
    incidents = [incident for incident, _ in told]
    assert sorted(incident.brand for incident in incidents) == ["harborline", "northline"]
    assert len({incident.issue for incident in incidents}) == 1
    assert len({incident.fired_at for incident in incidents}) == 1


def test_each_brand_has_the_whole_case(kit, story, fresh_url):
    url = fresh_url("both.db")
    (one, _), (other, _) = kit.replayed(url, story, (kit.BRAND, FERRIES))
    stores = Stores(url)
    reader, now = case_reader(stores, (kit.BRAND, FERRIES)), kit.START + timedelta(hours=30)
    assert reader.read(one, now).size == reader.read(other, now).size == 121
    stores.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_lines_out_of_order_and_told_twice_give_the_same_incidents(kit, story, told, fresh_url, seed):
    rng = Random(seed)
    lines = [*story, *rng.sample(story, len(story) // 3)]
    rng.shuffle(lines)
    assert kit.replayed(fresh_url("shuffled.db"), lines, (kit.BRAND, FERRIES)) == told


def test_an_older_story_added_later_leaves_the_later_one_alone(kit, story, fresh_url):
    url = fresh_url("older.db")
    later = kit.replayed(url, story)
    old = kit.Story(4)
    start = kit.START - timedelta(days=9)
    old.ordinary(start, 20)
    old.outbreak(start + timedelta(hours=12), 90, 80, "Northline Air broke my cello, worst airline ever", "cello")
    records = [{**record, "id": f"old-{record['id']}"} for record in old.records]
    for record in records:
        record.update({key: f"old-{record[key]}" for key in ("root", "parent") if key in record})

    both = kit.replayed(url, records)

    assert [entry for entry in both if entry[0].fired_at >= kit.START] == later
    (cello,) = [incident for incident, _ in both if incident.fired_at < kit.START]
    assert cello.fired_at - start < timedelta(hours=15)
    assert kit.replayed(url, records) == both
    stores = Stores(url)
    assert stores.meta.get("last_tick_at") > kit.START.isoformat(), "the board stays at the latest day"
    stores.close()


def test_a_brand_that_is_watched_only_now_finds_its_posts_in_the_same_recording(kit, story, fresh_url):
    url = fresh_url("late.db")
    kit.replayed(url, story)
    both = [incident for incident, _ in kit.replayed(url, story, (kit.BRAND, FERRIES))]
    assert "harborline" in {incident.brand for incident in both}
    (northline,) = [incident for incident in both if incident.brand == "northline"]
    assert northline.status is not Status.resolved
    assert replace(northline, version=0).reopenings == 0
