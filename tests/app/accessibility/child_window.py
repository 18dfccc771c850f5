"""The main window over fakes, on a display: once its file is there, things happen to it.

It tells on standard output when that is "over", and stays.
"""

import sys
from pathlib import Path
from typing import Any, Unpack

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import NoticeFacts, NoticeKind, PauseReason, ServiceNotice
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.fakes import FakeDialogs, FakeScope
from tests.kit.world import World

LOOK_MS, APART_MS = 50, 1_300
SESSIONS = 20


class Story:
    def __init__(self, services: Any, start: Path) -> None:
        self._services = services
        self._start = start
        self._rest = [
            self._ask,
            lambda: self._end(2),
            lambda: self._end(3, status=TaskStatus.FAILED),
            self._refuse,
            self._fail_command,
            lambda: services.queue.set_waiting(2, PauseReason.FUNDS),
            lambda: services.health.lose(services.clock.now),
            services.health.come_back,
            lambda: self._end(*range(10, 20)),
        ]
        self._looks = QTimer(interval=LOOK_MS)
        self._looks.timeout.connect(self._look)
        self._looks.start()

    def _look(self) -> None:
        if self._start.exists():
            self._looks.stop()
            self._go_on()

    def _go_on(self) -> None:
        if not self._rest:
            print("over", flush=True)
            return
        self._rest.pop(0)()
        QTimer.singleShot(APART_MS, self._go_on)

    def _ask(self) -> None:
        self._services.inbox.ask(self._services.sessions.add_asking(1, "What is your PIN, Maria?"))

    def _end(self, *keys: int, status: TaskStatus = TaskStatus.DONE) -> None:
        for key in keys:
            self._services.sessions.change_task(key, status=status, result="What Maria bought")

    def _refuse(self) -> None:
        self._end(4, status=TaskStatus.FAILED)
        self._notify(NoticeKind.START_REFUSED, 4)

    def _fail_command(self) -> None:
        self._notify(NoticeKind.COMMAND_FAILED, 5, verb=CommandVerb.STOP)

    def _notify(self, kind: NoticeKind, key: int, **facts: Unpack[NoticeFacts]) -> None:
        notice = ServiceNotice(kind=kind, session_key=key, task_key=key, facts=facts)
        self._services.sessions.said.emit(notice)


def main(start: Path) -> int:
    app = QApplication(sys.argv[:1])
    services = World(FakeScope()).services
    window = MainWindow(services, FakeDialogs())
    for key in range(1, SESSIONS):
        services.sessions.add(key)
    window.show()
    story = Story(services, start)
    assert story
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
