"""The small growth curve of an alert card, as SVG text."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.casefile import Outlook
from graph.domain import GrowthPoint
from ui.charts.ahead import worth_drawing
from ui.theme import LINE, MUTED

WIDTH, HEIGHT, PAD = 300, 66, 5
_PAST = timedelta(hours=72)  # older growth would flatten the hours that matter
_LEAST_TOP = 10.0  # a handful of posts stays near the ground

Point = tuple[float, float]


def sparkline(growth: Sequence[GrowthPoint], outlook: Sequence[Outlook], now: datetime, colour: str) -> str:
    """The counted curve, a dotted line at ``now``, the forecast as dashed line and 80 % band; no text, no script."""
    counted = _counted(growth, now)
    ahead = _ahead(counted, outlook, now)
    first, last = counted[0][0], ahead[-1][0]
    top = max(_LEAST_TOP, *(size for _, size in counted), *(high for _, _, _, high in ahead))

    def x(at: datetime) -> float:
        return PAD + (WIDTH - 2 * PAD) * ((at - first) / (last - first) if last > first else 1.0)

    def y(size: float) -> float:
        return HEIGHT - PAD - (HEIGHT - 2 * PAD) * size / top

    line = [(x(at), y(size)) for at, size in counted]
    middle = [(x(at), y(median)) for at, _, median, _ in ahead]
    band = [(x(at), y(high)) for at, _, _, high in ahead] + [(x(at), y(low)) for at, low, _, _ in reversed(ahead)]
    here = line[-1]
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none">',
            f'<path d="M0 {HEIGHT - PAD}H{WIDTH}" stroke="{LINE}"/>',
            f'<path d="{_path(band)}Z" fill="{colour}" fill-opacity=".14"/>' if len(ahead) > 1 else "",
            f'<path d="{_path(middle)}" stroke="{colour}" stroke-width="1.6" stroke-dasharray="3 3"/>',
            f'<path d="M{here[0]:.1f} 0V{HEIGHT - PAD}" stroke="{MUTED}" stroke-dasharray="1 3"/>',
            f'<path d="{_path(line)}" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round"/>',
            f'<circle cx="{here[0]:.1f}" cy="{here[1]:.1f}" r="3.6" fill="{colour}"/>',
            "</svg>",
        )
    )


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _counted(growth: Sequence[GrowthPoint], now: datetime) -> list[tuple[datetime, float]]:
    """The curve within the last hours, carried on level to ``now``."""
    known = [(point.at, float(point.size)) for point in growth if point.at <= now]
    before = [size for at, size in known if at < now - _PAST]
    recent = [(at, size) for at, size in known if at >= now - _PAST]
    if before:
        recent.insert(0, (now - _PAST, before[-1]))
    if not recent:
        recent = [(now - timedelta(hours=1), 0.0)]
    return [*recent, (now, recent[-1][1])]


def _ahead(
    counted: Sequence[tuple[datetime, float]], outlook: Sequence[Outlook], now: datetime
) -> list[tuple[datetime, float, float, float]]:
    size = counted[-1][1]
    steps = worth_drawing(outlook, size, now - counted[0][0])
    return [(now, size, size, size)] + [(now + timedelta(hours=s.hours), s.low, s.median, s.high) for s in steps]
