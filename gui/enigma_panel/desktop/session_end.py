"""The end of the desktop's session: log-out, and "Quit" from a dock or a session manager."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QSessionManager
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Qt's application; asked to quit, it signals that: the main coroutine ends in stages."""

    quit_asked = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Quit:
            self.quit_asked.emit()
            return True
        return super().event(event)


class SessionEnd(QObject):
    """Ends the program as SIGTERM does: open sessions stay open, and nobody is asked.

    leave: begins to end the program and returns at once, so the log-out never waits.
    keep: saves what the window knows.
    """

    def __init__(self, *, leave: Callable[[], None], keep: Callable[[], None]) -> None:
        super().__init__()
        app = QApplication.instance()
        assert isinstance(app, Application)
        self._leave = leave
        self._keep = keep
        app.quit_asked.connect(leave)
        app.commitDataRequest.connect(self._on_commit, Qt.ConnectionType.DirectConnection)
        app.saveStateRequest.connect(self._on_save, Qt.ConnectionType.DirectConnection)

    def _on_commit(self, _manager: QSessionManager) -> None:
        """Leave, as the session ends."""
        self._keep()
        self._leave()

    def _on_save(self, manager: QSessionManager) -> None:
        """Save, at log-out and now and then; a session manager does not start us again."""
        self._keep()
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
