"""The list of breaks fits the program as it is; whether tests catch them is told by command."""

import ast
from pathlib import Path

import pytest

from tests.mutations.breaks import BREAKS
from tests.mutations.runner import ROOT, Break, all_tests

PACKAGE = ROOT / "gui" / "enigma_panel"


@pytest.mark.parametrize("one", BREAKS, ids=lambda one: one.promise)
def test_a_break_can_be_made_and_is_another_program(one: Break) -> None:
    text = (PACKAGE / one.file).read_text(encoding="utf-8")
    assert text.count(one.old) == 1
    broken = ast.dump(ast.parse(text.replace(one.old, one.new)))
    assert broken != ast.dump(ast.parse(text))


def test_every_test_that_is_named_exists() -> None:
    for name in all_tests(BREAKS):
        path, _, test = name.partition("::")
        names = {
            node.name
            for node in ast.walk(ast.parse(Path(ROOT / path).read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert test.partition("[")[0] in names, name
