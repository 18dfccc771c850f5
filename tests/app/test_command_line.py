"""The program as a process: its options, its exit statuses, its one clear line."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from enigma_panel import app
from enigma_panel.runtime.system_libraries import HOW_TO_INSTALL
from tests.conftest import first_and_weekly_each
from tests.kit.wait import wait_for
from tour_steps import SAVES_LOGINS

pytestmark = pytest.mark.process
LEAVE_OUT = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "ENIGMA_API_KEY")
TOUR = str(Path(__file__).parents[2] / "resources" / "tour.py")


def _run(
    *arguments: str,
    program: tuple[str, ...] = ("-m", "enigma_panel"),
    limit_s: float = 150,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in LEAVE_OUT}
    return subprocess.run(
        [sys.executable, *program, *arguments],
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
        env={**env, **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--nonsense",), "--nonsense"),
        (("--base-url", "ftp://x"), "https"),
        ((), "no display"),
        (("--demo",), "no display"),
        (("--smoke", "--data-dir", "/proc/nowhere"), "cannot be used"),
    ],
)
def test_one_clear_line_and_exit_status_2(arguments: tuple[str, ...], part: str) -> None:
    done = _run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert part in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@first_and_weekly_each("locale", ["C", "C.UTF-8"])  # Qt has a word to say of the first one
def test_a_display_that_cannot_be_opened(tmp_path: Path, locale: str) -> None:
    folders = {"TMPDIR": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = _run("--demo", DISPLAY=":97", LC_ALL=locale, **folders)
    said = "enigma-panel: no window can be shown: could not connect to display :97\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert list(tmp_path.glob("enigma-panel-demo-*")) == []


def _unusable(folder: Path, library: str) -> dict[str, str]:
    """An environment in which this library of the system cannot be loaded."""
    (folder / library).touch()
    return {"LD_LIBRARY_PATH": str(folder)}


DEMO, X11, WAYLAND = ("--demo",), {"DISPLAY": ":97"}, {"WAYLAND_DISPLAY": "wayland-97"}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's libraries")
@first_and_weekly_each(
    "library, arguments, display",
    [
        ("libglib-2.0.so.0", DEMO, X11),  # for QtCore
        ("libdbus-1.so.3", ("--demo", "--smoke"), {}),
        ("libxcb-cursor.so.0", DEMO, X11),  # for the plugin alone, as below
        ("libwayland-cursor.so.0", DEMO, WAYLAND),
    ],
)
def test_a_missing_library_of_the_system(
    tmp_path: Path, library: str, arguments: tuple[str, ...], display: dict[str, str]
) -> None:
    folders = {"TMPDIR": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = _run(*arguments, **_unusable(tmp_path, library), **display, **folders)
    assert (done.returncode, done.stdout) == (2, "")
    line = r"enigma-panel: (\S+: file too short|no window can be shown: .* plugin).*"
    assert re.fullmatch(rf"{line} {HOW_TO_INSTALL}\n", done.stderr), done.stderr
    assert list(tmp_path.glob("enigma-panel-demo-*")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's libraries")
def test_self_check_names_a_library_that_only_a_window_needs(tmp_path: Path) -> None:
    done = _run("--self-check", "--demo", **_unusable(tmp_path, "libxcb-cursor.so.0"))
    assert done.returncode == 0, done.stderr
    plugin, how = done.stdout.splitlines()[-2:]
    assert plugin.startswith("libqxcb.so cannot be loaded: ")
    assert "libxcb-cursor.so.0" in plugin
    assert how == HOW_TO_INSTALL


def test_a_second_program_on_one_folder_leaves_it_alone(tmp_path: Path) -> None:
    from enigma_panel.store.folder_lock import FolderLock

    (tmp_path / "data").mkdir(mode=0o700)
    lock = FolderLock(tmp_path / "data")
    second = _run("--smoke", "--data-dir", str(tmp_path), "--base-url", "http://127.0.0.1:9")
    assert (second.returncode, second.stdout) == (2, "")
    assert "another enigma-panel is using the folder" in second.stderr
    lock.release()


def test_a_saved_address_that_is_none_is_said_and_the_default_used(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(parents=True)
    (tmp_path / "config" / "settings.json").write_text('{"version": 1, "base_url": "http://["}')
    done = _run("--smoke", "--data-dir", str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "shown\n", "")


def test_version() -> None:
    done = _run("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"enigma-panel \d+\.\d+\.\d+\n", done.stdout)


def test_smoke_shows_the_window_and_leaves_nothing(tmp_path: Path) -> None:
    done = _run("--demo", "--smoke", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "shown\n")
    assert list(tmp_path.glob("enigma-panel-demo-*")) == []


HAS_A_BROKEN_FEATURE = """
import sys
from enigma_panel import __main__, features
from enigma_panel.features.feature import Feature
features.FEATURES = (*features.FEATURES, Feature(name="broken", install=lambda host: 1 / 0))
sys.exit(__main__.main())
"""


def test_smoke_ends_once_all_features_are_there() -> None:
    done = _run("--smoke", program=("-c", HAS_A_BROKEN_FEATURE))
    assert (done.returncode, done.stdout) == (1, "shown\n")
    assert "ZeroDivisionError" in done.stderr


def test_no_file_of_the_current_folder_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("queue", "asyncio", "socketio", "enigma_panel"):
        (tmp_path / f"{module}.py").write_text("open('was-run', 'w')")
    monkeypatch.chdir(tmp_path)
    command = "import sys; from enigma_panel.__main__ import main; sys.exit(main())"
    done = _run("--demo", "--smoke", program=("-P", "-c", command))  # as its console script does
    assert (done.returncode, done.stdout, done.stderr) == (0, "shown\n", "")
    assert not (tmp_path / "was-run").exists()
    began: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: began.append(command))
    app._begin_again(["--version"])
    again = subprocess.run(began[0], check=True, capture_output=True, text=True)
    assert again.stdout.startswith("enigma-panel ")
    assert not (tmp_path / "was-run").exists()


def test_smoke_leaves_the_home_alone(tmp_path: Path) -> None:
    home, temporary = tmp_path / "person", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    folders = {f"XDG_{name}_HOME": str(home / name) for name in ("DATA", "CONFIG")}
    done = _run("--smoke", HOME=str(home), TMPDIR=str(temporary), **folders)
    assert (done.returncode, done.stdout, done.stderr) == (0, "shown\n", "")
    made = [path for path in home.rglob("*") if ".cache" not in path.parts]  # of Qt and of fonts
    assert [*made, *temporary.glob("enigma-panel-*")] == []


def test_self_check_tells_no_key(tmp_path: Path) -> None:
    base = ("--base-url", "http://127.0.0.1:9")
    done = _run("--self-check", *base, "--data-dir", str(tmp_path), ENIGMA_API_KEY="enig_secret77")
    assert done.returncode == 0, done.stderr
    assert "from ENIGMA_API_KEY" in done.stdout
    assert "offscreen" in done.stdout
    assert "refused" in done.stdout
    assert "enig_secret77" not in done.stdout + done.stderr


CONNECT_AFTER = """
import sys
from enigma_panel import __main__
status = __main__.main()
import aiohttp
from enigma_panel.api.client import make_context
make_context()
sys.exit(status)
"""
"""The program, and after it what makes the contexts of all connections by TLS."""


@first_and_weekly_each("place", ["keys", "missing/keys"])
def test_no_key_of_a_connection_is_written_down(tmp_path: Path, place: str) -> None:
    command = [sys.executable, "-c", CONNECT_AFTER, "--self-check"]
    command += ["--base-url", "http://127.0.0.1:9", "--data-dir", str(tmp_path / "data")]
    env = {**os.environ, "SSLKEYLOGFILE": str(tmp_path / place)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / place).exists()


SAYS_WHETHER_ALL_OF_IT_IS_SEEN = """
import sys
from enigma_panel.ui.main_window.window import MainWindow
show = MainWindow.show
def noted(window):
    show(window)
    free = window.screen().availableGeometry()
    print("all seen" if free.contains(window.frameGeometry()) else f"{free} {window.geometry()}")
