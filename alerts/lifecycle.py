"""Findings and known incidents in, changed incidents out: one incident per brand and issue.

It opens and rises at once and calms down slowly: six hours without a finding at its level take it down by one level,
and below the lowest it is resolved. A re-fire within a day re-opens it. What a person closed stays closed unless it
grew.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from alerts.domain import Change, Finding, Incident, Level, LogEntry, Status
from alerts.grouping import Key, adopt, group, size_of

OURSELVES = "ripplewatch"
CLOSED_REMEMBERED = timedelta(days=7)


class LifecycleConfig(BaseModel):
    """How incidents calm down and come back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lower_after_hours: float = Field(default=6.0, gt=0, description="without a finding at its level: one level down")
    reopen_within_hours: float = Field(default=24.0, ge=0, description="a re-fire so soon after is the same incident")
    growth: float = Field(default=2.0, gt=1, description="growth since a person acted that alerts again")

    @property
    def lower_after(self) -> timedelta:
        """As a duration."""
        return timedelta(hours=self.lower_after_hours)

    @property
    def reopen_within(self) -> timedelta:
        """As a duration."""
        return timedelta(hours=self.reopen_within_hours)

    @property
    def look_back(self) -> timedelta:
        """How long after its end an incident must still be handed to ``advance``: what a person closed stays quiet."""
        return self.reopen_within + CLOSED_REMEMBERED


@dataclass(frozen=True, slots=True)
class Transition:
    """An incident's new value and what happened to it; no changes: only its figures are newer."""

    incident: Incident
    changes: tuple[LogEntry, ...] = ()


def matters(incident: Incident, now: datetime, config: LifecycleConfig) -> bool:
    """Whether ``advance`` must be handed this incident: it is live, could be re-opened, or owes an all-clear."""
    if incident.status is not Status.resolved or (incident.told_level is not None and not incident.dismissed):
        return True
    return _can_return(incident, now, config)


def advance(
    incidents: Sequence[Incident],
    findings: Sequence[Finding],
    now: datetime,
    config: LifecycleConfig,
    watched_since: Mapping[str, datetime] | None = None,
) -> list[Transition]:
    """What becomes of the incidents by ``now``, by brand and issue; those that stay as they are are left out.

    ``incidents`` are those that ``matters`` keeps. ``watched_since`` says per brand since when sources have brought
    data without a gap: calm that nobody watched does not count.
    """
    since = watched_since or {}
    results = {incident.id: _settle(incident, now, config, since.get(incident.brand)) for incident in incidents}
    known = adopt(findings, _known([result.incident for result in results.values()], now, config))
    for key, found in group(findings, known, now, config.lower_after).items():
        before = known.get(key)
        after = _opened(key, found, now) if before is None else _met(before, found, now, config)
        earlier = results[before.id].changes if before else ()
        results[after.incident.id] = Transition(after.incident, (*earlier, *after.changes))
    originals = {incident.id: incident for incident in incidents}
    changed = [result for result in results.values() if result.incident != originals.get(result.incident.id)]
    return sorted(changed, key=lambda result: (result.incident.brand, result.incident.issue, result.incident.id))


def _known(incidents: list[Incident], now: datetime, config: LifecycleConfig) -> dict[Key, Incident]:
    """The one incident of each brand and issue that findings go to: the live one, else the latest that can return."""
    usable = [i for i in incidents if i.status is not Status.resolved or _can_return(i, now, config)]
    usable.sort(key=lambda i: (i.status is not Status.resolved, i.fired_at, i.id))
    return {(incident.brand, incident.issue): incident for incident in usable}


def _can_return(incident: Incident, now: datetime, config: LifecycleConfig) -> bool:
    ended = incident.resolved_at or incident.updated_at
    if incident.closed_by is not None:  # stays closed for as long as the same findings go on
        ended = max(ended, incident.last_finding_at)
    return now - ended <= config.reopen_within


def _settle(incident: Incident, now: datetime, config: LifecycleConfig, since: datetime | None) -> Transition:
    """``incident`` after all the calm until ``now``: each step is taken at its own moment, however late we look."""
    changes: list[LogEntry] = []
    while incident.status is not Status.resolved:
        held = incident.level_held_at or incident.last_finding_at
        due = max(held, since or held) + config.lower_after
        if due >= now:
            break
        incident, change = _calmed(incident, due)
        changes.append(change)
    return Transition(incident, tuple(changes))


def _calmed(incident: Incident, at: datetime) -> tuple[Incident, LogEntry]:
    if incident.level > Level.watch:
        lower = Level(incident.level - 1)
        change = _entry(incident, at, Change.lowered, level=lower.name, before=incident.level.name)
        return replace(incident, level=lower, level_held_at=at, updated_at=at), change
    lasted = (at - incident.fired_at).total_seconds()
    change = _entry(incident, at, Change.resolved, duration_seconds=lasted, peak=incident.peak_level.name)
    return replace(incident, status=Status.resolved, resolved_at=at, updated_at=at), change


