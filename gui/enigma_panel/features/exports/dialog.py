"""The dialog *Export*: which tasks go into a file of which form, and how far that is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QProgressBar, QRadioButton, QWidget

from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.features.exports.exports import (
    ExportError,
    ExportFault,
    ExportOrder,
    Exports,
    IfTaken,
)
from enigma_panel.features.exports.text import done_text, fault_text, progress_text
from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import (
    FieldGrid,
    NoticeLabel,
    make_button,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.folders import first_folder
from enigma_panel.ui.widgets.inputs import LineEdit
from enigma_panel.ui.widgets.table.table import KeyedTable
from enigma_panel.ui.widgets.taken_question import TakenQuestion

tr = Translations("Export")


class Rows(StrEnum):
    """Which rows of the table are exported."""

    SHOWN = "shown"
    SELECTED = "selected"


class ExportDialog(ModelessDialog):
    """The window. While a file is being made it may be closed: the export goes on.

    The rows are those of the moment of the click, whatever is shown afterwards. reported: an export
    was made, or failed while the dialog was closed: a sentence, and the file, None where there is
    none.
    """

    reported = Signal(str, object)

    def __init__(
        self, services: Services, exports: Exports, parent: QWidget | None, table: KeyedTable
    ) -> None:
        super().__init__(tr("Export"), parent)
        self._services = services
        self._exports = exports
        self._table = table
        self._order: ExportOrder | None = None  # of the export under way
        self._refused: ExportOrder | None = None  # for there is such a file
        self._make_parts()
        self._build()
        self._connect()
        self._show_running(running=False)

    def ask(self, rows: Rows) -> None:
        """Show it, with these rows chosen; what was typed before stays."""
        if not self.is_running:
            self.rows.choose(rows)
            if not self.file.text():
                self._propose_in(Path(first_folder()))
        self._follow_table()
        self.present(self.file if self.fields.isEnabled() else self.cancel_button)

    @property
    def is_running(self) -> bool:
        """Whether a file is being made."""
        return self._order is not None

    # -- building ------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self.rows = RadioRow({Rows.SHOWN: "", Rows.SELECTED: ""})
        self.format = RadioRow(
            {ExportFormat.CSV: tr("CSV"), ExportFormat.JSON_LINES: tr("JSON Lines")}
        )
        self.mark = QCheckBox(tr("For Excel (adds a byte order mark)"))
        self.file = LineEdit(enter_moves_on=False)
        self.browse = make_button(tr("Browse"))
        self.fields = QWidget()
        self.taken = TakenQuestion()
        self.news = NoticeLabel()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress"))
        self.count = make_label(role="dim")
        self.cancel_button = make_button(tr("Cancel"))
        self.export_button = make_button(tr("Export"), "primary")

    def _build(self) -> None:
        grid = FieldGrid()
        self.fields.setLayout(grid)
        grid.add_field(tr("Rows"), self.rows)
        grid.add_field(tr("Format"), self.format)
        grid.add_wide(self.mark)
        self.problem = grid.add_field(tr("File"), self.file, self.browse)
        for part in (self.fields, self.taken, self.news, self.progress, self.count):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.add_buttons(None, self.cancel_button, self.export_button)
        self.setMinimumWidth(520)

    def _connect(self) -> None:
        self.rows.changed.connect(self._follow_table)
        changes = (self.rows.changed, self.format.changed, self.mark.toggled, self.file.textChanged)
        for changed in changes:
            changed.connect(self._forget_problem)
        self.format.changed.connect(self._follow_format)
        for changed in (self._table.rows.arranged, self._table.selected):
            changed.connect(self._follow_table)
        self.file.returnPressed.connect(self.export)
        self.browse.clicked.connect(self._browse)
        self.taken.answered.connect(self._go_on)
        self.cancel_button.clicked.connect(self._cancel)
        self.export_button.clicked.connect(self.export)
        self._exports.progressed.connect(self._show_progress)

    # -- what is asked for ---------------------------------------------------------------------

    def _follow_table(self) -> None:
        """How many rows there are of each kind, as long as somebody sees it."""
        if not self.isVisible() or self.is_running:
            return
        shown, selected = self._table.rows.rowCount(), self._table.selected_count()
        self.rows.rename(Rows.SHOWN, tr("Shown ({n})", n=shown))
        self.rows.rename(Rows.SELECTED, tr("Selected ({n})", n=selected))
        count = selected if self.rows.chosen() == Rows.SELECTED else shown
        self.export_button.setEnabled(count > 0)

    def _follow_format(self) -> None:
        """Enable the mark for CSV only, and give the file's name the suffix of the format."""
        form = self._form()
        self.mark.setEnabled(form is ExportFormat.CSV)
        stem, _, ending = self.file.text().rpartition(".")
        if ending in set(ExportFormat):
            self.file.setText(f"{stem}.{form}")

    def _form(self) -> ExportFormat:
        return ExportFormat(self.format.chosen())

    def _chosen_keys(self) -> list[int]:
        """The rows of this moment."""
        is_selected = self.rows.chosen() == Rows.SELECTED
        return self._table.selected_keys() if is_selected else self._table.rows.keys()

    def _make_order(self, path: Path) -> ExportOrder:
        return ExportOrder(
            keys=tuple(self._chosen_keys()),
            form=self._form(),
            with_mark=self.mark.isChecked(),
            path=path,
        )

    def _propose_in(self, folder: Path) -> None:
        """Propose a file of today."""
        today = datetime.fromtimestamp(self._services.clock.now_ms() / 1000, UTC).astimezone()
        name = f"{tr('tasks {date}', date=f'{today:%Y-%m-%d}')}.{self._form()}"
        self.file.setText(str(folder / name))

    def _browse(self) -> None:
        """One window at a time, and it blocks nothing. About a file that is there Qt would ask in a
        loop of its own; we ask after the click."""
        for other in self.findChildren(QFileDialog):
            other.close()
        path = Path(self.file.text())
        folder = str(path.parent) if path.is_absolute() and path.parent.is_dir() else first_folder()
        chooser = QFileDialog(self, tr("Export to"), folder)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setFileMode(QFileDialog.FileMode.AnyFile)
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
        chooser.setDefaultSuffix(self._form())
        chooser.selectFile(path.name)
        chooser.finished.connect(chooser.deleteLater)
        chooser.fileSelected.connect(self.file.setText)
        chooser.show()

    # -- the file --------------------------------------------------------------------------------

    def export(self) -> None:
        """Export what is chosen now."""
        if self.is_running or not self.export_button.isEnabled():
            return
        path = Path(self.file.text().strip())
        if path.is_absolute():
            self._start(self._make_order(path))
        else:
            self._show_problem(tr("Enter a file name and a folder."))

    def _start(self, order: ExportOrder) -> None:
        if self._services.scope.spawn("export", self._save(order), exclusive=True) is None:
            return
        self._order = order
        self._forget_problem()
        self.progress.setRange(0, len(order.keys))
        self._show_progress(0)
        self._show_running(running=True)

    async def _save(self, order: ExportOrder) -> None:
        try:
            exported = await self._exports.save(order)
        except ExportError as error:
            self._end()
            self._show_error(order, error)
            return
        self._end()
        if exported is None:
            self._say(tr("Cancelled. Nothing was kept."), "dim")
            return
        self._propose_in(exported.path.parent)
        self.reported.emit(done_text(order, exported), exported.path)
        self.accept()

    def _end(self) -> None:
        self._order = None
        self._show_running(running=False)
        self._follow_table()

    def _go_on(self, replaces: bool) -> None:
        """What is wanted is that of the first click."""
        if_taken = IfTaken.REPLACE if replaces else IfTaken.KEEP_BOTH
        if (order := self._refused) is not None:
            self._start(replace(order, if_taken=if_taken))

    def _cancel(self) -> None:
        if self.is_running:
            self._exports.cancel()
        else:
            self.reject()

    # -- what is shown ---------------------------------------------------------------------------

    def _forget_problem(self) -> None:
        """What was said is about something else."""
        self.problem.clear()
        self.news.show_text("")
        self.taken.hide()

    def _show_running(self, *, running: bool) -> None:
        self.fields.setEnabled(not running)
        self.export_button.setEnabled(not running)
        self.progress.setVisible(running)
        self.count.setVisible(running)
        if running:
            self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.cancel_button.hasFocus():
            self.file.setFocus(Qt.FocusReason.OtherFocusReason)
        self._grow()

    def _show_progress(self, done: int) -> None:
        self.progress.setValue(done)
        self.count.setText(progress_text(done, self.progress.maximum()))

    def _show_error(self, order: ExportOrder, error: ExportError) -> None:
        text = fault_text(order, error)
        if not self.isVisible():
            self.reported.emit(text, None)
        if error.fault is ExportFault.EXISTS:
            self._refused = order
            self.taken.ask(order.path.name)
            self._grow()
        elif error.fault is ExportFault.LEDGER:
            self._say(text)
        else:
            self._show_problem(text)

    def _show_problem(self, text: str) -> None:
        self.problem.show_text(text)
        self.file.setFocus(Qt.FocusReason.OtherFocusReason)
        self._grow()

    def _say(self, text: str, role: str = "notice") -> None:
        self.news.show_text(text, role)
        self._grow()

    def _grow(self) -> None:
        if self.isVisible():
            self.fit(only_grow=True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_table()


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
