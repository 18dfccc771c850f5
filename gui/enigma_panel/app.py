"""The program's life: start order, main coroutine, quit order. Only this module knows all parts."""

import asyncio
import logging
import os
import shlex
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QFontMetrics, QIcon
from PySide6.QtWidgets import QApplication

from enigma_panel import __version__
from enigma_panel.bootstrap import DataDirs, Parts, build, find_data_dirs, prepare_data_dirs
from enigma_panel.cli import Options
from enigma_panel.demo.simulator_process import SimulatorProcess, start_for
from enigma_panel.desktop.session_end import Application, SessionEnd
from enigma_panel.desktop.single_instance import (
    NEW_TASK,
    SHOW,
    SingleInstance,
    acquire_folder,
    bring_to_front,
)
from enigma_panel.runtime import event_loop, logging_setup
from enigma_panel.runtime.qt_messages import with_a_display
from enigma_panel.services.account import Account
from enigma_panel.store.ledger.backup import use_copy
from enigma_panel.store.ledger.errors import CorruptLedgerError, LedgerError, MissingLedgerError
from enigma_panel.store.paths import FolderError, WrongFolderError
from enigma_panel.ui.accessibility import install_safe_scroll_areas
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.i18n import install_language
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import appearance, theme
from enigma_panel.ui.widgets.free_screen import fit_on_screen

if TYPE_CHECKING:
    from enigma_panel.check_service import ServiceCheck

log = logging.getLogger(__name__)

BACK = "ENIGMA_PANEL_BACK"
"""Variable with the account's command line, for the way back from the demo."""


class FirstPaint(QObject):
    """Signals once that a widget was painted."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__()
        self._call: Callable[[], None] | None = call

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let everything pass; emit after the first paint."""
        if event.type() is QEvent.Type.Paint and self._call is not None:
            QTimer.singleShot(0, self._call)
            self._call = None
        return super().eventFilter(watched, event)


