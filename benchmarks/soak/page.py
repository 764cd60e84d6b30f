"""What a soak showed, in words and tables."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median

from benchmarks.soak.kept import Sample, slope
from benchmarks.soak.soak import OVERLAP_MINUTES, RETURNS_PER_HOUR, Outcome
from benchmarks.soak.stands import PLANS

WARM_UP = 0.4  # of the time
FLAT = 0.02  # of its memory by which a process that is at rest may rise in a minute


def problems(outcome: Outcome) -> list[str]:
    """What is not as it must be."""
    found = []
    for name, fate in outcome.fates.items():
        if fate.missing:
            found.append(f"{name}: {len(fate.missing)} posts are missing, such as {fate.missing[:3]}")
        if fate.foreign:
            found.append(f"{name}: {len(fate.foreign)} are stored under a key of no post, such as {fate.foreign[:3]}")
    for name, count in outcome.counts.items():
        if count.above:
            found.append(f"{name}: {count.above} requests above the announced limit")
        if count.faults:
            found.append(f"{name}: the fake site broke:\n{count.faults[0]}")
    if outcome.shown != outcome.rows or not outcome.rows:
        found.append(f"the board shows {outcome.shown}, the rows say {outcome.rows}")
    late = late_samples(outcome)
    if len(late) > 2 and (rise := slope(late) / late[-1].rss) > FLAT:
        found.append(f"memory is not flat: it rises by {rise:.1%} a minute")
    if outcome.above_later:
        found.append(f"requests above an announced limit while catching up: {outcome.above_later}")
    return found


def late_samples(outcome: Outcome) -> list[Sample]:
    """The samples after the warm-up."""
    return [one for one in outcome.samples if one.seconds >= WARM_UP * outcome.seconds]


def page(outcome: Outcome, minutes: float, per_second: float, note: str) -> str:
    """The whole page."""
    return "\n".join(_lines(outcome, minutes, per_second, note))


WHAT = """
**What is run.** Every online source against its fake server of `tests/sites/` on the loopback interface, each over a
world of its own that grows in real time: {posts:,} posts, quotes and replies and {reposts:,} reposts in
{seconds:.0f} s, that is {rate:.1f} and {repost_rate:.1f} a second. Of the posts 3 % are listed 5 to 40 s late, 2 % are
edited and 2 % are taken back. The servers stand in a process of their own. The daemon is that of `ripplewatch run` with
its own ticks, a SQLite file, the machine's clock, and Bluesky's stream beside its search. Every source is looked at
every 6 s, goes {overlap:g} minutes back for late posts and may return to posts {returns} times an hour.

