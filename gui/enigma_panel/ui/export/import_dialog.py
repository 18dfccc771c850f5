"""The dialog *Import ledger*: a ledger from another computer, in place of an empty one."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from enigma_panel.services.container import Services
from enigma_panel.services.ledger_transfer import ImportFault, LedgerImportError
from enigma_panel.ui.export.ledger_dialog import ENDING
from enigma_panel.ui.export.ledger_text import (
    contents_text,
    import_fault_text,
    import_purpose_text,
    import_rules_text,
)
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import FieldGrid, NoticeLabel, make_button, make_label
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.folders import first_folder
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Export")

TYPED_MS = 300
"""A name counts as typed after this time."""


class ImportDialog(ModelessDialog):
    """The window. Each file that is named is looked into at once, and *Import* is possible for one
    whose contents are shown.

    prepared: a ledger is ready to take the place of ours, which the program does by beginning anew.
    """

    prepared = Signal()

    def __init__(self, services: Services, parent: QWidget | None) -> None:
        super().__init__(tr("Import ledger"), parent)
        self._services = services
        self._transfer = services.ledger_transfer
        self._looked_into: Path | None = None
        self._is_preparing = False
        self._is_wanted = False
        self._typed = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._build()

    def ask(self) -> None:
        """Show it; what was typed before stays."""
        self.present(self.cancel_button if self._is_preparing else self.file)
        self._look()

    def _build(self) -> None:
        grid = FieldGrid()
        self.file = LineEdit(enter_moves_on=False)
        self.browse = make_button(tr("Browse"))
        self.contents = make_label(wrap=True)
        self.problem = grid.add_field(tr("File"), self.file, self.browse, note=self.contents)
        self.fields = QWidget()
        self.fields.setLayout(grid)
        self.news = NoticeLabel()
        self.cancel_button = make_button(tr("Cancel"))
        self.import_button = make_button(tr("Import"), "primary")
        purpose = make_label(import_purpose_text(), wrap=True)
        self.rules = make_label(import_rules_text(), wrap=True)
        for part in (purpose, self.news, self.rules, self.fields):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.add_buttons(None, self.cancel_button, self.import_button)
        self.setMinimumWidth(520)
        self.file.textChanged.connect(self._follow_name)
        self.file.returnPressed.connect(self.import_button.click)
        self._typed.timeout.connect(self._look)
        self.browse.clicked.connect(self._browse)
        self.cancel_button.clicked.connect(self.reject)
        self.import_button.clicked.connect(self._import)
        self.rejected.connect(self._forget)
        self._show("")

    def _browse(self) -> None:
        """One window at a time, and it blocks nothing."""
        for other in self.findChildren(QFileDialog):
            other.close()
        chooser = QFileDialog(self, tr("Import ledger"), first_folder())
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilters([tr("Ledgers (*.{ending})", ending=ENDING), tr("All files (*)")])
        chooser.finished.connect(chooser.deleteLater)
        chooser.fileSelected.connect(self.file.setText)
        chooser.show()

    # -- looking into it -------------------------------------------------------------------------

    def _named(self) -> Path | None:
        path = Path(self.file.text().strip())
        return path if path.is_absolute() else None

    def _follow_name(self) -> None:
        """What was said is about another file."""
        self._looked_into = None
        self._show("")
        self._typed.start()

    def _look(self) -> None:
        if self._is_preparing:
            return
        self._services.scope.spawn("look into a ledger", self._look_into(), exclusive=True)

    async def _look_into(self) -> None:
        """The file that is named when it is done, whatever was named before."""
        while True:
            path = self._named()
            text, problem = await self._read(path)
            if path == self._named():
                break
        self._looked_into = path if text else None
        self._show(text, problem)

    async def _read(self, path: Path | None) -> tuple[str, LedgerImportError | None]:
        try:
            if path is None:
                await self._transfer.check_empty()
                return "", None
            contents = await self._transfer.look_into(path)
        except LedgerImportError as error:
            return "", error
        return contents_text(contents, self._services.clock.now_ms()), None

    def _show(self, contents: str, error: LedgerImportError | None = None) -> None:
        is_full = error is not None and error.fault is ImportFault.NOT_EMPTY
        self.fields.setEnabled(not is_full)
        self.news.show_text(import_fault_text(error) if error is not None and is_full else "")
        self.problem.show_text(
            import_fault_text(error) if error is not None and not is_full else ""
        )
        self._show_contents(contents)
        self.rules.setHidden(is_full)
        if is_full:
            self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.import_button.setEnabled(bool(contents))
        if self.isVisible():
            self.fit(only_grow=True)

    def _show_contents(self, text: str) -> None:
        self.contents.setText(text)
        self.contents.setVisible(bool(text))

    # -- the import ------------------------------------------------------------------------------

    def _import(self) -> None:
        path = self._looked_into
        if path is not None and path == self._named() and not self._is_preparing:
            self._is_preparing = self._is_wanted = True
            self._services.scope.spawn("import", self._prepare(path))

    def _forget(self) -> None:
        """Closed: what is being prepared is wanted no more, also where the window comes back."""
        self._is_wanted = False
        if self._is_preparing:
            self._show_contents(tr("Is being cancelled…"))

    async def _prepare(self, path: Path) -> None:
        self.fields.setEnabled(False)
        self.import_button.setEnabled(False)
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_contents(tr("Is being checked and taken over…"))
        try:
            await self._transfer.prepare(path)
        except LedgerImportError as error:
            self._is_preparing = False
            self._looked_into = None
            self._show("", error)
            self.file.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if self._is_wanted:
            self.prepared.emit()
            return
        await self._transfer.discard()
        self._is_preparing = False
        self._look()
