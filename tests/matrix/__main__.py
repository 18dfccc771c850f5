"""`python -m tests.matrix [--call NAME] [--fault WORDS] [--dialect W1|W2]`: plays the matrix.

It prints the table. What is not as tests/matrix/matrix.md has it is said on the error output; the
exit status tells.
"""

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_API"] = "pyside6"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

from PySide6.QtWidgets import QApplication

from enigma_panel.core.service_rules import Dialect
from enigma_panel.runtime.event_loop import EventLoop
from tests.matrix import table
from tests.matrix.faults import CALLS, FAULTS
from tests.matrix.play import call_named, lanes, play


async def matrix(calls: list[str], words: str, dialect: Dialect) -> table.Table:
    faults = [fault for fault in FAULTS if words in fault.name]
    seen: table.Table = {}
    with tempfile.TemporaryDirectory() as folder, lanes(Path(folder)) as on:
        for name in calls:
            print(f"playing {name} …", file=sys.stderr, flush=True)
            seen |= await play(on, call_named(name), Path(folder, name), faults, dialect)
    return seen


def main(argv: list[str]) -> int:
    names = [call.name for call in CALLS]
    parser = argparse.ArgumentParser(prog="python -m tests.matrix")
    parser.add_argument("--call", choices=names, action="append", help="only this one; repeatable")
    parser.add_argument("--fault", default="", help="only faults whose name holds this")
    parser.add_argument("--dialect", type=Dialect, choices=list(Dialect), default=Dialect.E)
    options = parser.parse_args(argv)
    app = QApplication([])
    gc.disable()  # as the program does it
    began = time.monotonic()
    with asyncio.Runner(loop_factory=lambda: EventLoop(app)) as runner:
        seen = runner.run(matrix(options.call or names, options.fault, options.dialect))
    print("\n".join(table.lines(seen)))
    print(f"{len(seen)} cells in {time.monotonic() - began:.0f} s", file=sys.stderr)
    found = table.differences(table.read(), seen)
    for each in found:
        print(each, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
