"""All sources against fake servers on the loopback interface, live, for some minutes.

    python -m benchmarks.soak [--minutes 10] [--per-second 50] [--write]

Prints the page that --write puts into benchmarks/soak/RESULTS.md; fails where a post is missing or stored twice, where
a request went above an announced limit, or where the board shows another lag than the rows. Needs chromium.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.soak.page import page, problems
from benchmarks.soak.soak import soak


def main() -> None:
    """Run it and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--per-second", type=float, default=50, help="posts on all sites together")
    parser.add_argument("--no-limits", action="store_true", help="to see what is asked where nothing holds back")
    parser.add_argument("--trace", action="store_true", help="print which lines the daemon's memory grew by; slow")
    parser.add_argument("--note", default="", help="a sentence about the machine, for the page")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        picture = Path(tempfile.gettempdir()) / "soak-sources.png"
        outcome = soak(
            Path(folder),
            asked.minutes,
            asked.per_second,
            picture,
            limited=not asked.no_limits,
            traced=asked.trace,
        )
    text = page(outcome, asked.minutes, asked.per_second, asked.note)
    print(text)
    print("\n".join(outcome.told.growth), file=sys.stderr)
    print(f"picture of the board: {picture}", file=sys.stderr)
    if asked.write:
        Path(__file__).with_name("RESULTS.md").write_text(text + "\n", encoding="utf-8")
    if found := problems(outcome):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
