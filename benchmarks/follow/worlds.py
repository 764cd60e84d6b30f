"""Many recorded cascades that live at the same time, as the daemon would meet them."""

import gzip
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOUR = 3600.0
SPAN = 48 * HOUR  # the roots fall into this time, evenly
LIFE = 48 * HOUR  # each cascade is followed so long
LEVELS = (50, 200, 1_000)
FITTED_ON = ("fnn_story", "fnn_tweet", "twitter1516")  # one half of their cascades; the other half is for measuring


@dataclass(frozen=True, slots=True)
class World:
    """Cascades in order of their roots; all times in seconds since the world began."""

    start: Floats  # of each cascade
    event: Floats  # time of each event after the roots, in order
    of: Ints  # the cascade of each event
    crossing: Floats  # of each cascade (row) and level (column); infinite where it does not happen within LIFE

    @property
    def end(self) -> float:
        """When the last cascade is not followed any more."""
        return float(self.start[-1]) + LIFE


@cache
def cascades(name: str) -> tuple[tuple[str, Floats], ...]:
    """Id and times of the events, the root's first, of all cascades of the set ``name`` under RIPPLEWATCH_DATA."""
    folder = os.environ.get("RIPPLEWATCH_DATA")
    if folder is None:
        raise SystemExit("RIPPLEWATCH_DATA is not set: it names the folder with the recorded data")
    with gzip.open(Path(folder) / "cascades" / f"{name}.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(_times(json.loads(line)) for line in lines)


def _times(record: dict[str, object]) -> tuple[str, Floats]:
    events = record["events"]
    assert isinstance(events, list)
    times = np.sort(np.array([event[0] for event in events], dtype=np.float64))
    return str(record["id"]), times[times <= LIFE] - times[0]


def half(name: str, learning: bool) -> list[Floats]:
    """The cascades of a set for learning or for measuring: of FITTED_ON one half each, else none and all."""
    if name not in FITTED_ON:
        return [] if learning else [times for _, times in cascades(name)]
    return [times for id_, times in cascades(name) if (zlib.crc32(id_.encode()) % 2 == 0) == learning]


def build(shares: Mapping[str, float], number: int, seed: int, learning: bool = False) -> World:
    """A world of ``number`` cascades drawn from the sets by ``shares``, roots at random moments within SPAN."""
    draw = np.random.default_rng(seed)
    chosen: list[Floats] = []
    for name, share in shares.items():
        pool, wanted = half(name, learning), round(share * number)
        picked = draw.permutation(len(pool))[:wanted] if wanted <= len(pool) else draw.integers(len(pool), size=wanted)
        chosen += [pool[place] for place in picked]
    order = draw.permutation(len(chosen))
    chosen = [chosen[place] for place in order]
    start = np.sort(draw.uniform(0.0, SPAN, len(chosen)))
    event = np.concatenate([begin + times[1:] for begin, times in zip(start, chosen, strict=True)])
    of = np.repeat(np.arange(len(chosen)), [len(times) - 1 for times in chosen])
    crossing = np.array(
        [
            [begin + times[level - 1] if len(times) >= level else np.inf for level in LEVELS]
            for begin, times in zip(start, chosen, strict=True)
        ]
    )
    sort = np.argsort(event, kind="stable")
    return World(start, event[sort], of[sort], crossing)
