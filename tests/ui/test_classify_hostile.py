"""``ripplewatch classify`` as a process: lines made to hurt, and lines that come one by one."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from ui.cli import main; main()", "classify", "--json"]
LONGEST = 60  # seconds, on a busy machine

GOOD = b'{"id": "last", "text": "@northlineair you lost my bag, worst airline ever"}'
LINES = {
    "nothing": (b'{"id": 0, "text": ""}', True),
    "a megabyte": (b'{"text": "' + b"a" * 1_000_000 + b'"}', True),
    "a megabyte of brand": (b'{"text": "you lost my bag", "brand": "' + b"a" * 1_000_000 + b'"}', True),
    "a megabyte of language": (b'{"text": "you lost my bag", "lang": "' + b"a-" * 500_000 + b'"}', True),
    "emoji": ('{"text": "😡🤬👎"}'.encode(), True),
    "right to left": ('{"text": "الرحلة متأخرة \u202eworst\u202c"}'.encode(), True),
    "control characters": (b'{"text": "\\u0000\\u001b[31mred\\u007f"}', True),
    "half a pair": (b'{"id": "\\ud83d", "text": "\\ud83d\\ud83d bag"}', True),
    "combining marks": (b'{"text": "e' + b"\\u0301\\u0316" * 100_000 + b'"}', True),
    "no number": (b'{"id": NaN, "text": "you lost my bag"}', True),
    "no end of a number": (b'{"id": 1e999, "text": "you lost my bag"}', True),
    "an id in depth": (b'{"id": ' + b"[" * 500 + b"]" * 500 + b', "text": "you lost my bag"}', True),
    "a byte-order mark": (b'\xef\xbb\xbf{"id": 0, "text": "not at the beginning"}', False),
    "not UTF-8": (b'{"text": "caf\xe9"}', False),
    "half a character": (b'{"text": "\xf0\x9f\x98', False),
    "no JSON": (b"lost my bag", False),
    "NUL": (b"\x00\x00\x00", False),
    "brackets": (b"[" * 200_000, False),
    "digits": (b'{"id": ' + b"9" * 100_000 + b', "text": "x"}', False),
    "a list": (b'["text"]', False),
    "no text": (b'{"id": 1}', False),
    "a number for a text": (b'{"text": 5}', False),
}


@pytest.mark.server
def test_every_line_is_answered_or_told_by_its_number(tmp_path: Path) -> None:
    sent = b"\n".join([line for line, _ in LINES.values()] + [GOOD])
    done = subprocess.run(COMMAND, input=sent, capture_output=True, timeout=LONGEST, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(answers) == sum(answered for _, answered in LINES.values()) + 1
    assert (answers[-1]["id"], answers[-1]["assessed"]) == ("last", True)
    for number, (kind, (_, answered)) in enumerate(LINES.items(), start=1):
        assert (f"line {number}: " in done.stderr.decode()) == (not answered), kind
    for answer in answers[:-1]:
        assert answer["assessed"] or {answer[name] for name in ("complaint", "sentiment", "severity", "reason")} == {
            None
        }


@pytest.mark.server
def test_a_line_is_answered_while_the_next_is_awaited(tmp_path: Path) -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        patience = threading.Timer(LONGEST, process.kill)
        patience.start()
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": "you lost my bag"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(LONGEST) == 0
        patience.cancel()
