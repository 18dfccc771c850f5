"""The command line: one clear line for every mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

from enigma_panel import licences
from enigma_panel.cli import Options, UsageError, choose_platform, parse
from enigma_panel.core.service_rules import RULES, Dialect


@pytest.mark.parametrize(
    ("argv", "part"),
    [
        (["--demmo"], "--demmo"),
        (["extra"], "extra"),
        (["--base-url", "connect.enigma.click"], "https://"),
        (["--base-url", "http://connect.enigma.click"], "only on this computer"),
        (["--base-url", "https://me:pw@host"], "a host"),
        (["--base-url", "javascript:alert(1)"], "https"),
        (["--base-url"], "--base-url"),
        (["--demo", "--base-url", "https://a.example"], "can't be used with --demo"),
        (["--dialect", "Q9"], "invalid choice: 'Q9'"),
        (["--self-check", "--smoke"], "not allowed with"),
        (["--demo", "--check-service"], "used with --demo"),
    ],
)
def test_mistakes(argv: list[str], part: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(argv)
    assert part in str(error.value)
    assert "\n" not in str(error.value)
    assert "pw" not in str(error.value)


def test_what_is_asked_for(tmp_path: Path) -> None:
    options = parse(["--demo", "--data-dir", str(tmp_path)])
    assert options.demo
    assert options.data_dir == tmp_path
    assert parse(["--data-dir", "data"]).data_dir == Path.cwd() / "data"
    assert parse(["--base-url", "http://127.0.0.1:8000/"]).base_url == "http://127.0.0.1:8000"
    assert parse(["--dialect", "w2"]).dialect is Dialect.W2


def test_the_help_names_each_dialect_with_its_service(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    names = [f"{dialect} ({rules.name})" for dialect, rules in RULES.items()]
    assert "E (Enigma)" in names
    assert f"{', '.join(names)}; by default set by the address" in told


def test_licences_outside_a_bundle() -> None:
    """In a process of its own: it lets the end of `head` end it, as no program with sockets may."""
    command = [sys.executable, "-m", "enigma_panel", "--licences"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told, _, folder = printed.strip().rpartition("\n")
    assert "under the MIT licence" in told
    assert list(Path(folder).glob("httpx-*.dist-info/licenses/LICENSE*"))


def test_licences_in_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.frozen", True, raising=False)
    monkeypatch.setattr("sys.executable", str(tmp_path / "enigma-panel"))
    (tmp_path / "THIRD-PARTY-NOTICES.txt").write_text("Qt © all", encoding="utf-8")
    assert licences.text() == "Qt © all"


def test_a_display_is_needed_unless_the_run_is_for_a_script() -> None:
    assert choose_platform(Options(), {"DISPLAY": ":0"}) is None
    assert choose_platform(Options(smoke=True), {}) == "offscreen"
    assert choose_platform(Options(), {"QT_QPA_PLATFORM": "offscreen"}) is None
    with pytest.raises(UsageError, match="no display"):
        choose_platform(Options(), {})
