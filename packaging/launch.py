"""What the frozen program runs: the same `main` as the command `enigma-panel`."""

import os
import sys

import pyimod02_importers  # of PyInstaller's loader, and only in what it has made

from enigma_panel.__main__ import main


def leave_children_alone() -> None:
    """Take back the library path that PyInstaller's loader has set for this process.

    A browser or any other program started from here must find its own libraries, not ours. A
    second start of ourselves (the demo's service, the way from demo to account) must find ours
    again: the last variable tells the loader to begin afresh, else it would see that it runs
    below itself and set nothing.
    https://pyinstaller.org/en/stable/common-issues-and-pitfalls.html
    """
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is None:
        os.environ.pop("LD_LIBRARY_PATH", None)
    else:
        os.environ["LD_LIBRARY_PATH"] = before
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"


def keep_modules() -> None:
    """Read modules from the file that was started, also when an upgrade has replaced it.

    The loader opens that file by its name at each import, and many imports come late.
    """
    pyimod02_importers.pyz_archive._filename = "/proc/self/exe"


if __name__ == "__main__":
    leave_children_alone()
    keep_modules()
    sys.exit(main())
