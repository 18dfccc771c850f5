"""The desktop entry: what a launcher finds in it exists, and windows are matched with it."""

import re
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from enigma_panel import cli
from tests.app.packaging_script import load

ROOT = Path(__file__).parents[2]
ENTRY = ROOT / "packaging" / "io.github.enigma_control_panel.enigma_panel.desktop"
PNG_START = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def entry() -> dict[str, str]:
    parser = ConfigParser(interpolation=None, delimiters=("=",), strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # keys keep their case
    parser.read_string(ENTRY.read_text("utf-8"))
    assert parser.sections() == ["Desktop Entry", "Desktop Action new-task"]
    assert parser["Desktop Entry"]["Actions"] == "new-task;"
    command, *options = parser["Desktop Action new-task"]["Exec"].split()
    assert command == parser["Desktop Entry"]["Exec"]
    assert cli.parse(options).new_task
    return dict(parser["Desktop Entry"])


def _set_in_app(setter: str) -> str:
    """The text that app.py gives to one of QApplication's setters."""
    source = (ROOT / "gui" / "enigma_panel" / "app.py").read_text("utf-8")
    (text,) = re.findall(rf'app\.{setter}\("([^"]+)"\)', source)
    return text


def test_says_what_a_launcher_needs(entry: dict[str, str]) -> None:
    assert entry["Type"] == "Application"
    assert entry["Name"] == _set_in_app("setApplicationDisplayName")
    assert entry["Comment"]
    assert entry["Terminal"] == "false"
    assert "Network" in entry["Categories"].split(";")
    for listed in (entry["Categories"], entry["Keywords"]):
        assert listed.endswith(";")


def test_starts_a_command_that_is_installed(entry: dict[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert entry["Exec"] in project["scripts"]
    assert entry["TryExec"] == entry["Exec"]


def test_is_matched_with_the_windows(entry: dict[str, str]) -> None:
    # Wayland, GNOME and KDE go by the entry's file name, other X11 desktops by WM_CLASS, which
    # Qt makes of the application's name.
    assert _set_in_app("setDesktopFileName") == ENTRY.stem
    assert entry["StartupWMClass"] == _set_in_app("setApplicationName")


def test_a_bundle_brings_entry_icons_and_licence(entry: dict[str, str], tmp_path: Path) -> None:
    builder = load("build")
    builder.complete(tmp_path)
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()
    share = tmp_path / "share"
    assert (share / "applications" / ENTRY.name).read_bytes() == ENTRY.read_bytes()
    told = (share / "metainfo" / f"{ENTRY.stem}.metainfo.xml").read_text("utf-8")
    assert f'<launchable type="desktop-id">{ENTRY.name}</launchable>' in told
    assert f'<release version="{builder.VERSION}" date="20' in told
    source = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"][
        "Source"
    ]
    assert re.findall(r"<(?:url|image)\b[^>]*>(?!" + re.escape(source) + ")", told) == []
    assert not re.search(r"@\w+@", told)
    icons = share / "icons" / "hicolor"
    assert (icons / "scalable" / "apps" / f"{entry['Icon']}.svg").is_file()
    edges = set()
    for picture in icons.glob(f"*x*/apps/{entry['Icon']}.png"):
        start = picture.read_bytes()[:24]
        assert start.startswith(PNG_START)
        width, height = int.from_bytes(start[16:20]), int.from_bytes(start[20:24])
        assert picture.parts[-3] == f"{width}x{height}"
        edges.add(width)
    assert edges >= {16, 24, 32, 48, 64, 128, 256}


@pytest.mark.process
@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed"
)
def test_is_valid_by_the_validator() -> None:
    done = subprocess.run(
        ["desktop-file-validate", str(ENTRY)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
