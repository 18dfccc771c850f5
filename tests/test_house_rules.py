"""Rules of the house that no linter knows, read from the syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "gui" / "enigma_panel"
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p.name != "resources_rc.py")
STATIC_DIALOGS = {"QMessageBox", "QFileDialog", "QInputDialog", "QColorDialog", "QFontDialog"}


def _calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _nested_loops(path: Path) -> list[str]:
    """Calls that start an event loop inside the running one."""
    found = []
    for call in _calls(path):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        owner = getattr(getattr(call.func, "value", None), "id", "")
        if name in {"exec", "exec_", "processEvents", "waitSignal"} or owner in STATIC_DIALOGS:
            found.append(f"{path.name}:{call.lineno} {owner}.{name}")
    return found


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 50


def test_the_check_sees_what_it_looks_for(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("d.exec()\nQMessageBox.warning(w)\napp.processEvents()\nx.open()\n")
    assert len(_nested_loops(bad)) == 3
    bad.write_text("try:\n    f()\nexcept OSError:\n    pass\n")
    assert _swallowed(bad) == ["bad.py:3"]


def _swallowed(path: Path) -> list[str]:
    """Handlers that do nothing about what they caught."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    empty = [
        each for each in handlers if len(each.body) == 1 and isinstance(each.body[0], ast.Pass)
    ]
    return [f"{path.name}:{each.lineno}" for each in empty]


def test_no_nested_event_loops() -> None:
    assert [found for path in FILES for found in _nested_loops(path)] == []


def test_errors_are_not_swallowed() -> None:
    assert [found for path in FILES for found in _swallowed(path)] == []


def test_packaging_and_resources_are_no_packages() -> None:
    root = PACKAGE.parents[1]
    assert not (root / "packaging" / "__init__.py").exists()
    assert not (root / "resources" / "__init__.py").exists()
