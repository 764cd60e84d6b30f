"""What halving and doubling each constant of the plan does, on the halves that it was fitted on.

    python -m benchmarks.follow.choose [--seeds 2]

Each row: one constant changed, the mean delay of crossings and the error of the known size as shares of even polling's
(geometric means over worlds and budgets, without the levels crossed fewer than five times), and the requests spent.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from benchmarks.follow import rules
from benchmarks.follow.replay import Outcome, Replay
from benchmarks.follow.worlds import LEVELS, World, build
from monitor import follow

WORLDS = {
    "stories": {"fnn_story": 1.0},
    "base rate": {"fnn_tweet": 0.93, "twitter1516": 0.05, "fnn_story": 0.02},
    "notable": {"twitter1516": 0.6, "fnn_story": 0.4},
}
BUDGETS = (30, 120, 300)
CHANGED = (
    "SIZE_WORTH",
    "PATIENCE",
    "LEAST_WORTH",
    "DECAY",
    "FRESH",
    "FRESH_WEIGHT",
    "OLD_WEIGHT",
    "FORGETTING",
    "SHARPNESS",
)


def shares(worlds: list[World], theirs: list[Outcome]) -> str:
    """Delays by level, error, error by size and requests, as shares of even polling's."""
    ours = [Replay(world, rules.planned, budget).run() for world in worlds for budget in BUDGETS]
    pairs = list(zip(ours, theirs, strict=True))
    cells = []
    for place in range(len(LEVELS)):
        delays = [(a.delays[place].mean(), b.delays[place].mean()) for a, b in pairs if len(b.delays[place]) >= 5]
        cells.append(_mean(delays))
    cells.append(_mean([(a.error, b.error) for a, b in pairs]))
    cells.append(_mean([(a.error_by_size, b.error_by_size) for a, b in pairs]))
    cells.append(_mean([(a.requests, b.requests) for a, b in pairs]))
    never = sum(sum(one.never) for one in ours)
    return "  ".join(f"{cell:.3f}" for cell in cells) + f"  never {never}"


def _mean(pairs: list[tuple[float, float]]) -> float:
    return float(np.exp(np.mean([np.log(ours / theirs) for ours, theirs in pairs])))


def changes() -> Iterator[tuple[str, float]]:
    """Each constant, halved and doubled."""
    for name in CHANGED:
        for factor in (0.5, 2.0):
            yield name, getattr(follow, name) * factor


def main() -> None:
    """Print one line a change."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=2)
    seeds = range(1, 1 + parser.parse_args().seeds)
    worlds = [build(parts, 800, seed, learning=True) for parts in WORLDS.values() for seed in seeds]
    theirs = [Replay(world, rules.even, budget).run() for world in worlds for budget in BUDGETS]
    print(f"{'as it is':22}", shares(worlds, theirs))
    for name, value in changes():
        kept = getattr(follow, name)
        setattr(follow, name, value)
        print(f"{name:14} {value:7.3g}", shares(worlds, theirs), flush=True)
        setattr(follow, name, kept)


if __name__ == "__main__":
    main()
