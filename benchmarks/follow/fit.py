"""Fit how cascades go on after two looks: the eight constants at the top of monitor/follow.py.

    python -m benchmarks.follow.fit

Learned from one half of the cascades of three sets. Each example is a cascade at random moments: an earlier look, a
look, and now; what is fitted is the likelihood of the number of new events, in steps that grow by one half. Printed:
the constants, and how likely passing a level was said to be beside how often it happened, on the other halves and on
sets never seen.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.follow.worlds import FITTED_ON, LEVELS, LIFE, half

Floats = NDArray[np.float64]
NAMES = (
    "DECAY_START",
    "DECAY",
    "FRESH",
    "FRESH_WEIGHT",
    "OLD_WEIGHT",
    "FORGETTING",
    "SHARPNESS",
    "SHARPNESS_OF_SIZE",
)
START = np.log([600.0, 0.3, 5.0, 0.1, 0.5, 0.5, 0.8, 0.1])
EXAMPLES = 9_000  # of each set
STEP = 1.5
OTHERS = ("ced_weibo", "tideh", "twitter_url2010", "memetracker", "coortweet_ru")


def examples(name: str, learning: bool, seed: int) -> Floats:
    """Rows: size and age at the earlier look, size and age at the last, new events since, age now."""
    draw = np.random.default_rng(seed)
    pool = half(name, learning)
    rows = []
    for _ in range(EXAMPLES):
        times = pool[draw.integers(len(pool))]
        now = np.exp(draw.uniform(np.log(120.0), np.log(LIFE)))
        kind, last, earlier = draw.random(), 0.0, 0.0
        if kind >= 0.25:  # else never looked at
            last = now * draw.random() ** draw.choice([0.3, 1.0, 2.0])
        if kind >= 0.45:  # else looked at once
            earlier = last * draw.random() ** draw.choice([0.2, 1.0])
        sizes = [max(1, int(np.searchsorted(times, age, side="right"))) for age in (earlier, last, now)]
        rows.append((sizes[0], earlier, sizes[1], last, sizes[2] - sizes[1], now))
    return np.array(rows, dtype=np.float64).T


def odds(logs: Floats, data: Floats, more: Floats) -> Floats:
    """The chance of at least ``more`` new events; written again here, so that the fit can move the constants."""
    start, decay, fresh, fresh_weight, old_weight, forgetting, sharpness, by_size = np.exp(logs)
    size_before, before, size, last, _, now = data
    total = (1 - (1 + np.array([before, last, now]) / start) ** -decay) / decay
    recent = total[1] - total[0]
    share = np.divide(recent, total[1], out=np.ones_like(recent), where=total[1] > 0)
    old = np.maximum(share, 1e-6) ** forgetting
    seen = old * (fresh_weight * fresh + old_weight * (size_before - 1)) + (size - size_before)
    scale = seen / (old * (fresh_weight + old_weight * total[0]) + recent)
    expected = np.maximum(scale * (total[2] - total[1]), 1e-9)
    sharp = np.clip(sharpness + by_size * np.log(size), 0.2, 4.0)
    chance: Floats = np.where(more <= 0, 1.0, 1 / (1 + (np.maximum(more, 1e-9) / expected) ** sharp))
    return chance


def misfit(logs: Floats, data: Floats) -> float:
    """Mean negative log likelihood of the step into which the number of new events fell."""
    new = data[4]
    step = np.floor(np.log(np.maximum(new, 1)) / np.log(STEP))
    low, high = np.ceil(STEP**step), np.ceil(STEP ** (step + 1))
    low, high = np.where(new < 1, 0, low), np.where(new < 1, 1, high)
    return float(-np.log(np.maximum(odds(logs, data, low) - odds(logs, data, high), 1e-9)).mean())


def fit(data: Floats) -> Floats:
    """The logs of the constants with the smallest misfit."""
    logs = START
    options = {"maxiter": 2500, "maxfev": 2500, "xatol": 1e-3, "fatol": 1e-5}
    for _ in range(5):  # it stops early; from where it stopped it goes on
        logs = minimize(misfit, logs, args=(data,), method="Nelder-Mead", options=options).x
    return logs


def show(name: str, logs: Floats) -> None:
    """Print the misfit on one set, and said and true chances of a crossing since the last look."""
    data = examples(name, learning=False, seed=2)
    cells = []
    for level in LEVELS:
        below = data[2] < level
        said = odds(logs, data, level - data[2])[below].mean()
        true = (data[4] >= level - data[2])[below].mean()
        cells.append(f"{level}: said {said:.4f} true {true:.4f}")
    print(f"{name:16} misfit {misfit(logs, data):.3f}  ", "  ".join(cells))


def main() -> None:
    """Fit and print."""
    learned = np.concatenate([examples(name, learning=True, seed=1) for name in FITTED_ON], axis=1)
    logs = fit(learned)
    for name, value in zip(NAMES, np.exp(logs), strict=True):
        print(f"{name} = {value:.3g}")
    for name in (*FITTED_ON, *OTHERS):
        show(name, logs)


if __name__ == "__main__":
    main()
