"""Content encoding of replies: one layer of gzip or deflate is undone, in steps, within limits.

None is asked for, but some proxies compress whatever they pass on, and the id of a session that was
paid for must not be lost to that.
"""

import re
import zlib
from collections.abc import Iterator

from enigma_panel.api.wire.reply_body import read_body

STEP_BYTES = 1024 * 1024
"""Most bytes that one step gives; it takes a few milliseconds."""

SMALL_BYTES = 256 * 1024
MAX_RATIO = 200
"""The highest ratio of decoded to encoded length beyond SMALL_BYTES; what exceeds it is no reply:
the JSON of long, dull tables comes to some 30 times, a decompression bomb to 1,000. To read a
quarter of a megabyte of the worst JSON takes some 20 ms."""

MAX_MEMBERS = 1_000
"""Most members of one gzip body. Each takes time, also where it is empty."""

_INPUT_BYTES = 64 * 1024
_GZIP, _ZLIB, _RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_ZLIB_METHOD = 8
_OBJECT = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_NO_LAYER = frozenset({"", "identity"})


class UndecodableError(ValueError):
    """The bytes are not what their encoding says, or too many, or the encoding is not known."""


def decode(raw: bytes, encoding: str, limit: int) -> Iterator[bytes]:
    """The body behind a Content-Encoding header, in pieces of 0 to STEP_BYTES.

    limit: most bytes of all pieces. JSON that stands there as it is, whatever the header calls it,
    comes in one piece. Raises UndecodableError, which may be after some pieces.
    """
    layers = [name for name in re.split(r"[\s,]+", encoding.lower()) if name not in _NO_LAYER]
    if not layers or not raw or _is_json(raw):
        yield raw
        return
    room = min(limit, max(SMALL_BYTES, MAX_RATIO * len(raw)))
    try:
        for piece in _inflate(raw, _window_bits(layers, raw)):
            room -= len(piece)
            if room < 0:
                raise UndecodableError("too long")
            yield piece
    except zlib.error:
        raise UndecodableError("damaged") from None


def _is_json(raw: bytes) -> bool:
    return _OBJECT.match(raw) is not None and read_body(raw) is not None


def _window_bits(layers: list[str], raw: bytes) -> int:
    """The window size that tells zlib the format. "deflate" is zlib's by RFC 9110, and often the
    bare stream."""
    match layers:
        case ["gzip" | "x-gzip"]:
            return _GZIP
        case ["deflate"]:
            return _ZLIB if raw[0] & 0x0F == _ZLIB_METHOD else _RAW_DEFLATE
        case _:
            raise UndecodableError("unknown encoding")


def _inflate(raw: bytes, window_bits: int) -> Iterator[bytes]:
    """Decode all members of a gzip body, or the one stream; what follows it is not looked at."""
    at = 0
    for _ in range(MAX_MEMBERS):
        stream = zlib.decompressobj(window_bits)
        while not stream.eof:
            fed = raw[at : at + _INPUT_BYTES]
            piece = stream.decompress(fed, STEP_BYTES)
            at += len(fed) - len(stream.unconsumed_tail) - len(stream.unused_data)
            yield piece
            if not (fed or piece or stream.eof):
                raise UndecodableError("cut off")
        if window_bits != _GZIP or not raw.startswith(_GZIP_MAGIC, at):
            return
    raise UndecodableError("too many members")