MainWindow.show = noted
from enigma_panel import __main__
sys.exit(__main__.main())
"""


def test_the_first_window_is_within_the_free_screen() -> None:
    """Offscreen it has 800 × 800."""
    command = [sys.executable, "-c", SAYS_WHETHER_ALL_OF_IT_IS_SEEN, "--smoke"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "all seen\nshown\n"


@first_and_weekly_each("name", ["ledger.sqlite3", "settings.json"])
def test_a_file_full_of_rubbish_is_kept_aside_and_work_goes_on(tmp_path: Path, name: str) -> None:
    folder = tmp_path / ("data" if name.startswith("ledger") else "config")
    folder.mkdir(mode=0o700)
    (folder / name).write_bytes(b"rubbish" * 1000)
    done = _run("--self-check", "--base-url", "http://127.0.0.1:9", "--data-dir", str(tmp_path))
    assert done.returncode == 0
    assert f"problem: {name} was broken" in done.stdout
    assert [p.read_bytes()[:7] for p in folder.glob(f"{name}.broken-*")] == [b"rubbish"]


@pytest.mark.weekly  # test_kill_and_restart uses the real program on a push
def test_the_tour_does_the_whole_main_job(tmp_path: Path) -> None:
    pictures, data = tmp_path / "pictures", tmp_path / "data"
    done = _run(str(pictures), "--data-dir", str(data), program=(TOUR,))
    assert done.returncode == 0, done.stdout + done.stderr
    saved = "a saved login 2, " if SAVES_LOGINS else ""
    clicks = f"clicks: {saved}a row's question 1, a purchase 2"
    assert done.stdout == f"{clicks}\nthe pictures are in {pictures}\n"
    names = [path.stem[3:] for path in sorted(pictures.glob("*.png"))]
    assert {"empty", "new-task", "working", "paused", "question", "result", "main-dark"} <= {*names}
    assert all(path.stat().st_size < 300_000 for path in pictures.glob("*.png"))
    for path in data.rglob("*"):
        if path.is_file():
            assert b"a-password-of-the-tour" not in path.read_bytes(), path


@pytest.mark.weekly
def test_the_gallery_lists_all_of_its_pictures(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    done = _run(str(pictures), "--gallery", program=(TOUR,), limit_s=400)
    assert done.returncode == 0, done.stdout + done.stderr
    names = sorted(path.name for path in pictures.glob("*.png"))
    listed = (pictures / "index.md").read_text(encoding="utf-8")
    assert len(names) > 120
    assert [name for name in names if f"({name})" not in listed] == []
    assert {"01-empty-dark-640x400.png", "02-key-light.png"} <= {*names}
    shown = {name[3:].removesuffix("-dark.png") for name in names}
    assert {"question-captcha", "question-code", "menu", "about", "commands"} <= shown
    assert {"lost-ledger", "shortcuts", "new-task-mistake", "quit", "terminate-all"} <= shown


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_simulator_ends_with_a_killed_program(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "enigma_panel", "--demo", "--data-dir", str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        children = wait_for(lambda: _children(program.pid), what="the simulator")
        time.sleep(1)  # let it start in earnest
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait(10)
    wait_for(lambda: not any(map(_alive, children)), 5, "the simulator's end")


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
