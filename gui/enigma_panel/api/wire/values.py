"""JSON documents and their single fields: each function takes any value and returns a clean one.

None means "not given": a figure or text that cannot be used is never turned into zero or "".
"""

import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

import msgspec

from enigma_panel.core.lazy_pattern import lazy_compile

MAX_TEXT = 5_000_000
"""Longest result, question or error that is kept, in characters."""

CUT_MARK = "\n[…]"
"""Mark at the end of a text that was cut."""
LONGEST_RUN = 300
"""Most characters that are dropped at a cut, since it may have broken what they were part of."""

MAX_SHORT = 500
MAX_ID = 4_096
MAX_URL = 2_048
MAX_COUNT = 10**15
MAX_DIGITS = 50
"""Most digits, and places after the point, of an amount that anybody bills."""

MAX_INT_DIGITS = 40
"""Most digits of an integer: int() of longer ones takes quadratic time."""

UNUSABLE = Decimal("NaN")

_LINE_END = lazy_compile(r"\r\n?")
_CONTROLS = lazy_compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = lazy_compile(r"[\ud800-\udfff]")
_NUMBER = lazy_compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,4})?")
_ORIGIN = lazy_compile(r"\w{2,5}://[^/?#]*")
"""The part of a URL in which urlsplit looks for a host: it takes its time over what is long."""
_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_ENCODER = msgspec.json.Encoder(decimal_format="number")

Record = dict[str, object]


def record(value: object) -> Record:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def long_text(value: object, limit: int = MAX_TEXT) -> str | None:
    """A text kept whole, up to `limit` characters. Values that are none become JSON text.

    Control characters go, but not tabs and line ends: they move a terminal's cursor, hide words
    from a screen reader, and may stand in the middle of a secret that is looked for.
    """
    if isinstance(value, dict | list | bool | int | float | Decimal):
        value = _as_json(value)
    if not isinstance(value, str):
        return None
    text = _without_controls(_encodable(value[:limit]))
    return text if len(value) <= limit else without_last_run(text) + CUT_MARK


def _encodable(text: str) -> str:
    """The text without halves of characters; to try first is ten times faster."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", _LINE_END.sub("\n", text) if "\r" in text else text)


def without_last_run(text: str) -> str:
    """A text that was cut, without its last word: a piece of a secret no longer looks like one."""
    words = text[-LONGEST_RUN:].split()
    return text.rstrip().removesuffix(words[-1]).rstrip() if words else text.rstrip()


def short_text(value: object, limit: int = MAX_SHORT) -> str | None:
    """One line without control or invisible characters, cut at `limit`; None if not text.

    Marks that turn the writing direction go as well: they can make a text read as another.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < MAX_COUNT:
        value = str(value)  # JSON-RPC style error codes are numbers
    if not isinstance(value, str):
        return None
    text = value[: 4 * limit]
    if not text.isprintable():  # seldom: to look at each character takes a hundred times longer
        text = _SURROGATE.sub("\ufffd", text)
        text = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(text.split())
    return (line if len(line) <= limit else without_last_run(line[: limit - 1]) + "…") or None


def word(value: object) -> str:
    """A status or type in lower case for comparing, "" for anything but text."""
    return value[:64].strip().lower() if isinstance(value, str) else ""


def opaque_id(value: object) -> str | None:
    """A session or task id. One that we would have to change to use it counts as not given."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_COUNT:
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID or not value.strip("."):
        return None
    return value if value.isprintable() and " " not in value else None


def url(value: object) -> str | None:
    """An http(s) or ws(s) URL with a host; anything else must never reach a browser."""
    if not isinstance(value, str) or short_text(value, MAX_URL) != value:
        return None
    origin = _ORIGIN.match(value)
    if origin is None:
        return None
    try:
        parts = urlsplit(origin[0])
    except ValueError:
        return None
    return value if parts.scheme in _SCHEMES and parts.hostname else None


def flag(value: object) -> bool | None:
    """A boolean, or None when not given; the words count, too."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def moment(value: object) -> int | None:
    """Epoch ms of an ISO time that names its zone."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        return int(time.timestamp() * 1000) if time is not None and time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def money(value: object) -> Decimal | None:
    """An exact amount in dollars. Finite nonsense is kept, so that it can be flagged."""
    return _decimal(value)


def seconds(value: object) -> Decimal | None:
    """A duration in seconds, exact and non-negative."""
    number = _decimal(value)
    return number if number is not None and 0 <= number <= MAX_COUNT else None


def whole(value: object) -> int | None:
    """A count from 0 to 10¹⁵; the range is compared before int(), which 1e999999999 would hang."""
    number = _decimal(value)
    if number is None or not 0 <= number <= MAX_COUNT or number != number.to_integral_value():
        return None
    return int(number)


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    shape = value.as_tuple()
    places = shape.exponent if isinstance(shape.exponent, int) else 0
    if len(shape.digits) > MAX_DIGITS or places < -MAX_DIGITS:
        return None
    # A zero with a large exponent would be written with as many zeros.
    return Decimal(0) if places > MAX_DIGITS and not value else value


def _as_json(value: object) -> str | None:
    try:
        return _encoded(value)
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError):
        return None


def _encoded(value: object) -> str:
    try:
        return _ENCODER.encode(value).decode()
    except UnicodeError:  # half a character, as JavaScript cuts them
        return _ENCODER.encode(_without_halves(value)).decode()


def _without_halves(value: object) -> object:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case list():
            return [_without_halves(each) for each in value]
        case dict():
            return {_without_halves(key): _without_halves(each) for key, each in value.items()}
        case _:
            return value


class NotJsonError(ValueError):
    """The bytes are not JSON, not even leniently read."""


def parse(body: bytes) -> object:
    """Decode one JSON document; raises NotJsonError.

    msgspec first. It refuses a byte order mark, a lone surrogate escape (JavaScript cutting an
    emoji in two), invalid UTF-8 and NaN; the standard library then gets a second try, in which
    bytes that are no text become U+FFFD. Lone surrogates stay for the functions above.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _second_try(body)
    except (RecursionError, MemoryError):
        raise NotJsonError("nested too deeply, or too much") from None


def _second_try(body: bytes) -> object:
    try:
        text = body.decode(json.detect_encoding(body), "replace")
        return _LENIENT.decode(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError, MemoryError):
        raise NotJsonError("not JSON") from None


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return UNUSABLE


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= MAX_INT_DIGITS else UNUSABLE


_DECODER = msgspec.json.Decoder(float_hook=_number)
_LENIENT = json.JSONDecoder(
    parse_float=_number, parse_int=_integer, parse_constant=lambda _: UNUSABLE, strict=False
)
