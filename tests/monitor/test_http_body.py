"""Bodies: unpacked as they were packed, and never larger than allowed, also on the way."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import RecordedClock
from monitor.errors import BadPayload
from monitor.http import HttpClient, HttpConfig
from monitor.http_body import read_body

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = "가방을 잃어버렸다. The bag is gone.\n".encode() * 50
RAW = zlib.compressobj(wbits=-15)
BARE = RAW.compress(TEXT) + RAW.flush()


def read(chunks: list[bytes], encoding: str = "gzip", limit: int = 1_000_000, **more: Any) -> bytes:
    return read_body(chunks, {"content-encoding": encoding}, "a.example/x", limit, **more)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("GZip", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT, mtime=0)),
        ("identity, gzip", gzip.compress(TEXT, mtime=0)),
        ("gzip", gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\0" * 300),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", BARE),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_is_unpacked_however_it_is_cut_into_pieces(encoding: str, body: bytes, size: int) -> None:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    assert read(pieces, encoding) == TEXT


def test_nothing_is_nothing() -> None:
    for encoding in ("", "gzip", "deflate"):
        assert read([], encoding) == read([b""], encoding) == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "chunked", "gzip;q=1"])
def test_what_was_not_asked_for_is_not_unpacked(encoding: str) -> None:
    with pytest.raises(BadPayload, match=r"a\.example/x .* not asked for"):
        read([gzip.compress(TEXT, mtime=0)], encoding)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "deflate,gzip", "gzip, identity, gzip", "gzip," * 5000])
def test_one_layer_of_packing_is_unpacked_and_no_more(encoding: str) -> None:
    with pytest.raises(BadPayload, match="packed more than once"):
        read([gzip.compress(gzip.compress(TEXT), mtime=0)], encoding)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"plain"),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9]),
        ("gzip", gzip.compress(TEXT, mtime=0)[:40]),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-8] + b"12345678"),
        ("gzip", b"\x1f"),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\x1f\x8bnonsense"),
        ("deflate", zlib.compress(TEXT)[:-5]),
        ("deflate", b"\xff\xff\xff"),
    ],
)
def test_damaged_packing_is_a_bad_payload(encoding: str, body: bytes) -> None:
    with pytest.raises(BadPayload, match="damaged"):
        read([body], encoding)


@given(body=st.binary(max_size=3000), limit=st.integers(1, 4000), size=st.integers(1, 500), packed=st.booleans())
def test_the_limit_is_exact(body: bytes, limit: int, size: int, packed: bool) -> None:
    sent = zlib.compress(body, 0) if packed else body
    chunks = [sent[start : start + size] for start in range(0, len(sent), size)]
    if max(len(body), len(sent)) <= limit:
        assert read(chunks, "deflate" if packed else "", limit) == body
    else:
        with pytest.raises(BadPayload, match="more than"):
            read(chunks, "deflate" if packed else "", limit)
        cut = read(chunks, "deflate" if packed else "", limit, cut=True)
        assert body.startswith(cut)
        assert len(cut) <= limit
        assert packed or len(cut) == limit


def test_an_answer_that_announces_too_much_is_not_read_at_all() -> None:
    taken = 0

    def body() -> Iterator[bytes]:
        nonlocal taken
        taken += 1
        yield b"x"

    answer = httpx.Response(200, headers={"content-length": "1000000000"}, content=body())
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOON), httpx.MockTransport(lambda request: answer))
    with pytest.raises(BadPayload, match="more than 10000000 bytes"):
        http.get("https://a.example/")
    assert taken == 0


@pytest.mark.parametrize("length", ["-5", "many", "", "9" * 4000])
def test_a_length_that_is_no_number_does_not_matter_or_is_too_much(length: str) -> None:
    if length.startswith("9"):
        with pytest.raises(BadPayload):
            read_body([b"x"], {"content-length": length}, "a.example", 10)
    else:
        assert read_body([b"x"], {"content-length": length}, "a.example", 10) == b"x"
