"""Redaction: keeps keys, ids, stream URLs and sent secrets out of every text that leaves us.

Two nets. `redact_patterns` knows what secrets of the service look like. `Redactor` knows in
addition the secrets that were sent (passwords, answers) and the ids of sessions, without keeping
them: see core.prints for what it holds.

Trade-offs, on purpose:

* The key of the digests lies in the same memory, so a memory dump allows guessing a weak password,
  but shows none in clear.
* 8 bits of a sent secret are told to that same reader, so that a megabyte of text takes some
  milliseconds per secret instead of a second.
* Only an exact echo is found: not one in another case, cut in pieces, or escaped.
* Secrets under 4 bytes are replaced only where they stand as whole words, else "42" or "no" would
  black out half of every text.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from enigma_panel.core.prints import Fingerprint, Fingerprinter, Search, Span, encode

MARK = "[redacted]"
"""What stands in place of a secret."""

_BORDER = "\x1e" * 9
"""Between texts that are joined: white space of which no pattern passes more than 8 in a row."""

_FIRST_STEP = 100
PIECE = 100_000
"""Characters that pass at once where a text goes in pieces: some 4 ms."""

_GAP = re.compile(r'(?<!\w)"|\s')
"""Where a text may be cut: all patterns but two end here, and no secret that begins here is a word
only because of the cut."""
_NEAR = 64
_GOES_ON = re.compile(
    r"""(?:authorization["']?\s{0,8}[:=]?|bearer|basic|token)\s{0,8}\Z""", re.IGNORECASE
)
"""In the `_NEAR` characters before a gap: one of these two patterns may go on behind it."""

_HEADER = re.compile(
    r"""(\bauthorization["']?\s{0,8}[:=]\s{0,8}["']?)(?:(?:bearer|basic|token)\s{1,8})?[^\s"',;]+""",
    re.IGNORECASE,
)
# 'Bearer of news' stays: what follows must be long or hold a digit, a dot or an underscore.
_BEARER = re.compile(
    r"(\bbearer\s{1,8})(?:(?=[A-Za-z~+/=-]{0,64}[\d_.])[\w.~+/=-]{4,}|[\w.~+/=-]{16,})",
    re.IGNORECASE,
)
_API_KEY = re.compile(r"(?<![A-Za-z0-9])(?:enig_[A-Za-z0-9_-]{4,}|wr_[A-Za-z0-9_-]{8,})")
_STREAM_URL = re.compile(
    r"""(?:\b(?:https?|wss?)://)?(?:\b(?:\d{1,3}\.){3}\d{1,3}|\[[0-9A-Fa-f:.]{2,45}\]):8889[^\s"'<>]*"""
)
_SUBDOMAIN_URL = re.compile(
    r"""\b(?:https?|wss?)://(?!(?:connect|docs|app|www)\.)[\w-]{1,63}\.webrun\.ai[^\s"'<>]*""",
    re.IGNORECASE,
)
_TASK_PATH = re.compile(r"""(://[^\s/"'<>]{1,255}/task/)[^\s/"'<>]+/[^\s/?#"'<>]+""")
_KEY_IN_PATH = re.compile(r"""(://[^\s/"'<>]{1,255}/mcp/)[^\s/?#"'<>]+""")
_QUERY = re.compile(
    r"""([?&](?:api[_-]?key|key|token|access[_-]?token|session[_-]?id)=)[^&\s#"'<>]+""",
    re.IGNORECASE,
)
# A quotation mark is no part of a URL; in compact JSON the next value would be taken for one.
_USER_INFO = re.compile(r'(://)[^\s/:@"<>]{1,255}:[^\s/@"<>]{1,255}(?=@)')

_PATTERNS = (
    (("author",), _HEADER, rf"\g<1>{MARK}"),
    (("bearer",), _BEARER, rf"\g<1>{MARK}"),
    (("enig_", "wr_"), _API_KEY, MARK),
    ((":8889",), _STREAM_URL, MARK),
    ((".webrun.",), _SUBDOMAIN_URL, MARK),
    (("/task/",), _TASK_PATH, rf"\g<1>{MARK}"),
    (("/mcp/",), _KEY_IN_PATH, rf"\g<1>{MARK}"),
    (("key=", "token=", "d="), _QUERY, rf"\g<1>{MARK}"),
    (("@",), _USER_INFO, rf"\g<1>{MARK}"),
)
"""With each pattern: in lower case, what a text must hold (one of these) for a match; looking for
that is a hundred times faster. No i and no s where case is ignored: other letters match these, too,
and do not become them in lower case."""


def redact_patterns(text: str) -> str:
    """The text without API keys, credentials in headers and URLs, and URLs that hold an id."""
    low = text.lower()
    for needles, pattern, replacement in _PATTERNS:
        if any(needle in low for needle in needles):
            text = pattern.sub(replacement, text)
    return text


class Redactor:
    """The wall: patterns plus the secrets of this run. `key` is random, 16 to 64 bytes.

    May be used in any thread: log lines pass it, too.
    """

    def __init__(self, key: bytes) -> None:
        self._press = Fingerprinter(key)
        self._prints: dict[int, Fingerprint] = {}
        self._tokens = count(1)
        self._lock = threading.RLock()  # a log line may come from within any call
        self._search: Search | None = None  # made when needed, after secrets came or went

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._prints)} secrets>"

    def add_secret(self, text: str) -> int:
        """Remember the print of a sent secret and return a token for `forget`.

        Outer white space does not count. Blank texts are no secrets and match nothing. The same
        secret may be added twice; it is found until both tokens are forgotten.
        """
        return self._add(text, self._press.of_secret)

    def add_id(self, text: str) -> int:
        """As `add_secret`, for what memory holds in clear anyway, as the ids of sessions.

        Any number of ids takes the time of one.
        """
        return self._add(text, self._press.of_id)

    def forget(self, token: int) -> None:
        """Drop the print behind a token; an unknown token is no error."""
        with self._lock:
            if self._prints.pop(token, None) is not None:
                self._search = None

    def redact(self, text: str) -> str:
        """The text with every known secret and pattern replaced by `MARK`."""
        search = self._search or self._prepare()
        data = encode(text)
        spans = search.spans(data)
        return redact_patterns(_without(data, spans) if spans else text)

    def pieces(self, text: str, size: int = PIECE) -> Iterator[str]:
        """What `redact` makes of it, in pieces of about `size` characters, each when it is asked
        for: a caller that must not hold anything up can do something else in between.

        A piece is longer where the text has no gap, or only such as lie within what is replaced:
        few of these are tried, each farther away, so that no text makes this slow.
        """
        begin = 0
        while begin < len(text):
            end = self._end_of_piece(text, begin + size)
            yield self.redact(text[begin:end])
            begin = end

    def redact_many(self, texts: Sequence[str]) -> list[str]:
        """As `redact` of each, several times faster for many short texts."""
        if len(texts) > 1 and not any(_BORDER[0] in text for text in texts):
            parts = self.redact(_BORDER.join(texts)).split(_BORDER)
            if len(parts) == len(texts):  # else a secret holds a border
                return parts
        return [self.redact(text) for text in texts]

    def _end_of_piece(self, text: str, at: int) -> int:
        """A gap from there on that lies within nothing that is to be replaced."""
        step = _FIRST_STEP
        while (gap := _GAP.search(text, at)) is not None:
            if not self._is_within(text, gap.start()):
                return gap.start()
            at, step = gap.end() + step, step * 2
        return len(text)

    def _is_within(self, text: str, at: int) -> bool:
        """Whether a secret or a match may begin before this gap and end behind it.

        Patterns see `MARK` where secrets and other matches were. That holds no gap and ends like
        nothing that goes on behind one, so the text as it is tells enough.
        """
        if _GOES_ON.search(text, max(0, at - _NEAR), at) is not None:
            return True
        search = self._search or self._prepare()
        before, after = (encode(part) for part in _around(text, at, search.longest))
        ends = len(before)
        # One that begins here is put in place of the gap, too, and a match before it may go on.
        return any(start <= ends < end for start, end in search.spans(before + after))

    def _add(self, text: str, take: Callable[[bytes], Fingerprint]) -> int:
        secret = encode(text.strip())
        with self._lock:
            token = next(self._tokens)
            if secret:
                self._prints[token] = take(secret)
                self._search = None
        return token

    def _prepare(self) -> Search:
        with self._lock:  # else what is added meanwhile might be missed for good
            self._search = Search(self._press, self._prints.values())
            return self._search


def _around(text: str, at: int, far: int) -> tuple[str, str]:
    """What stands before and behind a place: `far` characters, and some that tell words apart."""
    return text[max(0, at - far - 4) : at], text[at : at + far + 4]


def _without(data: bytes, spans: Sequence[Span]) -> str:
    """The text with `MARK` in place of these sorted spans, one for those that overlap."""
    parts: list[bytes] = []
    done = 0
    for start, end in spans:
        if start >= done:
            parts += [data[done:start], MARK.encode()]
        done = max(done, end)
    parts.append(data[done:])
    return b"".join(parts).decode("utf-8", "surrogatepass")
