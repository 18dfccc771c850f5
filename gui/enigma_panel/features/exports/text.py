"""Texts for exports: how far one is, and what became of it."""

from collections.abc import Callable

from enigma_panel.features.exports.exports import (
    Exported,
    ExportError,
    ExportFault,
    ExportOrder,
)
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.widgets.taken_question import taken_text

tr = Translations("Export")

_FAULTS: dict[ExportFault, Callable[[ExportOrder, str], str]] = {
    ExportFault.EXISTS: lambda order, _: taken_text(order.path.name),
    ExportFault.NOT_A_FILE: lambda order, _: tr(
        "“{name}” already exists and is not a file. Choose another name.", name=_name(order)
    ),
    ExportFault.NO_FOLDER: lambda _order, _: tr("There is no such folder. Choose another one."),
    ExportFault.DISK_FULL: lambda _order, _: tr(
        "Not exported: the disk is full. Nothing was kept. Choose another folder."
    ),
    ExportFault.DISK: lambda _order, reason: tr(
        "Not exported: it can't be saved there ({reason}). Choose another name or folder.",
        reason=reason or tr("no reason given"),
    ),
    ExportFault.LEDGER: lambda _order, reason: tr(
        "Not exported: the ledger could not be read ({reason}). Nothing was kept.",
        reason=reason,
    ),
}


def fault_text(order: ExportOrder, error: ExportError) -> str:
    """Why nothing was exported."""
    return _FAULTS[error.fault](order, error.reason)


def progress_text(done: int, total: int) -> str:
    """'3,200 of 100,412 tasks'."""
    return tr.plural("{done} of 1 task", "{done} of {n} tasks", total, done=done)


def done_text(order: ExportOrder, exported: Exported) -> str:
    """'Exported 12 tasks', and what is other than was asked for."""
    text = tr.plural("Exported 1 task", "Exported {n} tasks", exported.count)
    if exported.path != order.path:
        text = tr("{text} as “{name}”", text=text, name=shorten(exported.path.name))
    lacking = len(order.keys) - exported.count
    if lacking:
        rest = tr.plural("1 is no longer in the ledger", "{n} are no longer in the ledger", lacking)
        text = f"{text}; {rest}"
    return text


def _name(order: ExportOrder) -> str:
    return shorten(order.path.name)
