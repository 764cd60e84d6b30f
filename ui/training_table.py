"""What a training led to, as lines of text: the counts, the figures before and after, the decision. Pure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from monitor.plain_text import one_line

if TYPE_CHECKING:
    from monitor.store.models import KeptModel
    from monitor.text.measures import Figure, Quality
    from monitor.text.training import Comparison, Outcome
    from ui.training import Trained

FIGURES = {
    "macro_f1": "macro F1",
    "precision": "precision",
    "recall": "recall",
    "calibration_error": "calibration error",
}
DISPUTED_SHOWN = 5
_WIDE = (30, 24, 22, 22)  # of the columns


def outcome_lines(trained: "Trained", dry_run: bool) -> Iterator[str]:
    """The report of one language."""
    outcome, parts = trained.outcome, trained.outcome.parts
    code = outcome.language
    told = f"{code}: {outcome.labels:,} labelled texts ({outcome.complaints:,} complaints)"
    yield f"{told}, {outcome.weak:,} more from verdicts; {outcome.disputed:,} left out because people disagree"
    if outcome.state != "too_little":
        yield (
            f"{code}: {len(parts.train):,} to train on, {len(parts.test):,} to test on and never trained on, "
            f"{parts.set_aside:,} set aside as near copies of tested ones"
        )
    if outcome.tested is not None and outcome.samples is not None:
        before = f"before ({one_line(trained.before, 14)})"
        yield from _compared(f"{code}, test part", outcome.tested, before, tuple(FIGURES))
        yield from _compared(f"{code}, own sentences", outcome.samples, before, ("macro_f1", "calibration_error"))
    yield f"{code}: {_decision(outcome, trained.version, dry_run)}"


def _compared(where: str, found: "Comparison", before: str, names: tuple[str, ...]) -> Iterator[str]:
    yield _row((f"{where}, n = {found.after.n:,}", before, "after", "difference"))
    for name in names:
        gain: Figure | None = getattr(found.gain, name, None)
        yield _row((f"- {FIGURES[name]}", _figure(found.before, name), _figure(found.after, name), _signed(gain)))


def _row(cells: tuple[str, ...]) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, _WIDE, strict=True)).rstrip()


def _figure(quality: "Quality", name: str) -> str:
    figure: Figure | None = getattr(quality, name)
    return "unknown" if figure is None else f"{figure.value:.3f} ({figure.low:.2f}–{figure.high:.2f})"


def _signed(gain: "Figure | None") -> str:
    return "" if gain is None else f"{gain.value:+.3f} ({gain.low:+.2f} to {gain.high:+.2f})"


def _decision(outcome: "Outcome", version: str | None, dry_run: bool) -> str:
    if outcome.state == "too_little":
        return f"nothing changed: {outcome.why}"
    if outcome.state == "refused":
        return f"refused, nothing changed: {outcome.why}"
    if dry_run:
        return f"would be accepted: it {outcome.why} (--dry-run: nothing changed)"
    return f"accepted: it {outcome.why}. {outcome.language} is read with version {version} from now on"


def card_line(model: "KeptModel", is_used: bool) -> str:
    """One trained model in the list."""
    if model.withdrawn_at is not None:
        state = f"taken out of use by {model.withdrawn_by}, {model.withdrawn_at:%Y-%m-%d %H:%M}"
    else:
        state = "in use" if is_used else "replaced by a newer one"
    figures: dict[str, Any] = ((model.card.get("test") or {}).get("after")) or {}
    measured = f"macro F1 {figures['macro_f1'][0]:.3f} on {figures['n']} tested" if figures else "not measured"
    made = f"{model.made_at:%Y-%m-%d %H:%M} by {model.made_by}"
    line = (
        f"{model.language}  {model.version}  made {made}  {model.card.get('labels', '?')} labels  {measured}  {state}"
    )
    return one_line(line, 300)
