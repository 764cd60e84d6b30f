"""Which incident a finding belongs to: its own issue's, or the one of a bigger issue that explains it.

A finding may name in ``arguments["issue"]`` the issue that explains it (a surge of complaints that are mostly about one
thing). Where that issue has an incident, the finding feeds it; where the incident began under the finding's own key and
the issue shows itself later, the incident takes over the issue's name, so that one case never becomes two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.domain import Finding, Incident, Status

Key = tuple[str, str]  # brand and issue


def adopt(findings: Sequence[Finding], known: Mapping[Key, Incident]) -> dict[Key, Incident]:
    """``known`` with each live incident renamed whose explaining issue now has findings of its own."""
    named = dict(known)
    for key in sorted({(finding.brand, finding.issue) for finding in findings} - known.keys()):
        for old, incident in sorted(named.items()):
            if incident.status is not Status.resolved and _explained_by(incident, key):
                del named[old]
                named[key] = replace(incident, issue=key[1])
                break
    return named


def group(
    findings: Sequence[Finding], known: Mapping[Key, Incident], now: datetime, remembered: timedelta
) -> dict[Key, list[Finding]]:
    """The findings by the incident that they belong to; keys and findings in an order of their own, not of arrival.

    A finding that names no issue stays with the incident that took the last one of its kind within ``remembered``.
    """
    own = {(finding.brand, finding.issue) for finding in findings}
    groups: dict[Key, list[Finding]] = {}
    for finding in sorted(findings, key=strength):
        named = finding.arguments.get("issue")
        if named is not None and ((finding.brand, named) in known or (finding.brand, named) in own):
            key = (finding.brand, str(named))
        else:
            key = (finding.brand, finding.issue)
            if named is None and key not in known:
                host = _host(finding, known, now - remembered)
                key = (finding.brand, host.issue) if host else key
        groups.setdefault(key, []).append(finding)
    return dict(sorted(groups.items()))


def strength(finding: Finding) -> tuple[int, int, str, str]:
    """Sorts the strongest finding first; a total order, so that nothing hangs on the order of arrival."""
    return -finding.level, -(size_of(finding) or 0), finding.detector, repr(finding)


def size_of(finding: Finding) -> int | None:
    """How large the thing was that the finding saw; None where it did not say."""
    size = finding.arguments.get("size")
    return int(size) if size is not None else None


def _explained_by(incident: Incident, key: Key) -> bool:
    return incident.brand == key[0] and any(
        finding.issue == incident.issue and finding.arguments.get("issue") == key[1] for finding in incident.latest
    )


def _host(finding: Finding, known: Mapping[Key, Incident], since: datetime) -> Incident | None:
    hosts = (
        incident
        for _, incident in sorted(known.items())
        if incident.brand == finding.brand and incident.status is not Status.resolved
        for last in incident.latest
        if (last.detector, last.issue) == (finding.detector, finding.issue) and last.seen_at > since
    )
    return next(hosts, None)