def _opened(key: Key, found: list[Finding], now: datetime) -> Transition:
    brand, issue = key
    top = found[0]
    incident = Incident(
        id=hashlib.sha256(f"{brand}\n{issue}\n{now.isoformat()}".encode()).hexdigest()[:12],
        brand=brand,
        issue=issue,
        kind=top.kind,
        level=top.level,
        status=Status.open,
        started_at=_started_at(top),
        fired_at=now,
        updated_at=now,
        last_finding_at=now,
        peak_level=top.level,
        level_held_at=now,
    )
    incident = _fed(incident, found, now)
    change = _entry(
        incident, now, Change.opened, level=top.level.name, detector=top.detector, size=incident_size(incident)
    )
    return Transition(incident, (change,))


def _met(incident: Incident, found: list[Finding], now: datetime, config: LifecycleConfig) -> Transition:
    if incident.status is not Status.resolved:
        return _updated(incident, found, now, config)
    if incident.closed_by is not None and not _worse_than_closed(incident, found, now, config):
        return Transition(_fed(incident, found, now))
    return _reopened(incident, found, now)


def _updated(incident: Incident, found: list[Finding], now: datetime, config: LifecycleConfig) -> Transition:
    level = max(incident.level, found[0].level)
    held = now if found[0].level >= incident.level else incident.level_held_at or incident.last_finding_at
    after = _fed(replace(incident, level=level, level_held_at=held), found, now)
    changes = []
    if level > incident.level:
        arguments = {"level": level.name, "before": incident.level.name, "detector": found[0].detector}
        changes.append(_entry(after, now, Change.raised, **arguments, size=incident_size(after)))
    if after.status is Status.acked:
        after, woken = _woken(after, now, config)
        changes.extend(woken)
    return Transition(after, tuple(changes))


def _woken(incident: Incident, now: datetime, config: LifecycleConfig) -> tuple[Incident, list[LogEntry]]:
    """An acknowledged incident that is worse than what was acknowledged is open again."""
    size, known = incident_size(incident), incident.size_at_ack
    if incident.acked_level is not None and incident.level > incident.acked_level:
        return _unacknowledged(incident), []
    if known is None or size is None:
        return replace(incident, size_at_ack=known if known is not None else size), []
    if size < config.growth * known:
        return incident, []
    again = replace(_unacknowledged(incident), doublings=incident.doublings + 1)
    return again, [_entry(again, now, Change.doubled, size=size, before=known, n=again.doublings)]


def _worse_than_closed(incident: Incident, found: list[Finding], now: datetime, config: LifecycleConfig) -> bool:
    """Whether it outgrew what a person closed; "not a crisis" takes a higher level and twice the size, else either."""
    higher = found[0].level > incident.level
    size, known = max((size_of(finding) or 0 for finding in found), default=0), incident.size_at_close
    doubled = known is not None and size >= config.growth * known
    if incident.dismissed:
        return higher and (doubled or known is None)
    return higher or doubled or now - incident.last_finding_at > config.lower_after


def _reopened(incident: Incident, found: list[Finding], now: datetime) -> Transition:
    level = found[0].level
    after = replace(
        _unacknowledged(incident),
        level=level,
        level_held_at=now,
        resolved_at=None,
        verdict=None,
        verdict_reason=None,
        dismissed=False,
        closed_by=None,
        size_at_close=None,
        reopenings=incident.reopenings + 1,
        told_level=None if incident.dismissed else incident.told_level,
    )
    after = _fed(after, found, now)
    return Transition(after, (_entry(after, now, Change.reopened, level=level.name, size=incident_size(after)),))


def _unacknowledged(incident: Incident) -> Incident:
    return replace(incident, status=Status.open, acked_at=None, acked_by=None, acked_level=None, size_at_ack=None)


def _fed(incident: Incident, found: list[Finding], now: datetime) -> Incident:
    """``incident`` with the newest figures; ``found`` has the strongest first."""
    latest = {finding.detector: finding for finding in (*incident.latest, *reversed(found))}
    rooted = next((finding for finding in found if finding.root is not None), None)
    title = next((str(text) for finding in found if (text := finding.arguments.get("title"))), "")
    new_root = incident.root is None and rooted is not None
    return replace(
        incident,
        root=rooted.root if rooted and new_root else incident.root,
        started_at=_started_at(rooted) if rooted and new_root else incident.started_at,
        title=incident.title or title,
        findings=incident.findings + len(found),
        latest=tuple(latest[name] for name in sorted(latest)),
        last_finding_at=now,
        updated_at=now,
        peak_level=max(incident.peak_level, incident.level),
    )


def incident_size(incident: Incident) -> int | None:
    """The largest size that the newest findings saw: of a cascade, or of a surge; None where none said."""
    return max((size for finding in incident.latest if (size := size_of(finding)) is not None), default=None)


def _started_at(finding: Finding) -> datetime:
    told = finding.arguments.get("started_at")
    return datetime.fromisoformat(told) if isinstance(told, str) else finding.seen_at


def _entry(incident: Incident, at: datetime, change: Change, **arguments: Any) -> LogEntry:
    return LogEntry(incident.id, at, change, OURSELVES, arguments)
