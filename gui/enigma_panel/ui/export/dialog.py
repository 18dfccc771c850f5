"""The dialog *Export*: which tasks go into a file of which form."""

from collections.abc import Coroutine, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from enigma_panel.core.task_export import ExportFormat
from enigma_panel.services.container import Services
from enigma_panel.services.exports import Exported, ExportOrder, FileOrder
from enigma_panel.ui.export.file_dialog import FileDialog
from enigma_panel.ui.export.text import done_text, progress_text
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import make_row
from enigma_panel.ui.widgets.table import KeyedTable

tr = Translations("Export")


class Rows(StrEnum):
    """Which rows of the table are exported."""

    SHOWN = "shown"
    SELECTED = "selected"


class ExportDialog(FileDialog):
    """The window. The rows are those of the moment of the click, whatever is shown afterwards."""

    def __init__(self, services: Services, parent: QWidget | None, table: KeyedTable) -> None:
        super().__init__(tr("Export"), services, services.exports, parent)
        self._table = table
        self.rows = RadioRow({Rows.SHOWN: "", Rows.SELECTED: ""})
        self.format = RadioRow(
            {ExportFormat.CSV: tr("CSV"), ExportFormat.JSON_LINES: tr("JSON Lines")}
        )
        self.mark = QCheckBox(tr("Byte order mark (for Excel)"))
        self.grid.add_field(tr("Rows"), self.rows)
        self.grid.add_field(tr("Format"), self.format)
        self.grid.add_wide(self.mark)
        self.build()
        self._connect()

    def ask(self, rows: Rows) -> None:
        """Show it, with these rows chosen; what was typed before stays."""
        if not self.is_running:
            self.rows.choose(rows)
            self.propose()
        self.follow()
        self.present(self.file if self.fields.isEnabled() else self.cancel_button)

    def _connect(self) -> None:
        self.rows.changed.connect(self.follow)
        for other in (self.rows.changed, self.format.changed, self.mark.toggled):
            other.connect(self.forget_problem)
        self.format.changed.connect(self._follow_format)
        for changed in (self._table.rows.arranged, self._table.selected):
            changed.connect(self.follow)

    # -- what is asked for ---------------------------------------------------------------------

    def follow(self) -> None:
        """How many rows there are of each kind, as long as somebody sees it."""
        if not self.isVisible() or self.is_running:
            return
        shown, selected = self._table.rows.rowCount(), self._table.selected_count()
        self.rows.rename(Rows.SHOWN, tr("Shown ({n})", n=shown))
        self.rows.rename(Rows.SELECTED, tr("Selected ({n})", n=selected))
        count = selected if self.rows.chosen() == Rows.SELECTED else shown
        self.export_button.setEnabled(count > 0)

    def _follow_format(self) -> None:
        """The mark is part of no other format; the file's name ends as its format has it."""
        form = self.form()
        self.mark.setEnabled(form is ExportFormat.CSV)
        stem, _, ending = self.file.text().rpartition(".")
        if ending in set(ExportFormat):
            self.file.setText(f"{stem}.{form}")

    def form(self) -> ExportFormat:
        """The form of the file that is chosen."""
        return ExportFormat(self.format.chosen())

    def chosen_keys(self) -> list[int]:
        """The rows of this moment."""
        is_selected = self.rows.chosen() == Rows.SELECTED
        return self._table.selected_keys() if is_selected else self._table.rows.keys()

    def make_order(self, path: Path) -> FileOrder:
        """These tasks."""
        return ExportOrder(
            keys=tuple(self.chosen_keys()),
            form=self.form(),
            with_mark=self.mark.isChecked(),
            path=path,
        )

    def save(self, order: Any) -> Coroutine[Any, Any, Exported | None]:
        """Export these tasks."""
        return self._services.exports.save(order)

    # -- its words -----------------------------------------------------------------------------

    def name(self, date: str) -> str:
        """'tasks 2026-01-02.csv'."""
        return f"{tr('tasks {date}', date=date)}.{self.form()}"

    def most(self, order: Any) -> int:
        """So many tasks."""
        return len(order.keys)

    def progress_text(self, done: int, most: int) -> str:
        """'3,200 of 100,412 tasks'."""
        return progress_text(done, most)

    def done_text(self, order: Any, exported: Exported) -> str:
        """'Exported 12 tasks'."""
        return done_text(order, exported)


class RadioRow(QWidget):
    """A choice of few, side by side. changed: another one was chosen."""

    changed = Signal()

    def __init__(self, choices: Mapping[str, str]) -> None:
        super().__init__()
        self.buttons = {value: QRadioButton(text) for value, text in choices.items()}
        self.setLayout(make_row(*self.buttons.values(), None, gap=14))
        first = next(iter(self.buttons.values()))
        first.setChecked(True)
        self.setFocusProxy(first)
        for button in self.buttons.values():
            button.toggled.connect(self._follow)

    def chosen(self) -> str:
        """The value of the one that is chosen."""
        return next(value for value, button in self.buttons.items() if button.isChecked())

    def choose(self, value: str) -> None:
        """Choose one."""
        self.buttons[value].setChecked(True)

    def rename(self, value: str, text: str) -> None:
        """Give one another label."""
        self.buttons[value].setText(text)

    def _follow(self, checked: bool) -> None:
        if checked:
            self.changed.emit()
