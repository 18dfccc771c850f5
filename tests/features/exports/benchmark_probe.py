"""The real program with a person in it who exports all tasks, again and again.

Usage: python -m tests.features.exports.benchmark_probe export SETTINGS-AS-JSON OPTIONS
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from enigma_panel.bootstrap import Parts
from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.ui.main_window.window import MainWindow
from tests.benchmarks.bare_polls import PROBE_S, gaps_ms
from tests.benchmarks.probe import START_S, run, say
from tests.kit.wait import until

CALM_S = 2.0


async def export(
    parts: Parts, window: MainWindow, *, tasks: int, ledger: str, folder: str, runs: int
) -> None:
    """All rows that are shown, in both formats."""
    rows = window.selection.tasks.rows
    await until(lambda: rows.rowCount() == tasks, START_S)
    assert len(parts.services.store.sessions()) < tasks  # an archive stays in the ledger
    times: dict[str, list[float]] = {"bare": [], **{form: [] for form in ExportFormat}}
    gaps: list[float] = []
    calm: list[float] = []
    for number in range(runs):
        times["bare"].append(await asyncio.to_thread(_bare, ledger, f"{folder}/bare{number}.csv"))
        for form in ExportFormat:
            calm += await gaps_ms(CALM_S)
            target = Path(folder, f"tasks{number}.{form}")
            times[form].append(await _export(window, form, target, gaps))
    say(**times, gaps=gaps, calm=calm)


def _bare(ledger: str, target: str) -> float:
    command = [sys.executable, "-m", "tests.features.exports.benchmark", ledger, target]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


async def _export(window: MainWindow, form: ExportFormat, target: Path, gaps: list[float]) -> float:
    """Seconds from the click to the file; the gaps meanwhile (ms) are added."""
    actions = window.main_menu.menu.actions()
    next(action for action in actions if action.text() == "Export…").trigger()
    chooser = next(one for one in window.findChildren(QFileDialog) if one.isVisible())
    told = asyncio.Event()
    window.toast.said.connect(lambda text: text.startswith("Exported") and told.set())
    await gaps_ms(0.5)
    began = before = time.perf_counter()
    chooser.fileSelected.emit(str(target))
    chooser.close()
    while not told.is_set():
        await asyncio.sleep(PROBE_S)
        now = time.perf_counter()
        gaps.append((now - before) * 1000)
        before = now
    return before - began


if __name__ == "__main__":
    sys.exit(run({"export": export}))
