"""A measured value with its interval on a line, as SVG text; and shares of a whole as one bar."""

from collections.abc import Sequence

from ui.theme import ACCENT, FAINT, INK

WIDTH, HEIGHT = 240, 18
LEFT, RIGHT = 0.2, 1.0  # ends of the line: below lies what no reading is worth
_BAR = 22


def strip(value: float, low: float, high: float) -> str:
    """A dot for ``value`` (0..1) and a thick line from ``low`` to ``high``; ticks at every tenth; no text."""
    middle = HEIGHT / 2
    ticks = "".join(f'<path d="M{_at(tenth / 10):.1f} {middle - 3}v6" stroke="{FAINT}"/>' for tenth in range(2, 11))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="M{_at(LEFT):.1f} {middle}H{_at(RIGHT):.1f}" stroke="{FAINT}"/>{ticks}'
        f'<path d="M{_at(low):.1f} {middle}H{_at(high):.1f}" stroke="{ACCENT}" stroke-width="3" opacity=".45"/>'
        f'<circle cx="{_at(value):.1f}" cy="{middle}" r="4.5" fill="{INK}"/></svg>'
    )


def _at(value: float) -> float:
    share = (min(max(value, LEFT), RIGHT) - LEFT) / (RIGHT - LEFT)
    return 6 + share * (WIDTH - 12)


def shares(parts: Sequence[tuple[int, str, bool]]) -> str:
    """One bar made of (count, colour, hatched) from left to right; empty where nothing was counted."""
    whole = sum(count for count, _, _ in parts)
    if not whole:
        return ""
    drawn, at = [], 0.0
    for count, colour, hatched in parts:
        wide = 1000 * count / whole
        fill = "url(#h)" if hatched else colour
        drawn.append(f'<rect x="{at:.1f}" y="0" width="{max(wide - 1.5, 0.5):.1f}" height="{_BAR}" fill="{fill}"/>')
        at += wide
    hatch = (
        '<pattern id="h" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="7" height="7" fill="#fff"/><rect width="3" height="7" fill="{INK}" opacity=".55"/></pattern>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 {_BAR}" preserveAspectRatio="none">'
        f"<defs>{hatch}</defs>{''.join(drawn)}</svg>"
    )
