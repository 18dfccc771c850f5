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
from tests.mutations.money import MONEY, SWITCHED
from tests.mutations.runner import ROOT, Break, all_tests
from tests.simulation.catching import CATCHING

PACKAGE = ROOT / "gui" / "enigma_panel"
PAGES = ("docs/money.md", "docs/data.md", "docs/trouble.md", "SECURITY.md")
NO_PROMISE = (
    "No telemetry.",  # SECURITY.md: a matter of reading the code
    "Anyone with a session's ID can watch",
)
"""Sentences of the pages that guard no money, no truth and no secret, or have no line to break."""


def _words(page: str) -> str:
    return _plain((ROOT / page).read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return " ".join(re.sub(r"[*`]", "", " ".join(lines)).split())


def _points(page: str) -> list[str]:
    """The points of a page; of SECURITY.md those that are told in detail."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if page == "SECURITY.md":
        text = "".join(part for part in text.split("\n## ") if ", in detail" in part)
    return [_plain(point) for point in re.findall(r"^\* .+(?:\n  .+)*", text, re.MULTILINE)]


def _sentences(page: str) -> list[str]:
    return [one for point in _points(page) for one in re.split(r"(?<=\.)\s+(?=[A-Z])", point)]


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


@pytest.mark.parametrize(("pages", "breaks"), [(PAGES, (*MONEY, *DATA)), (("README.md",), README)])
def test_a_break_quotes_its_page(pages: tuple[str, ...], breaks: tuple[Break, ...]) -> None:
    words = " ".join(map(_words, pages))
    assert [one.promise for one in breaks if one.promise not in words] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_point_of_these_pages_is_broken_once(page: str) -> None:
    broken = {one.promise for one in (*MONEY, *DATA)} | SWITCHED.keys()
    unbroken = [
        sentence
        for sentence in _sentences(page)
        if not sentence.startswith(NO_PROMISE) and not any(each in sentence for each in broken)
    ]
    assert unbroken == []


def test_a_switch_off_quotes_its_page_and_has_a_seed_that_catches_it() -> None:
    words = " ".join(map(_words, PAGES))
    assert [one for one in SWITCHED if one not in words] == []
    assert set(SWITCHED.values()) <= CATCHING.keys()


def test_every_test_that_is_named_exists() -> None:
    for name in all_tests(BREAKS):
        path, _, test = name.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or f"def {test.partition('[')[0]}(" in text, name
