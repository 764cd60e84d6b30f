"""How early sizes and crossings are known, at equal requests: even polling, simple rules, and the plan.

    python -m benchmarks.follow.compare [--seeds 3] [--number 1000] [--jobs 2]

Writes benchmarks/follow/RESULTS.md. About five minutes on two cores.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

import numpy as np

from benchmarks.follow import rules
from benchmarks.follow.replay import Outcome, Replay, Rule, pooled
from benchmarks.follow.worlds import LEVELS, World, build

RESULTS = Path(__file__).parent / "RESULTS.md"
BUDGETS = (30, 60, 120, 300)
PAGED = (60, 300)
FEWEST = 10  # crossings, below which no ratio is shown

UNSEEN = {
    "mixed": {"coortweet_ru": 0.45, "memetracker": 0.30, "twitter_url2010": 0.20, "ced_weibo": 0.04, "tideh": 0.01},
    "ced_weibo": {"ced_weibo": 1.0},
    "twitter_url2010": {"twitter_url2010": 1.0},
    "memetracker": {"memetracker": 1.0},
}
OTHER_HALVES = {
    "fnn_story*": {"fnn_story": 1.0},
    "base rate*": {"fnn_tweet": 0.93, "twitter1516": 0.05, "fnn_story": 0.02},
}
RULES: Mapping[str, Rule] = {
    "even": rules.even,
    "former rule": rules.former,
    "by age": rules.by_age,
    "**plan**": rules.planned,
    "all-knowing": rules.knowing,
}
PLAN = "**plan**"

Results = dict[tuple[str, int, str], Outcome]  # by world, requests an hour, rule

HEAD = """# How early the spread of posts is known, at equal requests

Written {date} by `python -m benchmarks.follow.compare --seeds {seeds} --number {number}` from the sets of
`cascades/` under `RIPPLEWATCH_DATA`. Do not edit by hand.

**What is played.** {number} recorded cascades whose roots fall evenly into 48 hours; each is followed for 48 hours, so
that half of them live at once on average. Every minute a rule may ask about some of them; the answer is the size so
far. It starts knowing that the root exists and nothing else: no counters seen for free, no nearness to a decision. A
request that is not made may be kept for up to an hour. Each figure pools {seeds} such worlds (seeds 11 to {last}).

**The rules.** *even*: all in turn. *former rule*: what the daemon did until now (every five minutes, then at a tenth of
the age; the largest first). *by age*: whoever was left alone longest for its age. *plan*: `monitor.follow`.
*all-knowing*: a bound, which reads the true sizes and spends its requests on crossings nobody knows of, then on the
size that is furthest off.

**On what.** The constants of the plan were fitted and chosen on one half of the cascades of fnn_story, fnn_tweet and
twitter1516 (by a hash of their names). The worlds mixed, ced_weibo, twitter_url2010 and memetracker hold **only sets
that the constants never saw**; *mixed* is 45 % coortweet_ru, 30 % memetracker, 20 % twitter_url2010, 4 % ced_weibo and
1 % tideh. Worlds marked * hold the other halves; *base rate* is 93 % fnn_tweet, 5 % twitter1516, 2 % fnn_story.
fnn_tweet and fnn_story are the same events cut in two ways, so those two worlds are not fully unseen.

**How it is counted.** Delay: minutes from a crossing (within the 48 hours) until a look knows of it. A crossing never
learnt of counts as learnt when its cascade was not followed any more, which flatters; how many stands in brackets.
Error: mean |log2(known / true)| every ten minutes over all cascades that are followed; *by size*: weighted by their
events.
"""


def outcomes(number: int, seeds: range, jobs: int) -> tuple[Results, Results]:
    """All replays: a request a look, and a request a hundred new events."""
    plain: Results = {}
    paged: Results = {}
    names = [*UNSEEN, *OTHER_HALVES]
    with ProcessPoolExecutor(jobs) as pool:
        for name, found in zip(names, pool.map(of_world, names, repeat(number), repeat(seeds)), strict=True):
            plain |= found[0]
            paged |= found[1]
            print(name, "done", file=sys.stderr)
    return plain, paged


def of_world(name: str, number: int, seeds: range) -> tuple[Results, Results]:
    """The replays of one kind of world."""
    plain: Results = {}
    paged: Results = {}
    worlds = [build({**UNSEEN, **OTHER_HALVES}[name], number, seed) for seed in seeds]
    for per_hour in BUDGETS:
        for label, rule in RULES.items():
            plain[name, per_hour, label] = play(worlds, rule, per_hour, paged=False)
            if per_hour in PAGED and label in ("even", PLAN):
                paged[name, per_hour, label] = play(worlds, rule, per_hour, paged=True)
    return plain, paged


def play(worlds: list[World], rule: Rule, per_hour: int, paged: bool) -> Outcome:
    """One rule in all worlds."""
    return pooled([Replay(world, rule, per_hour, paged).run() for world in worlds])


def shares(found: Results, name: str, per_hour: int, place: int) -> tuple[float, ...]:
    """Median and mean delay of the plan as shares of even polling's; empty where too few crossings happened."""
    ours, theirs = found[name, per_hour, PLAN].delays[place], found[name, per_hour, "even"].delays[place]
    if len(theirs) < FEWEST:
        return ()
    return float(np.median(ours) / np.median(theirs)), float(ours.mean() / theirs.mean())


