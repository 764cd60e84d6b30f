"""How rightly invented posts are read towards each brand, against the sentiment of the whole text in the same run.

    python -m benchmarks.stance [--write]

Prints the page that --write puts into benchmarks/stance/RESULTS.md. Where RIPPLEWATCH_DATA is set, it also tells what
becomes of recorded tweets to airlines, whose label is of the whole tweet: there, little may change.
"""

import argparse
from pathlib import Path

from benchmarks.stance.invented import score
from benchmarks.stance.page import page
from benchmarks.stance.recorded import airline_tweets
from benchmarks.stance.speed import speeds
from monitor.text.reader import TextReader


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stance")
    parser.add_argument("--write", action="store_true", help="keep the page as RESULTS.md")
    reader = TextReader()
    told = page(score(reader), airline_tweets(reader), speeds())
    print(told)
    if parser.parse_args().write:
        (Path(__file__).parent / "RESULTS.md").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
