"""A replay that was ended at any point ends, when it is started again, as if nothing had happened."""

from datetime import timedelta

import pytest

import alerts.replay as replay_module
import ui.runtime as runtime
from alerts.domain import Level, Status


@pytest.fixture(scope="module")
def story(kit):
    """Three weeks in short: calm, an outbreak, calm until it is over, and a second one about something else."""
    tale = kit.Story()
    tale.ordinary(kit.START, 40)
    tale.outbreak(
        kit.START + timedelta(hours=30), 160, 150, "Northline Air broke my harp and refuses to pay. Never again!"
    )
    tale.ordinary(kit.START + timedelta(hours=40), 40)
    tale.outbreak(
        kit.START + timedelta(hours=75), 60, 90, "Northline Air left my mother stranded, no refund, awful", "mother"
    )
    return sorted(tale.records, key=lambda record: record["created_at"])


@pytest.fixture(scope="module")
def whole(kit, story, migrated_file, tmp_path_factory):
    file = tmp_path_factory.mktemp("whole") / "whole.db"
    file.write_bytes(migrated_file.read_bytes())
    return kit.replayed(f"sqlite:///{file}", story)


def test_the_story_has_what_a_kill_could_spoil(whole):
    (harp, harp_log), (mother, _) = whole
    assert (harp.status, harp.peak_level >= Level.review) == (Status.resolved, True)
    assert {entry.change.value for entry in harp_log} >= {"opened", "raised", "lowered", "resolved"}
    assert mother.title.startswith("Northline Air left my mother")


@pytest.mark.parametrize("lazy", [timedelta(0), timedelta(hours=1)])
@pytest.mark.parametrize("killed_after", [1, 55, 63, 79, 120])
def test_killed_and_started_again_it_ends_in_the_same_incidents(
    kit, story, whole, fresh_url, monkeypatch, killed_after, lazy
):
    monkeypatch.setattr(runtime, "LAZY", lazy)
    monkeypatch.setattr(replay_module, "CHUNK", 150)
    url = fresh_url("killed.db")

    kit.replayed(url, story, killed_after=killed_after)
    kit.replayed(url, story, killed_after=max(1, killed_after // 2))

    assert kit.replayed(url, story) == whole
    assert kit.replayed(url, story) == whole
