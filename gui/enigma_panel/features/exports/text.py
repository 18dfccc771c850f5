"""Texts for exports: what a file can be, and what became of an export."""

from collections.abc import Callable

from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.features.exports.exports import (
    Exported,
    ExportError,
    ExportFault,
    ExportOrder,
)
from enigma_panel.ui.i18n import Translations, shorten

tr = Translations("Export")

_FAULTS: dict[ExportFault, Callable[[str], str]] = {
    ExportFault.NO_FOLDER: lambda _: tr("Not exported: there is no such folder."),
    ExportFault.DISK_FULL: lambda _: tr("Not exported: the disk is full. Nothing was kept."),
    ExportFault.DISK: lambda reason: tr(
        "Not exported: it can't be saved there ({reason}).",
        reason=reason or tr("no reason given"),
    ),
    ExportFault.LEDGER: lambda reason: tr(
        "Not exported: the history could not be read ({reason}). Nothing was kept.",
        reason=reason,
    ),
}


def format_filters() -> dict[str, ExportFormat]:
    """The forms of a file, by their words in the window that asks for one."""
    return {
        tr("CSV, for spreadsheets (*.csv)"): ExportFormat.CSV,
        tr("JSON Lines, for programs (*.jsonl)"): ExportFormat.JSON_LINES,
    }


def fault_text(error: ExportError) -> str:
    return _FAULTS[error.fault](error.reason)


def done_text(order: ExportOrder, exported: Exported) -> str:
    """'Exported 12 tasks', and the name of the file where it is another than was asked for."""
    text = tr.plural("Exported 1 task", "Exported {n} tasks", exported.count)
    if exported.path != order.path:
        text = tr("{text} as “{name}”", text=text, name=shorten(exported.path.name))
    return text