def verdict(found: Results) -> str:
    """How many of the shares in the short table are at most one half."""
    rows = [
        shares(found, name, per_hour, place)
        for name in [*UNSEEN, *OTHER_HALVES]
        for per_hour in BUDGETS
        for place in range(len(LEVELS))
    ]
    medians, means = (np.array([row[which] for row in rows if row]) for which in (0, 1))
    return (
        f"At most half the delay of even polling: {(medians <= 0.5).sum()} of {len(medians)} medians (middle "
        f"{np.median(medians):.2f}, worst {medians.max():.2f}), {(means <= 0.5).sum()} of {len(means)} means (middle "
        f"{np.median(means):.2f}, worst {means.max():.2f}).\n"
    )


def summary(found: Results, budgets: tuple[int, ...]) -> Iterator[str]:
    """The short table: the plan beside even polling."""
    yield (
        "| world | requests an hour | spent | "
        + " | ".join(f"delay {level:,}" for level in LEVELS)
        + " | error | by size |"
    )
    yield "|---|---|---|" + "---|" * (len(LEVELS) + 2)
    for name in [*UNSEEN, *OTHER_HALVES]:
        for per_hour in budgets:
            ours, theirs = found[name, per_hour, PLAN], found[name, per_hour, "even"]
            cells = [
                " / ".join(f"**{share:.2f}**" if share > 0.5 else f"{share:.2f}" for share in row) or "–"
                for row in (shares(found, name, per_hour, place) for place in range(len(LEVELS)))
            ]
            errors = f"{ours.error / theirs.error:.2f} | {ours.error_by_size / theirs.error_by_size:.2f}"
            yield f"| {name} | {per_hour} | {ours.requests / theirs.requests:.2f} | {' | '.join(cells)} | {errors} |"


def full(found: Results, name: str) -> Iterator[str]:
    """Every rule in one world."""
    shown = [place for place in range(len(LEVELS)) if len(found[name, BUDGETS[0], "even"].delays[place])]
    counts = ", ".join(f"{len(found[name, BUDGETS[0], 'even'].delays[place])} of {LEVELS[place]:,}" for place in shown)
    yield f"### {name}\n"
    yield f"Crossings: {counts}. Delays in minutes: median, mean (never learnt of).\n"
    yield (
        "| an hour | rule | requests | " + " | ".join(f"{LEVELS[place]:,}" for place in shown) + " | error | by size |"
    )
    yield "|---|---|---|" + "---|" * (len(shown) + 2)
    for per_hour in BUDGETS:
        for label in RULES:
            one = found[name, per_hour, label]
            cells = [
                f"{np.median(one.delays[place]):.1f}, {one.delays[place].mean():.1f} ({one.never[place]})"
                for place in shown
            ]
            errors = f"{one.error:.3f} | {one.error_by_size:.3f}"
            yield f"| {per_hour} | {label} | {one.requests:,} | {' | '.join(cells)} | {errors} |"
    yield ""


def report(plain: Results, paged: Results, number: int, seeds: range) -> Iterator[str]:
    """The whole page."""
    yield HEAD.format(date=f"{datetime.now(UTC):%Y-%m-%d}", seeds=len(seeds), number=f"{number}", last=seeds[-1])
    yield "## The plan as a share of even polling\n"
    yield verdict(plain)
    yield f"Delays: median / mean; 1 is as late as even polling, bold is over one half, – is under {FEWEST} crossings."
    yield "*spent* is the share of even polling's requests that the plan found worth making.\n"
    yield from summary(plain, BUDGETS)
    yield "\n## The same where a look costs a request for each hundred new events\n"
    yield from summary(paged, PAGED)
    yield "\n## All rules\n"
    for name in [*UNSEEN, *OTHER_HALVES]:
        yield from full(plain, name)


def main() -> None:
    """Play everything and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--number", type=int, default=1_000)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    seeds = range(11, 11 + asked.seeds)
    text = "\n".join(report(*outcomes(asked.number, seeds, asked.jobs), asked.number, seeds))
    RESULTS.write_text(text.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
