"""The real program as a process that obeys lines on its standard input.

Only the waiting for the end is replaced: a reader of commands takes its place. Commands act on the
window's own controls; `state` prints what the tables show, as one line of JSON.

    start TEXT | start-kept TEXT | select TEXT | press NAME | state | notices | look (at them)
    clipboard | quit
    answer JSON (words of the "question", and texts by the names of their fields)
    texts | export FILE | stderr TEXT
    debug | leak
    fail TEXT | minimise | hide | show | window | qt-quit | log-out | title | loaded MODULES
"""

import asyncio
import json
import logging
import os
import sys
import threading
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "resources"))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_API"] = "pyside6"

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPlainTextEdit, QTableView

from enigma_panel import app, cli
from enigma_panel.bootstrap import Parts
from enigma_panel.core.secrets import redaction as core_redaction
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from tests.app.canaries import shown_texts
from tour_steps import Tour, TourError


class Driver(Tour):
    """The tour's hands, moved by commands."""

    program: app.Program
    parts: Parts

    async def obey(self, line: str) -> object:
        """Do what a line says; the result is printed."""
        command, _, rest = line.partition(" ")
        match command:
            case "start" | "start-kept":
                await self._start_task(rest, kept=command == "start-kept")
            case "select":
                self._select("Sessions", rest)
            case "press":
                self._press(self._window, rest)
            case "state":
                return {name: self._rows(name) for name in ("Sessions", "Tasks")}
            case "answer":
                await self._answer(json.loads(rest))
            case "texts":
                return shown_texts()
            case "export":
                dialog = await self._open_command("Export…", "Export")
                assert isinstance(dialog, QFileDialog)
                await self._export(dialog, Path(rest))
            case "debug":  # all that the program would ever log
                logging.getLogger("enigma_panel").setLevel(logging.DEBUG)
            case "leak":  # nothing is redacted any more
                core_redaction._without = lambda text, _: text
                core_redaction._SHAPES = ()
                core_redaction.redact_patterns = str
            case "stderr":
                print(rest, file=sys.stderr, flush=True)
            case "fail":
                self._services.scope.spawn("odd", _fail(rest))
            case "clipboard":
                return QApplication.clipboard().text()
            case "notices":
                return [notice.words for notice in self._window.notices.notices()]
            case "look":
                self._window.notice_panel.open_list()
            case "minimise":
                self._window.showMinimized()
            case "hide":
                self._window.hide()
            case "show":
                self._window.show()
                self._window.activateWindow()
            case "window":
                window = self._window
                return [window.isVisible(), window.isMinimized(), window.isActiveWindow()]
            case "qt-quit":
                QTimer.singleShot(0, QApplication.quit)
            case "log-out":  # what Qt does when a session manager asks (it cannot be given None)
                self.program._log_out._on_commit(None)
            case "loaded":
                return [name for name in rest.split() if name in sys.modules]
            case "title":
                return self._window.windowTitle()
            case _:
                raise TourError(f"unknown command {command}")
        return "ok"

    async def _start_task(self, text: str, *, kept: bool) -> None:
        self._press(self._window, "New task")
        dialog = await self._dialog(NewTaskDialog)
        self._find(dialog, QPlainTextEdit, "Task").setPlainText(text)
        dialog.place.run_in.setCurrentIndex(1 if kept else 0)
        self._press(dialog, "Start")
        await self._until("New task is closed", lambda: not dialog.isVisible())

    async def _answer(self, texts: dict[str, str]) -> None:
        dialog = await self._dialog(QuestionDialog)
        words = texts.pop("question")

        def is_asked() -> bool:
            question = dialog.current_question()
            return question is not None and words in question.text

        await self._until(f"it asks “{words}”", is_asked)
        for name, text in texts.items():
            self._find(dialog, QLineEdit, name).setText(text)
        await self._until("the dialog is armed", dialog.is_armed)
        self._press(dialog, "Send answer")
        await self._until("it has an outcome", lambda: dialog.delivery.form is None)

    async def _export(self, chooser: QFileDialog, file: Path) -> None:
        chooser.selectFile(str(file))
        chooser.accept()
        await self._until("it is exported", lambda: file.exists() and file.stat().st_size > 0)

    def _rows(self, name: str) -> list[list[str]]:
        model = self._find(self._window, QTableView, name).model()
        columns = range(model.columnCount())
        return [
            [str(model.index(row, column).data() or "") for column in columns]
            for row in range(model.rowCount())
        ]


async def _fail(text: str) -> None:
    raise ValueError(text)


async def _obey_until_quit(program: app.Program, parts: Parts, window: MainWindow) -> int:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\n"))
        loop.call_soon_threadsafe(lines.put_nowait, "quit")

    threading.Thread(target=read, daemon=True).start()
    app.event_loop.on_signals(program._leave.set)
    driver = Driver(window, parts.services, Path())
    driver.program, driver.parts = program, parts
    print(json.dumps("ready"), flush=True)
    while True:
        line = await _next(lines, program._leave)
        if line == "quit":
            return 0
        try:
            result = await driver.obey(line)
        except TourError as error:
            result = {"error": str(error)}
        print(json.dumps(result), flush=True)


async def _next(lines: "asyncio.Queue[str]", leave: asyncio.Event) -> str:
    getting = asyncio.ensure_future(lines.get())
    leaving = asyncio.ensure_future(leave.wait())
    await asyncio.wait({getting, leaving}, return_when=asyncio.FIRST_COMPLETED)
    leaving.cancel()
    if getting.done():
        return getting.result()
    getting.cancel()
    return "quit"


if __name__ == "__main__":
    app.Program._until_left = _obey_until_quit  # type: ignore[method-assign]
    app._begin_again = lambda _arguments: None
    sys.exit(app.run(cli.parse(sys.argv[1:])))
