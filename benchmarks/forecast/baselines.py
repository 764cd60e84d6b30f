"""Error and coverage of the two baselines on cascades later than all they learned from.

    python -m benchmarks.forecast.baselines

Each set is split by the time of its roots: the first three quarters to learn, the last quarter to test; cascades whose
seven days reach over a border are left out. Rows: mean |log2(median / true)|, mean log2, share of 80 % intervals that
held the truth, mean width of the interval in doublings (number of cascades).
"""

from collections.abc import Mapping, Sequence

from benchmarks.forecast.learn import HOUR, WEIGHTS, learn, learn_constant, rows
from benchmarks.forecast.measure import measure
from benchmarks.forecast.recorded import Recorded, cascades, split
from graph.forecast.base import Forecaster
from graph.forecast.constant_growth import ConstantGrowth
from graph.forecast.log_linear import LogLinear

MINUTE = 60.0


def parts() -> tuple[dict[str, list[Recorded]], dict[str, list[Recorded]]]:
    """What to learn from and what to test on, by set."""
    split_sets = {name: split(cascades(name)) for name in WEIGHTS}
    early = {name: [*first, *second] for name, (first, second, _) in split_sets.items()}
    return {name: found for name, found in early.items() if found}, {
        name: last for name, (_, _, last) in split_sets.items() if last
    }


def models(early: Mapping[str, Sequence[Recorded]]) -> list[Forecaster]:
    """Both baselines, fitted to ``early``."""
    data = rows(early)
    return [ConstantGrowth(learn_constant(data)), LogLinear(learn(data))]


def show(model: Forecaster, late: Mapping[str, Sequence[Recorded]]) -> None:
    """Print the scores of one model on every set."""
    for name, found in late.items():
        for least in (5, 10):
            cells = [
                f"{label}: {measure(model, found, age, least) or '-'}"
                for label, age in (("10 min", 10 * MINUTE), ("1 h", HOUR), ("6 h", 6 * HOUR))
            ]
            print(f"{model.name:16} {name:16} >={least:<3}", "  ".join(cells))
        near = [f"+{hours} h: {measure(model, found, HOUR, 5, HOUR * (1 + hours)) or '-'}" for hours in (1, 6, 24)]
        print(f"{model.name:16} {name:16} from 1 h ", "  ".join(near))


def main() -> None:
    """Learn on the early part and print the scores on the late one."""
    early, late = parts()
    for model in models(early):
        show(model, late)


if __name__ == "__main__":
    main()
