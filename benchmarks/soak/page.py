"""What a soak showed, in words and tables."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median

from benchmarks.soak.kept import Sample, slope
from benchmarks.soak.soak import OVERLAP_MINUTES, RETURNS_PER_HOUR, Outcome
from benchmarks.soak.stands import PLANS

WARM_UP = 0.4  # of the time


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
    if outcome.above_later:
        found.append(f"requests above an announced limit while catching up: {outcome.above_later}")
    return found


def page(outcome: Outcome, minutes: float, per_second: float, note: str) -> str:
    """The whole page."""
    return "\n".join(_lines(outcome, minutes, per_second, note))


def _lines(outcome: Outcome, minutes: float, per_second: float, note: str) -> Iterator[str]:
    posts, reposts = outcome.written
    yield "# All sources live against fake servers\n"
    yield (
        f"Written {datetime.now(UTC):%Y-%m-%d} by `python -m benchmarks.soak --minutes {minutes:g} "
        f"--per-second {per_second:g} --write` on a machine with {os.cpu_count()} cores. {note}".rstrip()
        + " Do not edit by hand.\n"
    )
    yield (
        f"**What is run.** Every online source against its fake server of `tests/sites/` on the loopback interface, each "
        f"over a world of its own that grows in real time: {posts:,} posts, quotes and replies and {reposts:,} reposts in "
        f"{outcome.seconds:.0f} s, that is {posts / outcome.seconds:.1f} and {reposts / outcome.seconds:.1f} a second. Of "
        f"the posts 3 % are listed 5 to 40 s late, 2 % are edited and 2 % are taken back. The servers stand in a process "
        f"of their own. The daemon is that of `ripplewatch run` with its own ticks, a SQLite file, the machine's clock, "
        f"Bluesky's stream beside its search; every source is looked at every 6 s, goes {OVERLAP_MINUTES:g} minutes back "
        f"for late posts and returns to posts {RETURNS_PER_HOUR} times an hour. Limits of five minutes and more are given "
        f"anew each minute, so that they bite more than once.\n"
    )
    yield "## Sources\n"
    yield (
        "*held* counts what a look can find and was not taken back; *then* is what was stored of it when the writing "
        "ended, *stored* after a restart with the budgets of an hour and a day made larger: nothing was missing after "
        f"{outcome.caught_up:.0f} s. *twice* counts rows whose key is none of the site's acts; keys are unique. *spread* "
        "is what only returns to posts find (reposts; comments of Facebook, Weibo and YouTube). *lag* is the median of "
        "what the rows said every ten seconds, *shown* what the board showed at the end, *95 %* the age at which 95 of "
        '100 posts were stored, restart included. *refused* are answers that said "too many"; *above* are requests '
        "above a limit that was announced.\n"
    )
    yield from _table(outcome)
    yield from _memory(outcome)
    yield from _work(outcome)


def _table(outcome: Outcome) -> Iterator[str]:
    yield "| source | limit | held | then | stored | missing | twice | spread | lag | shown | 95 % | requests | refused | above |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    for name, fate in outcome.fates.items():
        count, plan = outcome.counts[name], PLANS[name]
        limit = f"{plan.limit} / {plan.per}" if plan.limit else plan.own_pace or "–"
        then = outcome.stored_then.get(name, 0)
        spread = f"{fate.spread_stored} of {fate.spread}" if fate.spread else "–"
        ages = f"{fate.ages[1]:.0f} s" if fate.ages else "–"
        cells = [name, limit, fate.held, then, fate.stored, len(fate.missing), len(fate.foreign), spread]
        cells += [_lag(outcome, name), outcome.shown.get(name, "–"), ages, count.requests, count.refused, count.above]
        yield "| " + " | ".join(str(cell) for cell in cells) + " |"
    stream = outcome.shown.get("bluesky · stream", "–")
    yield f"| bluesky · stream | | | | | | | | {_lag(outcome, 'bluesky:stream')} | {stream} | | | | |"
    fates, counts = outcome.fates.values(), outcome.counts.values()
    sums = [sum(f.held for f in fates), sum(outcome.stored_then.values()), sum(f.stored for f in fates)]
    sums += [sum(len(f.missing) for f in fates), sum(len(f.foreign) for f in fates)]
    spread = f"{sum(f.spread_stored for f in fates):,} of {sum(f.spread for f in fates):,}"
    last = [sum(c.requests for c in counts), sum(c.refused for c in counts), sum(c.above for c in counts)]
    told = " | ".join(f"{one:,}" for one in sums)
    yield f"| **all** | | {told} | {spread} | | | | " + " | ".join(f"{one:,}" for one in last) + " |"
    gone, emptied = sum(f.gone for f in fates), sum(f.emptied for f in fates)
    yield (
        f"\n*then* holds posts that were taken back, too. {gone} stored acts were taken back on their sites; of these "
        f"{emptied} posts were already emptied here, most of them by the stream: elsewhere a post is looked for again "
        f"an hour after it was first seen.\n"
    )


def _lag(outcome: Outcome, row: str) -> str:
    lags = [sample.lags[row] for sample in outcome.samples if row in sample.lags]
    return f"{median(lags):.1f} s" if lags else "–"


def _memory(outcome: Outcome) -> Iterator[str]:
    samples = outcome.samples
    late = [one for one in samples if one.seconds >= WARM_UP * outcome.seconds]
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
            f"After the first {WARM_UP:.0%} of the time it rises by {rise:.2f} MB a minute, {rise / late[-1].rss:.1%} of "
            f"what it then holds, or {each:.2f} KB for each post that was stored meanwhile."
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
    for (source, reason), count in sorted(told.failures.items()):
        yield f"- {source}: {reason} ({count}×)"
    if not told.failures:
        yield "None failed."
