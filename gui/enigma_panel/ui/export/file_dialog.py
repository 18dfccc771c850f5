"""A dialog that makes a file: it asks for its name, shows how far it is, and can cancel it."""

from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from enigma_panel.services.container import Services
from enigma_panel.services.exports import (
    Exported,
    Exporter,
    ExportError,
    ExportFault,
    FileOrder,
    IfTaken,
)
from enigma_panel.ui.export.text import fault_text
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import (
    FieldGrid,
    NoticeLabel,
    make_button,
    make_label,
)
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.folders import first_folder
from enigma_panel.ui.widgets.inputs import LineEdit
from enigma_panel.ui.widgets.taken_question import TakenQuestion

tr = Translations("Export")


class FileDialog(ModelessDialog):
    """The window. While a file is being made it may be closed: that goes on.

    told: one was made, or failed while the dialog was closed: a sentence, and the file, None where
    there is none.
    """

    told = Signal(str, object)

    def __init__(
        self, title: str, services: Services, exporter: Exporter, parent: QWidget | None
    ) -> None:
        super().__init__(title, parent)
        self._services = services
        self._exporter = exporter
        self._order: FileOrder | None = None
        self._refused: FileOrder | None = None  # for there is such a file
        self.grid = FieldGrid()
        self.file = LineEdit(enter_moves_on=False)
        self.browse = make_button(tr("Browse"))
        self.fields = QWidget()
        self.fields.setLayout(self.grid)
        self.taken = TakenQuestion()
        self.news = NoticeLabel()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress"))
        self.count = make_label(role="dim")
        self.cancel_button = make_button(tr("Cancel"))
        self.export_button = make_button(title, "primary")

    # -- what a kind of file says for itself -----------------------------------------------------

    def make_order(self, path: Path) -> FileOrder:
        """What is wanted now."""
        raise NotImplementedError

    def save(self, order: Any) -> Coroutine[Any, Any, Exported | None]:
        """Make it; see `Exporter`."""
        raise NotImplementedError

    def name(self, date: str) -> str:
        """The name that is proposed, with its ending. date: of today."""
        raise NotImplementedError

    def most(self, order: Any) -> int:
        """How far the progress goes."""
        raise NotImplementedError

    def progress_text(self, done: int, most: int) -> str:
        """How far it is, in words."""
        raise NotImplementedError

    def done_text(self, order: Any, exported: Exported) -> str:
        """What was made."""
        raise NotImplementedError

    def follow(self) -> None:
        """What is wanted may have changed, or the window be seen now."""

    # -- building ------------------------------------------------------------------------------

    def build(self, *above: QWidget) -> None:
        """Put the file's field below what the grid has, and all of it below `above`."""
        self.problem = self.grid.add_field(tr("File"), self.file, self.browse)
        below = (self.fields, self.taken, self.news, self.progress, self.count)
        for part in (*above, *below):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.add_buttons(None, self.cancel_button, self.export_button)
        self.setMinimumWidth(520)
        self.file.textChanged.connect(self.forget_problem)
        self.file.returnPressed.connect(self.export)
        self.browse.clicked.connect(self._browse)
        self.taken.answered.connect(self._go_on)
        self.cancel_button.clicked.connect(self._cancel)
        self.export_button.clicked.connect(self.export)
        self._exporter.progressed.connect(self._show_progress)
        self._show_running(running=False)

    def propose(self) -> None:
        """Propose a file, where none is named; what was typed before stays."""
        if not self.file.text():
            self._propose_in(Path(first_folder()))

    def _propose_in(self, folder: Path) -> None:
        today = datetime.fromtimestamp(self._services.clock.now_ms() / 1000, UTC).astimezone()
        self.file.setText(str(folder / self.name(f"{today:%Y-%m-%d}")))

    def _browse(self) -> None:
        """One window at a time, and it blocks nothing. About a file that is there Qt would ask in a
        loop of its own; we ask after the click."""
        for other in self.findChildren(QFileDialog):
            other.close()
        path = Path(self.file.text())
        folder = str(path.parent) if path.is_absolute() and path.parent.is_dir() else first_folder()
        chooser = QFileDialog(self, tr("Export into"), folder)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setFileMode(QFileDialog.FileMode.AnyFile)
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
        chooser.setDefaultSuffix(self.name("").rpartition(".")[2])
        chooser.selectFile(path.name)
        chooser.finished.connect(chooser.deleteLater)
        chooser.fileSelected.connect(self.file.setText)
        chooser.show()

    # -- the file --------------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether a file is being made."""
        return self._order is not None

    def export(self) -> None:
        """Make what is wanted now."""
        if self.is_running or not self.export_button.isEnabled():
            return
        path = Path(self.file.text().strip())
        if path.is_absolute():
            self._start(self.make_order(path))
        else:
            self._show_problem(tr("Name the file, and the folder that it is to be in."))

    def _start(self, order: FileOrder) -> None:
        name = type(self).__name__  # one of each kind: it may go on while another is made
        if self._services.scope.spawn(name, self._save(order), exclusive=True) is None:
            return
        self._order = order
        self.forget_problem()
        self.progress.setRange(0, self.most(order))
        self._show_progress(0)
        self._show_running(running=True)

    async def _save(self, order: FileOrder) -> None:
        try:
            exported = await self.save(order)
        except ExportError as error:
            self._end()
            self._show_error(order, error)
            return
        self._end()
        if exported is None:
            self._say(tr("Cancelled. Nothing of it was kept."), "dim")
            return
        self._propose_in(exported.path.parent)
        self.told.emit(self.done_text(order, exported), exported.path)
        self.accept()

    def _end(self) -> None:
        self._order = None
        self._show_running(running=False)
        self.follow()

    def _go_on(self, replaces: bool) -> None:
        """What is wanted is that of the first click."""
        if_taken = IfTaken.REPLACE if replaces else IfTaken.KEEP_BOTH
        if (order := self._refused) is not None:
            self._start(replace(order, if_taken=if_taken))

    def _cancel(self) -> None:
        if self.is_running:
            self._exporter.cancel()
        else:
            self.reject()

    # -- what is shown ---------------------------------------------------------------------------

    def forget_problem(self) -> None:
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
        self.count.setText(self.progress_text(done, self.progress.maximum()))

    def _show_error(self, order: FileOrder, error: ExportError) -> None:
        text = fault_text(order, error)
        if not self.isVisible():
            self.told.emit(text, None)
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
        self.follow()
