"""Fit the two baselines on every recorded cascade and write their parameters into the package.

    python -m benchmarks.forecast.fit_log_linear

The coverage written beside them was measured before, on the last quarter of each set (by time), with models that had
learned from what came earlier. Only sets without a non-commercial or academic-only mark are used; only numbers are
written.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.forecast.baselines import models, parts
from benchmarks.forecast.learn import HOUR, WEIGHTS, learn, learn_constant, rounded, rows
from benchmarks.forecast.measure import measure
from benchmarks.forecast.recorded import Recorded, cascades
from graph.forecast.base import Forecaster

PACKAGE = Path(__file__).parents[2] / "graph" / "forecast"


def covered(model: Forecaster, late: Mapping[str, Sequence[Recorded]]) -> dict[str, Any]:
    """The share of intervals, made at an age of one hour with five events seen, that held the final size."""
    score = measure(model, [one for found in late.values() for one in found], HOUR)
    if score is None:
        raise ValueError("no cascade to measure on: is the data complete?")
    return {"coverage": round(score.coverage, 3), "coverage_n": score.n}


def write(name: str, parameters: dict[str, object]) -> None:
    """Write the parameters to the package, one row of numbers a line."""
    lines = []
    for key, exact in parameters.items():
        value = rounded(exact)
        nested = isinstance(value, list) and value and isinstance(value[0], list)
        text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]" if nested else json.dumps(value)
        lines.append(f" {json.dumps(key)}: {text}")
    (PACKAGE / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Measure on the late part, then learn from everything and write."""
    early, late = parts()
    constant, linear = models(early)
    everything = rows({name: cascades(name) for name in WEIGHTS})
    table = replace(learn_constant(everything), **covered(constant, late))
    parameters = replace(learn(everything), **covered(linear, late))
    write("constant_growth", asdict(table))
    write("log_linear", asdict(parameters))
    print(f"{len(everything.seen)} snapshots, decay {parameters.decay}, coverage {parameters.coverage}")


if __name__ == "__main__":
    main()
