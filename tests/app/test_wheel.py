"""Wheel and sdist: built as a release does, then installed and run as a stranger would."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT_S = 300
SHARE = (
    "applications/*.desktop",
    "bash-completion/completions/enigma-panel",
    "fish/vendor_completions.d/enigma-panel.fish",
    "icons/hicolor/48x48/apps/*.png",
    "icons/hicolor/scalable/apps/*.svg",
    "man/man1/enigma-panel.1",
    "zsh/site-functions/_enigma-panel",
)

pytestmark = [pytest.mark.process, pytest.mark.weekly]


def test_the_wheel(tmp_path: Path) -> None:
    """One test, so that it is built once. The wheel is built from the sdist, which is complete."""
    pytest.importorskip("build", reason="the extra `release` is not installed")
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "dist"))
    shutil.copy(ROOT / ".gitignore", source)
    _run(sys.executable, "packaging/share.py", cwd=source)
    _run(sys.executable, "-m", "build", cwd=source)
    made = sorted((source / "dist").iterdir())
    _run(sys.executable, "-m", "twine", "check", "--strict", *map(str, made), cwd=source)
    (wheel,) = (path for path in made if path.suffix == ".whl")
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        text = archive.read(metadata).decode()
    assert "![" in text
    relative = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in relative if not link.startswith("#")] == []

    environment = tmp_path / "environment"
    _run(sys.executable, "-m", "venv", str(environment))
    _run(str(environment / "bin" / "pip"), "install", "-q", "--no-compile", str(wheel))
    assert [name for name in SHARE if not [*(environment / "share").glob(name)]] == []
    said = _run(str(environment / "bin" / "enigma-panel"), "--demo", "--smoke")
    assert "shown" in said


def _run(*command: str, cwd: Path | None = None) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
