"""The list of breaks fits pages and program as they are; whether tests catch them, a command tells.

A promise without a break, a break of a sentence that is no more, or of a line that is another now
turns this red on every commit.
"""

import ast
import re
from functools import cache

import pytest

from tests.mutations.breaks import BREAKS
from tests.mutations.data import DATA, README
from tests.mutations.money import MONEY
from tests.mutations.runner import ROOT, Break, all_tests

PACKAGE = ROOT / "gui" / "enigma_panel"
NO_PROMISE = (
    "The tests behind these promises",
    "No telemetry.",  # SECURITY.md: a matter of reading the code
    "An agent that reveals a password in pieces, key by key, is not caught.",
    "A click opens the result; Settings turns it off.",
    "Several open questions share one notice, with their number.",
    "A click opens that question.",
    "It goes away when the question is settled or you come to the window.",
    "Start when I log in writes one file into your desktop",
)
"""Sentences of the pages that guard no money, no truth and no secret, or have no line to break."""


def _words(page: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return " ".join(re.sub(r"[*`]", "", " ".join(lines)).split())


def _sentences(page: str) -> list[str]:
    return re.split(r"(?<=\.)\s+(?=[A-Z])", _words(page))


@pytest.mark.parametrize("one", BREAKS, ids=lambda one: one.name)
def test_a_break_can_be_made_and_is_another_program(one: Break) -> None:
    text = (PACKAGE / one.file).read_text(encoding="utf-8")
    assert text.count(one.old) == 1
    assert _meaning(text.replace(one.old, one.new)) != _meaning_of_file(one.file)


def _meaning(text: str) -> str:
    return ast.dump(ast.parse(text))


@cache
def _meaning_of_file(file: str) -> str:
    return _meaning((PACKAGE / file).read_text(encoding="utf-8"))


def test_no_break_stands_there_twice() -> None:
    assert len({one.name for one in BREAKS}) == len(BREAKS)
    assert len({(one.file, one.old, one.new) for one in BREAKS}) == len(BREAKS)


@pytest.mark.parametrize(
    ("page", "breaks"),
    [("docs/money.md", MONEY), ("docs/data.md", DATA), ("README.md", README)],
)
def test_a_break_quotes_its_page(page: str, breaks: tuple[Break, ...]) -> None:
    assert [one.promise for one in breaks if one.promise not in _words(page)] == []


@pytest.mark.parametrize(("page", "breaks"), [("docs/money.md", MONEY), ("docs/data.md", DATA)])
def test_every_sentence_of_these_pages_is_broken_once(page: str, breaks: tuple[Break, ...]) -> None:
    broken = {one.promise for one in breaks}
    unbroken = [
        sentence
        for sentence in _sentences(page)
        if not sentence.startswith(NO_PROMISE) and not any(each in sentence for each in broken)
    ]
    assert unbroken == []


def test_every_test_that_is_named_exists() -> None:
    for name in all_tests(BREAKS):
        path, _, test = name.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or f"def {test.partition('[')[0]}(" in text, name
