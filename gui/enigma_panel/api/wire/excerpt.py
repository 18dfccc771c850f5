"""Excerpts of answers that could not be read: one short line without secrets."""

import re
from collections.abc import Callable

from enigma_panel.api.wire.values import short_text
from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.secrets.redaction import MARK, redact_patterns

MAX_EXCERPT = 200
_READ_CHARS = 2_000

Scrub = Callable[[str], str]
"""Takes a text of the service and returns it without the secrets of the call."""

_NAMED = lazy_compile(
    r"""(["']?\w{0,40}(?:id|key|token|secret|password|auth|url)\w{0,40}["']?\s{0,4}[:=]\s{0,4})"""
    r"""(?:"[^"]*"?|'[^']*'?|[^\s,;}<>&"']+)""",
    re.IGNORECASE,
)
_URL = lazy_compile(r"""\b[a-z][a-z0-9+.-]{1,15}://[^\s"'<>]*""", re.IGNORECASE)
_TOKEN = lazy_compile(r"[A-Za-z0-9_-]{10,}")
_TAIL = lazy_compile(r"""[^\s"',;<>]{0,300}$""")
_PAIR = lazy_compile(r"[:=]\s*([^,;\r\n]{4,})")


def make_scrub(*secrets: str) -> Scrub:
    """A Scrub for one call: the given texts (key, ids, an answer) and the service's patterns.

    An answer like "Username: ann, Password: hunter2" counts as a whole and by its values.
    """
    found = {part.strip() for secret in secrets for part in (secret, *_PAIR.findall(secret))}
    parts = sorted((part for part in found if len(part) >= 4), key=len, reverse=True)

    def scrub(text: str) -> str:
        for part in parts:
            text = text.replace(part, MARK)
        return redact_patterns(text)

    return scrub


def make_excerpt(body: bytes, scrub: Scrub) -> str:
    """The first 200 characters of a body, on one line, with all that looks secret replaced.

    Stricter than `scrub`: whole URLs, values of fields named like ids or keys, and long tokens
    with a digit go as well, since in a body that fits nothing any of them may be an id.
    """
    text = body[: 4 * _READ_CHARS].decode("utf-8", "replace")
    if len(text) > _READ_CHARS:
        # A secret that is cut in two would no longer look like one.
        text = _TAIL.sub("", text[:_READ_CHARS])
    text = _URL.sub(MARK, _NAMED.sub(rf"\g<1>{MARK}", scrub(text)))
    text = _TOKEN.sub(_hide_token, text)
    return short_text(text, MAX_EXCERPT) or ""


def _hide_token(match: re.Match[str]) -> str:
    token = match.group()
    return MARK if any(map(str.isdigit, token)) else token
