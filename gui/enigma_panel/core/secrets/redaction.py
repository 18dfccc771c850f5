"""Redaction: keeps keys, ids, stream URLs and sent secrets out of every text that leaves us.

`redact_patterns` knows what secrets of the service look like. `Redactor` knows in addition the
ids of sessions and the secrets that were sent (passwords, answers). It does not keep the latter: it
holds a Fingerprint of each. Of what an earlier run sent it is given fingerprints, made with a key
that lasts; where nobody has that key, `redact_shapes` hides what is called a password.

Trade-offs, on purpose:

* The key of the digests lies in the same memory, so a memory dump allows guessing a weak password,
  but shows none in clear.
* A fingerprint shows 8 bits of a sent secret to that same reader, so that a megabyte of text takes
  some milliseconds per secret instead of a second.
* Only an exact echo is found: not one in another case, cut in pieces, or escaped.
* Secrets under 4 bytes are replaced only where they stand as whole words, else "42" or "no" would
  black out half of every text.
"""

import hashlib
import random
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count

from msgspec import Struct

from enigma_panel.core.lazy_pattern import lazy_compile

MARK = "[redacted]"
"""What stands in place of a secret."""

_BORDER = "\x1e" * 9
"""Separator of joined texts: no pattern passes more than 8 white spaces in a row."""

_HEADER = lazy_compile(
    r"""(\bauthorization["']?\s{0,8}[:=]\s{0,8}["']?)(?:(?:bearer|basic|token)\s{1,8})?[^\s"',;]+""",
    re.IGNORECASE,
)
# 'Bearer of news' stays: what follows must be long or hold a digit, a dot or an underscore.
_BEARER = lazy_compile(
    r"(\bbearer\s{1,8})(?:(?=[A-Za-z~+/=-]{0,64}[\d_.])[\w.~+/=-]{4,}|[\w.~+/=-]{16,})",
    re.IGNORECASE,
)
_API_KEY = lazy_compile(r"(?<![A-Za-z0-9])(?:enig_[A-Za-z0-9_-]{4,}|wr_[A-Za-z0-9_-]{8,})")
_STREAM_URL = lazy_compile(
    r"""(?:\b(?:https?|wss?)://)?(?:\b(?:\d{1,3}\.){3}\d{1,3}|\[[0-9A-Fa-f:.]{2,45}\]):8889[^\s"'<>]*"""
)
_SUBDOMAIN_URL = lazy_compile(
    r"""\b(?:https?|wss?)://(?!(?:connect|docs|app|www)\.)[\w-]{1,63}\.webrun\.ai[^\s"'<>]*""",
    re.IGNORECASE,
)
_TASK_PATH = lazy_compile(r"""(://[^\s/"'<>]{1,255}/task/)[^\s/"'<>]+/[^\s/?#"'<>]+""")
_KEY_IN_PATH = lazy_compile(r"""(://[^\s/"'<>]{1,255}/mcp/)[^\s/?#"'<>]+""")
_QUERY = lazy_compile(
    r"""([?&](?:api[_-]?key|key|token|access[_-]?token|session[_-]?id)=)[^&\s#"'<>]+""",
    re.IGNORECASE,
)
# A quotation mark is no part of a URL; in compact JSON the next value would be taken for one.
_USER_INFO = lazy_compile(r'(://)[^\s/:@"<>]{1,255}:[^\s/@"<>]{1,255}(?=@)')

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
"""Patterns, each with what a text must hold (one of these, in lower case) for a match; looking for
that is a hundred times faster. No i and no s where case is ignored: other letters match these, too,
and do not become them in lower case."""

_LABEL = (
    r"\b(?:pass[ -]?(?:word|phrase|code)|passwort|kennwort|mot de passe|contraseña)"
    r"""(?:["']\s{0,8}:\s{0,8}(?=["'])|\s{0,8}[:=]\s{0,8}|\s{1,3}(?=["“„«]))"""
)
_SHAPES = tuple(
    lazy_compile(rf"({_LABEL}{before})(?!\[redacted\]){value}", re.IGNORECASE)
    for before, value in (
        (r"""["'“„«]""", r"""[^"'“”„»\n\x1e]{1,200}"""),
        ("", r"""[^\s"'“„«&,;\x1e][^\n&,;\x1e]{0,63}"""),
    )
)
"""Passwords behind a label: what is quoted, else the line up to a comma or a joined text."""

