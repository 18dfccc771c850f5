"""Replies whose bodies are encoded, damaged or without end, and what a poll makes of each."""

import asyncio
import gzip
import re
import zlib

from enigma_panel.api.errors import ApiError, InterruptedCallError, ProtocolError
from enigma_panel.core.observation import Kind
from tests.api import loopback as lb

JSON = b'{"success": true, "status": "active"}'
PAGE = b"<html><h1>Welcome to the network</h1></html>"
MEGABYTE = 1024 * 1024
Outcome = Kind | type[ApiError]
DONE, BROKEN, CUT = Kind.ACTIVE, ProtocolError, InterruptedCallError


def packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush()


def with_dictionary(body: bytes) -> bytes:
    """A zlib stream that nobody can read who lacks the dictionary."""
    stream = zlib.compressobj(zdict=b"success")
    return stream.compress(body) + stream.flush()


def bomb(megabytes: int) -> bytes:
    """Gzip without an end: so many megabytes of blanks, of which each 16 cost 16 kB."""
    stream = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    part = stream.compress(b" " * (16 * MEGABYTE)) + stream.flush(zlib.Z_FULL_FLUSH)
    return packed(b"")[:10] + part * (megabytes // 16)


def encoded(body: bytes, encoding: str, status: int = 200) -> lb.Play:
    """A whole reply with this body under this header."""
    return lb.answer(body, status, Content_Encoding=encoding)


def said(reply: bytes, *, closed: bool = True) -> lb.Play:
    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        if closed:
            await writer.drain()
            writer.close()

    return play


def without_end(start: bytes, part: bytes) -> lb.Play:
    """The start, and then the part again and again, until the client leaves."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(part)
            await writer.drain()

    return play


OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LINE = b"X-More: " + b"x" * 1_000 + b"\r\n"


def bytewise(body: bytes) -> bytes:
    return b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"


def _are(outcome: Outcome, **plays: lb.Play) -> dict[str, tuple[lb.Play, Outcome]]:
    return {name.replace("_", " "): (play, outcome) for name, play in plays.items()}


BODIES: dict[str, tuple[lb.Play, Outcome]] = {
    **_are(
        DONE,
        gzip=encoded(packed(JSON), "gzip"),
        x_gzip=encoded(packed(JSON), "x-gzip"),
        GZIP_and_identity=encoded(packed(JSON), "identity, GZIP"),
        identity=encoded(JSON, "identity"),
        deflate=encoded(zlib.compress(JSON), "deflate"),
        deflate_called_gzip=encoded(zlib.compress(JSON), "gzip"),
        gzip_and_more=encoded(packed(JSON) + b"\0\0more", "gzip"),
        deflate_and_more=encoded(zlib.compress(JSON) + b"more", "deflate"),
        gzip_byte_by_byte=said(
            OK
            + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
            + bytewise(packed(JSON))
        ),
        thousands_of_chunks=said(CHUNKED + bytewise(JSON + b" " * 10_000)),
        JSON_called_gzip=encoded(JSON, "gzip"),
        JSON_called_deflate=encoded(b"\xef\xbb\xbf \r\n" + JSON, "deflate"),
        JSON_called_br=encoded(JSON, "br"),
        JSON_called_gzip_twice=encoded(JSON, "gzip, gzip"),
        JSON_called_utf_8=encoded(JSON, "utf-8"),
    ),
    **_are(
        BROKEN,
        page_called_gzip=encoded(PAGE, "gzip"),
        page_called_deflate=encoded(PAGE, "deflate"),
        half_a_JSON_called_gzip=encoded(JSON[:-1], "gzip"),
        gzip_cut_off=encoded(packed(JSON)[:-9], "gzip"),
        gzip_without_its_sum=encoded(packed(JSON)[:-8], "gzip"),
        gzip_with_a_wrong_sum=encoded(packed(JSON)[:-8] + b"12345678", "gzip"),
        gzip_header_alone=encoded(packed(JSON)[:10], "gzip"),
        gzip_members=encoded(packed(JSON[:9]) + packed(b"") + packed(JSON[9:]), "gzip"),
        bare_deflate=encoded(raw_deflate(JSON), "deflate"),
        members_without_end=encoded(packed(b"") * 2_000 + packed(JSON), "gzip"),
        gzip_of_a_page=encoded(packed(PAGE), "gzip"),
        deflate_cut_off=encoded(zlib.compress(JSON)[:-1], "deflate"),
        bare_deflate_cut_off=encoded(raw_deflate(JSON)[:-1], "deflate"),
        deflate_with_a_dictionary=encoded(with_dictionary(JSON), "deflate"),
        gzip_twice=encoded(packed(packed(JSON)), "gzip, gzip"),
        gzip_twice_in_two_headers=said(
            OK
            + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n"
            + packed(b"12345")
        ),
        gzip_twice_called_gzip=encoded(packed(packed(JSON)), "gzip"),
        br=encoded(b"\x0b\x12\x80" + JSON[:5] + b"\x03", "br"),
        zstd=encoded(b"\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00" + JSON[:5], "zstd"),
        unknown_encoding=encoded(b"\0\1\2\3", "sdch"),
        bomb_in_a_bomb=encoded(packed(bomb(1_600)), "gzip, gzip"),
        bomb_in_a_bomb_called_gzip=encoded(packed(bomb(1_600)), "gzip"),
        bomb_of_numbers=encoded(packed(b"[" + b"0.1," * 65_000 + b"1]"), "gzip"),
        small_bomb=encoded(bomb(16), "gzip"),
        large_bomb=encoded(bomb(1_600), "gzip"),
        large_bomb_of_deflate=encoded(bomb(1_600)[10:], "deflate"),
    ),
    **_are(
        CUT,
        shorter_than_its_length=said(OK + b"Content-Length: 99\r\n\r\n" + JSON),
        two_lengths=said(OK + b"Content-Length: 3\r\nContent-Length: 37\r\n\r\n" + JSON),
        length_that_is_none=said(OK + b"Content-Length: -1\r\n\r\n" + JSON),
        chunk_size_that_is_none=said(CHUNKED + b"zz\r\n" + JSON + b"\r\n0\r\n\r\n"),
        chunk_longer_than_its_size=said(CHUNKED + b"3\r\n" + JSON + b"\r\n0\r\n\r\n"),
        chunks_cut_off=said(CHUNKED + b"25\r\n" + JSON),
        transfer_encoding_gzip=said(
            OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + bytewise(packed(JSON))
        ),
        no_HTTP=said(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        headers_without_end=without_end(OK, LINE),
        header_without_end=without_end(OK + b"X-More: ", b"x" * 10_000),
        chunk_extension_without_end=without_end(CHUNKED + b"5;x=", b"x" * 10_000),
        trailers_without_end=without_end(CHUNKED + bytewise(JSON)[:-2], LINE),
    ),
    **_are(
        BROKEN,
        body_without_end=without_end(OK + b"\r\n", b"x" * 100_000),
        chunks_without_end=without_end(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    ),
}
"""By name: the reply, and the kind of what is read or the error."""

COSTLY = [name for name in BODIES if re.search("bomb|without end|thousands", name)]
