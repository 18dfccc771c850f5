"""Texts for exports: what a file can be, and what became of an export."""

from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.features.exports.exports import Exported, ExportOrder
from enigma_panel.ui.i18n import Translations, shorten

tr = Translations("Export")


def format_filters() -> dict[str, ExportFormat]:
    """The forms of a file, by their words in the window that asks for one."""
    return {
        tr("CSV, for spreadsheets (*.csv)"): ExportFormat.CSV,
        tr("JSON Lines, for programs (*.jsonl)"): ExportFormat.JSON_LINES,
    }


def done_text(order: ExportOrder, exported: Exported) -> str:
    """'Exported 12 tasks', and the name of the file where it is another than was asked for."""
    text = tr.plural("Exported 1 task", "Exported {n} tasks", exported.count)
    if exported.path != order.path:
        text = tr("{text} as “{name}”", text=text, name=shorten(exported.path.name))
    return text
