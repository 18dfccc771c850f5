"""Redaction: keeps keys, ids, stream URLs and sent secrets out of every text that leaves us.

Two nets. `redact_patterns` knows what secrets of the service look like. `Redactor` knows in
addition the secrets that were sent (passwords, answers) without keeping them: of each it holds its
length in UTF-8 bytes, a keyed BLAKE2 digest and one byte of a keyed sum.

Trade-offs, on purpose:

* The key of the digests lies in the same memory, so a memory dump allows guessing a weak password,
  but shows none in clear.
* The one-byte sum (the secret's bytes through a keyed substitution, added up, modulo 256) tells
  8 bits of the secret to that same reader. It spares 255 of 256 digests, so that 100 kB of text
  take some milliseconds per distinct length instead of some tens.
* Only an exact echo is found: not one in another case, cut in pieces, or escaped.
* Secrets under 4 bytes are replaced only where they stand as whole words, else "42" or "no" would
  black out half of every text.
"""

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, count

MARK = "[redacted]"
"""What stands in place of a secret."""

MIN_SUBSTRING_BYTES = 4
"""Shorter secrets are matched as whole words only."""

CHUNK_BYTES = 1 << 16
"""Texts are searched in pieces, so that the sums of a 5 MB result do not take 200 MB."""

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
_USER_INFO = re.compile(r"(://)[^\s/:@]{1,255}:[^\s/@]{1,255}(?=@)")

_PATTERNS = (
    (_HEADER, rf"\g<1>{MARK}"),
    (_BEARER, rf"\g<1>{MARK}"),
    (_API_KEY, MARK),
    (_STREAM_URL, MARK),
    (_SUBDOMAIN_URL, MARK),
    (_TASK_PATH, rf"\g<1>{MARK}"),
    (_KEY_IN_PATH, rf"\g<1>{MARK}"),
    (_QUERY, rf"\g<1>{MARK}"),
    (_USER_INFO, rf"\g<1>{MARK}"),
)


def redact_patterns(text: str) -> str:
    """The text without API keys, credentials in headers and URLs, and URLs that hold an id."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


@dataclass(frozen=True, slots=True)
class _Print:
    """All that is kept of a secret."""

    length: int
    digest: bytes
    tag: int


class Redactor:
    """The wall: patterns plus the secrets of this run. `key` is random, 16 to 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        # A substitution of byte values that follows from the key; it makes the cheap sum keyed.
        table = list(range(256))
        random.Random(key).shuffle(table)  # noqa: S311 - a filter, not a cipher (module docstring)
        self._table = bytes(table)
        self._prints: dict[int, _Print] = {}
        self._tokens = count(1)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._prints)} secrets>"

    def add_secret(self, text: str) -> int:
        """Remember a secret's print and return a token for `forget`.

        Outer white space does not count. Blank texts are no secrets and match nothing. The same
        secret may be added twice; it is found until both tokens are forgotten.
        """
        token = next(self._tokens)
        secret = _encode(text.strip())
        if secret:
            tag = sum(secret.translate(self._table)) & 0xFF
            self._prints[token] = _Print(len(secret), self._digest(secret), tag)
        return token

    def forget(self, token: int) -> None:
        """Drop the print behind a token; an unknown token is no error."""
        self._prints.pop(token, None)

    def redact(self, text: str) -> str:
        """The text with every known secret and pattern replaced by `MARK`."""
        prints = set(self._prints.copy().values())
        if prints:
            text = self._without_secrets(text, prints)
        return redact_patterns(text)

    def _digest(self, data: bytes) -> bytes:
        return hashlib.blake2b(data, key=self._key, digest_size=16).digest()

    def _without_secrets(self, text: str, prints: set[_Print]) -> str:
        data = _encode(text)
        spans = sorted(self._find(data, prints))
        if not spans:
            return text
        parts: list[bytes] = []
        done = 0
        for start, end in spans:
            if start >= done:
                parts += [data[done:start], MARK.encode()]
            done = max(done, end)
        parts.append(data[done:])
        return b"".join(parts).decode("utf-8", "surrogatepass")

    def _find(self, data: bytes, prints: set[_Print]) -> Iterator[tuple[int, int]]:
        """Spans (start, end) of all secrets in UTF-8 text, in no order; they may overlap."""
        lengths: dict[int, list[_Print]] = {}
        for known in prints:
            lengths.setdefault(known.length, []).append(known)
        overlap = max(lengths) - 1
        for base in range(0, len(data), CHUNK_BYTES):
            piece = data[base : base + CHUNK_BYTES + overlap]
            sums = list(accumulate(piece.translate(self._table), initial=0))
            for length, group in lengths.items():
                for at in self._find_length(piece, sums, length, group):
                    if length >= MIN_SUBSTRING_BYTES or _is_word(data, base + at, length):
                        yield base + at, base + at + length

    def _find_length(
        self, piece: bytes, sums: list[int], length: int, group: list[_Print]
    ) -> Iterator[int]:
        digests = {known.digest for known in group}
        tags = {known.tag for known in group}
        for at, (low, high) in enumerate(zip(sums, sums[length:], strict=False)):
            # The cheap sum first: only one window in 256 deserves a digest.
            if (high - low) & 0xFF in tags and self._digest(piece[at : at + length]) in digests:
                yield at


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_word(data: bytes, start: int, length: int) -> bool:
    """True where neither neighbour is a letter, digit or underscore."""
    before = data[max(0, start - 4) : start].decode("utf-8", "ignore")[-1:]
    after = data[start + length : start + length + 4].decode("utf-8", "ignore")[:1]
    return not any(side.isalnum() or side == "_" for side in (before, after))
