"""Started at a log-in, or not: a file that any desktop understands."""

import re
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from enigma_panel.desktop import autostart


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def test_it_is_off_at_first_and_turned_on_and_off(config: Path) -> None:
    assert not autostart.is_on()
    autostart.turn(on=False)
    for _ in range(2):
        autostart.turn(on=True)
        assert autostart.is_on()
    assert [path.name for path in (config / "autostart").iterdir()] == [autostart.NAME]
    autostart.turn(on=False)
    assert not autostart.is_on()


def test_the_file_starts_this_program(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = '/opt/odd "name" $HOME/100%/python'
    monkeypatch.setattr(sys, "executable", odd)
    autostart.turn(on=True)
    parser = ConfigParser(interpolation=None, strict=True)
    parser.read(autostart.autostart_path(), encoding="utf-8")
    command = parser["Desktop Entry"]["Exec"]
    # As the specification reads it: the string's own backslashes, then quotes, then percent signs.
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', command.replace("\\\\", "\\"))
    read = [re.sub(r"\\(.)", r"\1", part).replace("%%", "%") for part in quoted]
    assert read == [odd, "-m", "enigma_panel"]


def test_a_folder_that_cannot_be_written_is_an_error(config: Path) -> None:
    config.write_text("no folder")
    with pytest.raises(OSError, match=r"exists|directory"):
        autostart.turn(on=True)


def test_without_a_folder_of_its_own_it_is_below_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert autostart.autostart_path() == Path.home() / ".config" / "autostart" / autostart.NAME


def test_a_percent_sign_stands_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/100%/python")
    autostart.turn(on=True)
    assert '"/opt/100%%/python"' in autostart.autostart_path().read_text(encoding="utf-8")
