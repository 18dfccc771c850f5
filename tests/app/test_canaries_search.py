"""The search for secrets finds what it is to find."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.app.canaries import found

SECRET = 'Zebra&47 "grün"/x'
PLANTED: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "URL": lambda text: quote(text, safe="").encode(),
    "JSON": lambda text: json.dumps(text).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    **{
        f"base64, {n} before": lambda text, n=n: base64.b64encode(b"xyz"[:n] + text.encode() + b"!")  # type: ignore[misc]
        for n in range(6)
    },
    "URL-safe base64": lambda text: base64.urlsafe_b64encode(text.encode()),
}


@pytest.mark.parametrize("form", PLANTED)
@pytest.mark.parametrize("secret", [SECRET, "enig_7f3Q", "83917406"])
def test_a_planted_secret_is_found(form: str, secret: str) -> None:
    sinks = {"leaks": b"before " + PLANTED[form](secret) + b" after", "dry": b"before after"}
    assert {sink for sink, _, _ in found(sinks, {"it": secret})} == {"leaks"}
