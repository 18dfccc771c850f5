"""Undoing a content encoding: its limits, and that it gives back what was put in."""

import gzip
import random
import zlib

import pytest
from hypothesis import given, strategies as st

from enigma_panel.api.wire.content_encoding import (
    MAX_MEMBERS,
    MAX_RATIO,
    SMALL_BYTES,
    STEP_BYTES,
    UndecodableError,
    decode,
)
from tests.api.bodies import JSON, bomb, packed, raw_deflate
from tests.api.odd import FUZZ
from tests.kit.rows import check_rows

NOISE = random.Random(1).randbytes(3 * STEP_BYTES + 1)


def whole(raw: bytes, encoding: str, limit: int = 1 << 30) -> bytes:
    """All pieces in one."""
    return b"".join(decode(raw, encoding, limit))


def test_no_step_gives_more_than_its_bytes() -> None:
    pieces = list(decode(packed(NOISE), "gzip", len(NOISE)))
    assert b"".join(pieces) == NOISE
    assert max(map(len, pieces)) <= STEP_BYTES


def test_a_byte_more_than_the_limit_is_too_many() -> None:
    def check(raw: bytes, encoding: str) -> None:
        assert whole(raw, encoding, len(NOISE)) == NOISE
        with pytest.raises(UndecodableError):
            whole(raw, encoding, len(NOISE) - 1)

    halves = packed(NOISE[:STEP_BYTES]) + packed(NOISE[STEP_BYTES:])
    kinds = [(packed(NOISE), "gzip"), (halves, "gzip"), (zlib.compress(NOISE), "deflate")]
    check_rows([*kinds, (raw_deflate(NOISE), "deflate")], check)


def test_what_grows_without_measure_is_stopped_long_before_the_limit() -> None:
    raw = bomb(160)
    pieces: list[int] = []
    with pytest.raises(UndecodableError):
        pieces.extend(map(len, decode(raw, "gzip", 1 << 30)))
    assert MAX_RATIO * len(raw) - STEP_BYTES < sum(pieces) <= MAX_RATIO * len(raw)
    assert whole(packed(b" " * SMALL_BYTES), "gzip") == b" " * SMALL_BYTES


def test_many_members_are_read_and_too_many_are_not() -> None:
    assert whole(packed(b"x") * MAX_MEMBERS, "gzip") == b"x" * MAX_MEMBERS
    with pytest.raises(UndecodableError):
        whole(packed(b"x") * (MAX_MEMBERS + 1), "gzip")


@FUZZ
@given(body=st.binary(), level=st.integers(0, 9), cut=st.integers(1, 40))
def test_what_was_put_in_comes_out_and_part_of_it_never(body: bytes, level: int, cut: int) -> None:
    for raw, encoding in (
        (gzip.compress(body, level), "gzip"),
        (zlib.compress(body, level), "deflate"),
        (raw_deflate(body), "deflate"),
    ):
        assert whole(raw, encoding) == body
        if cut < len(raw):
            with pytest.raises(UndecodableError):
                whole(raw[:-cut], encoding)


@FUZZ
@given(raw=st.binary(), encoding=st.sampled_from(["gzip", "deflate", "br", ",", "gzip,deflate"]))
def test_anything_is_decoded_or_refused(raw: bytes, encoding: str) -> None:
    try:
        whole(raw, encoding)
    except UndecodableError:
        return


@FUZZ
@given(encoding=st.text(st.characters(max_codepoint=255), max_size=40))
def test_json_is_json_under_every_name(encoding: str) -> None:
    assert whole(JSON, encoding) == JSON