MIN_SUBSTRING_BYTES = 4
"""Shortest secret that is matched within words; shorter ones are matched as whole words only."""

MIN_ID_BYTES = 8
"""Shortest id that is looked for as it is; a shorter one is treated as a secret."""

_WIDTHS = (8, 4, 2, 1)

Span = tuple[int, int]
"""Start and end in bytes."""


def redact_patterns(text: str) -> str:
    """The text without API keys, credentials in headers and URLs, and URLs that hold an id."""
    low = text.lower()
    for needles, pattern, replacement in _PATTERNS:
        if any(needle in low for needle in needles):
            text = pattern.sub(replacement, text)
    return text


def redact_shapes(text: str) -> str:
    """The text without what is called a password in it; applied twice it does no more.

    A password that nothing announces looks like any other word, and a result was paid for.
    """
    for pattern in _SHAPES:
        text = pattern.sub(rf"\g<1>{MARK}", text)
    return text


class Redactor:
    """The filter of this run: the patterns and the secrets. `key` is random, 16 to 64 bytes.

    May be used in any thread: log lines are redacted, too.
    hides_shapes: see `redact_shapes`; while something may come back that nobody can recognise.
    """

    def __init__(self, key: bytes) -> None:
        self.hides_shapes = False
        self._fingerprinter = Fingerprinter(key)
        self._lasting: Fingerprinter | None = None
        self._fingerprints: dict[int, Made] = {}
        self._ids: dict[int, bytes] = {}
        self._tokens = count(1)
        self._lock = threading.RLock()  # a log line may come from within any call
        self._search: Searches | None = None  # made when needed, after secrets came or went

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._fingerprints) + len(self._ids)} secrets>"

    def add_secret(self, text: str) -> int:
        """Remember the fingerprint of a sent secret and return a token for `forget`.

        Outer white space does not count. Blank texts are no secrets and match nothing. The same
        secret may be added twice; it is found until both tokens are forgotten.
        """
        secret = encode(text.strip())
        if not secret:
            return next(self._tokens)
        return self._add(self._fingerprinter, self._fingerprinter.of_secret(secret))

    def add_id(self, text: str) -> int:
        """Do as `add_secret` for a session's id, kept as it is: memory holds it anyway."""
        name = encode(text.strip())
        if len(name) < MIN_ID_BYTES:
            return self.add_secret(text)
        with self._lock:
            token = next(self._tokens)
            self._ids[token] = name
            self._search = None
        return token

    def use_lasting(self, fingerprinter: "Fingerprinter") -> None:
        """Accept from now on fingerprints that were made with its key, which outlives a run."""
        self._lasting = fingerprinter

    def add_fingerprint(self, fingerprint: "Fingerprint") -> int:
        """Do as `add_secret` with a fingerprint of an earlier run; see `use_lasting`."""
        assert self._lasting is not None
        return self._add(self._lasting, fingerprint)

    def forget(self, token: int) -> None:
        """Drop the secret or the id behind a token; an unknown token is no error."""
        with self._lock:
            self._fingerprints.pop(token, None)
            self._ids.pop(token, None)
            self._search = None

    def redact(self, text: str) -> str:
        """The text with every known secret and pattern replaced by `MARK`."""
        search = self._search or self._prepare()
        data = encode(text)
        spans = search.spans(data)
        text = _without(data, spans) if spans else text
        return redact_patterns(redact_shapes(text) if self.hides_shapes else text)

    def redact_sent(self, text: str) -> str:
        """The text with the sent secrets alone replaced: ids and what looks like one stay."""
        search = self._search or self._prepare()
        data = encode(text)
        spans = sorted(set(search.secrets(data)))
        return _without(data, spans) if spans else text

    def redact_many(self, texts: Sequence[str]) -> list[str]:
        """Redact each text, several times faster than one by one for many short ones."""
        if len(texts) > 1 and not any(_BORDER[0] in text for text in texts):
            parts = self.redact(_BORDER.join(texts)).split(_BORDER)
            if len(parts) == len(texts):  # else a secret holds a border
                return parts
        return [self.redact(text) for text in texts]

    def _add(self, fingerprinter: "Fingerprinter", fingerprint: "Fingerprint") -> int:
        with self._lock:
            token = next(self._tokens)
            self._fingerprints[token] = fingerprinter, fingerprint
            self._search = None
        return token

    def _prepare(self) -> "Searches":
        with self._lock:  # else what is added meanwhile might be missed for good
            self._search = Searches(self._fingerprints.values(), self._ids.values())
            return self._search


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