**What is scaled down.** Limits are less than what is asked where there is none. Those that hold for five minutes and
longer are given anew each minute, so that they bite more than once; the budgets of Hacker News, Weibo and YouTube
hold for an hour, and are used up before the end. The live state, which holds two weeks, holds two minutes, so that it
comes to rest within the soak: what grows after that would grow for ever.
"""

COLUMNS = """
*held* is what a look can find and was not taken back; *then* is what was stored when the writing ended (with what was
taken back), *stored* is what was stored of *held* {caught_up:.0f} s after a restart with the limits lifted. *twice* are
rows whose key is that of none of the site's acts; keys are unique. *spread* is what only returns to posts find:
reposts, and comments of Facebook, Weibo and YouTube, as far as limits allowed. *lag* is the median of what the row said
every ten seconds, *board* what the board's page of sources showed at the end, compared with the row; *95 %* the age at
which 95 of 100 posts were stored, restart included. *refused* are answers that said "too many"; *above* are requests
above a limit that was announced, or before the end of a wait that was asked for. Forums and feeds announce a limit
only by refusing.
"""


def _lines(outcome: Outcome, minutes: float, per_second: float, note: str) -> Iterator[str]:
    posts, reposts = outcome.written
    command = f"python -m benchmarks.soak --minutes {minutes:g} --per-second {per_second:g} --write"
    machine = f"on a machine with {os.cpu_count()} cores. {note}".rstrip()
    yield "# All sources live against fake servers\n"
    yield f"Written {datetime.now(UTC):%Y-%m-%d} by `{command}` {machine} Do not edit by hand."
    yield WHAT.format(
        posts=posts,
        reposts=reposts,
        seconds=outcome.seconds,
        rate=posts / outcome.seconds,
        repost_rate=reposts / outcome.seconds,
        overlap=OVERLAP_MINUTES,
        returns=RETURNS_PER_HOUR,
    )
    yield "## Sources"
    yield COLUMNS.format(caught_up=outcome.caught_up)
    yield from _table(outcome)
    yield from _memory(outcome)
    yield from _work(outcome)


HEADS = ["source", "limit", "held", "then", "stored", "missing", "twice", "spread", "lag", "board", "95 %"]
HEADS += ["requests", "failures", "refused", "above"]


def _table(outcome: Outcome) -> Iterator[str]:
    yield f"| {' | '.join(HEADS)} |"
    yield "|---" * len(HEADS) + "|"
    for name, fate in outcome.fates.items():
        count, plan = outcome.counts[name], PLANS[name]
        limit = f"{plan.limit} / {plan.per}" if plan.limit else plan.own_pace or "–"
        spread = f"{fate.spread_stored:,} of {fate.spread:,}" if fate.spread else "–"
        cells = [name, limit, fate.held, outcome.stored_then.get(name, 0), fate.stored, len(fate.missing)]
        cells += [len(fate.foreign), spread, _lag(outcome, name), outcome.shown.get(name, "–")]
        cells += [f"{fate.ages[1]:.0f} s" if fate.ages else "–", count.requests, _failures(outcome, name)]
        yield _row([*cells, count.refused, count.above])
    stream = outcome.shown.get("bluesky:stream", "–")
    yield _row(["bluesky · stream", *[""] * 7, _lag(outcome, "bluesky:stream"), stream, *[""] * 5])
    yield _row(_sums(outcome))
    fates = outcome.fates.values()
    gone, emptied = sum(f.gone for f in fates), sum(f.emptied for f in fates)
    yield (
        f"\n{gone:,} stored acts were taken back on their sites; of these {emptied:,} posts were emptied by the end, "
        "by the stream above all: elsewhere a post is looked for again an hour after it was first seen.\n"
    )


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"


def _sums(outcome: Outcome) -> list[object]:
    fates, counts = outcome.fates.values(), outcome.counts.values()
    spread = f"{sum(f.spread_stored for f in fates):,} of {sum(f.spread for f in fates):,}"
    return [
        "**all**",
        "",
        sum(f.held for f in fates),
        sum(outcome.stored_then.values()),
        sum(f.stored for f in fates),
        sum(len(f.missing) for f in fates),
        sum(len(f.foreign) for f in fates),
        spread,
        "",
        "",
        "",
        sum(c.requests for c in counts),
        outcome.told.failures.total(),
        sum(c.refused for c in counts),
        sum(c.above for c in counts),
    ]


def _failures(outcome: Outcome, name: str) -> int:
    return sum(count for (source, _), count in outcome.told.failures.items() if source == name)


def _lag(outcome: Outcome, row: str) -> str:
    lags = [sample.lags[row] for sample in outcome.samples if row in sample.lags]
    return f"{median(lags):.1f} s" if lags else "–"


def _memory(outcome: Outcome) -> Iterator[str]:
    samples = outcome.samples
    late = late_samples(outcome)
    shown = [_nearest(samples, 60.0 * minute) for minute in (1, 3, 5, 7, 10) if 60 * minute <= outcome.seconds + 5]
    yield "## Memory and work\n"
    yield "| minute | " + " | ".join(f"{one.seconds / 60:.0f}" for one in shown) + " |"
    yield "|---|" + "---|" * len(shown)
    yield "| memory of the daemon, MB | " + " | ".join(f"{one.rss:.0f}" for one in shown) + " |"
    yield "| posts stored | " + " | ".join(f"{sum(one.stored.values()):,}" for one in shown) + " |\n"
    if len(late) > 2:
        rise = slope(late)
        posts = sum(late[-1].stored.values()) - sum(late[0].stored.values())
        minutes = (late[-1].seconds - late[0].seconds) / 60
        each = rise * minutes * 1024 / posts if posts else 0.0
        yield (
            f"After the first {WARM_UP:.0%} of the time it rises by {rise:.2f} MB a minute, which is "
            f"{rise / late[-1].rss:.1%} of what it then holds, or {each:.2f} KB for each post stored meanwhile."
        )


def _nearest(samples: Sequence[Sample], seconds: float) -> Sample:
    return min(samples, key=lambda one: abs(one.seconds - seconds))


def _work(outcome: Outcome) -> Iterator[str]:
    first, last, told = outcome.samples[0], outcome.samples[-1], outcome.told
    share = (last.cpu - first.cpu) / (last.seconds - first.seconds)
    yield (
        f"The daemon used {share:.0%} of one core. A look at everything took {median(told.looks):.2f} s (longest "
        f"{max(told.looks):.2f} s), a round of crawls {median(told.crawls):.1f} s (longest {max(told.crawls):.1f} s). "
        f"{told.opened} incidents opened.\n"
    )
    yield "## What crawls said when they failed\n"
    for (source, reason), count in sorted(_said(told.failures).items()):
        yield f"- {source}: {reason} ({count}×)"
    if not told.failures:
        yield "None failed."


def _said(failures: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Reasons without ports and ids, which differ from run to run."""
    said: Counter[tuple[str, str]] = Counter()
    for (source, reason), count in failures.items():
        said[source, re.sub(r"127\.0\.0\.1:\d+", "the site", re.sub(r"/\d{2,}[\w.]*", "/…", reason))] += count
    return said
