"""JSON text to plain objects with exact numbers: ints stay int, all other numbers are Decimal.

A figure that cannot be represented (an exponent beyond Decimal's range, an integer of thousands of
digits, NaN, Infinity) becomes Decimal("NaN"): it stays a marked hole for `fields` to drop, and the
paid result around it is not lost.
"""

import json
from decimal import Decimal, InvalidOperation

import msgspec

MAX_INT_DIGITS = 40
"""Longer integers are no count of anything here, and int() of them takes quadratic time."""

UNUSABLE = Decimal("NaN")


class NotJsonError(ValueError):
    """The bytes are not JSON, not even leniently read."""


def parse(body: bytes) -> object:
    """Decode one JSON document; raises NotJsonError.

    msgspec first. It refuses a byte order mark, a lone surrogate escape (JavaScript cutting an
    emoji in two), invalid UTF-8 and NaN; the standard library then gets a second try, in which
    bytes that are no text become U+FFFD. Lone surrogates are left to `fields`.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _second_try(body)
    except RecursionError:
        raise NotJsonError("nested too deeply") from None


def _second_try(body: bytes) -> object:
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        return _LENIENT.decode(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise NotJsonError("not JSON") from None


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return UNUSABLE


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= MAX_INT_DIGITS else UNUSABLE


def _constant(_name: str) -> Decimal:
    return UNUSABLE


_DECODER = msgspec.json.Decoder(float_hook=_number)
_LENIENT = json.JSONDecoder(
    parse_float=_number, parse_int=_integer, parse_constant=_constant, strict=False
)
