"""How well the word lists alone name the reason and the severity of complaints: macro F1 with 95 % intervals.

    RIPPLEWATCH_DATA=... python -m benchmarks.text.facets

The published reasons are not ours; ``AIRLINE`` and ``SHOP`` write down how they are mapped, and ``back`` how our
reasons are read back into the ten published ones. The words were written with the even rows in view; the figures are
those of the
odd rows. Severity: the published degrees 1 to 4 (no explicit reproach, disapproval, accusation, blame) minus one mean
something else than our 0 to 3, so that figure says how far the two agree, no more.
"""

import gzip
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.text.sets import data_dir
from monitor.text.facets import Facets, facets
from monitor.text.lexicon import Lexicon, load
from monitor.text.normalise import fold, mask
from monitor.text.score import severity, tally

AIRLINE = {
    "Late Flight": "delay",
    "Cancelled Flight": "cancellation",
    "Lost Luggage": "property",
    "Damaged Luggage": "property",
    "Flight Attendant Complaints": "staff",
    "Customer Service Issue": "staff",
    "Flight Booking Problems": "outage",  # the site or the app, nearly always
    "longlines": "delay",
    "Bad Flight": "defect",  # seats, screens, food
    "Can't Tell": "other",
}
SHOP = {
    "App": "outage",
    "Delivery": "delay",
    "Goods": "defect",
    "Payment": "billing",
    "Price": "billing",
    "CS": "staff",
    "Marketing": "other",
    "AD": "other",
}
RESAMPLES = 1000
Answer = Callable[[Facets], str]


def back(found: Facets) -> str:
    """The published airline reason that our reading stands for."""
    words = " ".join(word for several in found.evidence.values() for word in several)
    reason = found.reason
    if reason == "property":
        return (
            "Damaged Luggage" if any(part in words for part in ("damag", "broke", "smash", "crush")) else "Lost Luggage"
        )
    if reason == "staff":
        on_board = ("attendant", "crew", "steward", "rude", "pilot", "gate agent")
        return "Flight Attendant Complaints" if any(part in words for part in on_board) else "Customer Service Issue"
    if reason == "delay":
        return "longlines" if "line" in words.split() or "lines" in words or "queue" in words else "Late Flight"
    published = {
        "cancellation": "Cancelled Flight",
        "outage": "Flight Booking Problems",
        "billing": "Flight Booking Problems",
        "refund": "Customer Service Issue",
        "defect": "Bad Flight",
        "safety": "Bad Flight",
        "privacy": "Customer Service Issue",
    }
    return published.get(reason, "Can't Tell")


def rows(name: str, half: int) -> list[dict[str, Any]]:
    """Every second row of a set: 0 the even ones, 1 the odd ones."""
    with gzip.open(data_dir() / "text" / f"{name}.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for number, line in enumerate(lines) if number % 2 == half]


def macro_f1(truth: np.ndarray, answer: np.ndarray) -> float:
    """The mean F1 of the classes that occur in ``truth``."""
    scores = []
    for wanted in np.unique(truth):
        total = (truth == wanted).sum() + (answer == wanted).sum()
        scores.append(2 * ((truth == wanted) & (answer == wanted)).sum() / total)
    return float(np.mean(scores))


def interval(truth: Sequence[object], answer: Sequence[object]) -> str:
    """Macro F1 and its 95 % bootstrap interval."""
    names = sorted({str(label) for label in (*truth, *answer)})
    place = {name: number for number, name in enumerate(names)}
    first = np.array([place[str(label)] for label in truth])
    second = np.array([place[str(label)] for label in answer])
    chance = np.random.default_rng(0)
    drawn = [chance.integers(len(first), size=len(first)) for _ in range(RESAMPLES)]
    low, high = np.percentile([macro_f1(first[draw], second[draw]) for draw in drawn], [2.5, 97.5])
    return f"{macro_f1(first, second):.3f}  [{low:.3f}, {high:.3f}]"


def read(lexicon: Lexicon, row: dict[str, Any]) -> tuple[Facets, str]:
    """The facets of a row, and its text as it was read."""
    text = mask(fold(row["text"]))
    return facets(lexicon, text), text


def airline(half: int) -> None:
    """Print the reasons of the airline set, in our classes and in those published."""
    english = load("en")
    labelled = [row for row in rows("en_airline", half) if row["reason"]]
    found = [read(english, row)[0] for row in labelled]
    ours = [AIRLINE[row["reason"]] for row in labelled]
    known = set(AIRLINE.values())
    answers = [reading.reason if reading.reason in known else "other" for reading in found]
    line("en_airline, our 7 classes", ours, answers)
    line("en_airline, the 10 published", [row["reason"] for row in labelled], [back(reading) for reading in found])


def shop(half: int) -> None:
    """Print the reasons of the Korean shop reviews that name one kind of thing."""
    korean = load("ko")
    labelled = [row for row in rows("ko_coupang_manual", half) if row["label"] == "negative" and row["reason"] in SHOP]
    known = set(SHOP.values())
    answers = [
        reading.reason if reading.reason in known else "other" for reading, _ in (read(korean, row) for row in labelled)
    ]
    line("ko_coupang_manual, our 5 classes", [SHOP[row["reason"]] for row in labelled], answers)


def degrees(half: int) -> None:
    """Print the severity of the English complaints."""
    english = load("en")
    labelled = [row for row in rows("en_complaints", half) if row["label"] == "complaint" and row.get("severity")]
    answers = []
    for row in labelled:
        found, text = read(english, row)
        answers.append(severity(tally(english, text, found), found))
    line("en_complaints, 4 degrees", [int(row["severity"]) - 1 for row in labelled], answers)


def line(name: str, truth: Sequence[object], answers: Sequence[object]) -> None:
    """Print one line of the table."""
    print(f"{name:<36}{len(truth):>6}   {interval(truth, answers)}")


def main() -> None:
    """Print the table; "--even" shows the half that the words were written with."""
    half = 0 if "--even" in sys.argv else 1
    print(f"{'set':<36}{'rows':>6}   macro F1")
    airline(half)
    shop(half)
    degrees(half)


if __name__ == "__main__":
    main()