class Program:
    """One run from the first window to the end. take_folders: makes and locks the folders."""

    def __init__(
        self,
        options: Options,
        dirs: DataDirs,
        child: SimulatorProcess | None,
        *,
        take_folders: Callable[[], None] | None = None,
    ) -> None:
        self._options = options
        self._take_folders = take_folders
        self._account: Account | None = None
        self._dirs = dirs
        self._child = child
        self._leave = asyncio.Event()
        self._painted = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        self._instance: SingleInstance | None = None
        self._replace_ledger: Callable[[Path], None] | None = None
        self.restart_with: list[str] | None = None
        self._check = self._make_check() if options.check_service else None

    async def main(self) -> int:
        """Show the window, run until told to leave, leave in stages."""
        event_loop.on_signals(self._leave.set)
        has_font = QFontMetrics(QApplication.font()).inFont("A")  # Qt names families without any
        if not (self._options.self_check or self._check or has_font):
            print("enigma-panel: no window can be shown: no font is installed", file=sys.stderr)
            return 2
        url = None
        if self._child is not None:
            url = await event_loop.blocking(self._child.url, time_limit=30)
        parts = await self._open(url)
        if self._options.self_check:
            return await self._self_check(parts)
        if self._check is not None:
            return await self._check_service(self._check, parts)
        if self._leave.is_set():  # somebody ended the program meanwhile
            await self._stages(parts, None)
            return 0
        window, dialogs = self._show(parts)
        tell_error = partial(
            asyncio.get_running_loop().call_soon_threadsafe, window.notices.show_unexpected
        )
        try:
            starting = self._start(parts, window, dialogs)
            self._starting = parts.services.scope.spawn("start", starting)
            with logging_setup.reporting_errors(tell_error):
                return await self._until_left(parts, window)
        finally:
            parts.services.queue.set_leaving(True)  # a browser that gets free now stays free
            dialogs.close_all()
            await self._stages(parts, window)

    async def _open(self, url: str | None) -> Parts:
        """Open all that is on disk. A refusal is shown, and tried again when the person wants."""
        can_ask, again = not self._options.needs_no_display, False
        while True:
            try:
                if self._take_folders is not None:
                    await asyncio.to_thread(self._take_folders)
                    self._take_folders = None
                return await self._build(url)
            except WrongFolderError:
                raise
            except (CorruptLedgerError, MissingLedgerError) as error:
                if not can_ask or not await self._restore(error):
                    raise
            except (FolderError, LedgerError) as error:
                if not can_ask or not await self._may_try_again(error, again=again):
                    raise
                again = True

    async def _build(self, demo_url: str | None) -> Parts:
        parts = await build(
            self._options,
            self._dirs,
            demo_url,
            watch=self._check.watch if self._check is not None else None,
        )
        if not self._options.demo:  # the demo's has a key of its own
            self._account = parts.services.account
        return parts

    async def _restore(self, error: LedgerError) -> bool:
        """Ask what is to take the ledger's place; False to quit."""
        from enigma_panel.startup import offer_copy  # noqa: PLC0415 - as Startup below

        theme.apply_stylesheet()
        return await offer_copy(error, self._leave)

    async def _may_try_again(self, error: FolderError | LedgerError, *, again: bool) -> bool:
        from enigma_panel.startup import offer_retry  # noqa: PLC0415 - as Startup below

        theme.apply_stylesheet()
        return await offer_retry(error, self._leave, demo=self._options.demo, again=again)

    def _show(self, parts: Parts) -> tuple[MainWindow, Dialogs]:
        dialogs = self._make_dialogs(parts, lambda: window)
        appearance.follow_settings(theme.application(), parts.services.settings)
        window = MainWindow(parts.services, dialogs)
        self._connect_dialogs(parts, window, dialogs)
        window.quit_requested.connect(
            lambda: parts.services.scope.spawn("quit", self._ask_to_quit(dialogs))
        )
        parts.services.writer.recovered.connect(window.notices.ledger_recovered)
        window.notices.copy_wanted.connect(self._go_on_with_copy)
        window.notices.diagnostics_wanted.connect(lambda: self._copy_diagnostics(parts, window))
        self._instance = SingleInstance(self._dirs.folders.data, partial(_do_asked, window))
        self._log_out = SessionEnd(leave=self._leave.set, keep=window.save_layout)
        self._paint_watch = FirstPaint(self._painted.set)
        window.installEventFilter(self._paint_watch)
        theme.apply_stylesheet()
        fit_on_screen(window)
        window.show()
        return window, dialogs

    def _make_dialogs(self, parts: Parts, window: Callable[[], MainWindow]) -> Dialogs:
        return Dialogs(
            parts.services,
            window,
            try_demo=lambda: self._restart(demo=True),
            use_account=lambda: self._restart(demo=False),
        )

    @staticmethod
    def _connect_dialogs(parts: Parts, window: MainWindow, dialogs: Dialogs) -> None:
        dialogs.find_side = window.body.find_side
        dialogs.question_in_sight.connect(window.set_in_sight)
        window.shade.covers.connect(dialogs.follow_sheets)
        dialogs.quit_waits.connect(window.notices.show_quit)
        dialogs.said.connect(window.toast.say)
        dialogs.leaving.connect(parts.services.queue.set_leaving)
        window.notices.quit_cancelled.connect(dialogs.cancel_quit)

    async def _start(self, parts: Parts, window: MainWindow, dialogs: Dialogs) -> None:
        """Start all that may wait for disk, keychain or network, after the first paint."""
        await self._painted.wait()
        if self._instance is not None:
            await self._instance.open()
        # Nothing is loaded before the first paint that it does not need.
        from enigma_panel.startup import Startup  # noqa: PLC0415 - 70 ms

        startup = Startup(parts, window, dialogs, keeps_copy=not self._dirs.throw_away)
        await startup.prepare()
        if self._options.smoke:
            return
        await startup.run()
        if self._options.new_task:
            window.new_task.trigger()

    async def _until_left(self, _parts: Parts, _window: MainWindow) -> int:
        """Wait for the end. The tour and the tests put a coroutine of theirs in its place."""
        if self._options.smoke:
            await self._painted.wait()
            print("shown", flush=True)
            if self._starting is not None:
                await self._starting
            return 0
        await self._leave.wait()
        return 0

    async def _ask_to_quit(self, dialogs: Dialogs) -> None:
        if await dialogs.may_quit():
            self._leave.set()  # the dialog has stopped the queue

    def _go_on_with_copy(self) -> None:
        """Leave; the copy takes the ledger's place once that is closed; then begin again."""
        self._replace_ledger = use_copy
        self._restart(demo=self._options.demo)

    def _restart(self, *, demo: bool) -> None:
        """Leave, then begin again, with the demo or at the command line's address and folder."""
        options = self._standing_options()
        if self._options.demo and not demo:
            self.restart_with = shlex.split(os.environ.pop(BACK, ""))
        elif demo and not self._options.demo:
            os.environ[BACK] = shlex.join(restart_arguments(options, demo=False))
            self.restart_with = restart_arguments(replace(options, data_dir=None), demo=True)
        else:
            self.restart_with = restart_arguments(options, demo=demo)
        self._leave.set()

    def _standing_options(self) -> Options:
        """The command line's options without an address and dialect that Settings replaced."""
        account, options = self._account, self._options
        if account is None:
            return options
        return replace(
            options,
            base_url=options.base_url if account.base_url == options.base_url else None,
            dialect=options.dialect if account.is_dialect_for_run else None,
        )

    async def _self_check(self, parts: Parts) -> int:
        from enigma_panel.self_check import report  # noqa: PLC0415 - 15 ms

        try:
            return await report(parts, self._dirs)
        finally:
            await self._stages(parts, None)

    @staticmethod
    def _make_check() -> "ServiceCheck":
        from enigma_panel.check_service import ServiceCheck  # noqa: PLC0415 - 7 ms

        return ServiceCheck()

    async def _check_service(self, check: "ServiceCheck", parts: Parts) -> int:
        try:
            return await check.run(parts, self._leave)
        finally:
            await self._stages(parts, None)

    def _copy_diagnostics(self, parts: Parts, window: MainWindow) -> None:
        from enigma_panel.self_check import diagnostics  # noqa: PLC0415 - 15 ms

        window.app_actions.clipboard.copy(diagnostics(parts, self._dirs))

    async def _stages(self, parts: Parts, window: MainWindow | None) -> None:
        """Give each stage its turn, whatever the outcome of the one before."""
        stages: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("no new work", parts.services.scope.close),
            ("take the last live events", parts.services.live.finish),
            ("close channels", parts.services.live.aclose),
            ("close clients", parts.services.account.aclose),
            ("flush time lines", parts.services.timeline.flush),
            ("flush figures", parts.services.store.flush),
            ("flush settings", parts.services.settings.flush),
            ("close reads", parts.services.task_search.aclose),
            ("close ledger", lambda: parts.ledger_thread.run(parts.ledger.close)),
        ]
        if self._replace_ledger is not None:
            put = partial(parts.ledger_thread.run, self._replace_ledger, parts.ledger.path)
            stages.append(("replace the ledger", put))
        if self._instance is not None:
            stages.insert(0, ("close the single-instance socket", self._instance.close))
        if window is not None:
            window.save_layout()
        for name, stage in stages:
            try:
                await stage()
            except Exception:
                log.exception("leaving: stage %s failed", name)
        parts.read_thread.close()
        parts.ledger_thread.close()
        if window is not None:
            window.close_for_good()


