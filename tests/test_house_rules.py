"""Rules of the house that no linter knows, read from the syntax tree."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from enigma_panel.core.service_rules import Dialect

PACKAGE = Path(__file__).parents[1] / "gui" / "enigma_panel"
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p.name != "resources_rc.py")
TESTS = sorted(Path(__file__).parent.rglob("*.py"))
SIMULATOR = PACKAGE / "simulator"
"""Its dialects are rows of values, `dialect.text`."""
RULES_FILE = PACKAGE / "core" / "service_rules.py"
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


def _coroutines_with_loops(path: Path) -> list[str]:
    """Coroutines in which Qt's events are run."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.name}:{call.lineno} {outer.name}"
        for outer in ast.walk(tree)
        if isinstance(outer, ast.AsyncFunctionDef)
        for call in ast.walk(outer)
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", getattr(call.func, "id", ""))
        in {"processEvents", "run_events"}
    ]


def test_no_nested_event_loops_in_coroutines_of_tests(tmp_path: Path) -> None:
    assert [found for path in TESTS for found in _coroutines_with_loops(path)] == []
    bad = tmp_path / "bad.py"
    bad.write_text("async def f():\n    app.processEvents()\n    run_events(app)\n")
    assert _coroutines_with_loops(bad) == ["bad.py:2 f", "bad.py:3 f"]


def test_errors_are_not_swallowed() -> None:
    assert [found for path in FILES for found in _swallowed(path)] == []


def _names_a_dialect(node: ast.AST) -> bool:
    """Whether a dialect is written down there, as a member or by its letters."""
    members = {dialect.name for dialect in Dialect}
    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Dialect":
        return node.attr in members
    return isinstance(node, ast.Constant) and node.value in {str(dialect) for dialect in Dialect}


def _is_a_dialect(node: ast.AST | None) -> bool:
    name = getattr(node, "attr", "") or getattr(node, "id", "")
    return name == "dialect" or name.endswith("_dialect")


def _defaults(tree: ast.AST) -> set[ast.AST]:
    """The values that arguments and fields have where nothing is said."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            found.update(each for each in (*node.defaults, *node.kw_defaults) if each is not None)
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            found.add(node.value)
    return found


def _decided_by_dialect(path: Path) -> list[str]:
    """What asks for a dialect by its name: its rules say what differs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kept = set(ast.walk(tree)) if path == RULES_FILE else _defaults(tree)
    found = set()
    for node in ast.walk(tree):
        asks = isinstance(node, ast.Compare | ast.MatchValue)
        if asks and any(map(_names_a_dialect, ast.walk(node))):
            found.add(node.lineno)
        if isinstance(node, ast.Match) and _is_a_dialect(node.subject):
            found.add(node.lineno)
        if isinstance(node, ast.Attribute):
            written = _names_a_dialect(node) and node not in kept
            if written or _is_a_dialect(node.value):  # as in dialect.startswith("W")
                found.add(node.lineno)
    return [f"{path.name}:{line}" for line in sorted(found)]


def test_nothing_is_decided_by_a_dialect() -> None:
    files = [path for path in FILES if not path.is_relative_to(SIMULATOR)]
    assert RULES_FILE in files
    assert [found for path in files for found in _decided_by_dialect(path)] == []


def test_the_check_sees_each_way_to_ask_for_a_dialect(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        "if a.dialect is Dialect.E: f()\n"
        "if a.dialect in {Dialect.W1, Dialect.W2}: f()\n"
        "if a.dialect == 'W2': f()\n"
        "match a.dialect:\n"
        "    case Dialect.E: f()\n"
        "x = {Dialect.E: f}\n"
        "if dialect.startswith('W'): f()\n"
        "def g(dialect: Dialect = Dialect.E) -> bool: return dialect is a.dialect\n"
    )
    assert _decided_by_dialect(bad) == [f"bad.py:{line}" for line in (1, 2, 3, 4, 5, 6, 7)]


def _imported(path: Path) -> set[str]:
    """The top-level names of what a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def _with_what_they_need(requirements: list[str]) -> set[str]:
    """The distributions that pip installs for these requirements; an extra's are not among them."""
    names = re.findall(r"^[\w.-]+(?!.*extra ==)", "\n".join(requirements), re.MULTILINE)
    found = set(map(_plain, names)) & HERE
    return found.union(*(_with_what_they_need(requires(name) or []) for name in found))


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


BROUGHT_BY = packages_distributions()
HERE = {_plain(name) for names in BROUGHT_BY.values() for name in names}
"""The distributions of this environment: some requirements are for other systems."""


def test_a_plain_installation_has_all_that_the_program_imports() -> None:
    """The demo is offered to everybody, so its libraries are, too."""
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    installed = _with_what_they_need(project["dependencies"])
    imported = set[str]().union(*map(_imported, FILES)) - sys.stdlib_module_names - {"enigma_panel"}
    assert [
        name for name in sorted(imported) if not installed & set(map(_plain, BROUGHT_BY[name]))
    ] == []


def test_packaging_and_resources_are_no_packages() -> None:
    root = PACKAGE.parents[1]
    assert not (root / "packaging" / "__init__.py").exists()
    assert not (root / "resources" / "__init__.py").exists()


PLAIN_FOLDERS = (
    *("core", "api", "store", "services", "features", "ui", "runtime", "desktop", "demo"),
)
"""Folders whose docstrings begin with their subject, beside the modules at the package's root."""
WITHOUT_SUBJECT = re.compile(
    r"(?:Also|Anybody|As|At|Behind|Below|Beside|Between|By|From|For|In|Its?|Longer|More|No|Nobody"
    r"|None|Nothing|Of|Once|Said|So|Somebody|Something|That|Their|Them|These|They|This|Those|Till"
    r"|The same|To|Told|Until|While|Who|Whoever|Whose|With|Without)\b"
)
"""First words of docstrings that do not say what the thing is."""


def _docstrings(path: Path) -> Iterator[ast.Constant]:
    """Docstrings, those below a constant or a field included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        body = getattr(node, "body", None)
        for each in body if isinstance(body, list) else []:
            text = each.value if isinstance(each, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text


def _without_subject(path: Path) -> list[str]:
    found = ((text, WITHOUT_SUBJECT.match(str(text.value))) for text in _docstrings(path))
    return [f"{path.name}:{text.lineno} {first[0]}" for text, first in found if first]


def test_docstrings_begin_with_their_subject() -> None:
    files = [
        *PACKAGE.glob("*.py"),
        *(f for name in PLAIN_FOLDERS for f in (PACKAGE / name).rglob("*.py")),
    ]
    assert [found for file in sorted(files) for found in _without_subject(file)] == []


def test_the_check_sees_docstrings_without_a_subject(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text('"""Of one."""\nA = 1\n"""So many."""\ndef f():\n    """With it, all."""\n')
    assert _without_subject(bad) == ["bad.py:1 Of", "bad.py:3 So", "bad.py:5 With"]
    bad.write_text('"""How many."""\nA = "So"\n')
    assert _without_subject(bad) == []
