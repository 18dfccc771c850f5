"""docs/architecture.md names files, classes and members that exist."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gui" / "enigma_panel"
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p.stem not in {"__init__", "resources_rc"})
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+/[\w./-]*|[\w-]+\.(?:py|md|toml|spec)")
CAMEL = re.compile(r"\b[A-Z]\w*[a-z]\w*")
MEMBER = re.compile(r"\b([A-Z]\w*[a-z]\w*)\.([a-z_]\w*)")


def test_every_path_that_it_names_is_there() -> None:
    named = [(line, path) for line in PAGE.splitlines() for path in _paths(line)]
    assert len(named) > 100
    assert [path for line, path in named if not _is_there(path, line)] == []


def test_its_list_of_folders_leaves_no_file_out() -> None:
    """Below ui and in the simulator it names folders alone."""
    listed = set(re.findall(r"\w+", PAGE.split("```")[1]))
    files = [path.relative_to(PACKAGE) for path in FILES]
    shown = [path for path in files if path.parts[0] != "simulator"]
    shown = [path for path in shown if path.parts[0] != "ui" or len(path.parts) == 2]
    assert len(shown) > 70
    assert [str(path) for path in shown if path.stem not in listed] == []
    folders = {part for path in files for part in path.parts[:-1]}
    assert folders - listed == set()


def test_every_member_that_it_names_is_one_of_its_class() -> None:
    members = _members()
    named = MEMBER.findall(PAGE)
    assert len(named) > 40
    assert [pair for pair in named if pair[1] not in members.get(pair[0], ())] == []


def _paths(text: str) -> Iterator[str]:
    return (name for name in QUOTED.findall(text) if PATH.fullmatch(name))


def _is_there(path: str, line: str) -> bool:
    """From the package or the repository; a bare name also beside another path of its line."""
    folders = [PACKAGE, ROOT]
    if "/" not in path:
        folders += [(PACKAGE / other).parent for other in _paths(line) if "/" in other]
    return any((folder / f"{path}{end}").exists() for folder in folders for end in ("", ".py"))


@cache
def _members() -> dict[str, set[str]]:
    """By class what it defines itself; a type's alias defines nothing."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        module = ast.parse(path.read_text(encoding="utf-8"))
        for name in (name for part in module.body for name in _defined(part)):
            if CAMEL.fullmatch(name):
                found[name] |= set()
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                found[node.name] |= {name for part in node.body for name in _defined(part)}
    return found


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
    return []
