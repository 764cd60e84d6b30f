"""What people do to an incident. Each act returns the incident's new value and the line for its history.

An act that makes no sense any more raises ValueError with a text fit to be shown.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerts.domain import Change, Incident, Judgement, Level, LogEntry, Status, Truth, Verdict
from alerts.lifecycle import incident_size

LONGEST_NOTE = 500  # characters of what is written beside a word on a claim

Done = tuple[Incident, LogEntry]


def acknowledge(incident: Incident, by: str, now: datetime) -> Done:
    """``by`` takes note of the present level and size: nobody is told again unless it rises or doubles."""
    _live(incident)
    if incident.status is Status.acked:
        raise ValueError(f"{incident.acked_by} has already acknowledged it")
    taken = replace(
        incident,
        status=Status.acked,
        acked_at=now,
        acked_by=by,
        acked_level=incident.level,
        size_at_ack=incident_size(incident),
        owner=incident.owner or by,
    )
    return _logged(taken, Change.acked, by, now, level=incident.level.name, size=taken.size_at_ack)


def assign(incident: Incident, owner: str, by: str, now: datetime) -> Done:
    """``owner`` has it from now on."""
    _live(incident)
    if not owner.strip():
        raise ValueError("a name is needed: who has it from now on?")
    if incident.owner == owner:
        raise ValueError(f"{owner} has it already")
    return _logged(replace(incident, owner=owner), Change.assigned, by, now, owner=owner)


def snooze(incident: Incident, until: datetime, by: str, now: datetime) -> Done:
    """Nobody is told anything before ``until``; what happens meanwhile is told then, once."""
    _live(incident)
    if until <= now:
        raise ValueError("the snooze would end in the past; choose a later time")
    return _logged(replace(incident, snoozed_until=until), Change.snoozed, by, now, until=until)


def dismiss(incident: Incident, reason: str, verdict: Verdict, by: str, now: datetime) -> Done:
    """Close it as not a crisis. It stays quiet unless it rises above its level and doubles in size."""
    _live(incident)
    if not reason.strip():
        raise ValueError("a reason is needed: why is it not a crisis?")
    if verdict is Verdict.crisis:
        raise ValueError("what was a crisis is resolved, not dismissed")
    closed = replace(_closed(incident, by, now), verdict=verdict, verdict_reason=reason, dismissed=True)
    return _logged(closed, Change.dismissed, by, now, reason=reason, verdict=verdict.value)


def resolve(incident: Incident, verdict: Verdict, by: str, now: datetime) -> Done:
    """Close it with a verdict; those who were told get the all-clear."""
    _live(incident)
    closed = replace(_closed(incident, by, now), verdict=verdict)
    lasted = (now - incident.fired_at).total_seconds()
    told = {"verdict": verdict.value, "duration_seconds": lasted, "peak": incident.peak_level.name}
    return _logged(closed, Change.resolved, by, now, **told)


def escalate(incident: Incident, level: Level, by: str, now: datetime, reason: str = "") -> Done:
    """Raise it by hand: people of that level are told, snoozed or acknowledged as it may be."""
    _live(incident)
    if level <= incident.level:
        raise ValueError(f"it is at level {incident.level.name} already; choose a higher one")
    raised = replace(
        incident,
        level=level,
        peak_level=max(incident.peak_level, level),
        level_held_at=now,
        status=Status.open,
        acked_at=None,
        acked_by=None,
        acked_level=None,
        size_at_ack=None,
        snoozed_until=None,
    )
    return _logged(raised, Change.escalated, by, now, level=level.name, before=incident.level.name, reason=reason)


def note(incident: Incident, text: str, by: str, now: datetime) -> Done:
    """Write ``text`` into the history."""
    if not text.strip():
        raise ValueError("the note is empty")
    return _logged(incident, Change.noted, by, now, text=text)


def judge(
    incident: Incident,
    truth: Truth,
    by: str,
    now: datetime,
    claim: Sequence[str] = (),
    *,
    seen: datetime | None = None,
    source: str = "",
    note: str = "",
) -> Done:
    """Say whether a claim holds, known by the keys of its wordings; without any, whether the case as a whole does.

    ``seen`` is when the word was said that ``by`` has seen: another person's later one is not overwritten. To call it
    unverified takes back what was said.
    """
    if not by.strip():
        raise ValueError("a name is needed: who says so?")
    said = incident.word_on(claim)
    before = said.truth if said else Truth.unverified if claim else incident.truth
    if said is not None and said.by != by and said.at != seen:
        raise ValueError(f"{said.by} has marked it as {said.truth.value} meanwhile; look at it again")
    source, note = source.strip()[:LONGEST_NOTE], note.strip()[:LONGEST_NOTE]
    if before is truth and not (source or note):
        raise ValueError(f"the claim is marked as {truth.value} already")
    word = Judgement(claim[0] if claim else "", truth, by, now, source, note)
    kept = tuple(each for each in incident.judgements if each.claim not in (claim or ("",)))
    judged = replace(incident, judgements=(*kept, word), truth=incident.truth if claim else truth)
    told = {"claim": word.claim, "truth": truth.value, "before": before.value, "source": source, "note": note}
    return _logged(judged, Change.judged, by, now, **told)


def _closed(incident: Incident, by: str, now: datetime) -> Incident:
    size = incident_size(incident)
    return replace(incident, status=Status.resolved, resolved_at=now, closed_by=by, size_at_close=size)


def _live(incident: Incident) -> None:
    if incident.status is Status.resolved:
        who = incident.closed_by or "itself, after hours of calm"
        raise ValueError(f"it was closed already, by {who}")


def _logged(incident: Incident, change: Change, by: str, now: datetime, **arguments: Any) -> Done:
    return replace(incident, updated_at=now), LogEntry(incident.id, now, change, by, arguments)
