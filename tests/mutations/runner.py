"""Runs tests on a copy of the repository in which one place is broken."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "*.egg-info")
ALONE = ("-p", "no:cacheprovider", "-p", "pytestqt.plugin")
"""Of pytest's plugins the one that tests need: to load all takes longer than most tests."""
LIMIT_S = 300
"""Each test has a limit of its own; what does not end within this time was caught by none."""

PASSED, DID_NOT_TEST = 0, {2, 3, 4, 5}
"""pytest's statuses. All others mean that something failed, perhaps the whole process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One mistake. promise: the rule that it breaks, if possible in the words of a page.

    file: below gui/enigma_panel. old: stands there once; new: what is put in its place. tests: one
    of these must fail, as pytest names them.
    """

    promise: str
    mistake: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.promise} / {self.mistake}"


class BrokenRunError(Exception):
    """Nothing was proven: a test is missing, the break is no valid program, or there was no end."""


class Copy:
    """A copy of the repository. folder: an empty place for it. said: the last run's output."""

    def __init__(self, folder: Path) -> None:
        self.said = ""
        self._root = folder / "copy"
        shutil.copytree(ROOT, self._root, ignore=_LEFT_OUT, symlinks=True)

    def passes(self, tests: Iterable[str], jobs: int = 0) -> bool:
        """Whether these tests pass, tried up to the first that does not.

        jobs: all are tried, in so many processes. BrokenRunError.
        """
        how = ("-p", "xdist.plugin", "-n", str(jobs)) if jobs else ("-x",)
        status = self.run("pytest", "-q", *ALONE, *how, *tests, keeps_bytecode=bool(jobs))
        if status in DID_NOT_TEST:
            raise BrokenRunError(self.said[-2_000:])
        return status == PASSED

    def run(self, module: str, *arguments: str, keeps_bytecode: bool = False) -> int:
        """Run a module in this copy; its status. BrokenRunError: it had no end."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self._root / "gui"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "QT_QPA_PLATFORM": "offscreen",
        }
        if not keeps_bytecode:  # Python takes what was compiled of one break for another as long
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
        try:
            done = subprocess.run(
                [sys.executable, "-m", module, *arguments],
                cwd=self._root,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BrokenRunError(f"no end within {LIMIT_S} s") from None
        self.said = done.stdout
        return done.returncode

    def catches(self, one: Break) -> bool:
        """Whether a test of this break fails with it. BrokenRunError."""
        text = (ROOT / "gui" / "enigma_panel" / one.file).read_text(encoding="utf-8")
        if text.count(one.old) != 1:
            raise BrokenRunError(f"{one.file} holds the text to break {text.count(one.old)} times")
        with self.changed(one.file, text.replace(one.old, one.new)):
            return not self.passes(one.tests)

    @contextmanager
    def changed(self, file: str, text: str) -> Iterator[None]:
        """A file below gui/enigma_panel is another one meanwhile."""
        path = self._root / "gui" / "enigma_panel" / file
        before = path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(before, encoding="utf-8")


def all_tests(breaks: Sequence[Break]) -> list[str]:
    return sorted({test for one in breaks for test in one.tests})
