"""A system without fonts: said in one line, where Qt would show empty boxes or nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="fontconfig finds the fonts on Linux"),
]


@pytest.mark.parametrize(
    ("option", "status"), [("--smoke", 2), ("--self-check", 0)], ids=["window", "no-window"]
)
def test_one_line_and_no_window(tmp_path: Path, option: str, status: int) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>", "utf-8")
    env = {**os.environ, "HOME": str(tmp_path), "FONTCONFIG_FILE": str(nothing)}
    command = [sys.executable, "-m", "enigma_panel", "--demo", option]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    said = "enigma-panel: no window can be shown: no font is installed\n"
    assert (done.returncode, done.stderr) == (status, said if status else "")
