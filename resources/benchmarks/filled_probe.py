"""When the window was painted, and when its tables were full and counted, in the real program.

Nothing of the program is imported before it does so itself: it looks at the ledger meanwhile.

Usage: python -m benchmarks.filled_probe TASKS OPTIONS-OF-THE-PROGRAM
"""

import json
import sys
from typing import TYPE_CHECKING

from enigma_panel import __main__

if TYPE_CHECKING:
    from enigma_panel.app import Program
    from enigma_panel.bootstrap import Parts
    from enigma_panel.ui.main_window.window import MainWindow

START_S = 60.0


async def measure(program: "Program", parts: "Parts", window: "MainWindow") -> int:
    """In the place of the waiting for the end. Times are of the clock that processes share."""
    import asyncio
    import time

    from tests.kit.process_figures import memory_mb

    search, rows, is_filled = (
        parts.services.task_search,
        window.selection.task_rows,
        asyncio.Event(),
    )
    told: dict[str, float] = {}

    def look() -> None:
        if rows.rowCount() >= TASKS:
            told.setdefault("filled", time.monotonic())
            is_filled.set()

    search.counted.connect(look)
    await program._painted.wait()
    told["painted"] = time.monotonic()
    async with asyncio.timeout(START_S):
        await is_filled.wait()
    await asyncio.sleep(1)
    print(json.dumps(told | memory_mb("self")))
    return 0


def measure_when_imported() -> None:
    """Puts `measure` into the program as soon as its own imports are done."""
    import_qt = __main__._import_qt

    def import_all() -> None:
        import_qt()
        from enigma_panel import app

        app.Program._until_left = measure  # type: ignore[assignment, method-assign]

    __main__._import_qt = import_all


if __name__ == "__main__":
    TASKS = int(sys.argv.pop(1))
    measure_when_imported()
    sys.exit(__main__.main())
