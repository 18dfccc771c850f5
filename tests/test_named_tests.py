"""Pages that name the test of a promise, or the contract file of a field: all of them exist."""

import re

import pytest

from tests.conftest import FIRST, TESTS

ROOT = TESTS.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FILE = re.compile(r"`(tests/contract/\w+/[\w-]+\.json)`")
HEADING = "| test |"


@pytest.mark.parametrize(
    ("page", "least"),
    [("tests/README.md", 20), ("docs/dialect-fields.md", 20), ("docs/architecture.md", 5)],
)
def test_every_test_that_it_names_is_there(page: str, least: int) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = NAMED.findall(text)
    promises = [row for table in _tables(text) if table[0].endswith(HEADING) for row in table[2:]]
    assert len(promises) >= least
    assert [row for row in promises if not (NAMED.search(row) or FILE.search(row))] == []
    assert len(named) == text.count("::")
    assert [one for one in named if not _is_there(*one)] == []
    files = FILE.findall(text)
    assert len(files) == text.count(".json")
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_the_longest_tests_are_there() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    assert [name for name in FIRST if f"def {name}(" not in texts] == []


def _tables(text: str) -> list[list[str]]:
    blocks = [block.splitlines() for block in text.split("\n\n")]
    return [block for block in blocks if block[0].startswith("| ")]


def _is_there(path: str, test: str) -> bool:
    file = ROOT / path
    return file.is_file() and f"def {test}(" in file.read_text(encoding="utf-8")
