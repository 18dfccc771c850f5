"""The command `enigma-panel`: it reads the arguments, protects the process, runs the program."""

import faulthandler
import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enigma_panel.cli import Options


def main() -> int:
    """Run the command line; returns the process's exit status."""
    argv = sys.argv[1:]
    if argv[:1] == ["--simulator"]:  # the frozen program has no other way to start it
        from enigma_panel.simulator.__main__ import main as simulate

        return simulate(argv[1:])
    gc.disable()  # for good: see event_loop.collect_garbage; a start makes no garbage
    _protect_memory()
    from enigma_panel.runtime import signals

    signals.note()  # until the event loop handles them
    os.environ.pop("SSLKEYLOGFILE", None)  # ssl would write there what decrypts our connections
    os.environ["QT_API"] = "pyside6"  # qasync asks for it
    if sys.stderr is not None:  # a windowed bundle has none
        faulthandler.enable()
    from enigma_panel import cli

    try:
        wanted = cli.parse(argv)
        platform = cli.choose_platform(wanted, os.environ)
    except cli.UsageError as error:
        return _complain(str(error))
    if platform is not None:
        os.environ["QT_QPA_PLATFORM"] = platform
    return _run(wanted)


def _run(wanted: "Options") -> int:
    from enigma_panel.demo.simulator_process import SimulatorError, start_for
    from enigma_panel.runtime.system_libraries import HOW_TO_INSTALL

    simulator = start_for(wanted)
    try:
        _import_qt()
        from enigma_panel import app
        from enigma_panel.desktop import single_instance
        from enigma_panel.runtime import signals
    except ImportError as error:
        if simulator is not None:
            simulator.stop()
        if ".so" not in str(error):  # the loader names a library, which the system lacks
            raise
        return _complain(f"{error}. {HOW_TO_INSTALL}")
    from enigma_panel.store.folder_lock import FolderInUseError
    from enigma_panel.store.ledger.errors import LedgerError
    from enigma_panel.store.paths import FolderError

    if (number := signals.noted()) is not None:
        if simulator is not None:
            simulator.stop()
        return 128 + number
    try:
        return app.run(wanted, simulator)
    except SimulatorError as error:
        return _complain(str(error))
    except single_instance.AlreadyOpenError:
        print("Enigma Control Panel is already open with its own options: its window is in front.")
        return 0
    except FolderInUseError as error:
        how = " and does not respond" if error.is_silent else ""
        return _complain(f"another enigma-panel is using the folder {error.path}{how}")
    except FolderError as error:
        return _complain(f"the folder {error.path} cannot be used: {error.reason}")
    except LedgerError as error:
        return _complain(f"the ledger {error.path} cannot be used: {error.reason}")


def _import_qt() -> None:
    """Import Qt without its import hook, which keeps all sources: 14 MB, a tenth of the start."""
    import builtins

    before = builtins.__import__
    import PySide6.QtCore  # noqa: F401 - its import puts the hook there

    builtins.__import__ = before


def _complain(line: str) -> int:
    print(f"enigma-panel: {line}", file=sys.stderr)
    return 2


def _protect_memory() -> None:
    """Protect secrets in memory: no core dumps, and no other program of this user may read it."""
    if sys.platform != "linux":
        return
    import ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    pr_set_dumpable = 4
    ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main())
