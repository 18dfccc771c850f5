"""The list of breaks fits the program as it is; whether tests catch them, a command tells.

A break of a line that is another now turns this red on every commit.
"""

import ast

from tests.kit.rows import check_rows
from tests.mutations.breaks import BREAKS
from tests.mutations.runner import ROOT, all_tests

PACKAGE = ROOT / "gui" / "enigma_panel"


def test_each_break_can_be_made_and_is_another_program() -> None:
    named = {one.name: one for one in BREAKS}

    def can_be_made(name: str) -> None:
        one = named[name]
        text = (PACKAGE / one.file).read_text(encoding="utf-8")
        assert text.count(one.old) == 1
        assert _meaning(text.replace(one.old, one.new)) != _meaning(text)

    check_rows([(name,) for name in named], can_be_made)


def _meaning(text: str) -> str:
    return ast.dump(ast.parse(text))


def test_no_break_stands_there_twice() -> None:
    assert len({one.name for one in BREAKS}) == len(BREAKS)
    assert len({(one.file, one.old, one.new) for one in BREAKS}) == len(BREAKS)


def test_every_test_that_is_named_exists() -> None:
    for name in all_tests(BREAKS):
        path, _, test = name.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or f"def {test.partition('[')[0]}(" in text, name
