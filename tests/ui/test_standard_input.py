"""Standard input that is attended to: what has come is dealt with before more is waited for."""

import io
import os
import sys
import threading

import pytest

from ui.standard_input import standard_input


def _pretend(monkeypatch: pytest.MonkeyPatch, binary: io.BufferedIOBase) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(binary))


def test_lines_that_have_come_are_dealt_with_before_more_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, writes = os.pipe()
    happened: list[str] = []

    def somebody_waits() -> None:  # and goes on only when answered
        happened.append("answered")
        if happened.count("answered") == 1:
            os.write(writes, b"three\n")
        else:
            os.close(writes)

    with os.fdopen(reads, "rb") as pipe:
        _pretend(monkeypatch, pipe)
        os.write(writes, b"one\ntwo\n")
        patience = threading.Timer(20, os.close, [writes])  # else a reader that tells nobody would wait for ever
        patience.start()
        for line in standard_input(somebody_waits):
            happened.append(line.decode().strip())
        patience.cancel()
        sys.stdin.detach()
    assert happened == ["one", "two", "answered", "three", "answered"]


def test_a_stream_that_is_no_file_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, io.BytesIO(b"one\ntwo\n"))  # type: ignore[arg-type]
    assert list(standard_input(pytest.fail)) == [b"one\n", b"two\n"]
