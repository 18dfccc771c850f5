"""Tables of cases that one test checks: every row that fails is listed."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def check_rows(rows: Iterable[tuple[Any, ...]], check: Callable[..., None]) -> None:
    """Call the check with each row; fails with all rows for which it raises, and what it said."""
    said = [_complaint(row, check) for row in rows]
    assert said, "an empty table checks nothing"
    wrong = [each for each in said if each]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def _complaint(row: tuple[Any, ...], check: Callable[..., None]) -> str:
    try:
        check(*row)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told beside its row
        return f"{row}: {type(error).__name__}: {error}"
    return ""
