"""The program's life: start order, main coroutine, quit order. The only place that knows all."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from enigma_panel import __version__, loop
from enigma_panel.build import Parts, Place, build, find_place, load_client
from enigma_panel.child import SimulatorChild, start_for
from enigma_panel.core.records import StateVerb
from enigma_panel.late_dialogs import LateDialogs
from enigma_panel.options import Options
from enigma_panel.services.recovery import recover
from enigma_panel.store.instance import FolderLock
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui import theme
from enigma_panel.ui.main.window import MainWindow

if TYPE_CHECKING:
    from enigma_panel.ui.dialogs.manager import DialogManager

log = logging.getLogger(__name__)

TICK_MS = 1_000
CLIENT_S = 60.0
"""The client's modules come from the same disk as we did; that takes 0.1 s."""


_CHATTER = "This plugin does not support"
"""What Qt's offscreen platform says of every raise(); nobody can do anything about it."""

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Qt's own messages go through our log and its redaction.

    Its bridge to assistive technology warns of labels with rich text, which are as we want them.
    """
    if message.startswith(_CHATTER):
        return
    of_bridge = (context.category or "").startswith("qt.accessibility")
    level = logging.DEBUG if of_bridge else _LEVELS[kind]
    logging.getLogger("enigma_panel.qt").log(level, "%s", message)


class FirstPaint(QObject):
    """Tells once that a widget was painted."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__()
        self._call: Callable[[], None] | None = call

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let everything pass; after the first paint, tell."""
        if event.type() is QEvent.Type.Paint and self._call is not None:
            QTimer.singleShot(0, self._call)
            self._call = None
        return super().eventFilter(watched, event)


class Program:
    """One run from the first window to the last stage of leaving."""

    def __init__(self, options: Options, place: Place, child: SimulatorChild | None) -> None:
        self._options = options
        self._place = place
        self._child = child
        self._leave = asyncio.Event()
        self._painted = asyncio.Event()
        self.restart_with: list[str] | None = None

    async def main(self) -> int:
        """Show the window, run until told to leave, leave in stages."""
        url = None
        if self._child is not None:
            url = await loop.blocking(self._child.url, time_limit=30)
        parts = await build(self._options, self._place, url)
        if self._options.self_check:
            return await self._self_check(parts)
        window, dialogs = self._show(parts)
        try:
            parts.scope.spawn("start", self._start(parts, window, dialogs))
            return await self._until_told(parts, window)
        finally:
            dialogs.close_all()
            await self._stages(parts, window)

    def _show(self, parts: Parts) -> tuple[MainWindow, LateDialogs]:
        dialogs = LateDialogs(lambda: self._make_dialogs(parts, window))
        window = MainWindow(parts.services, dialogs)
        window.quit_requested.connect(
            lambda: parts.scope.spawn("quit", self._ask_to_quit(parts, dialogs), exclusive=True)
        )
        self._paint_watch = FirstPaint(self._painted.set)
        window.installEventFilter(self._paint_watch)
        window.show()
        return window, dialogs

    def _make_dialogs(self, parts: Parts, window: MainWindow) -> "DialogManager":
        from enigma_panel.ui.dialogs.manager import DialogManager  # noqa: PLC0415 - late_dialogs

        return DialogManager(
            parts.services,
            lambda: window,
            try_demo=lambda: self._restart(demo=True),
            use_account=lambda: self._restart(demo=False),
        )

    async def _start(self, parts: Parts, window: MainWindow, dialogs: LateDialogs) -> None:
        """Everything that may wait for disk, keychain or network comes after the first paint."""
        await self._painted.wait()
        gc.freeze()  # what the start made is there to stay: no collection walks it again
        for problem in parts.problems:
            window.tell_problem(problem)
        try:
            await recover(parts.registry)
        except LedgerError as error:
            window.tell_ledger(error)
        parts.scope.spawn("ticks", self._ticks(parts))
        manager = dialogs.get()
        await loop.blocking(load_client, time_limit=CLIENT_S)
        await parts.account.load()
        manager.start()
        parts.scope.spawn("vitals", parts.services.vitals.run())

    async def _ticks(self, parts: Parts) -> None:
        clock = parts.services.clock
        while True:
            loop.collect_garbage()
            await parts.services.fleet.tick()
            await clock.sleep_until(clock.now_ms() + TICK_MS)

    async def _until_told(self, parts: Parts, window: MainWindow) -> int:
        loop.on_signals(self._leave.set)
        if self._options.smoke:
            await self._painted.wait()
            print("shown", flush=True)
            return 0
        if self._options.tour is not None:
            from enigma_panel.tour import drive  # noqa: PLC0415 - only here

            return await drive(window, parts.services, self._options.tour)
        await self._leave.wait()
        return 0

    async def _ask_to_quit(self, parts: Parts, dialogs: LateDialogs) -> None:
        from enigma_panel.ui.dialogs.quit_guard import QuitChoice  # noqa: PLC0415 - late_dialogs

        choice = await dialogs.get().ask_before_quit()
        if choice is QuitChoice.CANCEL:
            return
        if choice is QuitChoice.TERMINATE_ALL:
            fleet = parts.services.fleet
            keys = fleet.terminable_keys()
            await fleet.command(keys, StateVerb.TERMINATE)
            if any(not session.is_ended for key in keys if (session := fleet.session(key))):
                return  # the window says which one was not reached, and why
        self._leave.set()

    def _restart(self, *, demo: bool) -> None:
        """Leave, then begin again, with the demo service or without."""
        self.restart_with = restart_arguments(self._options, demo=demo)
        self._leave.set()

    async def _self_check(self, parts: Parts) -> int:
        from enigma_panel.self_check import report  # noqa: PLC0415 - only here

        try:
            return await report(parts, self._place)
        finally:
            await self._stages(parts, None)

    async def _stages(self, parts: Parts, window: MainWindow | None) -> None:
        """Each stage gets its turn, whatever became of the one before."""
        stages: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("no new work", parts.scope.close),
            ("close clients", parts.account.aclose),
            ("flush figures", parts.registry.flush),
            ("flush settings", parts.settings.flush),
            ("close ledger", lambda: parts.ledger_thread.run(parts.ledger.close)),
        ]
        if window is not None:
            window.save_layout()
        for name, stage in stages:
            try:
                await stage()
            except Exception:
                log.exception("leaving: stage %s failed", name)
        parts.ledger_thread.close()
        if window is not None:
            window.close_for_good()


def run(options: Options, child: SimulatorChild | None = None) -> int:
    """Run the program; raises ChildError, FolderError or LedgerError before a window is shown.

    child: the simulator that `child.start_for` gave, where it was started before these imports.
    """
    loop.catch_all()
    child = child or start_for(options)
    try:
        place = find_place(options)
        lock = None if options.self_check else FolderLock(place.folders.data)
        try:
            status, again = _run_qt(options, place, child)
        finally:
            if lock is not None:
                lock.release()
            place.clear()
    finally:
        if child is not None:
            child.stop()
    if again is not None:
        _begin_again(again)
    return status


def restart_arguments(options: Options, *, demo: bool) -> list[str]:
    """The command line of the next run: the same folders, the demo service or not."""
    arguments = ["--demo"] if demo else []
    if options.data_dir is not None:
        arguments += ["--data-dir", str(options.data_dir)]
    if options.base_url is not None and not demo:
        arguments += ["--base-url", options.base_url]
    return arguments


def _run_qt(
    options: Options, place: Place, child: SimulatorChild | None
) -> tuple[int, list[str] | None]:
    """The exit status, and the arguments to begin again with, if any."""
    qInstallMessageHandler(log_qt)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("enigma-panel")
    app.setApplicationDisplayName("Enigma Control Panel")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("enigma-control-panel")
    app.setWindowIcon(QIcon(":/icons/enigma-control-panel-128.png"))
    theme.apply(app)
    programs: list[Program] = []

    async def main() -> int:
        programs.append(Program(options, place, child))
        return await programs[0].main()

    status = loop.run(app, main)
    return status, programs[0].restart_with if programs else None


def _begin_again(arguments: list[str]) -> None:
    frozen = getattr(sys, "frozen", False)
    program = [sys.executable] if frozen else [sys.executable, "-m", "enigma_panel"]
    os.execv(program[0], [*program, *arguments])  # noqa: S606 - ourselves, no shell
