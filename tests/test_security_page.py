"""SECURITY.md names the test of each promise: they are there, under these names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_it_names_is_there() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = NAMED.findall(page)
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.endswith("| test |")]
    assert len(promises) > 20
    assert [row for row in promises if not NAMED.search(row)] == []
    assert len(named) == page.count("::")
    assert [one for one in named if not _is_there(*one)] == []


def _is_there(path: str, test: str) -> bool:
    file = ROOT / path
    return file.is_file() and f"def {test}(" in file.read_text(encoding="utf-8")
