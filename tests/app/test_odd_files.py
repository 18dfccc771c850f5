"""A folder in the place of a file of ours: one clear line, or the program goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

from enigma_panel.store.paths import folders_below
from tests.app.program import Driven
from tests.conftest import first_and_weekly_each
from tests.kit.wait import wait_for

pytestmark = pytest.mark.process


@first_and_weekly_each("name", ["ledger.sqlite3", "panel.lock"])
def test_without_ledger_or_lock_there_is_one_line(tmp_path: Path, name: str) -> None:
    folder = folders_below(tmp_path).data
    folder.mkdir()
    (folder / name).mkdir()
    command = [sys.executable, "-m", "enigma_panel", "--smoke", "--data-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Is a directory" in done.stderr
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_settings_log_and_copy_the_program_goes_on(tmp_path: Path) -> None:
    folders = folders_below(tmp_path)
    odd = [folders.settings, folders.data / "panel.log", folders.data / "ledger.copy"]
    for path in odd:
        path.parent.mkdir(exist_ok=True)
        path.mkdir()
    program = Driven("http://127.0.0.1:9", tmp_path)
    said = wait_for(lambda: len(lines := program.tell("notices")) >= len(odd) and lines)
    status, errors = program.quit()
    assert status == 0
    assert "Traceback" not in errors
    for path in odd:
        assert any(path.name in line for line in said), said
