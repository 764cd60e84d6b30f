"""The body of an answer, unpacked without ever holding much more than the size that is allowed."""

import zlib
from collections.abc import Callable, Iterable, Mapping

from monitor.errors import BadPayload

ENCODINGS = "gzip, deflate"  # what is asked for; nothing else is unpacked
_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = b"\x1f"


def read_body(
    chunks: Iterable[bytes],
    headers: Mapping[str, str],
    where: str,
    limit: int,
    *,
    cut: bool = False,
    on_chunk: Callable[[], None] = lambda: None,
) -> bytes:
    """The body in ``chunks``, unpacked as ``headers`` say; ``on_chunk`` is called after each and may raise.

    Raises BadPayload where it is larger than ``limit`` bytes, packed or unpacked (with ``cut`` it is cut off there),
    where it is damaged, and where it is packed more than once or in a way that was not asked for.
    """
    declared = headers.get("content-length", "")
    if not cut and declared.isascii() and declared.isdigit() and int(declared[:18]) > limit:
        raise BadPayload(f"{where} sent more than {limit} bytes")
    body = _Body(where, _unpacker(headers.get("content-encoding", ""), where), limit)
    for chunk in chunks:
        if body.is_full_after(chunk):
            if cut:
                return body.bytes(limit)
            raise BadPayload(f"{where} sent more than {limit} bytes")
        on_chunk()
    body.finish()
    return body.bytes(limit)


class _Body:
    def __init__(self, where: str, unpacker: "_Unpacker | None", limit: int) -> None:
        self._where, self._unpacker, self._limit = where, unpacker, limit
        self._received = 0
        self._unpacked = bytearray()

    def is_full_after(self, chunk: bytes) -> bool:
        self._received += len(chunk)
        try:
            if self._unpacker is None:
                self._unpacked += chunk[: self._room()]
            elif chunk:
                self._unpacker.feed(chunk, self._unpacked, self._limit)
        except zlib.error as error:
            raise BadPayload(f"{self._where} sent a damaged compressed answer") from error
        return max(self._received, len(self._unpacked)) > self._limit

    def finish(self) -> None:
        if self._unpacker is not None and self._received and not self._unpacker.is_complete():
            raise BadPayload(f"{self._where} sent a damaged compressed answer")

    def bytes(self, limit: int) -> bytes:
        return bytes(memoryview(self._unpacked)[:limit])

    def _room(self) -> int:
        return self._limit - len(self._unpacked) + 1


def _unpacker(encoding: str, where: str) -> "_Unpacker | None":
    layers = [layer.strip().lower() for layer in encoding[:200].split(",")]
    layers = [layer for layer in layers if layer not in ("", "identity")]
    if not layers:
        return None
    if len(layers) > 1:
        raise BadPayload(f"{where} sent an answer that is packed more than once")
    if layers[0] in ("gzip", "x-gzip"):
        return _Unpacker(_GZIP)
    if layers[0] == "deflate":
        return _Unpacker(None)
    raise BadPayload(f"{where} sent an answer packed in a way that was not asked for")


class _Unpacker:
    """gzip, with any number of members; or deflate, with its zlib head or, as some servers send it, without."""

    def __init__(self, window_bits: int | None) -> None:
        self._stream = None if window_bits is None else zlib.decompressobj(window_bits)
        self._gzip = window_bits is not None
        self._ended = False

    def feed(self, chunk: bytes, into: bytearray, limit: int) -> None:
        """Unpack ``chunk`` until ``into`` holds one byte more than ``limit``."""
        while chunk and len(into) <= limit and not self._ended:
            self._stream = self._stream or zlib.decompressobj(zlib.MAX_WBITS if chunk[0] & 15 == 8 else -zlib.MAX_WBITS)
            into += self._stream.decompress(chunk, limit - len(into) + 1)
            chunk = self._stream.unconsumed_tail or self._stream.unused_data
            if self._stream.eof:
                self._next_member(chunk)

    def is_complete(self) -> bool:
        """Whether the data came to its own end."""
        return self._ended or (self._stream is not None and self._stream.eof)

    def _next_member(self, rest: bytes) -> None:
        if self._gzip and rest.startswith(_MAGIC):
            self._stream = zlib.decompressobj(_GZIP)
        elif rest or not self._gzip:
            self._ended = True  # what follows is filling
