"""How fast ``ripplewatch classify`` reads mixed-language lines on one core, and whether its memory stays flat.

    RIPPLEWATCH_DATA=... python -m benchmarks.classify [--lines 100000] [--peer PYTHON]

Makes lines from the recorded texts, all languages shuffled, and runs the real command on them from standard input,
pinned to one core. Counted is from the first answers to the last, so that the start is left out; JSON is read and
written. Times are those of the processor, for others may share it; the clock is told as well. Memory is what the
process holds when it has answered a tenth, half and all but the last hundred lines. The peer (``peer.py``) is run the
same way afterwards: by this Python where it has scikit-learn (``pip install ".[bench]"``), else by the one named.
"""

import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from monitor.clock import elapsed_seconds

SEED = 20260302
FITTED_ON = 20_000  # texts, by the peer
PEER_LINES = 20_000
FIRST = 2_000  # lines after which counting begins: every language has been met
LAST = 100  # lines before the end at which memory is looked at; the process may be gone after the last
PINNED = ("taskset", "-c")
COMMAND = (sys.executable, "-c", "from ui.cli import main; main()", "classify", "-", "--json")


class Moment(NamedTuple):
    """How far a run has come."""

    answered: int
    clock: float  # seconds
    processor: float  # seconds that the process has used


@dataclass
class Run:
    """What was seen of one run."""

    started: float
    first: Moment | None = None
    last: Moment | None = None
    memory: dict[str, float] = field(default_factory=dict)  # MB by share
    languages: Counter[str] = field(default_factory=Counter)

    def rates(self) -> tuple[float, float]:
        """Texts a second of processor time, and by the clock."""
        assert self.first is not None
        assert self.last is not None
        count = self.last.answered - self.first.answered
        return count / (self.last.processor - self.first.processor), count / (self.last.clock - self.first.clock)


def texts() -> list[dict[str, Any]]:
    """Every recorded text with its id and whether it is a complaint, shuffled."""
    rows = []
    for path in sorted((Path(os.environ["RIPPLEWATCH_DATA"]) / "text").glob("*.dev.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                complaint = row["label"] in ("complaint", "negative")
                rows.append({"id": row["id"], "text": row["text"], "complaint": complaint})
    random.Random(SEED).shuffle(rows)
    return rows


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write one JSON document a line."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def memory(pid: int) -> float:
    """MB that a process holds."""
    held = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(held[1]) / 1024 if held else float("nan")


def used(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def classify(path: Path, lines: int, core: int) -> Run:
    """Run the command on the lines of ``path``."""
    looks = {lines // 10: "10 %", lines // 2: "50 %", lines - LAST: "100 %"}
    run = Run(elapsed_seconds())
    with (
        path.open("rb") as source,
        subprocess.Popen([*PINNED, str(core), *COMMAND], stdin=source, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdout is not None
        for number, line in enumerate(process.stdout, start=1):
            if number in looks:
                run.memory[looks[number]] = memory(process.pid)
            if number in (FIRST, lines - LAST):
                seen = Moment(number, elapsed_seconds(), used(process.pid))
                run.first, run.last = (run.first, seen) if run.first else (seen, None)
            run.languages[json.loads(line)["lang"] or "unknown"] += 1
    assert sum(run.languages.values()) == lines, "not every line was answered"
    return run


def peer(python: str, training: Path, path: Path, core: int) -> float | None:
    """Texts a second of the peer; None, with the reason printed, where it cannot run."""
    done = subprocess.run(
        [*PINNED, str(core), python, str(Path(__file__).with_name("peer.py")), str(training), str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ""},
    )
    if done.returncode:
        why = done.stderr.strip().splitlines() or ["it said nothing"]
        print(f'The peer could not run ({why[-1]}): pip install ".[bench]", or name a Python that has scikit-learn')
        return None
    return float(done.stdout)


def main() -> None:
    """Run both and print what was seen."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify")
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--peer", default=sys.executable, metavar="PYTHON")
    asked = parser.parse_args()
    if not os.environ.get("RIPPLEWATCH_DATA"):
        raise SystemExit("RIPPLEWATCH_DATA is not set: it names the folder with the recorded data sets")
    rows = texts()
    lines = (rows * (1 + asked.lines // len(rows)))[: asked.lines]
    with tempfile.TemporaryDirectory(prefix="classify-") as folder:
        path, part, training = (Path(folder) / name for name in ("lines.jsonl", "part.jsonl", "training.jsonl"))
        write(path, [{"id": row["id"], "text": row["text"]} for row in lines])
        write(part, lines[:PEER_LINES])
        write(training, rows[-FITTED_ON:])
        run = classify(path, asked.lines, asked.core)
        print(
            f"{asked.lines:,} lines of {sum(len(row['text']) for row in lines) / len(lines):.0f} characters, one core"
        )
        print("languages:", ", ".join(f"{code} {count:,}" for code, count in run.languages.most_common(8)))
        rate, by_clock = run.rates()
        print(f"{rate:,.0f} texts/s ({by_clock:,.0f} by the clock); load of the machine {os.getloadavg()[0]:.1f}")
        print("memory:", ", ".join(f"{share} {held:.0f} MB" for share, held in run.memory.items()))
        other = peer(asked.peer, training, part, asked.core)
    if other is not None:
        print(f"TF-IDF (word 1-2, character 2-5) and logistic regression: {other:,.0f} texts/s")
        print(f"ratio {rate / other:.1f}")


if __name__ == "__main__":
    main()
