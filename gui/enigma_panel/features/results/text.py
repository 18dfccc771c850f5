"""Texts of the window *Result*."""

from pathlib import Path

from enigma_panel.core.models import Session, Task
from enigma_panel.core.money import exact_money
from enigma_panel.ui.i18n import Translations, sentence, shorten
from enigma_panel.ui.text.cells import result_cell
from enigma_panel.ui.text.states import UNKNOWN

tr = Translations("Result")


def no_result_text(task: Task | None, session: Session | None = None) -> str:
    if task is None:
        return tr("Loading…")
    if not task.is_final:
        return tr("No result yet.")
    return sentence(result_cell(task, session).text)


def saved_text(path: Path) -> str:
    return tr("Saved as {path}", path=shorten(str(path), 600))


def cost_text(task: Task) -> str:
    """What it cost, every digit; with a sign where it is in no sum, nothing where it is unknown."""
    if task.cost is None:
        return ""
    return exact_money(task.cost) + ("" if task.counted_cost is not None else UNKNOWN)
