"""How well the hand-written lexicons find complaints: macro F1 of complaint (or negative) against the rest, per set.

    RIPPLEWATCH_DATA=... python -m benchmarks.text.lexicon [--even | --odd]

The words were written with the even rows in view, so "--odd" prints the figures of the others.
"complaint" takes complaint >= .5 as the answer, "sentiment" takes sentiment < 0. "not read" is the share of texts whose
language was not recognised without a hint; they count as "the rest".
"""

import sys

from benchmarks.text.sets import SETS, TextSet, rows
from monitor.clock import elapsed_seconds
from monitor.domain import Assessment
from monitor.text.reader import TextReader


def macro_f1(truth: list[bool], answer: list[bool]) -> float:
    """The mean of the F1 of both classes."""
    scores = []
    for wanted in (True, False):
        hits = sum(t == wanted and a == wanted for t, a in zip(truth, answer, strict=True))
        total = truth.count(wanted) + answer.count(wanted)
        scores.append(2 * hits / total if total else 0.0)
    return sum(scores) / 2


def report(text_set: TextSet, reader: TextReader, half: int | None) -> None:
    """Print one line of the table."""
    labelled = rows(text_set, half)
    texts = [text for text, _ in labelled]
    truth = [label for _, label in labelled]
    started = elapsed_seconds()
    read: list[Assessment] = list(reader.read_many((text, None) for text in texts))
    seconds = elapsed_seconds() - started
    complaint = macro_f1(truth, [found.is_complaint for found in read])
    sentiment = macro_f1(truth, [(found.sentiment or 0.0) < 0 for found in read])
    unread = sum(not found.assessed for found in read) / len(read)
    print(
        f"{text_set.name:<20}{len(texts):>7}{sum(truth) / len(truth):>8.2f}{complaint:>11.3f}{sentiment:>11.3f}"
        f"{unread:>10.1%}{len(texts) / seconds:>11,.0f}{'' if text_set.fit else '   evaluation only'}"
    )


def main() -> None:
    """Print the table."""
    half = 0 if "--even" in sys.argv else 1 if "--odd" in sys.argv else None
    reader = TextReader(models={})  # the lexicons alone
    for _ in reader.read_many([("warm", code) for code in reader.languages]):
        pass
    print(f"{'set':<20}{'texts':>7}{'share':>8}{'complaint':>11}{'sentiment':>11}{'not read':>10}{'texts/s':>11}")
    for text_set in SETS:
        report(text_set, reader, half)


if __name__ == "__main__":
    main()
