"""Each feature can be taken out: its folder, its tests and its lines in the list of features."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from enigma_panel.features import FEATURES

ROOT = Path(__file__).parents[2]
NAMES = [feature.name for feature in FEATURES]
TIME_LIMIT_S = 240
SUITE_LIMIT_S = 3600
READS_PAGES = ("tests/mutations", "tests/test_architecture_page.py", "tests/test_named_tests.py")
"""Tests of what is written about the program: pages and breaks go on naming a feature's files."""
BELOW = ("api", "contract", "core", "services", "simulation", "simulator", "store", "storm")
"""Folders of tests of the layers below, which import no feature: import-linter checks that."""


STARTS = """
import enigma_panel
from enigma_panel import __main__, app

async def wait_for_the_start(program, parts, window):
    await program._starting
    print("started", enigma_panel.__file__, flush=True)
    return 0

app.Program._until_left = wait_for_the_start
raise SystemExit(__main__.main())
"""


def take_out(names: Collection[str], folder: Path) -> None:
    """Copy the repository to that empty folder, without these features."""
    skipped = shutil.ignore_patterns("__pycache__", ".git", ".venv*", ".*_cache", "*.egg-info")
    shutil.copytree(ROOT, folder, ignore=skipped, dirs_exist_ok=True)
    listed = folder / "gui" / "enigma_panel" / "features" / "__init__.py"
    text = listed.read_text(encoding="utf-8")
    for name in names:
        shutil.rmtree(folder / "gui" / "enigma_panel" / "features" / name)
        shutil.rmtree(folder / "tests" / "features" / name)
        text = re.sub(rf"from enigma_panel\.features\.{name}\.feature import \w+\n", "", text)
        text = re.sub(rf"\b{name.upper()}\b,?\s*", "", text)
    listed.write_text(text, encoding="utf-8")


def check_start(folder: Path) -> None:
    """The program of that copy starts to the end, without an error in its log, and quits."""
    done = run(folder, "-c", STARTS, "--demo")
    assert f"started {folder}" in done.stdout
    assert done.stderr == ""


def run(
    folder: Path, *command: str, time_limit_s: int = TIME_LIMIT_S
) -> "subprocess.CompletedProcess[str]":
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
    return done


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
def test_a_feature_imports_no_other(name: str) -> None:
    assert imports_of(ROOT / "gui" / "enigma_panel" / "features" / name) == set()


def test_the_program_starts_without_any_feature(tmp_path: Path) -> None:
    take_out(NAMES, tmp_path)
    check_start(tmp_path)
    lint = "from importlinter.cli import lint_imports as check; raise SystemExit(check())"
    run(tmp_path, "-c", lint)
    run(tmp_path, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider")


@pytest.mark.weekly
@pytest.mark.parametrize("name", NAMES)
def test_the_program_starts_without_a_feature(name: str, tmp_path: Path) -> None:
    take_out([name], tmp_path)
    check_start(tmp_path)


@pytest.mark.weekly
def test_all_other_tests_pass_without_any_feature(tmp_path: Path) -> None:
    take_out(NAMES, tmp_path)
    below = (f"tests/{folder}" for folder in BELOW)
    left_out = ("tests/features", *READS_PAGES, *below)
    ignored = (f"--ignore={path}" for path in left_out)
    suite = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", *ignored)
    assert " passed" in run(tmp_path, *suite, time_limit_s=SUITE_LIMIT_S).stdout
