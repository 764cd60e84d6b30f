"""Incidents with their findings and forecasts come out of the store as they went in, whatever strangers wrote."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.domain import Change, Finding, Incident, Judgement, Level, LogEntry, Part, Status, Truth, Verdict
from alerts.store import IncidentStore
from graph.domain import Forecast
from monitor.domain import PostKey

NUMBERS = itertools.count()  # makes every example a new row
STORED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
zones = st.sampled_from([UTC, timezone(timedelta(hours=9))])
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001 - wanted so
figures = st.floats(-1e9, 1e9)
whole = st.integers(0, 10**9)
keys = st.builds(PostKey, names, words)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | figures | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
forecasts = st.builds(
    lambda low, width, **rest: Forecast(
        seen=low, low=float(low), median=low + width / 2, high=float(low + width), **rest
    ),
    low=st.integers(1, 10**6),
    width=st.integers(0, 10**6),
    root=keys,
    made_at=moments,
    horizon=st.timedeltas(timedelta(0), timedelta(days=30)),
    model=words,
    model_version=words,
    coverage=st.none() | st.floats(0, 1),
    coverage_n=st.none() | whole,
)
parts = st.builds(Part, words, st.none() | figures, figures, st.none() | whole, st.none() | figures, words)
findings = st.builds(
    Finding,
    detector=names,
    rule_version=words,
    brand=names,
    issue=names,
    kind=words,
    level=st.sampled_from(Level),
    parts=st.lists(parts, max_size=3).map(tuple),
    evidence=st.lists(keys, max_size=3).map(tuple),
    explanation=words,
    seen_at=moments,
    arguments=st.dictionaries(words, json_values, max_size=3),
    root=st.none() | keys,
    forecast=st.none() | forecasts,
)
incidents = st.builds(
    Incident,
    id=names.map(lambda name: f"{name}{next(NUMBERS)}"),
    brand=names,
    issue=names,
    kind=words,
    level=st.sampled_from(Level),
    status=st.sampled_from(Status),
    started_at=moments,
    fired_at=moments,
    updated_at=moments,
    last_finding_at=moments,
    peak_level=st.sampled_from(Level),
    root=st.none() | keys,
    title=st.text(st.characters(exclude_categories=[]), max_size=30),
    findings=whole,
    latest=st.lists(findings, max_size=3, unique_by=lambda one: one.detector).map(tuple),
    size_at_ack=st.none() | whole,
    owner=st.none() | words,
    acked_at=st.none() | moments,
    acked_by=st.none() | words,
    snoozed_until=st.none() | moments,
    resolved_at=st.none() | moments,
    verdict=st.none() | st.sampled_from(Verdict),
    verdict_reason=st.none() | words,
    truth=st.sampled_from(Truth),
    judgements=st.lists(st.builds(Judgement, words, st.sampled_from(Truth), words, moments, words, words)).map(tuple),
)


@STORED
@given(incident=incidents)
def test_incidents_and_their_findings(engine, incident):
    store = IncidentStore(engine)
    store.save(None, incident)
    stored = store.get(incident.id)
    assert stored == incident
    assert (stored.version, type(stored.level), type(stored.status)) == (1, Level, Status)
    assert stored.fired_at.utcoffset() == timedelta(0)
    assert store.findings_of(incident.id) == sorted(incident.latest, key=lambda one: (one.seen_at, one.detector))


@STORED
@given(
    at=moments,
    change=st.sampled_from(Change),
    by=words,
    arguments=st.dictionaries(words, json_values, max_size=4),
    incident=incidents,
)
def test_log_entries(engine, incident, at, change, by, arguments):
    store = IncidentStore(engine)
    store.save(None, incident)
    entry = LogEntry(incident.id, at, change, by, arguments)
    store.log(None, entry)
    assert store.history(incident.id) == [entry]
