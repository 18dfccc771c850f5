"""The floor of start and memory: the four libraries and an empty main window.

Prints "shown" after its first paint, then ends. With --stay it remains until it is ended and has,
as the program that stays, a client and what that loads for its first call.
"""

import os
import sys

os.environ["QT_API"] = "pyside6"  # qasync asks for it

import httpx
import keyring  # noqa: F401
import qasync  # noqa: F401
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow


class Window(QMainWindow):
    """Empty; tells once that it was painted."""

    told = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.told:
            self.told = True
            QTimer.singleShot(0, tell)


def tell() -> None:
    """Say it, and leave unless told otherwise."""
    print("shown", flush=True)
    if "--stay" not in sys.argv:
        app.quit()
        return
    import anyio  # noqa: F401 - loaded by httpx when something is asked for
    import h11  # noqa: F401

    app.setProperty("client", httpx.AsyncClient())


app = QApplication(sys.argv[:1])
window = Window()
window.resize(1280, 800)
window.show()
sys.exit(app.exec())