def _do_asked(window: MainWindow, word: bytes, token: str) -> None:
    """Do what a second program asks for."""
    bring_to_front(window, token)
    if word == NEW_TASK:
        window.new_task.trigger()


def run(options: Options, child: SimulatorProcess | None = None) -> int:
    """Run the program; raises SimulatorError, FolderError or LedgerError where it cannot start.

    child: the simulator that `child.start_for` gave, where it was begun before these imports.
    """
    event_loop.catch_all()
    child = child or start_for(options)
    with ExitStack() as ends:
        if child is not None:
            ends.callback(child.stop)
        dirs = find_data_dirs(options)
        ends.callback(dirs.clear)
        take_folders: Callable[[], None] | None = partial(_take_folders, options, dirs, ends)
        try:
            _take_folders(options, dirs, ends)
            take_folders = None
        except WrongFolderError:
            raise
        except FolderError:
            if options.needs_no_display:
                raise
        program = Program(options, dirs, child, take_folders=take_folders)
        status = _run_qt(program, ends)
    if program.restart_with is not None:
        _begin_again(program.restart_with)
    return status


def _take_folders(options: Options, dirs: DataDirs, ends: ExitStack) -> None:
    """Make the folders and lock them; raises FolderError."""
    prepare_data_dirs(dirs, demo=options.demo)
    if not options.self_check:
        word = NEW_TASK if options.new_task else SHOW
        may_ask = not options.needs_no_display
        lock = acquire_folder(dirs.folders.data, may_ask=may_ask, word=word)
        ends.callback(lock.release)


def restart_arguments(options: Options, *, demo: bool) -> list[str]:
    """The command line of the next run, with the demo service or not."""
    arguments = ["--demo"] if demo else []
    if options.data_dir is not None:
        arguments += ["--data-dir", str(options.data_dir)]
    if options.base_url is not None and not demo:
        arguments += ["--base-url", options.base_url]
    if options.dialect is not None:
        arguments += ["--dialect", options.dialect]
    return arguments


def _run_qt(program: Program, ends: ExitStack) -> int:
    """Run the program under Qt; returns the status. ends: called last, also without a display."""
    arguments = [*sys.argv[:1], "-style", theme.STYLE]
    app = with_a_display(lambda: Application(arguments), ends.close)
    app.setApplicationName("enigma-panel")
    app.setApplicationDisplayName("Enigma Control Panel")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("io.github.enigma_control_panel.enigma_panel")
    app.setWindowIcon(QIcon(":/icons/enigma-control-panel-128.png"))
    install_language(app)
    install_safe_scroll_areas()
    theme.prepare(app)
    return event_loop.run(app, program.main)


def _begin_again(arguments: list[str]) -> None:
    frozen = getattr(sys, "frozen", False)
    program = [sys.executable] if frozen else [sys.executable, "-P", "-m", "enigma_panel"]
    command = [*program, *arguments]
    os.execv(command[0], command)  # noqa: S606 - ourselves, no shell
