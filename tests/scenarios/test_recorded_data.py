"""Recorded cascades through the whole chain: what is in the database has the shape that networkx computes from it."""

import gzip
from datetime import UTC, datetime
from itertools import islice

import networkx as nx
import pytest

from graph.cascade import CascadeTracker
from monitor.domain import Brand
from monitor.sources.archive import read_archive
from ui.runtime import open_replay
from ui.settings import Settings
from ui.stores import Stores

EVERYTHING = Brand("all", "All", everything=True)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def computed(root, reposts):
    """Size, depth and structural virality by networkx: each act hangs under the latest earlier one of its parent."""
    tree, latest = nx.Graph(), {root.author: root.key}
    tree.add_node(root.key)
    for one in reposts:
        parent = one.parent_post or latest.get(one.parent, root.key)
        tree.add_edge(parent, one.child)
        latest[one.by] = one.child
    assert nx.is_tree(tree)
    depth = max(nx.single_source_shortest_path_length(tree, root.key).values())
    return len(tree), depth, nx.average_shortest_path_length(tree)


@pytest.mark.data
@pytest.mark.parametrize("name", ["twitter1516", "ced_weibo"])
def test_replayed_cascades_have_the_shape_that_networkx_sees(name, data_dir, tmp_path, kit):
    with gzip.open(data_dir / "cascades" / f"{name}.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        (tmp_path / "some.jsonl").write_text("".join(islice(lines, 100)), encoding="utf-8")
    recording, url = read_archive([tmp_path / "some.jsonl"]), f"sqlite:///{tmp_path / 'some.db'}"
    with open_replay(url, Settings(), (EVERYTHING,), kit.EVERY) as run:
        report = run.replay.run(recording.events())
    assert report.posts == 100
    assert report.new_reposts == report.reposts

    stores = Stores(url)
    roots = stores.posts.about("all", datetime(1990, 1, 1, tzinfo=UTC), FAR, 1000)
    by_root = {root.key: stores.posts.reposts_of([root.key]) for root in roots}
    chosen = [root for root in sorted(roots, key=lambda post: post.key) if 20 < len(by_root[root.key]) < 700][:10]
    assert len(chosen) == 10
    for root in chosen:
        tracker = CascadeTracker()
        tracker.apply(by_root[root.key], [root])
        cascade = tracker.get(root.key).snapshot(FAR)
        expected = computed(root, sorted(by_root[root.key], key=lambda r: (r.at, len(r.child.id), r.child)))
        assert (cascade.size, cascade.depth, cascade.virality) == pytest.approx(expected)
    with open_replay(url, Settings(), (EVERYTHING,), kit.EVERY) as run:
        before = run.stores.incidents.recent(1000)
        again = run.replay.run(recording.events())
        assert (again.new_posts, again.new_reposts, again.ticks) == (0, 0, 0)
        assert run.stores.incidents.recent(1000) == before
    stores.close()
