"""Whatever comes in whatever order: the same incidents, and never two live ones of one issue."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.domain import Finding, Level, Status
from alerts.lifecycle import LifecycleConfig, advance, matters

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
CONFIG = LifecycleConfig()
MINUTES = 60 * 24 * 4


@st.composite
def findings(draw):
    kind = draw(st.sampled_from(["viral_complaint", "influencer_complaint", "volume_surge"]))
    issue = draw(st.sampled_from(["a", "b"]))
    own = "surge:northline" if kind == "volume_surge" else issue
    explained = draw(st.sampled_from([None, "a", "b"])) if kind == "volume_surge" else None
    size = draw(st.none() | st.integers(1, 10_000))
    return Finding(
        kind, "1", "northline", own, kind, draw(st.sampled_from(Level)), (), (), "why", NOON,
        {"size": size, "issue": explained} if explained else {"size": size},
    )  # fmt: skip


SCRIPTS = st.dictionaries(
    st.integers(0, MINUTES // 30).map(lambda k: 30 * k), st.lists(findings(), max_size=4), max_size=14
)


def play(script, ticks):
    known, log = {}, []
    for minute in sorted(ticks | script.keys()):
        now = NOON + timedelta(minutes=minute)
        found = [replace(finding, seen_at=now) for finding in script.get(minute, [])]
        kept = [incident for incident in known.values() if matters(incident, now, CONFIG)]
        for transition in advance(kept, found, now, CONFIG):
            known[transition.incident.id] = transition.incident
            log.extend(transition.changes)
        live = Counter((i.brand, i.issue) for i in known.values() if i.status is not Status.resolved)
        assert all(count == 1 for count in live.values())
    return known, sorted(log, key=lambda entry: (entry.at, entry.incident, entry.change))


END = {MINUTES + 60 * 24 * 3}


@settings(max_examples=60, deadline=None)
@given(SCRIPTS)
def test_many_small_ticks_end_where_few_large_ones_do(script):
    assert play(script, END) == play(script, END | set(range(0, MINUTES, 17)))


@settings(max_examples=60, deadline=None)
@given(SCRIPTS, st.integers(0, 2**31))
def test_the_order_of_findings_within_a_tick_does_not_matter(script, seed):
    dice = random.Random(seed)
    shuffled = {minute: dice.sample(found, len(found)) for minute, found in script.items()}

    assert play(script, END) == play(shuffled, END)


@settings(max_examples=40, deadline=None)
@given(SCRIPTS)
def test_everything_ends_once_nothing_is_found(script):
    known, _ = play(script, END)

    assert all(incident.status is Status.resolved for incident in known.values())
    assert all(incident.level is Level.watch for incident in known.values())


@settings(max_examples=40, deadline=None)
@given(SCRIPTS)
def test_no_finding_is_lost(script):
    known, _ = play(script, END)

    assert sum(incident.findings for incident in known.values()) == sum(len(found) for found in script.values())
