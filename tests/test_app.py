"""The command line of the next run, read back by our own parser."""

import asyncio
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import SimpleNamespace as Namespace
from typing import IO, Any, TypeVar

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel import app
from enigma_panel.app import Program, restart_arguments
from enigma_panel.bootstrap import DataDirs, Parts, build, find_data_dirs, prepare_data_dirs
from enigma_panel.cli import Options, parse
from enigma_panel.core.service_rules import Dialect
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.store.ledger.backup import use_copy
from enigma_panel.store.ledger.errors import ClosedLedgerError, CorruptLedgerError
from enigma_panel.store.paths import FolderError, folders_below
from enigma_panel.ui.recovery.lost_ledger import LedgerChoice, LostLedgerWindow
from enigma_panel.ui.recovery.start_failed import StartFailedWindow
from enigma_panel.ui.theme import theme
from tests.kit.wait import until
from tests.services.conftest import leave
from tests.store.ledger.damage import LOST, filled

W = TypeVar("W", bound=QWidget)
ELSEWHERE = "https://staging.example"
FOLDER = Path("/somewhere/with a space")
NO_DIRS = DataDirs(folders=folders_below(FOLDER), root=FOLDER, throw_away=False)


def test_the_demo_takes_no_address() -> None:
    assert parse(restart_arguments(Options(base_url=ELSEWHERE), demo=True)) == Options(demo=True)


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(base_url=ELSEWHERE),
        Options(data_dir=FOLDER),
        Options(data_dir=FOLDER, base_url=ELSEWHERE),
    ],
)
def test_the_account_keeps_folder_and_address(options: Options) -> None:
    assert parse(restart_arguments(options, demo=False)) == options


def test_out_of_the_demo_into_the_account() -> None:
    assert restart_arguments(Options(demo=True), demo=False) == []


def test_there_and_back_again_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's command line has no address and no folder of the account."""
    monkeypatch.setattr(os, "environ", {})
    before = Options(data_dir=FOLDER, base_url=ELSEWHERE, dialect=Dialect.W1)
    there = Program(before, NO_DIRS, None)
    there._account = account(ELSEWHERE, is_dialect_for_run=True)
    there._restart(demo=True)
    assert there.restart_with is not None
    assert parse(there.restart_with) == Options(demo=True, dialect=Dialect.W1)
    back = Program(parse(there.restart_with), NO_DIRS, None)
    back._restart(demo=False)
    assert back.restart_with is not None
    assert parse(back.restart_with) == before
    assert os.environ == {}


@pytest.mark.parametrize("demo", [True, False])
def test_out_of_a_demo_with_a_folder_the_account_has_its_own(demo: bool) -> None:
    program = Program(Options(demo=True, data_dir=FOLDER), NO_DIRS, None)
    program._restart(demo=demo)
    assert program.restart_with is not None
    again = parse(program.restart_with)
    assert again == Options(demo=demo, data_dir=FOLDER if demo else None)


def test_with_its_copy_the_program_begins_again_in_the_same_folder() -> None:
    program = Program(Options(data_dir=FOLDER), NO_DIRS, None)
    program._go_on_with_copy()
    assert program.restart_with == ["--data-dir", str(FOLDER)]
    assert program._replace_ledger is use_copy
    assert program._leave.is_set()


