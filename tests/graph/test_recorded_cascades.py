"""Shapes of synthetic and of recorded cascades against a computation by networkx that shares no code with ours."""

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph.cascade import CascadeState, CascadeTracker
from graph.synth import synthetic_cascade, synthetic_root
from monitor.domain import PostKey
from monitor.sources.archive import read_archive

START = datetime(2026, 3, 1, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def shape(edges: Iterable[tuple[Any, Any]], root: Any) -> tuple[int, int, int, float]:
    """Size, depth, breadth and mean distance of two nodes."""
    tree = nx.Graph()
    tree.add_node(root)
    tree.add_edges_from(edges)
    assert nx.is_tree(tree)
    depths = list(nx.single_source_shortest_path_length(tree, root).values())
    return len(tree), max(depths), max(map(depths.count, depths)), nx.average_shortest_path_length(tree)


def ours(state: CascadeState) -> tuple[int, int, int, float | None]:
    cascade = state.snapshot(FAR)
    return cascade.size, cascade.depth, cascade.breadth, cascade.virality


@pytest.mark.parametrize("seed", range(10))
def test_synthetic_cascades(seed: int) -> None:
    reposts, root = synthetic_cascade(seed, 150, START, virality=0.7), synthetic_root(seed, START)
    latest: dict[object, PostKey] = {root.author: root.key}
    edges = []
    for one in reposts:
        edges.append((one.parent_post or latest[one.parent or root.author], one.child))
        latest[one.by] = one.child
    tracker = CascadeTracker()
    for batch in range(0, len(reposts), 17):
        tracker.apply(reversed(reposts[batch : batch + 17]))
    tracker.apply([], [root])
    state = tracker.get(root.key)
    assert state is not None
    assert ours(state) == pytest.approx(shape(edges, root.key))


@pytest.mark.data
@pytest.mark.parametrize("name", ["twitter1516", "ced_weibo"])
def test_recorded_cascades(name: str, data_dir: Path, tmp_path: Path) -> None:
    path = data_dir / "cascades" / f"{name}.dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        chosen = list(islice((line for line in lines if 20 < line.count("[") < 600), 10))
    (tmp_path / "ten.jsonl").write_text("".join(chosen), encoding="utf-8")
    tracker = CascadeTracker()
    for happened in read_archive([tmp_path / "ten.jsonl"]).events():
        tracker.apply(filter(None, [happened.repost]), filter(None, [happened.post]))
    records = [json.loads(line) for line in chosen]
    assert len(tracker) == len(records) == 10
    for record in records:
        state = tracker.get(PostKey(record["platform"], record["id"]))
        assert state is not None
        assert ours(state) == pytest.approx(shape(recorded_edges(record["events"]), 0))
        assert state.last_at - state.started_at == timedelta(seconds=record["events"][-1][0])


def recorded_edges(events: list[list[Any]]) -> list[tuple[int, int]]:
    """An event hangs under the latest earlier one of its parent account, under the first where there is none."""
    latest, edges = {events[0][1]: 0}, []
    for place, (_, user, parent, *_rest) in enumerate(events[1:], start=1):
        edges.append((latest.get(parent, 0), place))
        latest[user] = place
    return edges
