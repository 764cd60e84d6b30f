"""Posts in each hour or day as small bars, as SVG text."""

from collections.abc import Sequence

from ui.theme import LINE

WIDTH, HEIGHT = 300, 54
_GAP = 0.22  # of a step, between two bars
_LEAST = 2.0  # pixels; a single post beside hundreds is still seen
_LEAST_TOP = 5  # a few posts stay near the ground


def bars(counts: Sequence[int], colour: str) -> str:
    """One bar a step, the newest at the right; no text, no script."""
    top = max(_LEAST_TOP, *counts) if counts else _LEAST_TOP
    step = WIDTH / max(1, len(counts))
    drawn = "".join(
        f'<rect x="{place * step + step * _GAP / 2:.1f}" y="{HEIGHT - 1 - tall:.1f}" width="{step * (1 - _GAP):.1f}" '
        f'height="{tall:.1f}" rx="1" fill="{colour}"/>'
        for place, count in enumerate(counts)
        if count > 0 and (tall := max(_LEAST, (HEIGHT - 4) * count / top))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f'{drawn}<path d="M0 {HEIGHT - 0.5}H{WIDTH}" stroke="{LINE}"/></svg>'
    )
