"""How often a repost without any hint is hung under its true parent, and what confidence is stated.

    python -m benchmarks.graph.parent_attribution

The parents of recorded cascades are hidden, attributed anew, and compared, by number of nodes before the repost.
"""

import gzip
import json
import os
from collections import defaultdict
from pathlib import Path

from graph.edges import ROOT, root_confidence

SETS = ("twitter1516", "ced_weibo", "fnn_tweet")


def main() -> None:
    """Print one line a set and power of two."""
    folder = os.environ.get("RIPPLEWATCH_DATA")
    if folder is None:
        raise SystemExit("RIPPLEWATCH_DATA is not set: it names the folder with the recorded data")
    for name in SETS:
        right: dict[int, int] = defaultdict(int)
        every: dict[int, int] = defaultdict(int)
        with gzip.open(Path(folder) / "cascades" / f"{name}.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
            for events in (json.loads(line)["events"] for line in lines):
                latest = {events[0][1]: ROOT}
                for place, (_, user, parent, *_rest) in enumerate(events[1:], start=1):
                    if parent is not None:
                        every[place.bit_length()] += 1
                        right[place.bit_length()] += latest.get(parent) == ROOT
                    latest[user] = place
        print(f"{name}: right {sum(right.values()) / sum(every.values()):.3f} of {sum(every.values()):,}")
        for digits in sorted(every):
            size, share = 1 << (digits - 1), right[digits] / every[digits]
            print(f"  from {size:>5} nodes: right {share:.2f}, stated {root_confidence(size):.2f} ({every[digits]:,})")


if __name__ == "__main__":
    main()
