"""The floor of start and memory: the four libraries and an empty main window.

Prints "shown" after its first paint, then ends; with --stay it remains until its input ends.
"""

import os
import sys

os.environ["QT_API"] = "pyside6"  # qasync asks for it

import httpx  # noqa: F401 - its import is what is measured
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


app = QApplication(sys.argv[:1])
window = Window()
window.resize(1280, 800)
window.show()
sys.exit(app.exec())
