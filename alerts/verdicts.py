"""What the verdict on a case says of its single posts: weak labels, drawn anew from the cases each time. Pure."""

from collections.abc import Iterable, Iterator

from alerts.domain import Incident, Verdict
from monitor.domain import Post
from monitor.labels import Label

WEIGHT = 0.2  # of a label that somebody gave the very text 1
POSTS = 20  # of one case that count, so that no case outweighs the others

# Only posts that were read as complaints are labelled: a verdict is about what made the alarm. "Noise" and "our own
# campaign" say that the alarm had no complaint behind it; the others, that it had.
SAYS: dict[Verdict, bool] = {
    Verdict.crisis: True,
    Verdict.real: True,
    Verdict.noise: False,
    Verdict.ours: False,
}


def concluded(incident: Incident, posts: Iterable[Post]) -> Iterator[Label]:
    """One weak label for each of the first posts of a closed case that read as complaints; none without a verdict.

    A case that calm has closed, or that is open again, says nothing.
    """
    if incident.verdict is None or incident.closed_by is None or incident.resolved_at is None:
        return
    given = 0
    for post in posts:
        if given == POSTS:
            return
        if post.deleted_at is None and post.is_complaint_about(incident.brand):
            given += 1
            yield Label(
                complaint=SAYS[incident.verdict],
                who=incident.closed_by,
                at=incident.resolved_at,
                origin="verdict",
                post=post.key,
                text=post.text,
                language=post.language,
                brand=incident.brand,
                weight=WEIGHT,
            )
