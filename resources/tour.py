"""`python resources/tour.py DIR` drives the real window through the main job, offscreen.

The service is simulated; numbered pictures are left in DIR (a minute).

With --gallery: pictures of every window and state, light and dark, the main window in four sizes,
listed in DIR/index.md (three minutes).
"""

import argparse
import gc
import os
import sys
from functools import partial
from pathlib import Path

os.environ.update(
    QT_QPA_PLATFORM="offscreen",
    QT_API="pyside6",  # qasync asks for it
    LC_ALL="C.UTF-8",  # the steps look for controls by their names in the code
)
os.environ.pop("LANGUAGE", None)
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)  # no notices on the desktop of who runs it

from enigma_panel import app
from enigma_panel.bootstrap import Parts
from enigma_panel.cli import Options
from enigma_panel.demo.simulator_process import SimulatorProcess
from enigma_panel.ui.main_window.window import MainWindow
from gallery import Gallery
from tour_steps import Tour, drive


def main() -> int:
    """0 when every step came true."""
    parser = argparse.ArgumentParser(prog="python resources/tour.py")
    parser.add_argument("folder", metavar="DIR", type=Path, help="where the pictures go")
    parser.add_argument("--gallery", action="store_true", help="every window and state")
    parser.add_argument("--data-dir", metavar="DIR", type=Path, help="keep ledger and log there")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    kind = Gallery if wanted.gallery else Tour
    # From Python 3.14 on a bare partial in a class would be given the program, too.
    walk = staticmethod(partial(_walk, kind, wanted.folder))
    app.Program._until_left = walk  # type: ignore[method-assign]
    gc.disable()  # as in __main__
    return app.run(Options(demo=True, data_dir=wanted.data_dir), SimulatorProcess(*kind.service))


async def _walk(kind: type[Tour], folder: Path, parts: Parts, window: MainWindow) -> int:
    return await drive(kind(window, parts.services, folder))


if __name__ == "__main__":
    sys.exit(main())
