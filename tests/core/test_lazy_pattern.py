"""A pattern is compiled when it is first used, once, and then is one like any other."""

import re

import pytest

from enigma_panel.core.lazy_pattern import lazy_compile


def test_it_is_compiled_once_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = re.compile

    def noted(pattern: str, flags: int = 0) -> "re.Pattern[str]":
        compiled.append(pattern)
        return real(pattern, flags)

    monkeypatch.setattr(re, "compile", noted)
    pattern = lazy_compile("a(b+)", re.IGNORECASE)
    assert compiled == []
    for _ in range(2):
        match = pattern.search("xABBx")
        assert match is not None
        assert (match[0], match[1]) == ("ABB", "BB")
    assert compiled == ["a(b+)"]
    assert pattern.sub("-", "abb ab") == "- -"
