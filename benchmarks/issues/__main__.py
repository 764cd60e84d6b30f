"""How well complaints are gathered into issues, and how fast copies are found: ``python -m benchmarks.issues``."""

import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.issues import methods
from benchmarks.issues.score import Score, bcubed
from benchmarks.issues.sets import IssueSet, Row, all_sets, texts
from monitor.text.topics.issues import IssueClusters
from monitor.text.topics.near_duplicates import NearDuplicates

Method = Callable[[Sequence[Row]], list[Hashable]]
THRESHOLDS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.45, 0.55)
SPEED_SETS = ("en_airline", "ko_shopapps", "zh_shop10", "te_mtgcn", "ced_weibo")


def main() -> None:
    """Print both tables."""
    print("B-cubed on the half of the stories that nothing was tuned on; 95 % interval over stories")
    for labelled in all_sets():
        _quality(labelled)
    _speed()


def _quality(labelled: IssueSet) -> None:
    tuning, rows = labelled.half(0), labelled.half(1)
    stories = [row.story for row in rows]
    sizes = Counter(stories)
    several = sum(size for size in sizes.values() if size > 1)
    print(f"\n{labelled.name}: {len(rows):,} posts, {len(sizes):,} stories, {several:,} posts in stories of several")
    print(f"  same: {labelled.same}")
    best = _tuned(tuning)
    peers: dict[str, Method] = {
        "ripplewatch": methods.issues,
        "copies alone": methods.copies,
        "TF-IDF .45": methods.TfIdf(tuning),
        f"TF-IDF {best:.2f} (tuned)": methods.TfIdf(tuning, best),
        "the same text": methods.same_text,
        "everything alone": methods.alone,
    }
    if labelled.name == "en_airline":
        peers["reason read, day"] = methods.reason_and_day
    within = [place for place, story in enumerate(stories) if sizes[story] > 1]
    for name, method in peers.items():
        groups = method(rows)
        score = bcubed(stories, groups)
        inner = bcubed([stories[place] for place in within], [groups[place] for place in within])
        print(f"  {name:22} {_figures(score)}   of several: {inner.precision:.3f} {inner.recall:.3f} {inner.f:.3f}")


def _tuned(rows: Sequence[Row]) -> float:
    stories = [row.story for row in rows]
    return max(THRESHOLDS, key=lambda enough: bcubed(stories, methods.TfIdf(rows, enough)(rows)).f)


def _figures(score: Score) -> str:
    return f"P {score.precision:.3f}  R {score.recall:.3f}  F {score.f:.3f} [{score.low:.3f}, {score.high:.3f}]"


def _speed() -> None:
    print("\nposts a second on one core (processor time)")
    pool = [text for name in SPEED_SETS for text in texts(name)]
    random.Random(1).shuffle(pool)
    dice, start = random.Random(2), datetime(2026, 1, 1, tzinfo=UTC)
    streams = {
        "copies: all different": pool,
        "copies: each text twice": [text for text in pool[:20_000] for _ in range(2)],
        "copies: 9 of 10 known": [dice.choice(pool[:4_000]) for _ in range(40_000)],
    }
    for name, stream in streams.items():
        finder, begun = NearDuplicates(), time.process_time()
        families = finder.families((text, start + timedelta(seconds=n)) for n, text in enumerate(stream))
        _say(name, len(stream), time.process_time() - begun, f"{len(set(families)):,} families")
    finder, begun = NearDuplicates(), time.process_time()
    for text in pool[:5_000]:
        finder.family(text, start)
    _say("copies: one by one", 5_000, time.process_time() - begun, "")
    rows = [Row(str(n), text, start + timedelta(seconds=n), "", "brand") for n, text in enumerate(pool[:10_000])]
    read, clusters = methods.posts(rows), IssueClusters()
    begun = time.process_time()
    keys = {clusters.assign("brand", post) for post in read}
    _say("issues: all complaints", len(read), time.process_time() - begun, f"{len(keys):,} issues")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _say(name: str, count: int, seconds: float, more: str) -> None:
    print(f"  {name:26} {count:>7,} posts  {count / seconds:>8,.0f}/s  {more}")


if __name__ == "__main__":
    main()
