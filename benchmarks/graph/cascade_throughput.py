"""How many reposts a second the tracker takes in, beside counting only and beside rebuilding networkx trees.

    python -m benchmarks.graph.cascade_throughput [--events 1000000]

The stream is fnn_story where RIPPLEWATCH_DATA names the recorded data, else synthetic cascades; a new cascade starts
every minute. All figures are process seconds of one core. "Rebuilt" builds the tree of every touched cascade anew at
the end of each tick of 15 minutes and takes size, depth and mean distance from it; it is stopped after --patience
seconds and measured over what it got through, and so is the tracker beside it.
"""

import argparse
import gc
import gzip
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path

import networkx as nx

from graph.cascade import CascadeTracker
from graph.synth import synthetic_cascade
from monitor.domain import AccountKey, PostKey, Repost

START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TICK = timedelta(minutes=15)


def recorded(path: Path) -> Iterator[Repost]:
    """The reposts of a file of cascade records, as if one had started every minute."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, record in enumerate(map(json.loads, lines)):
            start = START + number * MINUTE
            root = PostKey(record["platform"], record["id"])
            for place, (seconds, user, parent, _) in enumerate(record["events"][1:], start=1):
                by = AccountKey(root.source, user or f"{root.id}/{place}?")
                child, at = PostKey(root.source, f"{root.id}/{place}"), start + timedelta(seconds=seconds)
                if parent is None:
                    yield Repost(root, child, by, at)
                else:
                    through = AccountKey(root.source, parent)
                    yield Repost(root, child, by, at, parent=through, evidence="platform", confidence=1.0)


def synthetic() -> Iterator[Repost]:
    """Reposts of synthetic cascades without end."""
    seed = 0
    while True:
        yield from synthetic_cascade(seed, 20.0 if seed % 100 else 2000.0, START + seed * MINUTE)
        seed += 1


def stream(events: int) -> tuple[str, list[Repost]]:
    """What is measured on, and its reposts in order of time."""
    folder = os.environ.get("RIPPLEWATCH_DATA")
    path = Path(folder or ".") / "cascades" / "fnn_story.dev.jsonl.gz"
    name, source = ("fnn_story", recorded(path)) if folder and path.exists() else ("synthetic", synthetic())
    return name, sorted(islice(source, events), key=lambda repost: repost.at)


def rate(label: str, events: int, seconds: float, note: str = "") -> None:
    """Print one line."""
    print(f"{label:44} {events / seconds:>12,.0f} events/s  {seconds:7.2f} s  {note}")


def count_only(reposts: list[Repost]) -> float:
    """Process seconds of a dictionary that counts."""
    start = time.process_time()
    counts: dict[PostKey, int] = {}
    for repost in reposts:
        counts[repost.root] = counts.get(repost.root, 1) + 1
    return time.process_time() - start


def track(reposts: list[Repost], batch: int) -> tuple[float, CascadeTracker]:
    """Process seconds of the tracker, fed in batches."""
    tracker = CascadeTracker()
    start = time.process_time()
    for first in range(0, len(reposts), batch):
        tracker.apply(reposts[first : first + batch])
    return time.process_time() - start, tracker


def track_ticks(reposts: list[Repost]) -> float:
    """Process seconds of the tracker with a snapshot of every touched cascade at each tick."""
    tracker = CascadeTracker()
    start = time.process_time()
    for tick, batch in groupby(reposts, key=lambda repost: (repost.at - START) // TICK):
        for root in tracker.apply(batch):
            state = tracker.get(root)
            assert state is not None
            state.snapshot(START + (tick + 1) * TICK, growth_points=2)
    return time.process_time() - start


def rebuild(reposts: list[Repost], patience: float) -> tuple[int, float]:
    """Events that were got through by rebuilding networkx trees, and the process seconds for them."""
    known: dict[PostKey, list[Repost]] = {}
    start, done = time.process_time(), 0
    for _, batch in groupby(reposts, key=lambda repost: (repost.at - START) // TICK):
        touched = set()
        for repost in batch:
            known.setdefault(repost.root, []).append(repost)
            touched.add(repost.root)
            done += 1
        for root in touched:
            measure(root, known[root])
        if time.process_time() - start > patience:
            break
    return done, time.process_time() - start


def measure(root: PostKey, reposts: list[Repost]) -> tuple[int, int, float]:
    """Size, depth and mean distance of a tree that is built anew."""
    tree: nx.DiGraph[PostKey] = nx.DiGraph()
    tree.add_node(root)
    latest: dict[AccountKey, PostKey] = {}
    for repost in reposts:
        tree.add_edge(root if repost.parent is None else latest.get(repost.parent, root), repost.child)
        latest[repost.by] = repost.child
    depths = nx.single_source_shortest_path_length(tree, root)
    size, below, distances = len(tree), dict.fromkeys(tree, 1), 0
    for node in sorted(tree, key=depths.__getitem__, reverse=True):
        for parent in tree.pred[node]:
            below[parent] += below[node]
            distances += below[node] * (size - below[node])
    return size, max(depths.values()), 2 * distances / (size * (size - 1))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--patience", type=float, default=20.0)
    asked = parser.parse_args()
    name, reposts = stream(asked.events)
    roots = len({repost.root for repost in reposts})
    print(f"{name}: {len(reposts):,} reposts in {roots:,} cascades")
    gc.freeze()  # the stream itself is not the tracker's to sweep
    rate("dictionary that counts", len(reposts), count_only(reposts))
    for batch in (len(reposts), 1000):
        seconds, tracker = track(reposts, batch)
        rate(f"tracker, batches of {batch:,}", len(reposts), seconds)
    start = time.process_time()
    deepest = max(state.snapshot(START + timedelta(days=3650)).depth for state in tracker.states())
    print(f"{'snapshots of all, with exact virality':44} {time.process_time() - start:7.2f} s  (deepest {deepest})")
    done, spent = rebuild(reposts, asked.patience)
    seconds = track_ticks(reposts[:done])
    rate("tracker, touched cascades read each tick", done, seconds)
    rate("networkx trees rebuilt each tick", done, spent, f"{spent / seconds:.0f} times slower")


if __name__ == "__main__":
    main()
