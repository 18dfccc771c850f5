"""Regular expressions that are compiled when they are first used: a start needs few of them."""

import re
from typing import Any, cast


class _LazyPattern:
    """Gets each method of the compiled pattern when that is first asked for, and keeps it."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found


def lazy_compile(pattern: str, flags: int = 0) -> "re.Pattern[str]":
    """Return a pattern as re.compile does, compiled, and checked, at its first use."""
    return cast("re.Pattern[str]", _LazyPattern(pattern, flags))
