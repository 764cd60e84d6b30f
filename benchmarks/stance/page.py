"""The figures as a page."""

import math
from collections.abc import Mapping, Sequence

from benchmarks.stance.invented import Answer
from benchmarks.stance.recorded import Kept

Z = 1.96
ALL = "all"

HEAD = """# Stance: how a post reads towards each brand

`python -m benchmarks.stance --write` wrote this page. The set (tests/fixtures/stance) is 176 invented posts, 44 in each
language, with one or two brands each: comparisons, rescuers, two brands in one post, weather, other companies, the
writer's own mistake, plain reports, plain complaints. It was written before any rule was. Every second post was held
back: rules were changed for errors in "dev" and in the recorded tweets only; the held half was measured after each
change, and some of its errors were seen but nothing was done for them. The first run, before any change, gave .806 on
dev and .863 on held. Both halves come from one hand and share their kinds of posts between the languages, so they show
that the rules hold, not how often such posts occur. The answer is one of "-" (complaint, or clearly negative), "+"
(praise) and "0" for each brand.
"""


def page(answers: Sequence[Answer], kept: Kept | None, rates: Mapping[str, float]) -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *_table(answers), "", *_missed(answers), "", *_recorded(kept), "", *_speed(rates), ""])


def _table(answers: Sequence[Answer]) -> list[str]:
    lines = [
        "| part | language | brands | right, towards each brand | right, sentiment of the whole text |",
        "|---|---|---|---|---|",
    ]
    for part in ("dev", "held"):
        for language in (*dict.fromkeys(answer.language for answer in answers), ALL):
            some = [a for a in answers if a.part == part and language in (a.language, ALL)]
            towards = sum(a.towards == a.wanted for a in some)
            whole = sum(a.whole == a.wanted for a in some)
            lines.append(
                f"| {part} | {language} | {len(some)} | {share(towards, len(some))} | {share(whole, len(some))} |"
            )
    return lines


def share(right: int, of: int) -> str:
    """A share with its 95 % interval (Wilson)."""
    rate = right / of
    middle = (rate + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * math.sqrt(rate * (1 - rate) / of + Z * Z / (4 * of * of))
    return f"{rate:.3f} ({middle - half:.3f} to {middle + half:.3f})"


def _missed(answers: Sequence[Answer]) -> list[str]:
    wrong = [f"{a.post} ({a.wanted} read as {a.towards})" for a in answers if a.towards != a.wanted]
    return [f"Read wrongly: {', '.join(wrong)}."]


def _recorded(kept: Kept | None) -> list[str]:
    if kept is None:
        return ["Recorded tweets were not at hand (RIPPLEWATCH_DATA is not set)."]
    return [
        "## Recorded tweets to airlines",
        "",
        "A guard, not a target: the labels are of the whole tweet, so what is rightly taken from the airline counts as",
        f"an error here. Of {kept.tweets:,} tweets {kept.changed:,} ({kept.changed / kept.tweets:.1%}) read otherwise",
        "towards their airline than as a whole; macro F1 of complaint",
        f"{kept.whole:.4f} before, {kept.towards:.4f} after.",
    ]


def _speed(rates: Mapping[str, float]) -> list[str]:
    lines = ["## Speed", "", "Seconds of one core; the reading of the parts is not counted.", ""]
    lines += ["| texts | a second |", "|---|---|"]
    return lines + [f"| {kind} | {rate:,.0f} |" for kind, rate in rates.items()]
