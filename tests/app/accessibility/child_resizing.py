"""The main window over fakes, on a display: its size changes all the time."""

import random
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from enigma_panel.ui.accessibility import install_safe_scroll_areas
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.fakes import FakeDialogs, FakeScope
from tests.kit.world import World

APART_MS = 100
SESSIONS = 20
WIDTHS, HEIGHTS = (420, 1390), (300, 940)


def main() -> int:
    app = QApplication(sys.argv[:1])
    install_safe_scroll_areas()
    services, rng = World(FakeScope()).services, random.Random(0)
    window = MainWindow(services, FakeDialogs())
    for key in range(1, SESSIONS):
        services.sessions.add(key)
    window.show()
    window.selection.show_task(1)
    resizing = QTimer(interval=APART_MS)
    resizing.timeout.connect(lambda: window.resize(rng.randint(*WIDTHS), rng.randint(*HEIGHTS)))
    resizing.start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
