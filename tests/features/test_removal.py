"""Each feature can be taken out: its folder, its tests and its lines in the list of features."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from enigma_panel.features import FEATURES

ROOT = Path(__file__).parents[2]
NAMES = [feature.name for feature in FEATURES]
TIME_LIMIT_S = 240
SUITE_LIMIT_S = 3600
READS_PAGES = (
    "tests/mutations",
    "tests/test_architecture_page.py",
    "tests/test_named_tests.py",
)
"""Tests of what is written about the program: pages and breaks go on naming a feature's files."""
BELOW = (
    "api",
    "contract",
    "core",
    "matrix",
    "services",
    "simulation",
    "simulator",
    "store",
    "storm",
)
"""Folders of tests of the layers below, which import no feature: import-linter checks that."""


@pytest.fixture
def without(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name = request.param
    skipped = shutil.ignore_patterns("__pycache__", ".git", ".venv*", ".*_cache", "*.egg-info")
    shutil.copytree(ROOT, tmp_path, ignore=skipped, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "gui" / "enigma_panel" / "features" / name)
    shutil.rmtree(tmp_path / "tests" / "features" / name)
    listed = tmp_path / "gui" / "enigma_panel" / "features" / "__init__.py"
    text = listed.read_text(encoding="utf-8")
    text = re.sub(rf"from enigma_panel\.features\.{name}\.feature import \w+\n", "", text)
    listed.write_text(re.sub(rf"\b{name.upper()}\b,?\s*", "", text), encoding="utf-8")
    return tmp_path


def run(folder: Path, *command: str, time_limit_s: int = TIME_LIMIT_S) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder / "gui"), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=time_limit_s,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def imports_of(folder: Path) -> set[str]:
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                package, _, rest = node.module.partition("enigma_panel.features.")
                if not package and rest:
                    found.add(rest.split(".")[0])
    return found - {folder.name, "feature"}


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_imports_only_those_that_it_needs(name: str) -> None:
    feature = next(one for one in FEATURES if one.name == name)
    assert imports_of(ROOT / "gui" / "enigma_panel" / "features" / name) == feature.needs


@pytest.mark.parametrize("without", NAMES, indirect=True)
def test_the_program_goes_on_without_a_feature(without: Path) -> None:
    where = "import enigma_panel; print(enigma_panel.__file__)"
    assert run(without, "-c", where).startswith(str(without))
    assert "shown" in run(without, "-m", "enigma_panel", "--demo", "--smoke")
    lint = "from importlinter.cli import lint_imports as check; raise SystemExit(check())"
    run(without, "-c", lint)
    run(without, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider")


@pytest.mark.weekly
@pytest.mark.parametrize("without", NAMES, indirect=True)
def test_all_other_tests_pass_without_a_feature(without: Path) -> None:
    below = (f"tests/{folder}" for folder in BELOW)
    left_out = ("tests/features/test_removal.py", *READS_PAGES, *below)
    ignored = (f"--ignore={path}" for path in left_out)
    suite = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *ignored)
    assert " passed" in run(without, *suite, time_limit_s=SUITE_LIMIT_S)