def encode(text: str) -> bytes:
    """The bytes that are searched and fingerprinted; lone surrogates pass."""
    return text.encode("utf-8", "surrogatepass")


class Fingerprint(Struct, frozen=True):
    """What is kept of a secret: its length in bytes, an `anchor`, its digest."""

    length: int
    digest: bytes
    anchor: bytes = b""


class Fingerprinter:
    """Makes fingerprints with one key, 16 to 64 random bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        table = list(range(256))
        random.Random(key).shuffle(table)  # noqa: S311 - a filter, not a cipher
        self.classes = {width: bytes(b >> (8 - 8 // width) for b in table) for width in _WIDTHS}
        self.key_id = self.digest(b"")
        """A name for this key that reveals nothing of it."""

    def digest(self, data: bytes) -> bytes:
        """The keyed digest of some bytes: 16 bytes."""
        return hashlib.blake2b(data, key=self._key, digest_size=16).digest()

    def of_secret(self, secret: bytes) -> Fingerprint:
        """The fingerprint of a sent secret, which is not empty."""
        width = next(width for width in _WIDTHS if width <= len(secret))
        anchor = secret[:width].translate(self.classes[width])
        return Fingerprint(len(secret), self.digest(secret), anchor=anchor)


Made = tuple[Fingerprinter, Fingerprint]
"""A fingerprint, and what made it."""


class Search:
    """Finds the secrets behind some fingerprints. Immutable: may be used in any thread."""

    def __init__(self, fingerprinter: Fingerprinter, fingerprints: Iterable[Fingerprint]) -> None:
        self._fingerprinter = fingerprinter
        known = set(fingerprints)
        self._digests = frozenset(each.digest for each in known)
        self._anchors: dict[tuple[int, int], set[bytes]] = {}  # by length and width
        for each in known:
            self._anchors.setdefault((len(each.anchor), each.length), set()).add(each.anchor)

    def secrets(self, data: bytes) -> Iterator[Span]:
        """The places of the secrets in a text; the spans may overlap."""
        mixed = {
            width: data.translate(self._fingerprinter.classes[width]) for width, _ in self._anchors
        }
        for (width, length), anchors in self._anchors.items():
            for at in self._echoes(data, length, _positions(mixed[width], anchors)):
                if length >= MIN_SUBSTRING_BYTES or _is_word(data, at, at + length):
                    yield at, at + length

    def _echoes(self, data: bytes, length: int, positions: Iterable[int]) -> list[int]:
        digest, digests = self._fingerprinter.digest, self._digests
        return [at for at in positions if digest(data[at : at + length]) in digests]


class Searches:
    """A Search for each key with which some fingerprints were made, and ids. Immutable."""

    def __init__(self, fingerprints: Iterable[Made], ids: Iterable[bytes]) -> None:
        self._ids = frozenset(ids)
        of_key: dict[Fingerprinter, list[Fingerprint]] = {}
        for fingerprinter, fingerprint in fingerprints:
            of_key.setdefault(fingerprinter, []).append(fingerprint)
        self._searches = [Search(made_by, prints) for made_by, prints in of_key.items()]

    def spans(self, data: bytes) -> list[Span]:
        """The places of secrets and ids in a text, sorted; the spans may overlap."""
        ids = {(at, at + len(name)) for name in self._ids for at in _positions(data, [name])}
        return sorted(ids.union(self.secrets(data)))

    def secrets(self, data: bytes) -> Iterator[Span]:
        """See Search.secrets."""
        return chain.from_iterable(search.secrets(data) for search in self._searches)


def _positions(mixed: bytes, anchors: Iterable[bytes]) -> Iterator[int]:
    for anchor in anchors:
        at = mixed.find(anchor)
        while at >= 0:
            yield at
            at = mixed.find(anchor, at + 1)


def _is_word(data: bytes, start: int, end: int) -> bool:
    """True where neither neighbour is a letter, digit or underscore."""
    before = data[max(0, start - 4) : start].decode("utf-8", "ignore")[-1:]
    after = data[end : end + 4].decode("utf-8", "ignore")[:1]
    return not any(side.isalnum() or side == "_" for side in (before, after))