def test_what_settings_replaced_does_not_come_back_from_the_command_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The way back from the demo does not get it; the new one is saved."""
    monkeypatch.setattr(os, "environ", {})
    options = Options(base_url="https://before.example", dialect=Dialect.W1)
    there = Program(options, NO_DIRS, None)
    there._account = account(ELSEWHERE, is_dialect_for_run=False)
    there._restart(demo=True)
    assert there.restart_with == ["--demo"]
    back = Program(parse(there.restart_with), NO_DIRS, None)
    back._restart(demo=False)
    assert back.restart_with == []


def test_what_stands_in_the_command_line_is_for_the_way_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "environ", {})
    program = Program(Options(base_url=ELSEWHERE, dialect=Dialect.W1), NO_DIRS, None)
    program._account = account(ELSEWHERE, is_dialect_for_run=True)
    program._restart(demo=True)
    assert program.restart_with is not None
    back = Program(parse(program.restart_with), NO_DIRS, None)
    back._restart(demo=False)
    assert back.restart_with == ["--base-url", ELSEWHERE, "--dialect", "W1"]


def account(base_url: str, *, is_dialect_for_run: bool) -> Any:
    return Namespace(base_url=base_url, is_dialect_for_run=is_dialect_for_run)


def test_what_ends_by_itself_is_not_begun_again() -> None:
    options = Options(demo=True, smoke=True, self_check=True)
    assert restart_arguments(options, demo=True) == ["--demo"]


async def test_a_signal_while_the_ledger_opens_ends_before_the_main_window_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens, opened = asyncio.Event(), asyncio.Event()
    built: list[Parts] = []
    signals: list[Callable[[], None]] = []

    async def build_late(*args: Any, **options: Any) -> Parts:
        opens.set()
        await opened.wait()
        built.append(await build(*args, **options))
        return built[0]

    monkeypatch.setattr(app, "build", build_late)
    monkeypatch.setattr(app.event_loop, "on_signals", signals.append)
    monkeypatch.setattr(Program, "_show", None)
    place = find_data_dirs(Options(data_dir=tmp_path))
    prepare_data_dirs(place, demo=False)
    running = TaskScope().spawn("main", Program(Options(data_dir=tmp_path), place, None).main())
    assert running is not None
    await opens.wait()
    signals[0]()
    opened.set()
    assert await running == 0
    with pytest.raises(ClosedLedgerError):
        _ = built[0].ledger.connection


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the full device is Linux's")
@pytest.mark.qt_log_ignore("This plugin does not support")
async def test_a_full_disk_is_said_and_the_start_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = Options(data_dir=tmp_path)
    place = find_data_dirs(options)
    scope = TaskScope()
    with ExitStack() as ends, monkeypatch.context() as full:
        full.setattr(tempfile, "TemporaryFile", _without_room)
        take = partial(app._take_folders, options, place, ends)
        program = Program(options, place, None, take_folders=take)
        opening = scope.spawn("open", program._open(None))
        assert opening is not None
        first = await _failed_start()
        assert first.text_label.text().startswith("The disk is full.")
        first.try_button.click()
        again = await _failed_start(but=first)
        assert again.text_label.text().startswith("It still fails. The disk is full.")
        full.undo()
        again.try_button.click()
        await leave(await opening)


@pytest.mark.parametrize("smoke", [True, False])
@pytest.mark.qt_log_ignore("This plugin does not support")
async def test_the_line_in_the_terminal_comes_without_a_window_and_after_it(
    tmp_path: Path, smoke: bool
) -> None:
    def refuse() -> None:
        raise FolderError(tmp_path, "Read-only file system", errno.EROFS)

    place = DataDirs(folders=folders_below(tmp_path), root=tmp_path, throw_away=False)
    program = Program(Options(smoke=smoke), place, None, take_folders=refuse)
    if not smoke:
        program._leave.set()  # as a log-out does
    with pytest.raises(FolderError):
        await program._open(None)


def _without_room(**_: object) -> IO[bytes]:
    return Path("/dev/full").open("wb")


@pytest.mark.parametrize("choice", LedgerChoice)
@pytest.mark.qt_log_ignore("This plugin does not support")
async def test_a_damaged_ledger_gives_way_to_what_the_person_chooses(
    tmp_path: Path, choice: LedgerChoice
) -> None:
    options = Options(data_dir=tmp_path)
    place = find_data_dirs(options)
    prepare_data_dirs(place, demo=False)
    filled(place.folders.ledger, 2)
    LOST["rubbish"](place.folders.ledger)
    opening = TaskScope().spawn("open", Program(options, place, None)._open(None))
    assert opening is not None
    window = await _shown(LostLedgerWindow)
    {
        LedgerChoice.USE_COPY: window.copy_button,
        LedgerChoice.START_EMPTY: window.empty_button,
        LedgerChoice.QUIT: window.quit_button,
    }[choice].click()
    if choice is LedgerChoice.QUIT:
        with pytest.raises(CorruptLedgerError):
            await opening
        return
    parts = await opening
    keys = await parts.ledger_thread.run(parts.ledger.task_keys)
    await leave(parts)
    assert len(keys) == (2 if choice is LedgerChoice.USE_COPY else 0)
    assert parts.problems == ()


async def _failed_start(but: StartFailedWindow | None = None) -> StartFailedWindow:
    return await _shown(StartFailedWindow, but)


async def _shown(kind: type[W], but: W | None = None) -> W:
    def shown() -> list[W]:
        windows = QApplication.topLevelWidgets()
        found = [w for w in windows if isinstance(w, kind) and w.isVisible()]
        return [window for window in found if window is not but]

    await until(shown)
    return shown()[0]


@pytest.mark.process
def test_its_style_is_the_one_of_its_sheet_whatever_the_desktop_asks_for() -> None:
    show = "lambda app, _main: print(app.style().name()) or 0"
    code = f"""
import contextlib, types
import enigma_panel.app as program
program.event_loop.run = {show}
program._run_qt(types.SimpleNamespace(main=None), contextlib.ExitStack())
"""
    env = {**os.environ, "QT_STYLE_OVERRIDE": "windows", "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == theme.STYLE.lower()
