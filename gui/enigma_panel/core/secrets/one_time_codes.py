"""Codes that are good once, out of the messages that bring them."""

import re
import unicodedata

from enigma_panel.core.lazy_pattern import lazy_compile

_CODE = lazy_compile(r"(?<![\w.,])(?<![0-9][ -])[0-9](?:[ -]?[0-9]){3,9}(?!\w|[., -][0-9])")


def codes_in(message: str) -> list[str]:
    """The numbers of four to ten digits that stand there, without what groups them; each once."""
    plain = unicodedata.normalize("NFKC", message)
    found = (re.sub("[ -]", "", match[0]) for match in _CODE.finditer(plain))
    return list(dict.fromkeys(found))


def code_in(message: str) -> str:
    """'123456' of 'Your code is 123 456'; where there is not exactly one, what stands there."""
    codes = codes_in(message)
    return codes[0] if len(codes) == 1 else message.strip()
