"""Redaction: keeps keys, ids, stream URLs and sent secrets out of every text that leaves us.

`redact_patterns` knows what secrets of the service look like. `Redactor` knows in addition the
ids of sessions and the secrets that were sent in this run (passwords, answers). What an earlier run
sent nobody knows: in texts of its sessions `redact_shapes` hides what is called a password.

Trade-offs, on purpose:

* Only an exact echo is found: not one in another case, cut in pieces, or escaped.
* Secrets under 4 bytes are replaced only where they stand as whole words, else "42" or "no" would
  black out half of every text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

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

Span = tuple[int, int]
"""Start and end in a text."""


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
    """The filter of this run: the patterns, the secrets that were sent, and ids of sessions.

    May be used in any thread: log lines are redacted, too.
    """

    def __init__(self) -> None:
        self._secrets: dict[int, str] = {}
        self._ids: dict[int, str] = {}
        self._tokens = count(1)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._secrets) + len(self._ids)} secrets>"

    def add_secret(self, text: str) -> int:
        """Remember a sent secret and return a token for `forget`.

        Outer white space does not count. Blank texts are no secrets and match nothing. The same
        secret may be added twice; it is found until both tokens are forgotten.
        """
        return self._add(self._secrets, text)

    def add_id(self, text: str) -> int:
        """Do as `add_secret` for a session's id, which `redact_sent` leaves."""
        return self._add(self._ids, text)

    def forget(self, token: int) -> None:
        """Drop the secret or the id behind a token; an unknown token is no error."""
        self._secrets.pop(token, None)
        self._ids.pop(token, None)

    def redact(self, text: str) -> str:
        """The text with every known secret and pattern replaced by `MARK`."""
        return redact_patterns(_without(text, _known(self._secrets) | _known(self._ids)))

    def redact_sent(self, text: str) -> str:
        """The text with the sent secrets alone replaced: ids and what looks like one stay."""
        return _without(text, _known(self._secrets))

    def redact_many(self, texts: Sequence[str]) -> list[str]:
        """Redact each text, several times faster than one by one for many short ones."""
        if len(texts) > 1 and not any(_BORDER[0] in text for text in texts):
            parts = self.redact(_BORDER.join(texts)).split(_BORDER)
            if len(parts) == len(texts):  # else a secret holds a border
                return parts
        return [self.redact(text) for text in texts]

    def _add(self, known: dict[int, str], text: str) -> int:
        token = next(self._tokens)
        if secret := text.strip():
            known[token] = secret
        return token


def _known(secrets: dict[int, str]) -> set[str]:
    return set(secrets.copy().values())  # a copy is one step: another thread may add one


def _without(text: str, secrets: Iterable[str]) -> str:
    """The text with `MARK` in place of these secrets, one for those that overlap."""
    parts: list[str] = []
    done = 0
    for start, end in sorted(span for secret in secrets for span in _places(text, secret)):
        if start >= done:
            parts += [text[done:start], MARK]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _places(text: str, secret: str) -> Iterator[Span]:
    """The places of a secret in a text; they may overlap."""
    at = text.find(secret)
    if at < 0:
        return
    is_short = len(secret.encode("utf-8", "surrogatepass")) < MIN_SUBSTRING_BYTES
    while at >= 0:
        end = at + len(secret)
        if not is_short or _is_word(text, at, end):
            yield at, end
        at = text.find(secret, at + 1)


def _is_word(text: str, start: int, end: int) -> bool:
    """True where neither neighbour is a letter, digit or underscore."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return not any(side.isalnum() or side == "_" for side in (before, after))
